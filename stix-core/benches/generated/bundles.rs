//! The bundles that are measured.

use std::{env, fs};

use serde_json::{Value, json};

/// The generated bundle, and those that `STIX_BUNDLES` names.
pub(crate) fn all() -> Vec<(String, Vec<u8>)> {
    let mut bundles = vec![("generated".to_owned(), generated(10_000).to_string().into_bytes())];
    for path in env::split_paths(&env::var_os("STIX_BUNDLES").unwrap_or_default()) {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        bundles.extend(fs::read(path).ok().map(|text| (name, text)));
    }
    bundles
}

/// A bundle of `count` objects: mostly indicators and relationships, with some of the rest.
fn generated(count: u32) -> Value {
    let objects: Vec<_> = (0..count).map(object).collect();
    json!({"type": "bundle", "id": id("bundle", 0), "objects": objects})
}

fn object(number: u32) -> Value {
    let (object_type, own) = match number % 10 {
        0 => (
            "identity",
            json!({"name": format!("organization {number}"), "identity_class": "organization", "sectors": ["energy"]}),
        ),
        1 | 2 => (
            "attack-pattern",
            json!({
                "name": format!("Technique {number}"),
                "description": "Adversaries may do this in \"many\" ways.\n".repeat(40),
                "kill_chain_phases": [{"kill_chain_name": "mitre-attack", "phase_name": "persistence"}],
                "external_references": [{"source_name": "mitre-attack", "external_id": format!("T{number}"), "url": "https://example.com/technique"}],
                "x_mitre_platforms": ["Linux", "Windows"],
            }),
        ),
        3..=6 => (
            "indicator",
            json!({
                "name": format!("address {number}"), "indicator_types": ["malicious-activity"],
                "pattern": format!("[ipv4-addr:value = '192.0.2.{}']", number % 256), "pattern_type": "stix",
                "valid_from": "2024-01-15T10:00:00Z", "labels": ["feed", "address"], "confidence": 85,
            }),
        ),
        _ => (
            "relationship",
            json!({
                "relationship_type": "indicates", "source_ref": id("indicator", number - 4), "target_ref": id("attack-pattern", number - 6),
            }),
        ),
    };
    let mut object = json!({
        "type": object_type, "spec_version": "2.1", "id": id(object_type, number),
        "created_by_ref": id("identity", 0),
        "created": "2024-01-15T10:00:00.000Z", "modified": "2024-02-15T10:00:00.000Z",
        "object_marking_refs": ["marking-definition--f88d31f6-486f-44da-b317-01333bde0b82"],
    });
    if let (Value::Object(members), Value::Object(own)) = (&mut object, own) {
        members.extend(own);
    }
    object
}

fn id(object_type: &str, number: u32) -> String {
    format!("{object_type}--{number:08x}-17d4-4cbf-938f-98ee46b3cd3f")
}
