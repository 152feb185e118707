//! The generated JSON Schemas and the validator agree on every object.
//!
//! Two hands read the same tables here: the `jsonschema` crate reads what was generated from them,
//! the validator reads them itself.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail")]

use std::{collections::BTreeMap, sync::LazyLock};

use jsonschema::Validator;
use proptest::{prelude::*, strategy::Union};
use serde_json::{Value, json};
use stix_core::{
    Bundle, Object,
    object::REGISTRY,
    schema::{ObjectDef, StixObject, json_schemas},
    strategies::{Mutation, any_object, mutated, object},
    validate::{Problem, Rule, check_object},
};

/// The documents, compiled, by the type that each is for.
static SCHEMAS: LazyLock<BTreeMap<String, Validator>> = LazyLock::new(|| {
    let compiled = |(name, schema): (String, Value)| {
        (name.trim_end_matches(".json").to_owned(), jsonschema::validator_for(&schema).unwrap())
    };
    json_schemas().map(compiled).collect()
});

fn defs() -> impl Iterator<Item = &'static ObjectDef> {
    REGISTRY.iter().copied().chain([Bundle::OBJECT])
}

/// The rules that the tables hold, and with them the schemas. The others look into texts, compare
/// values with each other, or know more of the world than a declaration says.
const IN_TABLES: &[Rule] = &[
    Rule::ValueKind,
    Rule::NoNull,
    Rule::NotEmpty,
    Rule::Range,
    Rule::Timestamp,
    Rule::TimestampPrecision,
    Rule::Hexadecimal,
    Rule::Binary,
    Rule::Identifier,
    Rule::IdPrefix,
    Rule::ReferenceTarget,
    Rule::ObjectType,
    Rule::RequiredProperty,
    Rule::SpecVersion,
    Rule::PropertyRelation,
    Rule::BundleSpecVersion,
    Rule::Enumeration,
];

/// Why a schema cannot find this problem, if it cannot.
fn inexpressible(problem: &Problem, object_type: Option<&str>) -> Option<&'static str> {
    match problem.rule() {
        Rule::IdPrefix if !defs().any(|def| Some(def.name()) == object_type) => {
            Some("no keyword compares `id` with `type`; only known types have a pattern of their own")
        }
        Rule::PropertyRelation if !defs().any(|def| Some(def.name()) == object_type) => {
            Some("only a table says which properties are an object's own, so that one of them must be there")
        }
        rule if !IN_TABLES.contains(&rule) => {
            Some("the schemas are made of the tables, which do not hold it")
        }
        _ => None,
    }
}

/// The errors that a schema should find too.
fn errors(value: &Value) -> Vec<String> {
    let report = check_object(value);
    let object_type = |problem: &Problem| {
        let object = problem.path().rsplit_once("/id").map_or("", |(object, _)| object);
        value.pointer(&format!("{object}/type")).and_then(Value::as_str)
    };
    let expressible =
        report.errors().filter(|problem| inexpressible(problem, object_type(problem)).is_none());
    expressible.map(ToString::to_string).collect()
}

fn agree(value: &Value, note: &str) -> Result<(), TestCaseError> {
    let errors = errors(value);
    let object_type = value["type"].as_str().filter(|name| SCHEMAS.contains_key(*name));
    for name in [Some("object"), object_type].into_iter().flatten() {
        let found: Vec<_> = SCHEMAS[name]
            .iter_errors(value)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        prop_assert_eq!(
            found.is_empty(),
            errors.is_empty(),
            "{}\n{:#}\n{}.json: {:?}\nvalidator: {:?}",
            note,
            value,
            name,
            found,
            errors
        );
    }
    Ok(())
}

/// Ten times as many cases if the environment sets `TESTS_LONG`.
fn config(cases: u32) -> ProptestConfig {
    let cases = if std::env::var_os("TESTS_LONG").is_some() { cases * 10 } else { cases };
    ProptestConfig { failure_persistence: None, cases, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config(100))]

    #[test]
    fn valid_objects_are_valid(value in Union::new(defs().map(object))) {
        let report = check_object(&value);
        prop_assert!(report.is_valid(), "{:#}\n{}", value, report);
        agree(&value, "as generated")?;
    }

    #[test]
    fn generated_objects_are_read_and_printed(value in any_object()) {
        let object: Object = serde_json::from_value(value.clone()).map_err(|e| TestCaseError::fail(e.to_string()))?;
        prop_assert!(!matches!(object, Object::Untyped(_)));
        prop_assert_eq!(serde_json::to_value(&object).unwrap(), value);
    }
}

proptest! {
    #![proptest_config(config(1000))]

    #[test]
    fn mistakes_are_found_by_both((value, mutation) in Union::new(defs().map(mutated))) {
        let mutation: Mutation = mutation;
        agree(&value, &mutation.to_string())?;
    }
}

/// What a schema cannot say is listed here, and found to be so.
#[test]
fn the_listed_differences_are_differences() {
    let object = |members: Value| {
        let mut object = json!({
            "type": "indicator", "spec_version": "2.1",
            "id": "indicator--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f",
            "created": "2024-01-15T10:00:00.000Z", "modified": "2024-01-15T10:00:00.000Z",
            "pattern": "[a:b = 1]", "pattern_type": "stix", "valid_from": "2024-01-15T10:00:00Z",
        });
        object.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        object
    };
    let cases = [
        // No keyword compares two values.
        (object(json!({"valid_until": "2024-01-15T10:00:00Z"})), Rule::PropertyRelation),
        (object(json!({"modified": "2024-01-15T09:59:59.999Z"})), Rule::PropertyRelation),
        (object(json!({"type": "x-custom"})), Rule::IdPrefix),
        // To a schema 7.0 is an integer; to a reader of JSON it is another kind of number.
        (object(json!({"confidence": 7.0})), Rule::ValueKind),
    ];
    for (value, rule) in cases {
        let rules: Vec<_> = check_object(&value).errors().map(Problem::rule).collect();
        assert_eq!(rules, [rule], "{value}");
        assert!(SCHEMAS["object"].is_valid(&value), "{value}");
    }
    // To the validator a member that stands twice is a mistake; a schema sees the last one only.
}
