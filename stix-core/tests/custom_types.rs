//! Types and extensions that a program declares itself, as a crate beside this one does it.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may fail")]

use proptest::prelude::*;
use serde_json::{Value, json};
use stix_core::{
    Bundle, Context, Custom, Identifier, KillChainPhase, Object, Registry, ScoBuilder, ScoCommon, SdoBuilder,
    SdoCommon, StixObject, StixStruct, Timestamp,
    bundle::{BundleBuilder, BundleReader, Limits},
    deterministic_id::NAMESPACE,
    schema::{Extension, Kind, Vocabulary, json_schema},
    sdo::{Indicator, Malware},
    strategies,
    validate::{Check, Members, Rule, Valid, Validator},
    values::{Extensions, Hashes},
    versioning::{new_version, revoke},
};
use uuid::Uuid;

/// What a sensor may watch.
static WATCHED_OV: Vocabulary =
    Vocabulary { name: "acme-watched-ov", open: true, terms: &["network", "host"] };

/// A device that watches a network.
#[derive(Clone, Debug, PartialEq, StixObject)]
#[stix(
    type = "x-acme-sensor",
    class = Sdo,
    extension = "extension-definition--54e7a1c3-5f0e-4b0c-9d35-0f9b3e3a5a11",
    after(retired, installed),
    requires(retired, installed),
    check = in_lower_case
)]
struct Sensor {
    #[stix(common)]
    common: SdoCommon,
    /// What is printed on the device.
    serial: String,
    /// What it watches.
    #[stix(vocabulary(self::WATCHED_OV))]
    watched: Option<Vec<String>>,
    /// When it was put in.
    installed: Option<Timestamp>,
    /// When it was taken out.
    retired: Option<Timestamp>,
    /// Where it stands.
    #[stix(refs("location"))]
    location_ref: Option<Identifier>,
    /// How it is set.
    settings: Option<Vec<Setting>>,
    kill_chain_phases: Option<Vec<KillChainPhase>>,
}

/// A setting of a sensor.
#[derive(Clone, Debug, PartialEq, StixStruct)]
#[stix(name = "acme-setting")]
struct Setting {
    key: String,
    value: Option<i64>,
    #[stix(custom)]
    custom: Custom,
}

fn in_lower_case<'c>(sensor: &'c Members<'c>, check: &mut Check<'c>) {
    if sensor.text("serial").is_some_and(|serial| serial.contains(char::is_uppercase)) {
        check.member("serial", |check| check.problem(Rule::ValueKind, "a serial is in lower case"));
    }
}

/// A chip that was seen.
#[derive(Clone, Debug, PartialEq, StixObject)]
#[stix(
    type = "x-acme-chip",
    class = Sco,
    extension = "extension-definition--0d0ec6cb-5b5b-4ee0-b1a4-a9a0ddc34e62",
    at_least_one(serial, hashes)
)]
struct Chip {
    #[stix(common)]
    common: ScoCommon<ChipExtensions>,
    #[stix(id_contributing)]
    serial: Option<String>,
    #[stix(id_contributing)]
    hashes: Option<Hashes>,
    note: Option<String>,
}

/// The extensions of chips, by name.
#[derive(Clone, Debug, PartialEq, StixStruct)]
#[stix(name = "extensions of x-acme-chip", extensions)]
struct ChipExtensions {
    #[stix(name = "acme-flash-ext")]
    flash: Option<FlashExt>,
    #[stix(custom)]
    custom: Custom,
}

/// What is special about chips with memory.
#[derive(Clone, Debug, PartialEq, StixStruct)]
#[stix(name = "acme-flash-ext")]
struct FlashExt {
    pages: i64,
    #[stix(custom)]
    custom: Custom,
}

/// A type from before extensions, which nothing defines.
#[derive(Clone, Debug, PartialEq, StixObject)]
#[stix(type = "x-acme-relic", class = Sdo, custom)]
struct Relic {
    #[stix(common)]
    common: SdoCommon,
}

/// How ACME ranks objects, inside their extensions.
#[derive(Clone, Debug, PartialEq, StixStruct)]
#[stix(name = "acme-ranking", extension = "extension-definition--dd73de4f-a7f3-49ea-8ec1-8e884196b7a8")]
struct Ranking {
    rank: i64,
    #[stix(custom)]
    custom: Custom,
}

