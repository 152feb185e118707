//! The JSON Schema documents in `schemas/` are those that the tables give.
//!
//! `UPDATE_SCHEMAS=1 cargo test -p stix-core --test schemas` writes them; read the difference.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

use std::{collections::BTreeSet, fs, path::Path};

use stix_core::{object::REGISTRY, schema::json_schemas};

#[test]
fn the_documents_are_fresh() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas");
    let update = std::env::var_os("UPDATE_SCHEMAS").is_some();
    let mut names = BTreeSet::new();
    for (name, schema) in json_schemas() {
        let text = format!("{schema:#}\n");
        if update {
            fs::write(folder.join(&name), &text).unwrap();
        }
        let checked_in = fs::read_to_string(folder.join(&name)).unwrap_or_default();
        let how = "run `UPDATE_SCHEMAS=1 cargo test -p stix-core --test schemas`";
        assert!(checked_in == text, "schemas/{name} is not what the tables give: {how}");
        assert!(names.insert(name));
    }
    assert_eq!(names.len(), REGISTRY.len() + 2);
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let stray: Vec<_> = files.filter(|name| !names.contains(name) && name != "README.md").collect();
    assert!(stray.is_empty(), "no table gives {stray:?}: remove them");
}

#[test]
fn the_documents_are_schemas() {
    for (name, schema) in json_schemas() {
        assert!(jsonschema::meta::is_valid(&schema), "{name}");
        jsonschema::validator_for(&schema).unwrap();
    }
}
