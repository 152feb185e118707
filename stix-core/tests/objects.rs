//! Every file in `fixtures/objects/<type>/`: typed, valid, and the same after a round trip.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may fail")]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::PathBuf,
};

use serde_json::Value;
use stix_core::{
    Bundle, Object,
    object::REGISTRY,
    schema::{Kind, ObjectDef, PropertyDef, StixObject},
    validate::check_object,
};

/// The types with more files than `minimal.json` and `full.json`: their properties exclude each other.
const MORE: [(&str, usize); 4] =
    [("artifact", 3), ("email-message", 3), ("location", 3), ("observed-data", 3)];

/// The objects by type and name of the file.
fn fixtures() -> BTreeMap<(String, String), String> {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../fixtures/objects"));
    let entries = |folder: &PathBuf| fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let name = |path: &PathBuf| path.file_stem().unwrap().to_str().unwrap().to_owned();
    let folders = entries(&folder).filter(|path| path.is_dir());
    let files = folders.flat_map(|folder| entries(&folder).map(move |path| (folder.clone(), path)));
    files.map(|(folder, path)| ((name(&folder), name(&path)), fs::read_to_string(path).unwrap())).collect()
}

fn defs() -> impl Iterator<Item = &'static ObjectDef> {
    REGISTRY.iter().copied().chain([Bundle::OBJECT])
}

#[test]
fn there_are_examples_of_every_type() {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for ((object_type, _), _) in fixtures() {
        *counts.entry(object_type).or_default() += 1;
    }
    let more: BTreeMap<_, _> = MORE.into_iter().collect();
    let expected: BTreeMap<_, _> =
        defs().map(|def| (def.name().to_owned(), *more.get(def.name()).unwrap_or(&2))).collect();
    assert_eq!(counts, expected);
    assert_eq!(counts.values().sum::<usize>(), 90);
}

#[test]
fn every_example_survives() {
    for ((object_type, file), text) in fixtures() {
        let value: Value = serde_json::from_str(&text).unwrap();
        let printed = if object_type == "bundle" {
            serde_json::to_string(&text.parse::<Bundle>().unwrap()).unwrap()
        } else {
            let object: Object = serde_json::from_str(&text).unwrap();
            assert!(!matches!(object, Object::Untyped(_)), "{object_type}/{file}");
            assert_eq!(object.object_type(), object_type);
            assert_eq!(serde_json::to_value(&object).unwrap(), value, "{object_type}/{file}");
            serde_json::to_string(&object).unwrap()
        };
        assert_eq!(serde_json::from_str::<Value>(&printed).unwrap(), value, "{object_type}/{file}");
    }
}

#[test]
fn properties_are_printed_in_the_order_of_the_tables() {
    for ((object_type, file), text) in fixtures() {
        let Some(def) = stix_core::object::def(&object_type) else { continue };
        let object: Object = serde_json::from_str(&text).unwrap();
        let printed: Value = serde_json::from_str(&serde_json::to_string(&object).unwrap()).unwrap();
        let printed: Vec<_> = printed.as_object().unwrap().keys().map(String::as_str).collect();
        let declared = ["type"].into_iter().chain(def.properties().map(|property| property.name));
        let expected: Vec<_> = declared.chain(["x_example"]).filter(|name| printed.contains(name)).collect();
        assert_eq!(printed, expected, "{object_type}/{file}");
    }
}

#[test]
fn every_example_is_valid() {
    for ((object_type, file), text) in fixtures() {
        let report = check_object(&serde_json::from_str(&text).unwrap());
        let errors: Vec<_> = report.errors().map(ToString::to_string).collect();
        assert_eq!(errors, Vec::<String>::new(), "{object_type}/{file}");
    }
}

#[test]
fn the_examples_hold_every_property() {
    let mut missing = BTreeSet::new();
    let fixtures = fixtures();
    for def in defs() {
        let values: Vec<Value> = fixtures
            .iter()
            .filter(|((object_type, _), _)| object_type == def.name())
            .map(|(_, text)| serde_json::from_str(text).unwrap())
            .collect();
        let values: Vec<_> = values.iter().collect();
        collect_missing(def.name(), def.properties(), &values, &mut missing);
        // A bundle has no properties but its own.
        let custom = values.iter().any(|value| value.get("x_example").is_some());
        assert_eq!(custom, def.name() != "bundle", "{}", def.name());
    }
    assert_eq!(missing, BTreeSet::new());
}

fn collect_missing(
    path: &str,
    properties: impl Iterator<Item = &'static PropertyDef>,
    values: &[&Value],
    missing: &mut BTreeSet<String>,
) {
    for property in properties {
        let path = format!("{path}.{}", property.name);
        let found: Vec<_> = values.iter().filter_map(|value| value.get(property.name)).collect();
        let inside = match property.kind {
            Kind::Struct(def) | Kind::Extensions(def) => Some((*def, found.clone())),
            Kind::List(Kind::Struct(def)) => {
                Some((*def, found.iter().flat_map(|list| list.as_array().unwrap()).collect()))
            }
            _ => None,
        };
        if found.is_empty() {
            missing.insert(path);
        } else if let Some((def, inside)) = inside {
            // What is common to all types is shown by some.
            let shared = ["external-reference", "kill-chain-phase", "granular-marking"];
            if !shared.contains(&def.name) {
                collect_missing(&path, def.properties.iter(), &inside, missing);
            }
        }
    }
}
