//! Strategies for property tests: objects generated from the tables, and objects with one mistake.
//!
//! ```
//! use proptest::prelude::*;
//! use stix_core::{Object, strategies::any_object};
//!
//! proptest!(|(value in any_object())| {
//!     let object: Object = serde_json::from_value(value.clone())?;
//!     prop_assert_eq!(serde_json::to_value(&object)?, value);
//! });
//! ```

mod mutation;
mod named;
mod text;

use proptest::{
    collection::vec,
    prelude::{BoxedStrategy, Just, Strategy, any},
    prop_oneof,
    sample::select,
    strategy::Union,
};
use serde_json::{Map, Value, json};

pub use mutation::{Change, Mutation, mutated};
pub use text::{identifier, identifier_of, timestamp};

use crate::{
    object::REGISTRY,
    schema::{Class, Constraint, Kind, ObjectDef, PropertyDef, StructDef},
};

/// A valid object of any type that has a table.
pub fn any_object() -> BoxedStrategy<Value> {
    Union::new(REGISTRY.iter().map(|def| object(def))).boxed()
}

/// A valid object of this type: its required properties, some of the others, sometimes a custom one.
pub fn object(def: &'static ObjectDef) -> BoxedStrategy<Value> {
    let name = def.name();
    let constraints: Vec<_> = def.constraints().chain(named::constraints(name)).copied().collect();
    let version = name.len() + "--00000000-0000-".len();
    let value = move |property: &'static PropertyDef| match property.name {
        // An observable with a UUIDv5 would need the properties that it is made of.
        "id" if def.class == Class::Sco => identifier_of(name)
            .prop_map(move |mut id| {
                id.replace_range(version..=version, "4");
                Value::from(id)
            })
            .boxed(),
        "id" => identifier_of(name).prop_map(Value::from).boxed(),
        _ => named::value_of(name, property).unwrap_or_else(|| property_value(property)),
    };
    let custom = if def.class == Class::Bundle { Just(None).boxed() } else { custom_property() };
    let members = members(def.properties(), value, constraints, def.own, custom);
    // An object of a type that an extension defines names its definition.
    let object = members.prop_map(move |members| {
        let mut object = Map::from_iter([("type".to_owned(), json!(name))]);
        object.extend(members);
        if let Some((id, kind)) = def.definition()
            && let Value::Object(extensions) = object.entry("extensions").or_insert_with(|| json!({}))
        {
            extensions.insert(id.to_owned(), json!({"extension_type": kind.code()}));
        }
        Value::Object(object)
    });
    object.boxed()
}

fn structure(def: &'static StructDef) -> BoxedStrategy<Value> {
    let constraints = def.constraints.to_vec();
    members(def.properties.iter(), property_value, constraints, def, custom_property())
        .prop_map(Value::Object)
        .boxed()
}

/// Some of the predefined extensions, sometimes one that the specification does not know.
fn extensions(def: &'static StructDef) -> BoxedStrategy<Value> {
    let definition = (identifier_of("extension-definition"), dictionary(anything()));
    let definition = definition.prop_map(|(id, mut extension)| {
        if let Value::Object(members) = &mut extension {
            members.insert("extension_type".into(), json!("property-extension"));
        }
        Some((id, extension))
    });
    // One must be there: where no extension is predefined, it is this one.
    let own = match def.properties {
        [] => definition.boxed(),
        _ => prop_oneof![2 => Just(None), 1 => definition].boxed(),
    };
    let constraints = if def.properties.is_empty() { vec![] } else { vec![Constraint::AnyOwn(&[])] };
    members(def.properties.iter(), property_value, constraints, def, own).prop_map(Value::Object).boxed()
}

/// Now and then a property that is not declared.
fn custom_property() -> BoxedStrategy<Option<(String, Value)>> {
    prop_oneof![4 => Just(None), 1 => anything().prop_map(|value| Some(("x_custom".to_owned(), value)))]
        .boxed()
}

