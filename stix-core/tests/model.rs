//! The declarations against a second account of the specification, written by another hand.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may fail")]

use serde_json::Value;
use stix_core::{
    object::REGISTRY,
    schema::{Class, Kind, PropertyDef, Target},
};

fn model() -> Value {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../fixtures/stix21/model.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn described(property: &PropertyDef) -> String {
    let kind = match property.kind {
        Kind::List(item) => format!("list<{}>", kind_name(item, property)),
        other => kind_name(other, property),
    };
    let targets: Vec<_> = property.targets.iter().map(target_name).collect();
    format!("{} {kind} required={} targets={targets:?}", property.name, property.required)
}

fn kind_name(kind: &Kind, property: &PropertyDef) -> String {
    match kind {
        Kind::String => match property.vocabulary {
            Some(vocabulary) => format!("open-vocab:{}", vocabulary.name),
            None => "string".into(),
        },
        Kind::Boolean => "boolean".into(),
        Kind::Integer { .. } => "integer".into(),
        Kind::Timestamp => "timestamp".into(),
        Kind::Identifier => "identifier".into(),
        Kind::SpecVersion => "string".into(),
        Kind::Dictionary => "dictionary".into(),
        Kind::Struct(def) => format!("struct:{}", def.name),
        Kind::Object => "stix-object".into(),
        other => panic!("no name for {other:?}"),
    }
}

fn target_name(target: &Target) -> String {
    match target {
        Target::Type(name) => (*name).into(),
        Target::Class(Class::Sdo) => "*sdo".into(),
        Target::Class(Class::Sco) => "*sco".into(),
        other => panic!("no name for {other:?}"),
    }
}

fn expected(property: &Value) -> String {
    let targets: Vec<_> =
        property["targets"].as_array().into_iter().flatten().map(|t| t.as_str().unwrap()).collect();
    let kind = property["type"].as_str().unwrap();
    let kind = match (property["name"].as_str().unwrap(), kind) {
        // The deprecated definition is kept as it is read; its shape depends on the other property.
        ("definition", _) | (_, "hashes" | "dictionary<extension>") => "dictionary",
        // Its terms are the two deprecated kinds of definitions.
        ("definition_type", _) => "string",
        (_, kind) => kind,
    };
    format!(
        "{} {kind} required={} targets={targets:?}",
        property["name"].as_str().unwrap(),
        property["presence"] == "required"
    )
}

#[test]
fn every_declaration_says_what_the_model_says() {
    let model = model();
    let bundle = <stix_core::Bundle as stix_core::schema::StixObject>::OBJECT;
    for def in REGISTRY.iter().copied().chain([bundle]) {
        let types = model["types"].as_array().unwrap();
        let entry = types.iter().find(|entry| entry["name"] == def.name()).unwrap();
        let mut said: Vec<_> = def.properties().map(described).collect();
        let common = &model["common_properties"][entry["common"].as_str().unwrap()]["properties"];
        let both = common.as_array().unwrap().iter().chain(entry["properties"].as_array().unwrap());
        let mut expected: Vec<_> = both.filter(|property| property["name"] != "type").map(expected).collect();
        said.sort();
        expected.sort();
        assert_eq!(said, expected, "{}", def.name());
        assert_eq!(def.own.section, entry["section"].as_str().unwrap(), "{}", def.name());
    }
    assert_eq!(REGISTRY.len(), 6);
}

#[test]
fn every_struct_says_what_the_model_says() {
    let model = model();
    let structs = model["structs"].as_array().unwrap();
    let mut compared = 0;
    for def in REGISTRY.iter().flat_map(|def| def.properties()).filter_map(|p| match p.kind {
        Kind::List(Kind::Struct(def)) => Some(*def),
        _ => None,
    }) {
        let entry = structs.iter().find(|entry| entry["name"] == def.name).unwrap();
        let said: Vec<_> = def.properties.iter().map(described).collect();
        let expected: Vec<_> = entry["properties"].as_array().unwrap().iter().map(expected).collect();
        assert_eq!(said, expected, "{}", def.name);
        compared += 1;
    }
    assert!(compared > 3, "only {compared} structs were reached");
}
