//! What the builders of all types give: valid objects with an identifier and times, with what their setters set, and
//! with the identifier that belongs to their content.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may fail")]

use std::{collections::BTreeSet, num::NonZeroU16};

use serde::Serialize;
use serde_json::{Value, json};
use stix_core::{
    Confidence, Context, Custom, ExternalReference, GranularMarking, Identifier, KillChainPhase, ScoBuilder,
    SdoBuilder, SpecVersion, StixObject, Timestamp,
    deterministic_id::deterministic_id,
    meta::{
        ExtensionDefinition, ExtensionDefinitionBuilder, LanguageContent, LanguageContentBuilder,
        MarkingDefinition, MarkingDefinitionBuilder, MarkingObject,
    },
    object::REGISTRY,
    schema::{ExtensionSet, ObjectDef},
    sco::*,
    sdo::*,
    sro::{Relationship, Sighting},
    validate::{Validator, check_object},
    values::{Binary, Dictionary, Extensions, Hashes, Hex, Latitude, Longitude, Observables},
};
use uuid::Uuid;

/// What the builder of a type gave.
struct Built {
    def: &'static ObjectDef,
    /// With what the constructor asks for, and what else every valid object of the type has.
    object: Value,
    /// The same after each setter alone, by the name of the setter.
    changed: Vec<(&'static str, Value)>,
}

/// `common Type(what the constructor asks for) .with_more(what makes it valid); with_x(value), ...`
macro_rules! built {
    ($common:ident $type:ident($($arg:expr),*) $(.$need:ident($with:expr))*; $($setter:ident($value:expr),)*) => {{
        let make = || $type::new_in(&context(), $($arg),*) $(.$need($with))*;
        let valid = make().validated().unwrap_or_else(|report| panic!("{}: {report}", $type::TYPE)).into_inner();
        assert_eq!(valid, make());
        let mut changed = vec![$((stringify!($setter), print(&make().$setter($value)))),*];
        changed.extend($common(make));
        Built { def: $type::OBJECT, object: print(&valid), changed }
    }};
}

#[path = "builders/objects.rs"]
mod objects;

/// The setters of common properties, tried on an object of any type that has them.
macro_rules! common {
    ($(#[$doc:meta])* $name:ident[$($generics:tt)*] $builder:path; $($setter:ident($value:expr),)*) => {
        $(#[$doc])*
        fn $name<$($generics)* T: $builder>(make: impl Fn() -> T) -> Vec<(&'static str, Value)> {
            vec![$((stringify!($setter), print(&make().$setter($value)))),*]
        }
    };
}

common! {
    /// Those of domain and relationship objects.
    sdo[] SdoBuilder;
    with_spec_version(SpecVersion),
    with_id(id("x-other")),
    with_created_by_ref(other_identity()),
    with_created(earlier()),
    with_modified(later()),
    with_revoked(true),
    with_labels(["b"]),
    with_confidence(Confidence::new(7).unwrap()),
    with_lang("de"),
    with_external_references([ExternalReference::new("b").with_external_id("c")]),
    with_object_marking_refs(ids("marking-definition")),
    with_granular_markings([GranularMarking::new(["type"]).with_lang("de")]),
    with_extensions(extensions()),
}

common! {
    /// Those of cyber-observable objects.
    sco[X: ExtensionSet,] ScoBuilder<X>;
    with_spec_version(SpecVersion),
    with_id(id("x-other")),
    with_object_marking_refs(ids("marking-definition")),
    with_granular_markings([GranularMarking::new(["type"]).with_lang("de")]),
    with_defanged(true),
    with_extensions(X::default()),
}

common! {
    /// Those of marking definitions.
    marking_definition[] MarkingDefinitionBuilder;
    with_spec_version(SpecVersion),
    with_id(id("x-other")),
    with_created_by_ref(other_identity()),
    with_created(earlier()),
    with_external_references([ExternalReference::new("b").with_external_id("c")]),
    with_object_marking_refs(ids("marking-definition")),
    with_granular_markings([GranularMarking::new(["type"]).with_lang("de")]),
    with_extensions(extensions()),
}

common! {
    /// Those of language contents.
    language_content[] LanguageContentBuilder;
    with_spec_version(SpecVersion),
    with_id(id("x-other")),
    with_created_by_ref(other_identity()),
    with_created(earlier()),
    with_modified(later()),
    with_revoked(true),
    with_labels(["b"]),
    with_confidence(Confidence::new(7).unwrap()),
    with_external_references([ExternalReference::new("b").with_external_id("c")]),
    with_object_marking_refs(ids("marking-definition")),
    with_granular_markings([GranularMarking::new(["type"]).with_lang("de")]),
    with_extensions(extensions()),
}

common! {
    /// Those of extension definitions.
    extension_definition[] ExtensionDefinitionBuilder;
    with_spec_version(SpecVersion),
    with_id(id("x-other")),
    with_created_by_ref(other_identity()),
    with_created(earlier()),
    with_modified(later()),
    with_revoked(true),
    with_labels(["b"]),
    with_external_references([ExternalReference::new("b").with_external_id("c")]),
    with_object_marking_refs(ids("marking-definition")),
    with_granular_markings([GranularMarking::new(["type"]).with_lang("de")]),
}

const NOW: &str = "2024-01-15T10:00:00.000Z";
const UUID: Uuid = Uuid::from_u128(0x8e2e_2d2b_17d4_4cbf_938f_98ee_46b3_cd3f);

fn context() -> Context {
    let now = NOW.parse::<Timestamp>().unwrap().instant();
    Context::new(move || now, || UUID)
}

fn earlier() -> Timestamp {
    "2024-01-14T10:00:00.000Z".parse().unwrap()
}

fn later() -> Timestamp {
    "2024-01-16T10:00:00.000Z".parse().unwrap()
}

fn id(object_type: &str) -> Identifier {
    Identifier::from_parts(object_type, Uuid::from_u128(0x1111_1111_1111_4111_8111_1111_1111_1111)).unwrap()
}

fn ids(object_type: &str) -> [Identifier; 1] {
    [id(object_type)]
}

fn other_identity() -> Identifier {
    Identifier::from_parts("identity", UUID).unwrap()
}

fn hashes(seed: &str) -> Hashes {
    Hashes::new().with("SHA-256", seed.repeat(64))
}

fn binary(text: &str) -> Binary {
    text.parse().unwrap()
}

fn hex(text: &str) -> Hex {
    text.parse().unwrap()
}

fn extensions() -> Extensions {
    Extensions::from(Custom::from_iter([(
        id("extension-definition").to_string(),
        json!({"extension_type": "new-sdo"}),
    )]))
}

fn observables() -> Observables {
    Observables::from(Custom::from_iter([("0".to_owned(), json!({"type": "mutex", "name": "b"}))]))
}

fn print(object: &impl Serialize) -> Value {
    serde_json::to_value(object).unwrap()
}

fn all() -> Vec<Built> {
    [objects::sdo_objects(), objects::sco_objects(), objects::smo_objects()].into_iter().flatten().collect()
}

#[test]
fn every_type_has_a_builder() {
    let built: BTreeSet<_> = all().iter().map(|built| built.def.name()).collect();
    assert_eq!(built, REGISTRY.iter().map(|def| def.name()).collect(), "add the type to the lists above");
}

#[test]
fn what_is_built_is_valid() {
    for Built { def, object, .. } in all() {
        let report = check_object(&object);
        assert!(report.problems().is_empty(), "{}: {report}", def.name());
        let report = Validator::with_profile(stix_core::validate::Profile::Strict).value(&object);
        assert!(report.problems().is_empty(), "{}: {report}", def.name());
    }
}

#[test]
fn what_is_built_has_an_identifier_and_times() {
    for Built { def, object, .. } in all() {
        assert_eq!(object["type"], def.name());
        let id: Identifier = object["id"].as_str().unwrap().parse().unwrap();
        assert_eq!(id.object_type(), def.name());
        let times = ["created", "modified"].map(|name| object.get(name).and_then(Value::as_str));
        let expected = ["created", "modified"].map(|name| def.property(name).map(|_| NOW));
        assert_eq!(times, expected, "{}", def.name());
        match deterministic_id(object.as_object().unwrap()) {
            Some(made) => assert_eq!(id, made),
            None => assert_eq!(id.uuid(), UUID, "{}", def.name()),
        }
        assert_eq!(object["spec_version"], "2.1", "{}", def.name());
    }
}

#[test]
fn every_property_has_a_setter_or_is_asked_for() {
    for Built { def, object, changed } in all() {
        let set: BTreeSet<_> =
            changed.iter().map(|(setter, _)| setter.strip_prefix("with_").unwrap()).collect();
        let required = def.properties().filter(|property| property.required).map(|property| property.name);
        let expected: BTreeSet<_> = def.properties().map(|property| property.name).collect();
        let left: Vec<_> = expected.difference(&set).copied().collect();
        let asked: Vec<_> = required.filter(|name| !set.contains(name)).collect();
        assert_eq!(left.iter().collect::<BTreeSet<_>>(), asked.iter().collect(), "{}", def.name());
        assert!(left.iter().all(|name| object.get(name).is_some()), "{}", def.name());
        assert!(set.is_subset(&expected), "{}", def.name());
    }
}

#[test]
fn a_setter_sets_its_property_and_no_other() {
    for Built { def, object, changed } in all() {
        for (setter, after) in changed {
            let name = setter.strip_prefix("with_").unwrap();
            assert!(after.get(name).is_some(), "{}.{name}", def.name());
            let same = name == "spec_version" || name == "definition_type";
            assert_eq!(after.get(name) == object.get(name), same, "{}.{name}", def.name());
            let members = |value: &Value| {
                let mut members = value.as_object().unwrap().clone();
                members.retain(|other, _| other != name && other != "id");
                members
            };
            assert_eq!(members(&after), members(&object), "{}.{name}", def.name());
        }
    }
}

#[test]
fn the_identifier_of_an_observable_follows_its_content() {
    let mut contributing = 0;
    for Built { def, object, changed } in objects::sco_objects() {
        let made = |object: &Value| deterministic_id(object.as_object().unwrap());
        for (setter, after) in changed.iter().filter(|(setter, _)| *setter != "with_id") {
            let name = setter.strip_prefix("with_").unwrap();
            let contributes = def.property(name).unwrap().id_contributing;
            contributing += usize::from(contributes);
            assert_eq!(after["id"] != object["id"], contributes, "{}.{name}", def.name());
            if let Some(id) = made(after) {
                assert_eq!(after["id"], id.as_str(), "{}.{name}", def.name());
            }
        }
    }
    assert!(contributing > 25, "{contributing}");
}

#[test]
fn an_identifier_that_was_given_stays() {
    let given = Mutex::new("a").with_id(id("mutex"));
    let read: Mutex = serde_json::from_value(print(&given)).unwrap();
    assert_eq!(read.clone().with_object_marking_refs(ids("marking-definition")).common.id, id("mutex"));
    let domain = DomainName::new("example.com");
    let read: DomainName = serde_json::from_value(print(&domain)).unwrap();
    assert_eq!(read.common.id, domain.common.id);
    let file: File =
        serde_json::from_value(json!({"type": "file", "id": id("file").as_str(), "name": "a"})).unwrap();
    assert_eq!(file.with_name("b").common.id, id("file"), "it was read, not made");
}

#[test]
fn objects_that_are_built_one_after_another_differ() {
    assert_ne!(Campaign::new("a").common.id, Campaign::new("a").common.id);
    assert_ne!(Process::new().common.id, Process::new().common.id);
    assert_eq!(Mutex::new("a").common.id, Mutex::new("a").common.id);
}