fn members(
    properties: impl Iterator<Item = &'static PropertyDef>,
    value: impl Fn(&'static PropertyDef) -> BoxedStrategy<Value>,
    constraints: Vec<Constraint>,
    own: &'static StructDef,
    custom: BoxedStrategy<Option<(String, Value)>>,
) -> BoxedStrategy<Map<String, Value>> {
    let drawn: Vec<_> = properties
        .map(|property| {
            let wanted = if property.required { Just(true).boxed() } else { any::<bool>().boxed() };
            (Just(property), value(property), wanted)
        })
        .collect();
    let members = (drawn, custom).prop_map(move |(drawn, custom)| {
        let mut draw = Draw(drawn);
        draw.satisfy(&constraints, own);
        let members = draw.0.into_iter().filter(|(_, _, wanted)| *wanted);
        let members = members.map(|(property, value, _)| (property.name.to_owned(), value));
        members.chain(custom).collect()
    });
    members.boxed()
}

/// A value for each property, and whether it is to be there.
struct Draw(Vec<(&'static PropertyDef, Value, bool)>);

impl Draw {
    /// Adds, takes away and changes properties until the relations between them hold.
    fn satisfy(&mut self, constraints: &[Constraint], own: &StructDef) {
        // A constraint that is satisfied can break one before it, but not for ever.
        for constraint in constraints.iter().chain(constraints) {
            self.satisfy_one(constraint, own);
        }
    }

    fn satisfy_one(&mut self, constraint: &Constraint, own: &StructDef) {
        let own: Vec<_> = own.properties.iter().map(|property| property.name).collect();
        match constraint {
            Constraint::AtLeastOne(names) => self.want_any(names, names.first()),
            Constraint::AnyOwn(others) => {
                self.want_any(&[own.as_slice(), others].concat(), own.first());
            }
            Constraint::AnyBesides(excepted) => {
                let names: Vec<_> = own.into_iter().filter(|name| !excepted.contains(name)).collect();
                self.want_any(&names, names.first());
            }
            Constraint::ExactlyOne(names) => {
                let kept = names.iter().find(|name| self.has(name)).or(names.first());
                for name in *names {
                    self.want(name, Some(name) == kept);
                }
            }
            Constraint::Requires(first, second) if self.has(first) => self.want(second, true),
            Constraint::RequiredWhen { property, condition, value } if self.holds(condition, *value) => {
                self.want(property, true);
            }
            Constraint::ForbiddenWhen { property, condition, value } if self.holds(condition, *value) => {
                self.want(property, false);
            }
            Constraint::OnlyWithTerm { property, list, term } if !self.lists(list, term) => {
                self.want(property, false);
            }
            Constraint::NotBefore(late, _) | Constraint::After(late, _) => self.postpone(late),
            _ => {}
        }
    }

    fn want_any(&mut self, names: &[&str], first: Option<&&str>) {
        if let Some(first) = first.filter(|_| !names.iter().any(|name| self.has(name))) {
            self.want(first, true);
        }
    }

    /// Whether a property is there with this value.
    fn holds(&self, name: &str, value: bool) -> bool {
        self.0.iter().any(|(property, drawn, wanted)| *wanted && property.name == name && *drawn == value)
    }

    /// Whether a list is there and has this term.
    fn lists(&self, name: &str, term: &str) -> bool {
        let has_term = |drawn: &Value| drawn.as_array().is_some_and(|items| items.contains(&json!(term)));
        self.0.iter().any(|(property, drawn, wanted)| *wanted && property.name == name && has_term(drawn))
    }

    fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(property, _, wanted)| property.name == name && *wanted)
    }

    fn want(&mut self, name: &str, wanted: bool) {
        for drawn in self.0.iter_mut().filter(|(property, ..)| property.name == name) {
            drawn.2 = wanted;
        }
    }

    /// Puts a time after all that are generated.
    fn postpone(&mut self, name: &str) {
        for (_, value, _) in self.0.iter_mut().filter(|(property, ..)| property.name == name) {
            *value = json!("2999-12-31T23:59:59.999Z");
        }
    }
}

fn property_value(property: &'static PropertyDef) -> BoxedStrategy<Value> {
    if let Some(value) = named::value(property) {
        return value;
    }
    match property.kind {
        Kind::List(item) => list(single(property, item)),
        kind => single(property, kind),
    }
}

/// A value of a property, or an item in its list.
fn single(property: &'static PropertyDef, kind: &'static Kind) -> BoxedStrategy<Value> {
    match kind {
        Kind::String => match property.vocabulary {
            Some(vocabulary) if vocabulary.open => {
                prop_oneof![select(vocabulary.terms).prop_map(Value::from), text::any_text()].boxed()
            }
            Some(vocabulary) => select(vocabulary.terms).prop_map(Value::from).boxed(),
            None => text::any_text(),
        },
        Kind::Timestamp => {
            let digits = if property.milliseconds { 3..=10 } else { 0..=10 };
            let digits = if property.whole_seconds { 0..=0 } else { digits };
            timestamp(digits).prop_map(Value::from).boxed()
        }
        Kind::Identifier => text::target(property.targets),
        other => value(other),
    }
}

fn value(kind: &'static Kind) -> BoxedStrategy<Value> {
    match kind {
        Kind::String => text::any_text(),
        Kind::Boolean => any::<bool>().prop_map(Value::from).boxed(),
        Kind::Integer { min, max } => {
            const MOST: i64 = (1 << 53) - 1;
            (min.unwrap_or(-MOST)..=max.unwrap_or(MOST)).prop_map(Value::from).boxed()
        }
        Kind::Timestamp => timestamp(0..=10).prop_map(Value::from).boxed(),
        Kind::Identifier => identifier().prop_map(Value::from).boxed(),
        Kind::SpecVersion => Just(json!(crate::SpecVersion::TEXT)).boxed(),
        Kind::Float { min, max } => (min.unwrap_or(-1e9)..=max.unwrap_or(1e9)).prop_map(Value::from).boxed(),
        Kind::IntegerOrString => prop_oneof![any::<i32>().prop_map(Value::from), text::any_text()].boxed(),
        Kind::Hex => text::hex(),
        Kind::Binary => text::binary(),
        Kind::Hashes => text::hashes(),
        Kind::Any => anything(),
        Kind::Dictionary(kind) => dictionary(value(kind)),
        Kind::Extensions(def) => extensions(def),
        Kind::Observables => observables(),
        Kind::List(item) => list(value(item)),
        Kind::Struct(def) => structure(def),
        Kind::Object => any_object(),
    }
}

fn list(item: BoxedStrategy<Value>) -> BoxedStrategy<Value> {
    vec(item, 1..4).prop_map(Value::from).boxed()
}

fn dictionary(value: BoxedStrategy<Value>) -> BoxedStrategy<Value> {
    let members = vec(("[a-z][a-z0-9_]{2,8}", value), 1..4);
    members.prop_map(|members| Value::Object(members.into_iter().collect())).boxed()
}

/// Observables by their local names, as STIX 2.0 had them: a directory and files in it, since they must be related.
fn observables() -> BoxedStrategy<Value> {
    let directory = text::any_text().prop_map(|path| json!({"type": "directory", "path": path}));
    let file =
        text::any_text().prop_map(|name| json!({"type": "file", "name": name, "parent_directory_ref": "0"}));
    (directory, vec(file, 0..3))
        .prop_map(|(directory, files)| {
            let objects = std::iter::once(directory).chain(files).enumerate();
            objects.map(|(index, object)| (index.to_string(), object)).collect()
        })
        .boxed()
}

/// Any JSON without a null.
fn anything() -> BoxedStrategy<Value> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        (-1e9..1e9).prop_map(Value::from),
        text::any_text(),
    ];
    let nested = leaf.prop_recursive(2, 8, 3, |inner| {
        let items = vec(inner.clone(), 1..3).prop_map(Value::from);
        prop_oneof![items, dictionary(inner.boxed())]
    });
    nested.boxed()
}
