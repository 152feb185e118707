//! JSON Schemas that users register for extensions and custom types (STIX 2.1 section 7.3 and chapter 11).

mod rule;

use std::{collections::HashMap, fmt};

use jsonschema::{Retrieve, Uri, Validator};
use serde_json::Value;

use crate::{Identifier, id::is_object_type};

/// The JSON Schemas of extension definitions and of custom types, compiled.
///
/// Each object is checked against the schema of its type and against those of its extensions:
/// the value in `extensions` where the extension is one of a property, else the whole object,
/// since then the extension's properties are the object's own. Nothing is fetched: a schema must
/// hold what it refers to, or name one registered with [`SchemaSet::add_document`] before.
///
/// ```
/// use serde_json::json;
/// use stix_core::schema_set::SchemaSet;
///
/// let mut schemas = SchemaSet::new();
/// schemas.add("x-acme-thing", &json!({"properties": {"x_score": {"maximum": 10}}}))?;
/// let object = json!({"type": "x-acme-thing", "x_score": 11});
/// let problems: Vec<_> = schemas.check(&object).collect();
/// assert_eq!(problems[0].pointer(), "/x_score");
/// assert_eq!(problems[0].message(), "11 is greater than the maximum of 10");
/// # Ok::<(), stix_core::schema_set::SchemaError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct SchemaSet {
    schemas: HashMap<Box<str>, Validator>,
    documents: HashMap<String, Value>,
}

impl SchemaSet {
    /// A set without schemas, which finds no problem.
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether there is no schema.
    pub fn is_empty(&self) -> bool {
        self.schemas.is_empty()
    }

    /// Registers the schema of a type of object, or of an extension by the identifier of its
    /// definition; one that was there before is replaced.
    ///
    /// A schema that does not name its dialect is one of 2020-12.
    ///
    /// # Errors
    /// The key must be one of these, and the schema be one.
    pub fn add(&mut self, key: &str, schema: &Value) -> Result<(), SchemaError> {
        let error = |message: String| SchemaError { key: key.to_owned(), message };
        let of_extension = key.parse::<Identifier>().is_ok_and(|id| id.object_type() == EXTENSION);
        if !of_extension && !is_object_type(key) {
            return Err(error("is no type of object and no identifier of an extension definition".into()));
        }
        let options = jsonschema::options().with_retriever(Documents(self.documents.clone()));
        let validator =
            options.build(schema).map_err(|cause| error(format!("has no usable schema: {cause}")))?;
        self.schemas.insert(key.into(), validator);
        Ok(())
    }

    /// Registers a document that schemas registered later may refer to by this absolute URI.
    ///
    /// ```
    /// use serde_json::json;
    /// use stix_core::schema_set::{SchemaProblem, SchemaSet};
    ///
    /// let mut schemas = SchemaSet::new();
    /// schemas.add_document("https://example.com/rank.json", json!({"maximum": 10}));
    /// schemas.add("x-acme", &json!({"properties": {"rank": {"$ref": "https://example.com/rank.json"}}}))?;
    /// let object = json!({"type": "x-acme", "rank": 11});
    /// let problems: Vec<SchemaProblem> = schemas.check(&object).collect();
    /// assert_eq!(problems[0].pointer(), "/rank");
    /// # Ok::<(), stix_core::schema_set::SchemaError>(())
    /// ```
    pub fn add_document(&mut self, uri: &str, document: Value) {
        self.documents.insert(uri.trim_end_matches('#').to_owned(), document);
    }

    /// Whether the content of this type or extension is checked.
    pub fn contains(&self, key: &str) -> bool {
        self.schemas.contains_key(key)
    }

    /// Checks an object against the schemas of its type and of its extensions.
    pub fn check<'a>(&'a self, object: &'a Value) -> impl Iterator<Item = SchemaProblem<'a>> {
        let object_type = object.get("type").and_then(Value::as_str);
        let own = object_type.map(|name| (name, String::new(), object));
        let extensions = object.get("extensions").and_then(Value::as_object).into_iter().flatten();
        let extensions = extensions.map(move |(key, extension)| {
            let kind = extension.get("extension_type").and_then(Value::as_str);
            match kind.is_none_or(|kind| kind == "property-extension") {
                true => (
                    key.as_str(),
                    format!("/extensions/{}", key.replace('~', "~0").replace('/', "~1")),
                    extension,
                ),
                false => (key.as_str(), String::new(), object),
            }
        });
        own.into_iter().chain(extensions).flat_map(|(key, start, value)| {
            let errors = self.schemas.get(key).into_iter().flat_map(move |schema| schema.iter_errors(value));
            errors.map(move |error| SchemaProblem {
                key,
                pointer: format!("{start}{}", error.instance_path()),
                message: error.to_string(),
            })
        })
    }
}

const EXTENSION: &str = "extension-definition";

/// The documents that schemas refer to: those that were registered, and no other.
struct Documents(HashMap<String, Value>);

