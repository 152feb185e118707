//! Fuzzes a pattern matcher with generated patterns and with data that does or does not satisfy them.
//!
//! Run it with `cargo run -p stix-pattern --features proptest --example fuzz_a_matcher`. To test a tool of your own, put
//! it in the place of `is_matched`: no second matcher is needed to know what it has to answer.

use std::cell::Cell;

use proptest::prelude::*;
use serde_json::Value;
use stix_pattern::Pattern;
use stix_pattern::matcher::{CompiledPattern, MatchLimits, Observations};
use stix_pattern::strategies::{Complexity, Observed, observed, pattern_of};

/// The tool that is tested: whether a pattern matches the observed-data of a bundle. `None` where it says that it
/// cannot tell, as for a regular expression that it does not know.
fn is_matched(pattern: &str, bundle: &Value) -> Option<bool> {
    let pattern = Pattern::parse(pattern).ok()?;
    let compiled = CompiledPattern::compile(&pattern).ok()?;
    let observations = Observations::from_bundle(bundle).ok()?;
    compiled.is_match(&observations, &MatchLimits::default()).ok()
}

/// Patterns of all three levels of section 9.9, each with data of which it is known whether it satisfies it.
fn cases() -> impl Strategy<Value = (Pattern, Observed)> {
    let known = |pattern: Pattern| observed(&pattern).map(|data| (Just(pattern), data));
    pattern_of(Complexity::Full)
        .prop_filter_map("no data is known to satisfy it", known)
        .prop_flat_map(|(pattern, data)| (pattern, data))
}

fn main() {
    let (matching, others) = (Cell::new(0), Cell::new(0));
    // A failing case is made as small as possible before it is shown.
    let config = ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() };
    proptest!(config, |((pattern, data) in cases())| {
        if let Some(answer) = is_matched(&pattern.to_string(), &data.bundle) {
            prop_assert_eq!(answer, data.satisfies, "{} on {:#}", pattern, data.bundle);
            let count = if answer { &matching } else { &others };
            count.set(count.get() + 1);
        }
    });
    println!("all answers are right: {} match, {} do not", matching.get(), others.get());
}
