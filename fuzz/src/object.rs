//! Objects. Whatever the bytes are: reading gives an object or an error, checking gives a report, and what was read
//! can be printed, read again and worked with.

use serde_json::Value;
use stix_core::{
    Context, Object, Registry,
    equivalence::Comparison,
    graph::Graph,
    markings::{Levels, Markings, add, compress, masked},
    tlp::{Tlp, TlpLevel},
    validate::{Level, Profile, Report, Valid, Validator},
    versioning::{latest, new_version, revoke},
};

/// Reads one object, and holds it to what it promises.
pub fn read(bytes: &[u8]) {
    let Ok(object) = serde_json::from_slice::<Object>(bytes) else { return };
    let value: Value = serde_json::from_slice(bytes).expect("an object is JSON");
    assert_eq!(serde_json::to_value(&object).expect("an object is printed"), value);
    let printed = serde_json::to_string(&object).expect("an object is printed");
    assert_eq!(serde_json::from_str::<Object>(&printed).expect("what is printed is read"), object);
    let registered = Registry::standard().object(&printed).expect("what is printed is read");
    assert_eq!(registered, object);
    ask(&object);
    change(&object, &value);
}

/// Asks for what every object can tell.
fn ask(object: &Object) {
    if let Some(common) = object.common() {
        assert_eq!(Some(common.id()), object.id());
        assert_eq!(common.created(), object.created().as_ref());
    }
    assert_eq!(object.version().is_some(), object.modified().is_some() || object.created().is_some());
    let _ = (object.created_by_ref(), object.revoked(), object.labels(), object.external_references());
    let _ = (object.object_marking_refs(), object.granular_markings(), object.extensions());
    if let Some(id) = object.deterministic_id() {
        assert_eq!((id.object_type(), id.uuid().get_version_num()), (object.object_type(), 5));
    }
}

/// Does with an object what programs do.
fn change(object: &Object, value: &Value) {
    let context = Context::new(Default::default, || uuid::Uuid::from_u128(8));
    if let Ok(newer) = new_version(value, &context, |_| {}) {
        assert_ne!(newer["modified"], value["modified"]);
    }
    let _ = revoke(value, &context);
    assert!(latest([value.clone(), value.clone()]).len() <= 2);
    let _ = Valid::check(object.clone());
    let _ = Comparison::new().compare(value, value);
    assert!(Graph::of_values([value]).edges().len() <= 1 + value.to_string().len());
    let mut marked = value.clone();
    let _ = add(&mut marked, &Tlp::Red2.id());
    compress(&mut marked);
    let _ = Markings::of(&marked);
    let _ = masked(&marked, TlpLevel::Clear, &Levels::default());
}

/// Checks any number of documents under every profile, and holds the reports to what they promise.
pub fn check(bytes: &[u8]) {
    let report = |profile| {
        let validator = Validator::with_profile(profile);
        let validator = validator.with_level("oasis", Level::Warning).expect("a group");
        validator.with_level("thorough", Level::Warning).expect("a group").bytes(bytes)
    };
    let [strict, default, lenient] = [Profile::Strict, Profile::Default, Profile::Lenient].map(report);
    let lines = 1 + bytes.iter().filter(|byte| **byte == b'\n').count();
    for report in [&strict, &default, &lenient] {
        well_formed(report, lines);
    }
    assert!(default.is_valid() || !strict.is_valid());
    assert!(lenient.is_valid() || !default.is_valid());
    let Ok(value) = serde_json::from_slice::<Value>(bytes) else { return };
    let valid = Validator::new().value(&value).is_valid();
    if value.is_object() && value["type"] != "bundle" && default.is_valid() {
        assert!(valid, "a text is no worse than the value in it");
        serde_json::from_slice::<Object>(bytes).expect("what is valid is read");
    }
}

fn well_formed(report: &Report, lines: usize) {
    for problem in report.problems() {
        assert!(!problem.message().is_empty());
        assert!(problem.line().is_some_and(|line| (1..=lines).contains(&line)));
        assert!(problem.column().is_some_and(|column| column >= 1));
        assert!(problem.path().is_empty() || problem.path().starts_with('/'));
    }
}
