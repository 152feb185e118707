//! Walks the `match_*` files of `fixtures/patterns`: patterns, data, and whether the one matches the other.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]
#![allow(clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::fs;
use std::path::PathBuf;

use serde::Deserialize;
use serde_json::{Map, Value, json};
use stix_pattern::Pattern;
use stix_pattern::matcher::{CompiledPattern, Instant, Match, MatchLimits, Observation, Observations};

#[derive(Deserialize)]
struct Case {
    pattern: String,
    #[serde(default)]
    why: String,
    matches: bool,
    /// Bracket, observation and times, where there is only one way.
    bindings: Option<Vec<(usize, usize, u64)>>,
    /// What the stix2-matcher of OASIS says.
    stix2_matcher: Option<Value>,
    #[serde(default)]
    observations: Vec<Map<String, Value>>,
}

fn path(file: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../fixtures/patterns").join(file)
}

fn cases(file: &str, count: usize) -> Vec<Case> {
    let text = fs::read_to_string(path(file)).unwrap();
    let cases: Vec<Case> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(cases.len(), count, "{file} has gained or lost cases");
    // Where another matcher was asked, it is a different answer that takes a reason.
    let takes_reason =
        |case: &Case| case.stix2_matcher.as_ref().is_none_or(|answer| *answer != json!(case.matches));
    let is_right = |case: &Case| takes_reason(case) != case.why.is_empty();
    assert!(cases.iter().all(is_right), "{file} has a case with a missing or a needless reason");
    cases
}

fn find(case: &Case, observations: &Observations<'_>) -> Option<Match> {
    let Case { pattern: source, why, .. } = case;
    let pattern = Pattern::parse(source).unwrap_or_else(|error| panic!("{source} ({why}): {error}"));
    let compiled =
        CompiledPattern::compile(&pattern).unwrap_or_else(|error| panic!("{source} ({why}): {error}"));
    compiled.find(observations, &MatchLimits::default()).unwrap()
}

/// An observed-data of a case with its objects, referred to by id or held in the deprecated container.
fn bundle(observations: &[Map<String, Value>], in_container: bool) -> Value {
    let mut objects = Vec::new();
    for (index, observation) in observations.iter().enumerate() {
        let mut data = observation.clone();
        let contained = data.remove("objects").unwrap();
        let contained = contained.as_array().unwrap();
        data.insert("type".into(), json!("observed-data"));
        data.insert("id".into(), json!(format!("observed-data--{index}")));
        if in_container {
            let container =
                contained.iter().map(|object| (object["id"].as_str().unwrap().to_owned(), object.clone()));
            data.insert("objects".into(), Value::Object(container.collect()));
        } else {
            data.insert("object_refs".into(), contained.iter().map(|object| object["id"].clone()).collect());
            objects.extend(contained.iter().cloned());
        }
        objects.push(Value::Object(data));
    }
    json!({"type": "bundle", "id": "bundle--1", "objects": objects})
}

#[test]
fn events_match_as_the_specification_says() {
    for case in cases("match_events.jsonl", 55) {
        for in_container in [false, true] {
            let bundle = bundle(&case.observations, in_container);
            let observations = Observations::from_bundle(&bundle).unwrap();
            let found = find(&case, &observations);
            let Case { pattern, why, .. } = &case;
            assert_eq!(found.is_some(), case.matches, "{pattern} ({why})");
            let Some((found, expected)) = found.zip(case.bindings.as_ref()) else { continue };
            let bindings = found.bindings().iter();
            let bindings = bindings.map(|bound| (bound.bracket(), bound.observation(), bound.times()));
            assert_eq!(&bindings.collect::<Vec<_>>(), expected, "{pattern} ({why})");
        }
    }
}

#[test]
fn values_match_as_the_specification_says() {
    each_matches_the_values("match_values.jsonl", 143);
}

#[test]
fn generated_patterns_match_as_elsewhere_or_for_a_reason() {
    each_matches_the_values("match_generated.jsonl", 979);
}

fn each_matches_the_values(file: &str, count: usize) {
    let objects: Vec<Value> =
        serde_json::from_str(&fs::read_to_string(path("match_values.json")).unwrap()).unwrap();
    let instant = Instant::parse("2024-01-01T00:00:00Z").unwrap();
    let observations = Observations::from_iter([Observation::of_objects(instant, &objects)]);
    let mut wrong = Vec::new();
    for case in cases(file, count) {
        let found = find(&case, &observations);
        if found.is_some() != case.matches {
            wrong.push(format!("{} ({}): {}", case.pattern, case.why, found.is_some()));
            continue;
        }
        let alone = CompiledPattern::compile(&Pattern::parse(&case.pattern).unwrap()).unwrap();
        let alone = alone.is_match_alone(&observations.as_slice()[0], &MatchLimits::default());
        assert_eq!(alone, Ok(case.matches), "{} ({})", case.pattern, case.why);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
