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
    schema::{Constraint, Kind, ObjectDef, PropertyDef, StructDef},
};

/// A valid object of any type that has a table.
pub fn any_object() -> BoxedStrategy<Value> {
    Union::new(REGISTRY.iter().map(|def| object(def))).boxed()
}

/// A valid object of this type: its required properties, some of the others, sometimes a custom one.
pub fn object(def: &'static ObjectDef) -> BoxedStrategy<Value> {
    let constraints: Vec<_> = def.constraints().copied().collect();
    let name = def.name();
    let value = move |property: &'static PropertyDef| match property.name {
        "id" => identifier_of(name).prop_map(Value::from).boxed(),
        _ => property_value(property),
    };
    let members = members(def.properties(), value, constraints);
    let object = members.prop_map(move |members| {
        let mut object = Map::from_iter([("type".to_owned(), json!(name))]);
        object.extend(members);
        Value::Object(object)
    });
    object.boxed()
}

fn structure(def: &'static StructDef) -> BoxedStrategy<Value> {
    let members = members(def.properties.iter(), property_value, def.constraints.to_vec());
    members.prop_map(Value::Object).boxed()
}

fn members(
    properties: impl Iterator<Item = &'static PropertyDef>,
    value: impl Fn(&'static PropertyDef) -> BoxedStrategy<Value>,
    constraints: Vec<Constraint>,
) -> BoxedStrategy<Map<String, Value>> {
    let drawn: Vec<_> = properties
        .map(|property| {
            let wanted = if property.required { Just(true).boxed() } else { any::<bool>().boxed() };
            (Just(property), value(property), wanted)
        })
        .collect();
    let custom = prop_oneof![4 => Just(None), 1 => anything().prop_map(Some)];
    let members = (drawn, custom).prop_map(move |(drawn, custom)| {
        let mut draw = Draw(drawn);
        draw.satisfy(&constraints);
        let members = draw.0.into_iter().filter(|(_, _, wanted)| *wanted);
        let members = members.map(|(property, value, _)| (property.name.to_owned(), value));
        members.chain(custom.map(|value| ("x_custom".to_owned(), value))).collect()
    });
    members.boxed()
}

/// A value for each property, and whether it is to be there.
struct Draw(Vec<(&'static PropertyDef, Value, bool)>);

impl Draw {
    /// Adds, takes away and changes properties until the relations between them hold.
    fn satisfy(&mut self, constraints: &[Constraint]) {
        // A constraint that is satisfied can break one before it, but not for ever.
        for constraint in constraints.iter().chain(constraints) {
            match constraint {
                Constraint::AtLeastOne(names) => {
                    if !names.iter().any(|name| self.has(name)) {
                        self.want(names.first().copied(), true);
                    }
                }
                Constraint::ExactlyOne(names) => {
                    let kept = names.iter().find(|name| self.has(name)).or(names.first());
                    for name in *names {
                        self.want(Some(name), Some(name) == kept);
                    }
                }
                Constraint::Requires(first, second) => {
                    if self.has(first) {
                        self.want(Some(second), true);
                    }
                }
                Constraint::NotBefore(late, _) | Constraint::After(late, _) => self.postpone(late),
            }
        }
    }

    fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(property, _, wanted)| property.name == name && *wanted)
    }

    fn want(&mut self, name: Option<&str>, wanted: bool) {
        for drawn in self.0.iter_mut().filter(|(property, ..)| Some(property.name) == name) {
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
        Kind::Timestamp => timestamp(property.milliseconds).prop_map(Value::from).boxed(),
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
        Kind::Timestamp => timestamp(false).prop_map(Value::from).boxed(),
        Kind::Identifier => identifier().prop_map(Value::from).boxed(),
        Kind::SpecVersion => Just(json!(crate::SpecVersion::TEXT)).boxed(),
        Kind::Dictionary => dictionary(anything()),
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
