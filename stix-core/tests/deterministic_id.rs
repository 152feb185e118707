//! Deterministic identifiers against those that another implementation computed.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail")]

use serde_json::Value;
use stix_core::{
    Object,
    deterministic_id::{contributing, deterministic_id},
};

fn fixture(path: &str) -> Value {
    let path = format!("{}/../fixtures/{path}", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

#[test]
fn every_vector_gets_its_identifier() {
    let vectors = fixture("ids/vectors.json");
    let vectors = vectors.as_array().unwrap();
    assert_eq!(vectors.len(), 31);
    for vector in vectors {
        let object = vector["object"].as_object().unwrap();
        let expected = vector["id"].as_str().unwrap();
        assert_eq!(deterministic_id(object).unwrap().as_str(), expected, "{}", vector["note"]);
    }
}

/// The way through [`Object`] keeps what counts: the texts of times, the order of hashes.
#[test]
fn objects_that_were_read_get_the_same_identifier() {
    for vector in fixture("ids/vectors.json").as_array().unwrap() {
        let mut object = vector["object"].clone();
        object["id"] = vector["id"].clone();
        let object: Object = serde_json::from_str(&object.to_string()).unwrap();
        assert_eq!(object.deterministic_id().as_ref(), object.id(), "{}", vector["note"]);
    }
}

#[test]
fn the_model_names_the_same_properties() {
    let model = fixture("stix21/model.json");
    let mut types = 0;
    for entry in model["types"].as_array().unwrap() {
        let named = entry["id_contributing"].as_array().into_iter().flatten();
        let mut named: Vec<_> = named.map(|name| name.as_str().unwrap()).collect();
        let mut said = contributing(entry["name"].as_str().unwrap());
        // The canonical form sorts them.
        named.sort_unstable();
        said.sort_unstable();
        assert_eq!(said, named, "{}", entry["name"]);
        types += usize::from(!named.is_empty());
    }
    assert_eq!(types, 17);
}
