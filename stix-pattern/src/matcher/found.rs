//! What an object path leads to (STIX 2.1, section 9.7), in the form that comparisons take it.

use serde_json::{Map, Value};

use crate::matcher::observation::Observation;

/// A value at the end, or on the way, of an object path.
#[derive(Clone, Debug)]
pub(crate) enum Found<'a> {
    /// A JSON value.
    Json(&'a Value),
    /// An object: the root, or what a `_ref` refers to.
    Object(&'a Map<String, Value>),
    /// The ids of a `_refs` property, each of which stands for the object it refers to.
    References(&'a [Value]),
    /// The value of a `_bin` or `_hex` property.
    Bytes(Vec<u8>),
    /// The value of a `_bin` or `_hex` property that does not decode: present, and comparable with nothing.
    Undecodable,
}

impl<'a> Found<'a> {
    /// The element of a list at this place.
    pub(crate) fn element(&self, index: usize, observation: &Observation<'a>) -> Option<Self> {
        match self {
            Self::Json(Value::Array(list)) => list.get(index).and_then(present),
            Self::References(ids) => ids.get(index).and_then(|id| dereference(id, observation)),
            _ => None,
        }
    }

    /// The elements, if it is a list.
    pub(crate) fn elements(&self, observation: &Observation<'a>) -> impl Iterator<Item = Self> {
        let (list, are_references) = match self {
            Self::Json(Value::Array(list)) => (list.as_slice(), false),
            Self::References(ids) => (*ids, true),
            _ => (<&[Value]>::default(), false),
        };
        list.iter().filter_map(move |element| {
            if are_references { dereference(element, observation) } else { present(element) }
        })
    }

    /// The properties, if it is an object or a dictionary.
    pub(crate) fn properties(&self) -> Option<&'a Map<String, Value>> {
        match self {
            Self::Json(value) => value.as_object(),
            Self::Object(properties) => Some(properties),
            _ => None,
        }
    }

    /// The text, if it is a string.
    pub(crate) fn text(&self) -> Option<&'a str> {
        match self {
            Self::Json(Value::String(text)) => Some(text),
            _ => None,
        }
    }

    /// Where in memory the value is, to tell values apart without comparing them. `None` if it was made on the way.
    pub(crate) fn address(&self) -> Option<usize> {
        match self {
            Self::Json(value) => Some(std::ptr::from_ref(*value) as usize),
            Self::Object(properties) => Some(std::ptr::from_ref(*properties) as usize),
            Self::References(ids) => Some(ids.as_ptr() as usize),
            Self::Bytes(_) | Self::Undecodable => None,
        }
    }
}

/// A JSON value unless it is `null`, which STIX does not have and which is therefore no value.
pub(crate) fn present(value: &Value) -> Option<Found<'_>> {
    (!value.is_null()).then_some(Found::Json(value))
}

/// The object that an id refers to.
pub(crate) fn dereference<'a>(id: &Value, observation: &Observation<'a>) -> Option<Found<'a>> {
    observation.resolve(id.as_str()?).map(Found::Object)
}