/// Where ACME keeps objects, beside their properties.
#[derive(Clone, Debug, PartialEq, StixStruct)]
#[stix(
    name = "acme-keeping",
    extension = "extension-definition--3cf9eafb-4b1b-4c1f-8e55-5fbe7e2b0a2d",
    toplevel,
    requires(shelf, room)
)]
struct Keeping {
    room: Option<String>,
    shelf: Option<i64>,
    /// Who looks after it. The name promises nothing.
    #[stix(name = "keeper_hex")]
    keeper: Option<String>,
    #[stix(custom)]
    custom: Custom,
}

fn registry() -> Registry {
    Registry::standard()
        .with::<Sensor>()
        .with::<Chip>()
        .with::<Relic>()
        .with_extension::<Ranking>()
        .with_extension::<Keeping>()
}

fn context() -> Context {
    let time = "2024-01-15T10:00:00.000Z".parse::<Timestamp>().unwrap();
    let uuid = Uuid::from_u128(0x8e2e_2d2b_17d4_4cbf_938f_98ee_46b3_cd3f);
    Context::new(move || time.instant(), move || uuid)
}

fn sensor() -> Value {
    json!({
        "type": "x-acme-sensor",
        "spec_version": "2.1",
        "id": "x-acme-sensor--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f",
        "created": "2024-01-15T10:00:00.000Z",
        "modified": "2024-01-15T10:00:00.1230Z",
        "serial": "s-7",
        "watched": ["network", "fridge"],
        "installed": "2024-01-15T10:00:00Z",
        "settings": [{"key": "gain", "value": 3, "x_unit": "dB"}],
        "confidence": 80,
        "extensions": {
            "extension-definition--54e7a1c3-5f0e-4b0c-9d35-0f9b3e3a5a11": {"extension_type": "new-sdo"},
        },
        "x_note": {"deep": [1, 2.50, -0.0, 1e300, 9_007_199_254_740_991_i64]},
    })
}

fn problems(validator: &Validator, value: &Value) -> Vec<String> {
    validator.value(value).errors().map(ToString::to_string).collect()
}

#[test]
fn a_bundle_gives_typed_objects() {
    let chip = json!({"id": "x-acme-chip--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f", "serial": "c", "type": "x-acme-chip"});
    let value = json!({
        "type": "bundle",
        "id": "bundle--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f",
        "objects": [sensor(), chip, {"type": "x-other", "a": 1}],
    });
    let text = value.to_string();
    let reader = || BundleReader::new(text.as_bytes(), Limits::default()).with_registry(&registry());
    let objects: Vec<Object> = reader().collect::<Result<_, _>>().unwrap();
    let sensor = objects[0].as_custom::<Sensor>().unwrap();
    assert_eq!(sensor.settings.as_ref().unwrap()[0].value, Some(3));
    assert_eq!(objects[0].object_type(), "x-acme-sensor");
    assert_eq!(objects[0].id().unwrap(), &sensor.common.id);
    assert_eq!(objects[0].modified(), Some(sensor.common.modified.clone()));
    assert_eq!(objects[1].as_custom::<Chip>().unwrap().serial.as_deref(), Some("c"));
    assert!(objects[1].as_custom::<Sensor>().is_none());
    assert!(matches!(objects[2], Object::Untyped(_)));
    assert_eq!(objects.clone(), objects);
    assert_ne!(objects[0], objects[1]);

    let bundle = reader().bundle().unwrap();
    assert_eq!(bundle.objects.as_ref(), Some(&objects));
    assert_eq!(serde_json::to_value(&bundle).unwrap(), value);
    // Nobody who does not know the types loses anything.
    let untyped = text.parse::<Bundle>().unwrap();
    assert!(untyped.objects.unwrap().iter().all(|object| matches!(object, Object::Untyped(_))));
}

