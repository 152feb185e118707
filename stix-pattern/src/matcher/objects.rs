//! Objects by their ids (STIX 2.1, sections 2.9 and 3.6), to resolve the `object_refs` of observed-data.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use serde_json::Value;

use crate::matcher::Instant;
use crate::matcher::path::member;

/// Objects by id. Of several versions of one object, the one with the latest `modified` counts.
#[derive(Clone, Debug, Default)]
pub struct ObjectIndex<'a> {
    objects: HashMap<&'a str, &'a Value>,
}

impl<'a> ObjectIndex<'a> {
    /// The object with this id.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&'a Value> {
        self.objects.get(id).copied()
    }

    /// Adds an object, unless a later version of it is there already. Values without an id are passed over.
    pub fn add(&mut self, object: &'a Value) {
        let Some(id) = text(object, "id") else { return };
        match self.objects.entry(id) {
            Entry::Vacant(vacant) => {
                vacant.insert(object);
            }
            Entry::Occupied(mut known) => {
                if modified(object) >= modified(known.get()) {
                    known.insert(object);
                }
            }
        }
    }

    /// Whether this very value, and not another version of it, counts for its id. Values without an id all count.
    #[must_use]
    pub fn is_current(&self, object: &Value) -> bool {
        text(object, "id").and_then(|id| self.get(id)).is_none_or(|known| std::ptr::eq(known, object))
    }
}

impl<'a> FromIterator<&'a Value> for ObjectIndex<'a> {
    fn from_iter<I: IntoIterator<Item = &'a Value>>(objects: I) -> Self {
        let objects = objects.into_iter();
        let mut index = Self { objects: HashMap::with_capacity(objects.size_hint().0) };
        objects.for_each(|object| index.add(object));
        index
    }
}

fn modified(object: &Value) -> Option<super::Instant> {
    text(object, "modified").and_then(Instant::parse)
}

fn text<'a>(object: &'a Value, name: &str) -> Option<&'a str> {
    member(object.as_object()?, name).and_then(Value::as_str)
}

/// Whether objects of this type can be the root of an object path: cyber-observable objects can, and so can types
/// that the specification does not know (section 9.7).
pub(crate) fn is_observable(object_type: &str) -> bool {
    !OTHER_OBJECTS.contains(&object_type)
}

/// The domain, relationship and meta objects of sections 4, 5 and 7, and the bundle.
const OTHER_OBJECTS: [&str; 25] = [
    "attack-pattern",
    "bundle",
    "campaign",
    "course-of-action",
    "extension-definition",
    "grouping",
    "identity",
    "incident",
    "indicator",
    "infrastructure",
    "intrusion-set",
    "language-content",
    "location",
    "malware",
    "malware-analysis",
    "marking-definition",
    "note",
    "observed-data",
    "opinion",
    "relationship",
    "report",
    "sighting",
    "threat-actor",
    "tool",
    "vulnerability",
];
