//! Reading and printing gives the same JSON value, whatever the object holds.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may fail")]

use serde_json::{Value, json};
use stix_core::{Bundle, Object, sdo::Indicator};

fn indicator() -> Value {
    json!({
        "type": "indicator",
        "spec_version": "2.1",
        "id": "indicator--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f",
        "created_by_ref": "identity--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f",
        "created": "2024-01-15T10:00:00.000Z",
        "modified": "2024-01-15T10:00:00.0001230Z",
        "pattern": "[ipv4-addr:value = '192.0.2.1']",
        "pattern_type": "stix",
        "valid_from": "2024-01-15T10:00:00Z",
        "kill_chain_phases": [{"kill_chain_name": "k", "phase_name": "p", "x_more": {"a": [1, 2.5, -0.0]}}],
        "revoked": false,
        "labels": [""],
        "confidence": 0,
        "external_references": [{"source_name": "s", "external_id": "1", "hashes": {"x_h": "z"}}],
        "granular_markings": [{"selectors": ["labels.[0]"], "lang": "en"}],
        "extensions": {"x-ext": {"a": true}},
        "x_acme": {"nested": [false, "", {"b": 1e300}]},
        "name": "",
    })
}

#[test]
fn an_object_survives_with_all_it_holds() {
    let value = indicator();
    let object: Object = serde_json::from_str(&value.to_string()).unwrap();
    assert!(matches!(object, Object::Indicator(_)));
    assert_eq!(serde_json::to_value(&object).unwrap(), value);
}

#[test]
fn the_type_may_stand_anywhere() {
    let mut value = indicator();
    let members = value.as_object_mut().unwrap();
    let object_type = members.shift_remove("type").unwrap();
    members.insert("type".into(), object_type);
    let text = value.to_string();
    assert!(!text.starts_with("{\"type\""));
    let object: Object = serde_json::from_str(&text).unwrap();
    assert!(matches!(object, Object::Indicator(_)));
    assert_eq!(serde_json::to_value(&object).unwrap(), value);
    let typed: Indicator = serde_json::from_str(&text).unwrap();
    assert_eq!(Object::from(typed), object);
}

#[test]
fn properties_are_printed_in_the_order_of_the_specification() {
    let object: Object = serde_json::from_value(indicator()).unwrap();
    let printed: Value = serde_json::from_str(&serde_json::to_string(&object).unwrap()).unwrap();
    let names: Vec<_> = printed.as_object().unwrap().keys().map(String::as_str).collect();
    let expected = [
        "type",
        "spec_version",
        "id",
        "created_by_ref",
        "created",
        "modified",
        "name",
        "pattern",
        "pattern_type",
        "valid_from",
        "kill_chain_phases",
        "revoked",
        "labels",
        "confidence",
        "external_references",
        "granular_markings",
        "extensions",
        "x_acme",
    ];
    assert_eq!(names, expected);
}

#[test]
fn an_unknown_type_is_kept_whole() {
    let value = json!({"x_first": null, "type": "x-acme-thing", "id": 7, "deep": {"a": [{}]}});
    let object: Object = serde_json::from_str(&value.to_string()).unwrap();
    assert_eq!(object.object_type(), "x-acme-thing");
    assert_eq!(object.id(), None);
    assert_eq!(serde_json::to_value(&object).unwrap(), value);
}

#[test]
fn a_bundle_holds_objects_of_every_kind() {
    let value = json!({
        "type": "bundle",
        "id": "bundle--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f",
        "objects": [indicator(), {"type": "x-acme-thing", "name": "untyped", "is_family": false}],
        "x_note": 1,
    });
    let bundle: Bundle = serde_json::from_str(&value.to_string()).unwrap();
    assert_eq!(bundle.objects.as_ref().unwrap().len(), 2);
    assert_eq!(serde_json::to_value(&bundle).unwrap(), value);
}

#[test]
fn errors_say_what_and_where() {
    let cases = [
        (
            json!({"type": "indicator"}).to_string(),
            "indicator missing field `spec_version` at line 1 column 20",
        ),
        (r#"{"id": "x"}"#.into(), "missing field `type` at line 1 column 11"),
        (
            r#"{"type": "identity", "name": null}"#.into(),
            "identity `name`: invalid type: null, expected a string at line 1 column 33",
        ),
        (
            r#"{"type": "identity", "name": "a", "name": "b"}"#.into(),
            "identity duplicate field `name` at line 1 column 40",
        ),
        (
            r#"{"type": "identity", "type": "identity"}"#.into(),
            "identity duplicate field `type` at line 1 column 27",
        ),
        (
            r#"{"type": "identity", "created": "2023-02-29T00:00:00.000Z"}"#.into(),
            "identity `created`: timestamp `2023-02-29T00:00:00.000Z` is no day or time that exists at line 1 column 58",
        ),
        (
            "[]".into(),
            "invalid type: sequence, expected a STIX object, which is a JSON object with a `type` at line 1 column 0",
        ),
    ];
    for (text, message) in cases {
        let error = serde_json::from_str::<Object>(&text).unwrap_err();
        assert_eq!(error.to_string(), message, "{text}");
    }
}

/// Real bundles, where the environment names them; their text is not part of this project.
#[test]
fn real_bundles_survive() {
    let Ok(paths) = std::env::var("STIX_BUNDLES") else { return };
    for path in std::env::split_paths(&paths) {
        let text = std::fs::read_to_string(&path).unwrap();
        let value: Value = serde_json::from_str(&text).unwrap();
        let started = std::time::Instant::now();
        let bundle: Bundle = serde_json::from_str(&text).unwrap();
        eprintln!(
            "{path:?}: {} objects, {:?}",
            bundle.objects.as_ref().map_or(0, Vec::len),
            started.elapsed()
        );
        assert!(serde_json::to_value(&bundle).unwrap() == value, "{path:?}");
    }
}
