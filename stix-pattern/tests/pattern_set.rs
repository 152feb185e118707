//! Holds pattern sets against matching their patterns one by one.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]
#![allow(clippy::indexing_slicing, reason = "a test fails by panicking")]

#[path = "support/small.rs"]
mod small;

use std::collections::BTreeSet;

use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::json;
use stix_pattern::matcher::{CompiledPattern, MatchLimits};
use stix_pattern::pattern_set::PatternSet;
use stix_pattern::{Pattern, strategies};

use crate::small::{observations, pattern, seen};

fn set(patterns: &[Pattern]) -> PatternSet {
    let mut builder = PatternSet::builder();
    for (index, pattern) in patterns.iter().enumerate() {
        assert_eq!(builder.add(pattern), Ok(index), "{pattern}");
    }
    builder.build()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 768, ..ProptestConfig::default() })]

    #[test]
    fn a_set_answers_as_its_patterns_do(patterns in vec(pattern(), 1..12), seen in vec(seen(), 0..6)) {
        let observations = observations(&seen);
        let limits = MatchLimits::default();
        let set = set(&patterns);
        let hits = set.find(&observations, &limits);
        let mut hits = hits.iter().peekable();
        for (index, pattern) in patterns.iter().enumerate() {
            let expected = CompiledPattern::compile(pattern).unwrap().find(&observations, &limits).unwrap();
            let hit = hits.next_if(|hit| hit.pattern() == index).map(|hit| hit.outcome().unwrap());
            prop_assert_eq!(hit, expected.as_ref(), "{}", pattern);
        }
        prop_assert!(hits.next().is_none());
    }

    #[test]
    fn a_stream_reports_when_its_patterns_first_match(patterns in vec(pattern(), 1..12), seen in vec(seen(), 0..6)) {
        let limits = MatchLimits::default();
        let set = set(&patterns);
        let mut stream = set.stream(limits);
        let mut reported = BTreeSet::new();
        for end in 1..=seen.len() {
            let observations = observations(&seen[..end]);
            let hits = stream.push(&observations.as_slice()[end - 1]);
            for hit in &hits {
                prop_assert!(hit.outcome().unwrap().bindings().iter().any(|bound| bound.observation() == end - 1));
            }
            reported.extend(hits.iter().map(|hit| hit.pattern()));
            let matching = (0..patterns.len()).filter(|index| {
                set.patterns()[*index].is_match(&observations, &limits).unwrap()
            });
            prop_assert_eq!(&reported, &matching.collect::<BTreeSet<_>>());
        }
    }

    #[test]
    fn forgetting_what_is_too_old_changes_no_answer(patterns in vec(pattern(), 1..8), mut seen in vec(seen(), 0..8)) {
        seen.sort_by_key(|(_, second)| *second);
        let observations = observations(&seen);
        let set = set(&patterns);
        let (mut keeping, mut forgetting) =
            (set.stream(MatchLimits::default()), set.stream(MatchLimits::default()));
        for observation in observations.as_slice() {
            forgetting.forget_before(observation.first_observed());
            let (kept, forgot) = (keeping.push(observation), forgetting.push(observation));
            let patterns = |hits: &[stix_pattern::pattern_set::Hit]| hits.iter().map(|hit| hit.pattern()).collect::<Vec<_>>();
            prop_assert_eq!(patterns(&kept), patterns(&forgot));
        }
    }

    #[test]
    fn any_pattern_is_compiled_or_explained(pattern in strategies::pattern(), seen in vec(seen(), 0..4)) {
        let mut builder = PatternSet::builder();
        let compiled = CompiledPattern::compile(&pattern);
        prop_assert_eq!(builder.add(&pattern).err(), compiled.as_ref().err().cloned());
        if let Ok(compiled) = compiled {
            let observations = observations(&seen);
            let limits = MatchLimits::default().with_steps(100_000);
            let hits = builder.build().find(&observations, &limits);
            let one = compiled.find(&observations, &limits);
            prop_assert_eq!(hits.first().map(|hit| hit.outcome().cloned()), one.transpose());
        }
    }
}

#[test]
fn a_rearmed_pattern_is_reported_again() {
    let set = set(&[Pattern::parse("[x-a:v = 1] REPEATS 2 TIMES").unwrap()]);
    let seen = vec![(vec![json!({"type": "x-a", "id": "x-a--1", "v": 1})], 0); 6];
    let observations = observations(&seen);
    let mut stream = set.stream(MatchLimits::default());
    let reported = observations.as_slice().iter().map(|observation| {
        let hits = stream.push(observation);
        hits.iter().for_each(|hit| stream.rearm(hit.pattern()));
        hits.len()
    });
    assert_eq!(reported.collect::<Vec<_>>(), [0, 1, 0, 1, 0, 1]);
}
