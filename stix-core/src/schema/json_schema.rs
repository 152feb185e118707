//! JSON Schema 2020-12 documents, generated from the tables.
//!
//! A document says everything about its type that a schema can say, and refers to nothing outside
//! itself. What no schema can say is left to [`crate::validate`]: the order of two times, and that
//! the identifier of an object of an unknown type starts with that type.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{Class, Constraint, ExtensionKind, Kind, ObjectDef, PropertyDef, StixObject, StructDef};
use crate::{Bundle, Registry};

mod text;

/// The dialect of the documents.
const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";

/// The JSON Schema of a type of object.
///
/// ```
/// use stix_core::{object::def, schema::json_schema};
///
/// let schema = json_schema(def("indicator").ok_or("no table")?);
/// assert_eq!(schema["properties"]["type"]["const"], "indicator");
/// assert_eq!(schema["properties"]["confidence"]["maximum"], 100);
/// # Ok::<(), &str>(())
/// ```
pub fn json_schema(def: &'static ObjectDef) -> Value {
    json_schema_of(def, &Registry::standard())
}

fn json_schema_of(def: &'static ObjectDef, registry: &Registry) -> Value {
    let mut definitions = Definitions::new(registry);
    let schema = match def.class {
        // A bundle may be in a bundle, so that it is among the definitions in any case.
        Class::Bundle => definitions.refer(def.name(), |definitions| definitions.object(def)),
        _ => definitions.object(def),
    };
    definitions.document(schema)
}

/// All documents by the names of their files: one for each type of object, `bundle.json`, and
/// `object.json`, which holds for an object of any type.
pub fn json_schemas() -> impl Iterator<Item = (String, Value)> {
    let types: Vec<_> = Registry::standard().defs().collect();
    documents(types, Registry::standard())
}

/// The same for the types of a registry.
pub(crate) fn json_schemas_of(registry: &Registry) -> impl Iterator<Item = (String, Value)> + use<> {
    documents(registry.defs().collect(), registry.clone())
}

fn documents(types: Vec<&'static ObjectDef>, registry: Registry) -> impl Iterator<Item = (String, Value)> {
    let object = registry.clone();
    let types = types.into_iter().chain([Bundle::OBJECT]);
    let documents = types.map(move |def| (format!("{}.json", def.name()), json_schema_of(def, &registry)));
    documents.chain(std::iter::once_with(move || {
        let mut definitions = Definitions::new(&object);
        let schema = definitions.kind(&Kind::Object);
        ("object.json".to_owned(), definitions.document(schema))
    }))
}

/// The definitions that a document needs, by name.
struct Definitions<'r> {
    made: BTreeMap<String, Value>,
    registry: &'r Registry,
}

impl<'r> Definitions<'r> {
    fn new(registry: &'r Registry) -> Self {
        Self { made: BTreeMap::new(), registry }
    }

    /// Completes a document.
    fn document(self, schema: Map<String, Value>) -> Value {
        let mut document = Map::from_iter([("$schema".to_owned(), json!(DIALECT))]);
        document.extend(schema);
        if !self.made.is_empty() {
            document.insert("$defs".into(), Value::Object(self.made.into_iter().collect()));
        }
        Value::Object(document)
    }

    /// A reference to a definition, which is made when it is first needed.
    fn refer(
        &mut self,
        name: &str,
        make: impl FnOnce(&mut Self) -> Map<String, Value>,
    ) -> Map<String, Value> {
        if !self.made.contains_key(name) {
            // Definitions may refer to themselves: the name is taken before the content is known.
            self.made.insert(name.to_owned(), Value::Null);
            let made = make(self);
            self.made.insert(name.to_owned(), Value::Object(made));
        }
        schema([("$ref", json!(format!("#/$defs/{name}")))])
    }

