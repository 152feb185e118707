//! The JSON Schemas of the user as a rule of the validator.

use serde_json::{Map, Number, Value};

use super::SchemaSet;
use crate::validate::{Check, Json, Members, ObjectRule, Rule};

/// ```
/// use serde_json::json;
/// use stix_core::{schema_set::SchemaSet, validate::Validator};
///
/// let mut schemas = SchemaSet::new();
/// schemas.add("x-acme-thing", &json!({"properties": {"x_score": {"maximum": 10}}}))?;
/// let text = r#"{
///     "type": "x-acme-thing",
///     "id": "x-acme-thing--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f",
///     "x_score": 11
/// }"#;
/// let report = Validator::new().with_rule(schemas).text(text);
/// let problem = report.problems().iter().find(|problem| problem.rule().code() == "json-schema").ok_or("none")?;
/// assert_eq!((problem.path(), problem.line()), ("/x_score", Some(4)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
impl ObjectRule for SchemaSet {
    fn check<'c>(&self, object: &'c Members<'c>, check: &mut Check<'c>) {
        if !check.is_on(Rule::JsonSchema) || !self.concerns(object) {
            return;
        }
        let value = members(object);
        for problem in self.check(&value) {
            let message = format_args!("{}, says the schema of `{}`", problem.message(), problem.key());
            let mut segments = problem.pointer().split('/').skip(1);
            match segments.next() {
                None => check.problem(Rule::JsonSchema, message),
                Some(name) => descend(object, name, &mut segments, check, &mut |check| {
                    check.problem(Rule::JsonSchema, message);
                }),
            }
        }
    }
}

impl SchemaSet {
    /// Whether there is a schema for the type or for an extension of the object.
    fn concerns(&self, object: &Members<'_>) -> bool {
        let extensions = object.get("extensions").and_then(Json::as_object);
        let mut extensions = extensions.into_iter().flat_map(Members::iter);
        object.text("type").is_some_and(|name| self.contains(name))
            || extensions.any(|(key, _)| self.contains(key))
    }
}

/// Goes down along the segments of a JSON Pointer, as far as there is something.
fn descend<'c>(
    object: &'c Members<'c>,
    segment: &str,
    rest: &mut dyn Iterator<Item = &str>,
    check: &mut Check<'c>,
    problem: &mut dyn FnMut(&mut Check<'c>),
) {
    let name = segment.replace("~1", "/").replace("~0", "~");
    match object.iter().find(|(known, _)| *known == name) {
        Some((name, value)) => check.member(name, |check| into(value, rest, check, problem)),
        None => problem(check),
    }
}

fn into<'c>(
    value: &'c Json<'c>,
    rest: &mut dyn Iterator<Item = &str>,
    check: &mut Check<'c>,
    problem: &mut dyn FnMut(&mut Check<'c>),
) {
    match (value, rest.next()) {
        (Json::Object(members), Some(segment)) => descend(members, segment, rest, check, problem),
        (Json::Array(items), Some(segment)) => {
            let index = segment.parse().unwrap_or(usize::MAX);
            match items.get(index) {
                Some(item) => check.item(index, |check| into(item, rest, check, problem)),
                None => problem(check),
            }
        }
        _ => problem(check),
    }
}

fn members(members: &Members<'_>) -> Value {
    let members = members.iter().map(|(name, value)| (name.to_owned(), self::value(value)));
    Value::Object(members.collect::<Map<_, _>>())
}

fn value(json: &Json<'_>) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Bool(value) => Value::Bool(*value),
        Json::Integer(number) => Value::from(*number),
        Json::Float(number) => Number::from_f64(*number).map_or(Value::Null, Value::Number),
        Json::String(text) => Value::from(&**text),
        Json::Array(items) => items.iter().map(value).collect(),
        Json::Object(object) => members(object),
    }
}
