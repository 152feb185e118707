//! How fast a bundle is read: typed, and as a tree of JSON values, from the same bytes.
//!
//! The generated bundle is the same in every run. `STIX_BUNDLES` may name files of further ones.

#![allow(missing_docs, reason = "the macros make a function without documentation")]

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use serde_json::Value;
use stix_core::{
    Bundle,
    bundle::{BundleReader, Limits},
};

#[path = "generated/bundles.rs"]
mod bundles;

fn parse(criterion: &mut Criterion) {
    for (name, text) in bundles::all() {
        let mut group = criterion.benchmark_group(format!("parse {name}"));
        group.throughput(Throughput::Bytes(text.len() as u64)).sample_size(20);
        group.bench_function("json values", |bench| {
            bench.iter(|| serde_json::from_slice::<Value>(black_box(&text)).map(drop));
        });
        group.bench_function("typed", |bench| {
            bench.iter(|| serde_json::from_slice::<Bundle>(black_box(&text)).map(drop));
        });
        group.bench_function("typed, within limits", |bench| {
            bench.iter(|| Bundle::from_slice(black_box(&text)).map(drop));
        });
        group.bench_function("typed, one by one", |bench| {
            bench.iter(|| {
                BundleReader::new(black_box(&*text), Limits::default()).filter(Result::is_ok).count()
            });
        });
        group.finish();
    }
}

fn print(criterion: &mut Criterion) {
    for (name, text) in bundles::all() {
        let Ok(bundle) = serde_json::from_slice::<Bundle>(&text) else { continue };
        let Ok(value) = serde_json::from_slice::<Value>(&text) else { continue };
        let mut group = criterion.benchmark_group(format!("print {name}"));
        group.throughput(Throughput::Bytes(text.len() as u64)).sample_size(20);
        group.bench_function("json values", |bench| {
            bench.iter(|| serde_json::to_vec(black_box(&value)).map(drop))
        });
        group
            .bench_function("typed", |bench| bench.iter(|| serde_json::to_vec(black_box(&bundle)).map(drop)));
        group.finish();
    }
}

criterion_group!(benches, parse, print);
criterion_main!(benches);
