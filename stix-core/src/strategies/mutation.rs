//! Objects with one mistake.

use std::fmt;

use proptest::{
    prelude::{BoxedStrategy, Just, Strategy, any},
    prop_oneof,
    sample::{Index, select},
};
use serde_json::{Value, json};

use super::object;
use crate::schema::ObjectDef;

/// What was changed in an object. Most changes make it invalid, some leave it valid.
#[derive(Clone, Debug, PartialEq)]
pub struct Mutation {
    pointer: String,
    change: Change,
}

/// How a value was changed.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Change {
    /// A member or item was taken away.
    Drop,
    /// A value was put in its place.
    Replace(Value),
    /// An undeclared property was put into an object.
    Insert(Value),
}

impl Mutation {
    /// Where: a JSON Pointer into the object.
    pub fn pointer(&self) -> &str {
        &self.pointer
    }

    /// How.
    pub fn change(&self) -> &Change {
        &self.change
    }
}

impl fmt::Display for Mutation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.change {
            Change::Drop => write!(f, "{} is taken away", self.pointer),
            Change::Replace(value) => write!(f, "{} is {value}", self.pointer),
            Change::Insert(value) => write!(f, "{} has an undeclared property {value}", self.pointer),
        }
    }
}

/// An object of this type that was valid before the mutation.
///
/// ```
/// use proptest::{strategy::{Strategy, ValueTree}, test_runner::TestRunner};
/// use stix_core::{StixObject, sdo::Tool, strategies::{Change, Mutation, mutated}};
///
/// let mut runner = TestRunner::deterministic();
/// let (value, mutation) = mutated(Tool::OBJECT).new_tree(&mut runner).map_err(|reason| reason.to_string())?.current();
/// let mutation: Mutation = mutation;
/// if let Change::Replace(odd) = mutation.change() {
///     assert_eq!(value.pointer(mutation.pointer()), Some(odd));
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn mutated(def: &'static ObjectDef) -> BoxedStrategy<(Value, Mutation)> {
    (object(def), any::<Index>(), change())
        .prop_map(|(mut object, place, change)| {
            let mut pointers = Vec::new();
            collect(&object, String::new(), &mut pointers);
            if matches!(change, Change::Insert(_)) {
                pointers.retain(|pointer| object.pointer(pointer).is_some_and(Value::is_object));
            } else {
                // The object itself stays an object.
                pointers.retain(|pointer| !pointer.is_empty());
            }
            let pointer = place.get(&pointers).clone();
            apply(&mut object, &pointer, &change);
            (object, Mutation { pointer, change })
        })
        .boxed()
}

fn change() -> BoxedStrategy<Change> {
    prop_oneof![
        2 => Just(Change::Drop),
        6 => odd().prop_map(Change::Replace),
        1 => odd().prop_map(Change::Insert),
    ]
    .boxed()
}

/// Values that fit few properties: of every kind, empty, out of range, and nearly right texts.
fn odd() -> BoxedStrategy<Value> {
    let texts = TEXTS.iter().map(|text| json!(text));
    let others = [
        json!(null),
        json!(true),
        json!(-1),
        json!(0),
        json!(7),
        json!(101),
        json!(1.5),
        json!(-0.5),
        json!((1_i64 << 53) - 1),
        json!(1_i64 << 53),
        json!(-(1_i64 << 53)),
        json!([]),
        json!({}),
        json!([null]),
        json!([[]]),
        json!([7]),
        json!(["a"]),
        json!({"a": null}),
        json!({"abc": [{"abc": null}]}),
        json!({"abc": "d"}),
    ];
    select(others.into_iter().chain(texts).collect::<Vec<_>>()).boxed()
}

const TEXTS: &[&str] = &[
    "",
    "a",
    "2.0",
    "2.1",
    "2024-01-15",
    "2024-01-15T10:00:00",
    "2024-01-15 10:00:00Z",
    "2024-01-15t10:00:00z",
    "2024-01-15T10:00:00+00:00",
    "2024-01-15T10:00:00.Z",
    "2024-01-15T10:00:00.1234Z\n",
    "2023-02-29T10:00:00.000Z",
    "1900-02-29T10:00:00.000Z",
    "2024-04-31T10:00:00.000Z",
    "2024-00-10T10:00:00.000Z",
    "2024-01-15T24:00:00.000Z",
    "2024-01-15T23:59:60.000Z",
    "\u{0662}024-01-15T10:00:00.000Z",
    "indicator",
    "x-custom",
    "x-custom-",
    "x--custom",
    "Indicator",
    "indicator--",
    "indicator--87654321-4321-4321-8321-876543214321",
    "identity--87654321-4321-4321-8321-876543214321",
    "bundle--87654321-4321-4321-8321-876543214321",
    "x-custom--87654321-4321-4321-8321-876543214321",
    "x-custom-1--87654321-4321-4321-8321-876543214321",
    "x-custom---87654321-4321-4321-8321-876543214321",
    "1-custom--87654321-4321-4321-8321-876543214321",
    "indicator--87654321-4321-4321-4321-876543214321",
    "indicator--87654321432143218321876543214321",
    "Indicator--87654321-4321-4321-8321-876543214321",
    "a--87654321-4321-4321-8321-876543214321",
    "indicator--87654321-4321-4321-8321-876543214321\n",
];

/// The pointers to a value and to all values in it.
fn collect(value: &Value, pointer: String, pointers: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                let name = name.replace('~', "~0").replace('/', "~1");
                collect(value, format!("{pointer}/{name}"), pointers);
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                collect(value, format!("{pointer}/{index}"), pointers);
            }
        }
        _ => {}
    }
    pointers.push(pointer);
}

fn apply(object: &mut Value, pointer: &str, change: &Change) {
    match change {
        Change::Replace(new) => {
            if let Some(value) = object.pointer_mut(pointer) {
                value.clone_from(new);
            }
        }
        Change::Insert(new) => {
            if let Some(Value::Object(members)) = object.pointer_mut(pointer) {
                members.insert("x_inserted".into(), new.clone());
            }
        }
        Change::Drop => {
            let Some((parent, name)) = pointer.rsplit_once('/') else { return };
            match object.pointer_mut(parent) {
                Some(Value::Object(members)) => {
                    members.shift_remove(&name.replace("~1", "/").replace("~0", "~"));
                }
                Some(Value::Array(items)) => {
                    let index = name.parse().ok().filter(|index| *index < items.len());
                    index.map(|index| items.remove(index));
                }
                _ => {}
            }
        }
    }
}