    fn object(&mut self, def: &'static ObjectDef) -> Map<String, Value> {
        let mut object = self.structure(def.own, def.properties(), def.constraints());
        let toplevel: Vec<_> = self.toplevel().collect();
        if let Some((id, kind)) = def.definition() {
            let kind = json!({"properties": {"extension_type": {"const": kind.code()}}});
            let all = json!({"required": ["extensions"], "properties": {"extensions": has(id, &kind)}});
            all_of(&mut object, [all]);
        }
        if def.class != Class::Bundle {
            all_of(&mut object, toplevel);
        }
        if let Some(Value::Object(properties)) = object.get_mut("properties") {
            let id = json!(format!("^{}--", def.name()));
            if let Some(Value::Object(property)) = properties.get_mut("id") {
                property.insert("pattern".into(), id);
            }
            if def.class == Class::Bundle {
                let description = "Not in STIX 2.1: each object says its own version.";
                properties.insert("spec_version".into(), json!({"not": {}, "description": description}));
            }
            properties.shift_insert(0, "type".into(), json!({"const": def.name()}));
        }
        if let Some(Value::Array(required)) = object.get_mut("required") {
            required.insert(0, json!("type"));
        }
        object
    }

    fn structure(
        &mut self,
        def: &'static StructDef,
        properties: impl Iterator<Item = &'static PropertyDef>,
        constraints: impl Iterator<Item = &'static Constraint>,
    ) -> Map<String, Value> {
        let mut required = Vec::new();
        let mut members = Map::new();
        for property in properties {
            if property.required {
                required.push(json!(property.name));
            }
            members.insert(property.name.into(), Value::Object(self.property(property)));
        }
        let mut object = schema([
            ("title", json!(def.name)),
            ("description", json!(sentences(def.doc))),
            ("$comment", json!(format!("STIX 2.1 section {}", def.section))),
            ("type", json!("object")),
            ("properties", Value::Object(members)),
            ("required", Value::Array(required)),
            ("additionalProperties", Value::Object(self.anything())),
        ]);
        if def.section.is_empty() {
            object.shift_remove("$comment");
        }
        all_of(&mut object, constraints.filter_map(|constraint| relation(constraint, def)));
        object
    }

    /// The extensions of a kind that the registry knows, by the identifiers of their definitions.
    fn defined(&mut self, kind: ExtensionKind) -> Vec<(String, Value)> {
        let defs: Vec<_> = self.registry.extensions().filter(|def| def.kind == kind).collect();
        let schemas = defs.into_iter().map(|def| {
            let content = self.refer(def.own.name, |definitions| {
                definitions.structure(def.own, def.own.properties.iter(), def.own.constraints.iter())
            });
            (def.id.to_owned(), Value::Object(content))
        });
        schemas.collect()
    }

    /// What holds for objects with an extension whose properties stand beside their own.
    fn toplevel(&mut self) -> impl Iterator<Item = Value> + use<> {
        let defined = self.defined(ExtensionKind::ToplevelProperty);
        defined.into_iter().map(
            |(id, content)| json!({"if": has("extensions", &json!({"required": [id]})), "then": content}),
        )
    }

    fn property(&mut self, property: &'static PropertyDef) -> Map<String, Value> {
        let mut value = schema([("description", json!(sentences(property.doc)))]);
        if property.deprecated {
            value.insert("deprecated".into(), json!(true));
        }
        value.extend(match property.kind {
            Kind::Timestamp if property.milliseconds => {
                self.refer("timestamp-in-milliseconds", |_| text::timestamp("\\.[0-9]{3,}"))
            }
            Kind::Timestamp if property.whole_seconds => {
                self.refer("timestamp-in-seconds", |_| text::timestamp(""))
            }
            kind => self.kind(kind),
        });
        let restriction = text::restriction(property, self.registry);
        match value.get_mut("items") {
            Some(Value::Object(items)) => items.extend(restriction),
            _ => value.extend(restriction),
        }
        value
    }