impl Retrieve for Documents {
    fn retrieve(&self, uri: &Uri<String>) -> Result<Value, Box<dyn std::error::Error + Send + Sync>> {
        let document = self.0.get(uri.as_str().trim_end_matches('#')).cloned();
        document.ok_or_else(|| format!("`{uri}` is not registered, and nothing is fetched").into())
    }
}

/// A place where an object does not fit a registered schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SchemaProblem<'a> {
    key: &'a str,
    pointer: String,
    message: String,
}

impl SchemaProblem<'_> {
    /// The type or the extension definition that the schema is registered for.
    pub fn key(&self) -> &str {
        self.key
    }

    /// Where: an RFC 6901 JSON Pointer into the object.
    pub fn pointer(&self) -> &str {
        &self.pointer
    }

    /// What is wrong, in one sentence.
    pub fn message(&self) -> &str {
        &self.message
    }
}

/// A schema that cannot be registered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SchemaError {
    key: String,
    message: String,
}

impl SchemaError {
    /// The type or the extension definition.
    pub fn key(&self) -> &str {
        &self.key
    }
}

impl fmt::Display for SchemaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` {}", self.key, self.message)
    }
}

impl std::error::Error for SchemaError {}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const DEFINITION: &str = "extension-definition--87654321-4321-4321-8321-876543214321";

    fn found(schemas: &SchemaSet, object: &Value) -> Vec<String> {
        schemas.check(object).map(|problem| format!("{} {}", problem.pointer(), problem.message())).collect()
    }

    #[test]
    fn an_extension_is_checked_where_its_properties_are() {
        let mut schemas = SchemaSet::new();
        let schema = json!({"required": ["rank"], "properties": {"rank": {"type": "integer"}}});
        schemas.add(DEFINITION, &schema).unwrap();
        let object = |kind: Option<&str>, top: Value, inner: Value| {
            let mut object =
                json!({"type": "indicator", "rank": top, "extensions": {DEFINITION: {"rank": inner}}});
            if let Some(kind) = kind {
                object["extensions"][DEFINITION]["extension_type"] = json!(kind);
            }
            object
        };
        let inner = format!("/extensions/{DEFINITION}/rank \"x\" is not of type \"integer\"");
        let top = "/rank \"x\" is not of type \"integer\"".to_owned();
        for (kind, expected) in [
            (None, [&inner]),
            (Some("property-extension"), [&inner]),
            (Some("toplevel-property-extension"), [&top]),
            (Some("new-sdo"), [&top]),
        ] {
            assert_eq!(
                found(&schemas, &object(kind, json!("x"), json!("x"))),
                expected.map(String::clone),
                "{kind:?}"
            );
            assert!(found(&schemas, &object(kind, json!(1), json!(1))).is_empty());
        }
        assert!(
            found(&schemas, &json!({"type": "indicator", "extensions": {"other-ext": {"rank": "x"}}}))
                .is_empty()
        );
        assert!(found(&schemas, &json!([DEFINITION])).is_empty());
    }

    #[test]
    fn all_problems_of_all_schemas_are_found() {
        let mut schemas = SchemaSet::new();
        schemas.add("x-thing", &json!({"properties": {"a": {"minLength": 2}, "b": false}})).unwrap();
        schemas.add(DEFINITION, &json!({"required": ["c"]})).unwrap();
        let object = json!({"type": "x-thing", "a": "", "b": 1, "extensions": {DEFINITION: {}}});
        let problems: Vec<_> = schemas.check(&object).collect();
        let keys: Vec<_> = problems.iter().map(SchemaProblem::key).collect();
        assert_eq!(keys, ["x-thing", "x-thing", DEFINITION]);
        assert_eq!(problems[2].message(), "\"c\" is a required property");
    }

    #[test]
    fn what_is_no_schema_is_refused() {
        let mut schemas = SchemaSet::new();
        let cases = [
            (
                "X Thing",
                json!({}),
                "`X Thing` is no type of object and no identifier of an extension definition",
            ),
            (
                "x-thing",
                json!({"type": 7}),
                "`x-thing` has no usable schema: 7 is not valid under any of the schemas listed in the 'anyOf' keyword",
            ),
        ];
        for (key, schema, message) in cases {
            assert_eq!(schemas.add(key, &schema).unwrap_err().to_string(), message);
        }
        assert!(schemas.is_empty() && !schemas.contains("x-thing"));
    }

    #[test]
    fn only_registered_documents_are_referred_to() {
        let mut schemas = SchemaSet::new();
        let schema = json!({"properties": {"x_at": {"$ref": "https://example.com/time.json#/$defs/time"}}});
        let error = schemas.add("x-thing", &schema).unwrap_err();
        assert!(error.to_string().contains("is not registered, and nothing is fetched"), "{error}");
        schemas.add_document("https://example.com/time.json", json!({"$defs": {"time": {"pattern": "Z$"}}}));
        schemas.add("x-thing", &schema).unwrap();
        assert_eq!(
            found(&schemas, &json!({"type": "x-thing", "x_at": "now"})),
            ["/x_at \"now\" does not match \"Z$\""]
        );
    }
}
