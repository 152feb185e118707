//! How fast patterns are matched: one at a time, and through sets of two sizes.

#![allow(missing_docs, reason = "a benchmark has no readers of its documentation")]
#![allow(clippy::expect_used, clippy::indexing_slicing, reason = "a benchmark fails by panicking")]

mod workload;

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use stix_pattern::Pattern;
use stix_pattern::matcher::{CompiledPattern, MatchLimits, Observations};
use stix_pattern::pattern_set::PatternSet;

fn parsed(count: u64) -> Vec<Pattern> {
    workload::patterns(count).iter().map(|source| Pattern::parse(source).expect("a pattern")).collect()
}

/// 100 patterns, each on each of 1,000 observed-data.
fn one_at_a_time(criterion: &mut Criterion) {
    let bundle = workload::bundle(1_000, 100);
    let observations = Observations::from_bundle(&bundle).expect("observed-data");
    let patterns: Vec<CompiledPattern> =
        parsed(100).iter().map(|pattern| CompiledPattern::compile(pattern).expect("a pattern")).collect();
    let limits = MatchLimits::default();
    let mut group = criterion.benchmark_group("one_at_a_time");
    group.throughput(Throughput::Elements(100_000));
    group.bench_function("pairs", |bencher| {
        bencher.iter(|| {
            let pairs = patterns
                .iter()
                .flat_map(|pattern| observations.as_slice().iter().map(move |one| (pattern, one)));
            black_box(pairs.filter(|(pattern, one)| pattern.is_match_alone(one, &limits) == Ok(true)).count())
        });
    });
    group.finish();
}

/// 10,000 observed-data, as they come in, against small and large sets.
fn sets(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("pattern_set");
    group.throughput(Throughput::Elements(10_000));
    for count in [1_000, 100_000] {
        let bundle = workload::bundle(10_000, count);
        let observations = Observations::from_bundle(&bundle).expect("observed-data");
        let mut builder = PatternSet::builder();
        for pattern in parsed(count) {
            builder.add(&pattern).expect("a pattern");
        }
        let set = builder.build();
        group.bench_function(format!("observed_data_on_{count}"), |bencher| {
            bencher.iter(|| {
                let mut stream = set.stream(MatchLimits::default());
                let hits = observations.as_slice().iter().map(|one| stream.push(one).len());
                black_box(hits.sum::<usize>())
            });
        });
    }
    group.finish();
}

criterion_group!(benches, one_at_a_time, sets);
criterion_main!(benches);