    fn kind(&mut self, kind: &'static Kind) -> Map<String, Value> {
        match kind {
            Kind::String => schema([("type", json!("string"))]),
            Kind::Boolean => schema([("type", json!("boolean"))]),
            Kind::Integer { min, max } => schema([
                ("type", json!("integer")),
                ("minimum", json!(min.unwrap_or(-MAX_INTEGER))),
                ("maximum", json!(max.unwrap_or(MAX_INTEGER))),
            ]),
            Kind::Timestamp => self.refer("timestamp", |_| text::timestamp("(\\.[0-9]+)?")),
            Kind::Identifier => self.refer("identifier", |_| text::identifier()),
            Kind::SpecVersion => schema([("const", json!(crate::SpecVersion::TEXT))]),
            Kind::Float { min, max } => {
                let mut number = schema([("type", json!("number"))]);
                number.extend(min.map(|min| ("minimum".to_owned(), json!(min))));
                number.extend(max.map(|max| ("maximum".to_owned(), json!(max))));
                number
            }
            Kind::IntegerOrString => schema([
                ("type", json!(["integer", "string"])),
                ("minimum", json!(-MAX_INTEGER)),
                ("maximum", json!(MAX_INTEGER)),
            ]),
            Kind::Hex => self.refer("hex", |_| text::hex()),
            Kind::Binary => self.refer("binary", |_| text::binary()),
            Kind::Hashes => self.refer("hashes", |definitions| dictionary(definitions.kind(&Kind::String))),
            Kind::Any => self.anything(),
            Kind::Dictionary(value) => dictionary(self.kind(value)),
            Kind::Observables => dictionary(self.anything()),
            Kind::Extensions(def) => self.refer(&def.name.replace(' ', "-"), |definitions| {
                let mut set = definitions.structure(def, def.properties.iter(), def.constraints.iter());
                if let Some(Value::Object(members)) = set.get_mut("properties") {
                    members.extend(definitions.defined(ExtensionKind::Property));
                }
                set.insert("minProperties".into(), json!(1));
                // What a table does not know of is an object, too.
                if let Some(Value::Object(other)) = set.get_mut("additionalProperties") {
                    other.insert("type".into(), json!("object"));
                }
                set
            }),
            Kind::List(item) => schema([
                ("type", json!("array")),
                ("minItems", json!(1)),
                ("items", Value::Object(self.kind(item))),
            ]),
            Kind::Struct(def) => self.refer(def.name, |definitions| {
                definitions.structure(def, def.properties.iter(), def.constraints.iter())
            }),
            Kind::Object => self.refer("object", Self::any_object),
        }
    }

    /// What no table describes: anything without a null and without empty lists or objects at any depth.
    fn anything(&mut self) -> Map<String, Value> {
        self.refer("anything-but-null", |definitions| {
            let inside = Value::Object(definitions.anything());
            schema([
                ("type", json!(["boolean", "number", "string", "array", "object"])),
                ("minItems", json!(1)),
                ("items", inside.clone()),
                ("minProperties", json!(1)),
                ("additionalProperties", inside),
                ("if", json!({"type": "integer"})),
                ("then", json!({"minimum": -MAX_INTEGER, "maximum": MAX_INTEGER})),
            ])
        })
    }

    /// An object of any type: by the table of its type if there is one.
    fn any_object(&mut self) -> Map<String, Value> {
        let types: Vec<_> = self.registry.defs().chain([Bundle::OBJECT]).collect();
        let mut cases = Vec::new();
        for def in &types {
            let then = self.refer(def.name(), |definitions| definitions.object(def));
            cases.push(json!({"if": has("type", &json!({"const": def.name()})), "then": then}));
        }
        let names: Vec<_> = types.iter().map(|def| def.name()).collect();
        let other = self.untyped();
        cases.push(json!({"if": has("type", &json!({"enum": names})), "else": other}));
        schema([
            ("type", json!("object")),
            ("properties", json!({"type": text::object_type()})),
            ("required", json!(["type"])),
            ("allOf", Value::Array(cases)),
        ])
    }

