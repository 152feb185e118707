//! Semantic equivalence against the scores of another implementation, and where it is left on purpose.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may fail")]

use serde_json::{Value, json};
use stix_core::equivalence::{Comparison, EquivalenceError, Method, TypeWeights, WEIGHTS, Weight};

fn cases() -> Vec<Value> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../fixtures/equivalence/cases.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn find<'a>(store: &'a Value, id: &str) -> Option<&'a Value> {
    store.as_array()?.iter().find(|object| object["id"] == id)
}

fn close(left: f64, right: f64) -> bool {
    (left - right).abs() < 1e-9
}

#[test]
fn every_case_gets_its_score() {
    let cases = cases();
    assert_eq!(cases.len(), 31);
    for case in &cases {
        let mut comparison = Comparison::new();
        if let Some(store) = case.get("store") {
            comparison = comparison.with_lookups(|id| find(store, id), |id| find(store, id));
        }
        let score = |left: &str, right: &str| comparison.compare(&case[left], &case[right]).unwrap().score();
        let expected = case["score"].as_f64().unwrap();
        let note = &case["note"];
        assert!(
            close(score("left", "right"), expected),
            "{note}: {} is not {expected}",
            score("left", "right")
        );
        assert!(close(score("right", "left"), expected), "{note}: the sides differ");
        if let Some(differs) = case.get("differs") {
            assert_ne!(differs["theirs"].as_f64(), Some(expected), "{note}: there is no difference any more");
        }
    }
}

#[test]
fn an_object_is_equivalent_to_itself() {
    for case in cases() {
        for object in [&case["left"], &case["right"]] {
            let similarity = Comparison::new().compare(object, object).unwrap();
            assert!(similarity.parts().is_empty() || close(similarity.score(), 100.0), "{object}");
        }
    }
}

#[test]
fn the_parts_make_up_the_score() {
    let identity =
        |name: &str, class: &str| json!({"type": "identity", "name": name, "identity_class": class});
    let similarity =
        Comparison::new().compare(&identity("abc", "group"), &identity("abd", "system")).unwrap();
    let parts: Vec<_> =
        similarity.parts().iter().map(|part| (part.property, part.weight, part.similarity)).collect();
    assert_eq!(parts, [("name", 60.0, 4.0 / 6.0), ("identity_class", 20.0, 0.0)]);
    assert_eq!(similarity.score(), 50.0);
    assert!(!similarity.is_equivalent());
}

#[test]
fn only_objects_of_one_type_and_version_are_compared() {
    let tool = json!({"type": "tool", "spec_version": "2.1", "name": "a"});
    let malware = json!({"type": "malware", "spec_version": "2.1", "name": "a"});
    let old = json!({"type": "tool", "name": "a"});
    let compare = |right| Comparison::new().compare(&tool, right).map(|similarity| similarity.score());
    assert_eq!(compare(&malware), Err(EquivalenceError::DifferentTypes));
    assert_eq!(compare(&old), Err(EquivalenceError::DifferentSpecVersions));
    assert_eq!(Comparison::new().across_spec_versions().compare(&tool, &old).unwrap().score(), 100.0);
}

#[test]
fn patterns_are_compared_by_the_function_that_is_given() {
    let indicator = |pattern: &str| json!({"type": "indicator", "pattern": pattern});
    let (left, right) = (indicator("[a:b = 1]"), indicator("[ a:b=1 ]"));
    assert_eq!(Comparison::new().compare(&left, &right).unwrap().score(), 0.0);
    let without_spaces = |pattern: &str| pattern.replace(' ', "");
    let comparison =
        Comparison::new().with_patterns(|left, right| without_spaces(left) == without_spaces(right));
    assert_eq!(comparison.compare(&left, &right).unwrap().score(), 100.0);
}

#[test]
fn references_are_followed_to_a_depth_and_no_further() {
    // Each relationship starts from the other, so that following them has no end of its own.
    let relationship = |id: &str, source: &str, kind: &str| {
        json!({
            "type": "relationship", "id": id, "source_ref": source, "relationship_type": kind,
        })
    };
    let store = json!([relationship("a", "b", "uses"), relationship("b", "a", "targets")]);
    for (depth, expected) in [
        // Without following: the relationship_type alone.
        (0, 0.0),
        (1, 0.0),
        (1000, 0.0),
    ] {
        let comparison =
            Comparison::new().with_lookups(|id| find(&store, id), |id| find(&store, id)).with_depth(depth);
        assert_eq!(comparison.compare(&store[0], &store[1]).unwrap().score(), expected);
        assert!(close(comparison.compare(&store[0], &store[0]).unwrap().score(), 100.0));
    }
}

#[test]
fn values_of_the_wrong_kind_are_the_same_or_not() {
    for (left, right, score) in
        [(json!(7), json!(7), 100.0), (json!(7), json!("7"), 0.0), (json!([]), json!([]), 100.0)]
    {
        let tool = |value: &Value| json!({"type": "tool", "name": value, "tool_types": value});
        assert_eq!(Comparison::new().compare(&tool(&left), &tool(&right)).unwrap().score(), score);
    }
}

#[test]
fn weights_can_be_replaced() {
    static OWN: &[TypeWeights] = &[TypeWeights {
        object_type: "mutex",
        weights: &[Weight { property: "name", weight: 1.0, method: Method::Text }],
    }];
    let mutex = json!({"type": "mutex", "name": "a"});
    assert_eq!(Comparison::new().with_weights(OWN).compare(&mutex, &mutex).unwrap().score(), 100.0);
    assert!(Comparison::new().compare(&mutex, &mutex).unwrap().parts().is_empty());
}

#[test]
fn the_weights_of_each_type_sum_to_100() {
    assert_eq!(WEIGHTS.len(), 17);
    for weights in WEIGHTS {
        let sum: f64 = weights.weights.iter().map(|weight| weight.weight).sum();
        assert_eq!(sum, 100.0, "{}", weights.object_type);
    }
}

#[test]
fn collections_are_compared_by_the_best_partners() {
    let tool = |id: &str, name: &str| json!({"type": "tool", "id": id, "name": name});
    let left = [tool("a", "abc"), tool("b", "xyz"), json!({"type": "note", "id": "n"})];
    let right = [tool("a", "abc"), tool("c", "abd")];
    // a: 100; c with a: 4/6; b: nothing in common with any.
    let expected = (100.0 + 400.0 / 6.0) / 3.0;
    assert!(close(Comparison::new().compare_all(&left, &right), expected));
    assert!(close(Comparison::new().compare_all(&right, &left), expected));
    assert_eq!(Comparison::new().compare_all(&[], &[]), 0.0);
}