#[test]
fn an_object_survives_with_all_it_holds() {
    let object = registry().object(&sensor().to_string()).unwrap();
    assert_eq!(serde_json::to_value(&object).unwrap(), sensor());
    let text = serde_json::to_string(&object).unwrap();
    assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), sensor());
    assert!(text.starts_with(r#"{"type":"x-acme-sensor","spec_version":"2.1","id":"#));
    let typed: Sensor = serde_json::from_value(sensor()).unwrap();
    assert_eq!(Object::from(typed), object);
}

#[test]
fn errors_say_what_and_where() {
    let mut bad = sensor();
    bad["serial"] = json!(7);
    let error = registry().object(&bad.to_string()).unwrap_err().to_string();
    assert!(error.starts_with("x-acme-sensor `serial`: invalid type: integer `7`"), "{error}");
    let text = format!("[{bad}, {}]", sensor());
    let read: Vec<_> =
        BundleReader::new(text.as_bytes(), Limits::default()).with_registry(&registry()).collect();
    assert!(read[0].as_ref().is_err_and(|error| error.is_recoverable()));
    assert!(read[1].is_ok());
    let twice = r#"{"type": "x-acme-relic", "id": "a", "id": "b"}"#;
    assert!(registry().object(twice).is_err());
    assert!(registry().object(&format!("{} 1", sensor())).is_err());
}

#[test]
fn objects_are_checked_by_their_tables() {
    let validator = Validator::new().with_registry(&registry());
    assert_eq!(problems(&validator, &sensor()), Vec::<String>::new());
    let warnings: Vec<_> = validator.value(&sensor()).problems().iter().map(|p| p.rule().code()).collect();
    assert!(warnings.contains(&"open-vocabulary"), "{warnings:?}");
    let cases = [
        ("serial", Value::Null, "/serial: null"),
        ("serial", json!("S-7"), "/serial: a serial is in lower case"),
        ("location_ref", json!("identity--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f"), "/location_ref: "),
        ("retired", json!("2024-01-15T10:00:00.00Z"), "`retired` is not after `installed`"),
        ("settings", json!([{"value": 1}]), "/settings/0/key: `acme-setting` needs the property `key`"),
        ("id", json!("x-acme-chip--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f"), "/id: "),
        ("created", json!("2024-01-15T10:00:00Z"), "/created: "),
        (
            "extensions",
            json!({"extension-definition--dd73de4f-a7f3-49ea-8ec1-8e884196b7a8":
                {"extension_type": "property-extension", "rank": 1}}),
            "/extensions/extension-definition--54e7a1c3-5f0e-4b0c-9d35-0f9b3e3a5a11: `x-acme-sensor` needs the \
             extension that defines it (write ",
        ),
        (
            "extensions",
            json!({"extension-definition--54e7a1c3-5f0e-4b0c-9d35-0f9b3e3a5a11": {"extension_type": "new-sco"}}),
            "/extensions/extension-definition--54e7a1c3-5f0e-4b0c-9d35-0f9b3e3a5a11/extension_type: `new-sco` does \
             not define `x-acme-sensor`",
        ),
    ];
    for (name, value, expected) in cases {
        let mut bad = sensor();
        bad[name] = value;
        let found = problems(&validator, &bad);
        assert!(found.iter().any(|problem| problem.starts_with(expected)), "{name}: {found:?}");
    }
    // Without the registry the type is one of which nothing is known.
    let mut bad = sensor();
    bad["serial"] = json!(7);
    assert!(Validator::new().value(&bad).is_valid());
    assert!(!validator.value(&bad).is_valid());
}

#[test]
fn extensions_of_other_types_are_read_written_and_checked() {
    let ranking = Ranking::new(3);
    let keeping = Keeping::new().with_room("r").with_shelf(2);
    let malware = Malware::new(false).with_extension(&ranking).unwrap().with_extension(&keeping).unwrap();
    assert_eq!(malware.extension::<Ranking>().unwrap(), Some(ranking.clone()));
    assert_eq!(malware.extension::<Keeping>().unwrap(), Some(keeping.clone()));
    let value = serde_json::to_value(&malware).unwrap();
    assert_eq!(value["shelf"], 2);
    assert_eq!(value["extensions"][Ranking::EXTENSION.id]["extension_type"], "property-extension");
    let object = Object::from(malware.clone());
    assert_eq!(object.extension::<Ranking>().unwrap(), Some(ranking));
    assert_eq!(object.extension::<Keeping>().unwrap(), Some(keeping));
    assert_eq!(Object::from(Malware::new(true)).extension::<Ranking>().unwrap(), None);
    let replaced = malware.with_extension(&Keeping::new().with_room("s")).unwrap();
    assert_eq!(serde_json::to_value(&replaced).unwrap().get("shelf"), None);

    let validator = Validator::new().with_registry(&registry());
    assert_eq!(problems(&validator, &value), Vec::<String>::new());
    let mut bad = value.clone();
    bad["extensions"][Ranking::EXTENSION.id]["rank"] = json!("first");
    bad["keeper_hex"] = json!(7);
    bad.as_object_mut().unwrap().shift_remove("room");
    let found = problems(&validator, &bad);
    assert_eq!(found.len(), 3, "{found:?}");
    let rank = "/extensions/extension-definition--dd73de4f-a7f3-49ea-8ec1-8e884196b7a8/rank: a string stands where a \
                whole number belongs";
    assert!(found.iter().any(|problem| problem == rank), "{found:?}");
    assert!(found.iter().any(|problem| problem == "`shelf` needs `room`"), "{found:?}");
    // An object that nobody declares has extensions all the same.
    let untyped: Object = serde_json::from_value(json!({
        "type": "x-other", "room": "r", "extensions": {Keeping::EXTENSION.id: {}}
    }))
    .unwrap();
    assert_eq!(untyped.extension::<Keeping>().unwrap().unwrap().room.as_deref(), Some("r"));
}

#[test]
fn the_builder_gives_valid_objects() {
    let sensor = Sensor::new_in(&context(), "s-7")
        .with_watched(["host"])
        .with_confidence(stix_core::Confidence::try_from(80).unwrap());
    assert_eq!(sensor.common.id.as_str(), "x-acme-sensor--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f");
    let value = serde_json::to_value(&sensor).unwrap();
    assert_eq!(value["extensions"], definition("54e7a1c3-5f0e-4b0c-9d35-0f9b3e3a5a11", "new-sdo"));
    let validator = Validator::new().with_registry(&registry());
    assert_eq!(validator.value(&value).problems(), []);
    assert!(sensor.clone().validated().is_ok());
    assert!(Valid::check(sensor.clone()).is_ok());
    let report = Sensor::new("S-7").validated().unwrap_err();
    assert_eq!(report.problems()[0].path(), "/serial");
    assert!(Relic::new().validated().is_ok());
    let bundle = BundleBuilder::new().with(sensor).build_in(&context()).unwrap();
    assert_eq!(bundle.objects.unwrap().len(), 1);
}

fn definition(uuid: &str, kind: &str) -> Value {
    json!({format!("extension-definition--{uuid}"): {"extension_type": kind}})
}

#[test]
fn an_observable_has_the_identifier_of_its_content() {
    let chip = Chip::new().with_serial("c-1");
    let expected = Uuid::new_v5(&NAMESPACE, br#"{"serial":"c-1"}"#);
    assert_eq!(chip.common.id.as_str(), format!("x-acme-chip--{expected}"));
    assert_eq!(chip.clone().with_note("n").with_defanged(true).common.id, chip.common.id);
    assert_ne!(chip.clone().with_serial("c-2").common.id, chip.common.id);
    let flash = ChipExtensions::new().with_flash(FlashExt::new(4));
    let object = Object::from(chip.clone());
    assert_eq!(object.deterministic_id().unwrap(), chip.common.id);
    let validator =
        Validator::new().with_registry(&registry()).with_level("thorough", stix_core::validate::Level::Error);
    let mut value = serde_json::to_value(&object).unwrap();
    assert_eq!(problems(&validator.unwrap(), &value), Vec::<String>::new());
    value["id"] = json!("x-acme-chip--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f");
    let found = problems(&Validator::new().with_registry(&registry()), &value);
    assert!(found.iter().all(|problem| problem.contains(&chip.common.id.to_string())), "{found:?}");
    let report = Chip::new().validated().unwrap_err();
    assert!(report.to_string().contains("one of serial, hashes must be present"), "{report}");
    assert_eq!(flash.flash.unwrap().pages, 4);
}

#[test]
fn objects_have_versions() {
    let object = registry().object(&sensor().to_string()).unwrap();
    let sensor = object.as_custom::<Sensor>().unwrap();
    let later = Context::system();
    let newer = new_version(sensor, &later, |sensor| sensor.serial = "s-8".into()).unwrap();
    assert!(newer.common.modified > sensor.common.modified);
    assert_eq!(revoke(&newer, &later).unwrap().common.revoked, Some(true));
}

#[test]
fn the_schemas_agree_with_the_validator() {
    let registry = registry();
    let schemas: std::collections::BTreeMap<_, _> = registry.json_schemas().collect();
    assert_eq!(schemas.len(), stix_core::object::REGISTRY.len() + 2 + 3);
    for schema in schemas.values() {
        assert!(jsonschema::meta::is_valid(schema));
    }
    let schema = &schemas["x-acme-sensor.json"];
    assert_eq!(schema["properties"]["type"]["const"], "x-acme-sensor");
    assert_eq!(schema["properties"]["serial"]["type"], "string");
    assert_eq!(schema["properties"]["watched"]["items"]["examples"], json!(["network", "host"]));
    assert_eq!(schema.get("$comment"), None);
    assert_eq!(json_schema(Sensor::OBJECT)["title"], "x-acme-sensor");
    let compiled = |name: &str| jsonschema::validator_for(&schemas[name]).unwrap();
    let (own, any) = (compiled("x-acme-sensor.json"), compiled("object.json"));
    let validator = Validator::new().with_registry(&registry);
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig {
        failure_persistence: None,
        cases: 300,
        ..ProptestConfig::default()
    });
    let strategy = prop_oneof![
        strategies::object(Sensor::OBJECT),
        strategies::mutated(Sensor::OBJECT).prop_map(|(value, _)| value),
    ];
    let tables = ["value-kind", "required-property", "not-empty", "property-relation", "reference-target"];
    runner
        .run(&strategy, |value| {
            let report = validator.value(&value);
            let found = report.errors().any(|problem| tables.contains(&problem.rule().code()));
            let beyond = report.errors().any(|problem| !tables.contains(&problem.rule().code()))
                || report.to_string().contains("is not after")
                || report.to_string().contains("in lower case");
            if value["type"] == "x-acme-sensor" && !beyond {
                prop_assert_eq!(own.is_valid(&value), !found, "{:#}\n{}", value, report);
                prop_assert_eq!(any.is_valid(&value), !found, "{:#}\n{}", value, report);
            }
            if let Ok(object) = registry.object(&value.to_string()) {
                prop_assert_eq!(serde_json::to_value(&object).unwrap(), value);
            }
            Ok(())
        })
        .unwrap();
    let malware = Malware::new(false).with_extension(&Ranking::new(3)).unwrap();
    let mut malware = serde_json::to_value(malware.with_extension(&Keeping::new()).unwrap()).unwrap();
    let schema = compiled("malware.json");
    assert!(schema.is_valid(&malware));
    malware["shelf"] = json!(1);
    assert!(!schema.is_valid(&malware), "a shelf needs a room");
    malware["room"] = json!("r");
    malware["extensions"][Ranking::EXTENSION.id]["rank"] = json!("x");
    assert!(!schema.is_valid(&malware), "a rank is a number");
}

#[test]
fn tables_are_found_by_name() {
    let registry = registry();
    assert!(registry.def("x-acme-sensor").unwrap().property("serial").is_some());
    assert_eq!(registry.def("indicator").unwrap().name(), Indicator::TYPE);
    assert_eq!(registry.defs().count(), stix_core::object::REGISTRY.len() + 3);
    assert!(registry.extension(Ranking::EXTENSION.id).is_some());
    assert!(registry.extension(Sensor::OBJECT.extension.unwrap()).is_none());
    let names: Vec<_> = Chip::OBJECT.id_contributing().collect();
    assert_eq!(names, ["serial", "hashes"]);
    assert!(matches!(
        Chip::OBJECT.property("extensions").unwrap().kind,
        Kind::Extensions(def) if def.property("acme-flash-ext").is_some()
    ));
    assert_eq!(Extensions::default(), Extensions::from(Custom::new()));
    assert!(format!("{registry:?}").contains("x-acme-chip"));
}