    /// What holds for an object of a type that has no table.
    fn untyped(&mut self) -> Map<String, Value> {
        let mut properties = Map::new();
        for (name, kind) in UNTYPED {
            properties.insert((*name).to_owned(), Value::Object(self.kind(kind)));
        }
        let mut object = schema([
            ("properties", Value::Object(properties)),
            ("required", json!(["id"])),
            ("additionalProperties", Value::Object(self.anything())),
        ]);
        let toplevel: Vec<_> = self.toplevel().collect();
        all_of(&mut object, toplevel);
        object
    }
}

/// The properties that mean the same in objects of all types.
const UNTYPED: &[(&str, &Kind)] = &[
    ("id", &Kind::Identifier),
    ("created_by_ref", &Kind::Identifier),
    ("created", &Kind::Timestamp),
    ("modified", &Kind::Timestamp),
    ("spec_version", &Kind::SpecVersion),
];

/// The greatest whole number that JSON carries without loss (section 2.6).
const MAX_INTEGER: i64 = (1 << 53) - 1;

fn schema<const N: usize>(members: [(&str, Value); N]) -> Map<String, Value> {
    members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// Adds what must hold besides.
fn all_of(object: &mut Map<String, Value>, more: impl IntoIterator<Item = Value>) {
    let mut more = more.into_iter().peekable();
    if more.peek().is_some()
        && let Value::Array(all) = object.entry("allOf").or_insert_with(|| json!([]))
    {
        all.extend(more);
    }
}

/// The property is there and of this form.
fn has(property: &str, form: &Value) -> Value {
    json!({"properties": {property: form}, "required": [property]})
}

/// A documentation comment as running text: lines are joined, paragraphs kept.
fn sentences(doc: &str) -> String {
    let paragraphs = doc.split("\n\n").map(|paragraph| paragraph.replace('\n', " "));
    paragraphs.collect::<Vec<_>>().join("\n\n")
}

/// A JSON object that is not empty, with values of this kind.
fn dictionary(value: Map<String, Value>) -> Map<String, Value> {
    schema([
        ("type", json!("object")),
        ("minProperties", json!(1)),
        ("additionalProperties", Value::Object(value)),
    ])
}

/// A relation between the properties of a struct; none if a schema cannot express it.
fn relation(constraint: &Constraint, own: &StructDef) -> Option<Value> {
    let any = |names: Vec<&str>| json!({"anyOf": names.iter().map(|name| json!({"required": [name]})).collect::<Vec<_>>()});
    let own = || own.properties.iter().map(|property| property.name);
    let when = |condition: &str, value: bool| has(condition, &json!({"const": value}));
    Some(match constraint {
        Constraint::AtLeastOne(names) => any(names.to_vec()),
        Constraint::ExactlyOne(names) => {
            json!({"oneOf": names.iter().map(|name| json!({"required": [name]})).collect::<Vec<_>>()})
        }
        Constraint::Requires(first, second) => json!({"dependentRequired": {*first: [second]}}),
        Constraint::RequiredWhen { property, condition, value } => {
            json!({"if": when(condition, *value), "then": {"required": [property]}})
        }
        Constraint::ForbiddenWhen { property, condition, value } => {
            json!({"if": when(condition, *value), "then": {"not": {"required": [property]}}})
        }
        Constraint::OnlyWithTerm { property, list, term } => {
            json!({"if": {"required": [property]}, "then": has(list, &json!({"contains": {"const": term}}))})
        }
        Constraint::AnyOwn(others) => any(own().chain(others.iter().copied()).collect()),
        Constraint::AnyBesides(excepted) => any(own().filter(|name| !excepted.contains(name)).collect()),
        // No keyword compares two values.
        Constraint::NotBefore(..) | Constraint::After(..) => return None,
    })
}
