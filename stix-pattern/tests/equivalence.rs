//! Normal forms: the cases of `fixtures/patterns/equivalent.jsonl`, and that a normal form matches what its pattern
//! does.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "support/small.rs"]
mod small;

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use proptest::collection::vec;
use proptest::prelude::*;
use serde::Deserialize;
use stix_pattern::matcher::{CompiledPattern, MatchLimits};
use stix_pattern::normalize::Equivalence;
use stix_pattern::{Pattern, strategies};

#[derive(Deserialize)]
struct Case {
    pattern: String,
    other: String,
    why: String,
    equivalence: String,
}

#[test]
fn patterns_are_equal_or_not_for_a_reason() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/patterns/equivalent.jsonl");
    let text = fs::read_to_string(path).unwrap();
    let cases: Vec<Case> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(cases.len(), 75, "equivalent.jsonl has gained or lost cases");
    for Case { pattern, other, why, equivalence } in &cases {
        assert!(!why.is_empty());
        let parse = |source: &str| Pattern::parse(source).unwrap_or_else(|error| panic!("{source}: {error}"));
        let (one, two) = (parse(pattern), parse(other));
        let expected = match equivalence.as_str() {
            "equal" => Equivalence::Equal,
            "different" => Equivalence::Different,
            "neither matches" => Equivalence::NeitherMatches,
            "too large" => Equivalence::TooLarge,
            other => panic!("`{other}` is no answer"),
        };
        assert_eq!(one.equivalence(&two), expected, "{pattern} and {other} ({why})");
        assert_eq!(two.equivalence(&one), expected, "{other} and {pattern} ({why})");
    }
}

/// Generous for a debug build on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

#[test]
fn normal_forms_of_large_patterns_take_bounded_time() {
    let started = Instant::now();
    let numbered = |part: &dyn Fn(usize) -> String, separator: &str, count| {
        (0..count).map(part).collect::<Vec<_>>().join(separator)
    };
    let either = |number| format!("(a:b = {number} OR a:c = {number})");
    let sources = [
        format!("[{}]", numbered(&|number| format!("a:b = {number}"), " OR ", 5_000)),
        format!("[{}]", numbered(&either, " AND ", 12)),
        format!("[{}]", numbered(&either, " AND ", 2_000)),
        numbered(&|number| format!("[a:b = {number}]"), " OR ", 5_000),
        numbered(&|number| format!("[a:b = {number}]"), " AND ", 5_000),
        numbered(&|number| format!("([a:b = {number}] OR [a:c = {number}])"), " FOLLOWEDBY ", 2_000),
    ];
    for source in sources {
        let pattern = Pattern::parse(&source).unwrap();
        if let Ok(form) = pattern.normal_form() {
            assert!(form.root().is_some());
        }
    }
    assert!(started.elapsed() < PATIENCE, "took {:?}", started.elapsed());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1024, ..ProptestConfig::default() })]

    #[test]
    fn a_normal_form_matches_what_its_pattern_does(pattern in small::pattern(), seen in vec(small::seen(), 0..6)) {
        let observations = small::observations(&seen);
        let is_match = |pattern: &Pattern| {
            let compiled = CompiledPattern::compile(pattern).unwrap();
            compiled.is_match(&observations, &MatchLimits::default()).unwrap()
        };
        let form = pattern.normal_form().unwrap();
        let matches = form.root().is_some_and(|root| is_match(&Pattern::new(root.clone()).unwrap()));
        prop_assert_eq!(matches, is_match(&pattern), "{} is {}", form, pattern);
    }

    #[test]
    fn a_normal_form_is_its_own(pattern in strategies::pattern()) {
        let Ok(form) = pattern.normal_form() else { return Ok(()) };
        if let Some(root) = form.root().cloned()
            && let Ok(again) = Pattern::new(root)
        {
            prop_assert_eq!(again.normal_form(), Ok(form.clone()));
            prop_assert!(matches!(again.equivalence(&pattern), Equivalence::Equal | Equivalence::NeitherMatches));
            let parsed = Pattern::parse(&form.to_string()).unwrap();
            prop_assert_eq!(parsed.normal_form(), Ok(form));
        }
    }
}
