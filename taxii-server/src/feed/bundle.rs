//! The objects of a bundle as they came: out of lists, bundles in bundles, and texts one after the other.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::value::RawValue;
use serde_json::{Deserializer, Value};

use super::refusal::{Cause, Refusal};
use crate::ingest::{Repair, Repairs};

/// How deep bundles and lists may lie in each other.
const DEPTH: usize = 32;

/// What a text holds.
#[derive(Debug, Default)]
pub(super) struct Contents<'a> {
    /// The texts of the objects.
    pub(super) objects: Vec<&'a str>,
    /// The bundles that had to be put right: without their objects, and how.
    pub(super) repaired: Vec<(String, Repairs)>,
    /// The texts that hold no objects, and why not.
    pub(super) refused: Vec<(&'a str, Refusal)>,
}

impl<'a> Contents<'a> {
    /// Takes a text apart.
    pub(super) fn of(text: &'a str) -> Self {
        let mut contents = Self::default();
        let mut values = Deserializer::from_str(text).into_iter::<&RawValue>();
        let mut place = 0;
        while let Some(value) = values.next() {
            match value {
                Ok(value) => contents.take(value.get(), 0),
                Err(error) => contents.refuse(text.get(place..).unwrap_or_default(), error),
            }
            place = values.byte_offset();
        }
        contents
    }

    fn take(&mut self, text: &'a str, depth: usize) {
        if depth > DEPTH {
            return self
                .refuse(text, format_args!("lists and bundles lie in each other more than {DEPTH} deep"));
        }
        if text.starts_with('[') {
            match serde_json::from_str::<Vec<&RawValue>>(text) {
                Ok(items) => items.iter().for_each(|item| self.take(item.get(), depth + 1)),
                Err(error) => self.refuse(text, error),
            }
            return;
        }
        match serde_json::from_str::<BTreeMap<Cow<'a, str>, &'a RawValue>>(text) {
            Ok(members) if is_bundle(&members) => self.take_bundle(&members, depth),
            Ok(_) => self.objects.push(text),
            Err(error) => self.refuse(text, error),
        }
    }

    fn take_bundle(&mut self, members: &BTreeMap<Cow<'a, str>, &'a RawValue>, depth: usize) {
        let mut repairs = Repairs::new();
        if members.contains_key("spec_version") {
            repairs.insert(Repair::BundleVersion);
        }
        if depth > 0 {
            repairs.insert(Repair::Nesting);
        }
        if !repairs.is_empty() {
            let frame = members.iter().filter(|(name, _)| *name != "objects");
            let frame = frame.map(|(name, value)| format!("{}:{value}", Value::from(name.as_ref())));
            self.repaired.push((format!("{{{}}}", frame.collect::<Vec<_>>().join(",")), repairs));
        }
        if let Some(objects) = members.get("objects") {
            self.take(objects.get(), depth + 1);
        }
    }

    fn refuse(&mut self, text: &'a str, why: impl std::fmt::Display) {
        self.refused.push((text, Cause::Shape.because(why)));
    }
}

fn is_bundle(members: &BTreeMap<Cow<'_, str>, &RawValue>) -> bool {
    members.get("type").is_some_and(|name| name.get() == "\"bundle\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_are_found_wherever_they_lie() {
        let cases = [
            (r#"{"type":"a"}"#, vec![r#"{"type":"a"}"#], 0, 0),
            (r#"[{"type":"a"}, [{"b":1.0}]]"#, vec![r#"{"type":"a"}"#, r#"{"b":1.0}"#], 0, 0),
            ("{\"a\":1}\n{\"a\":2}\n", vec![r#"{"a":1}"#, r#"{"a":2}"#], 0, 0),
            (r#"{"type":"bundle","objects":[{"a":1}]}"#, vec![r#"{"a":1}"#], 0, 0),
            (r#"{"type":"bundle","spec_version":"2.0","objects":[{"a":1}]}"#, vec![r#"{"a":1}"#], 1, 0),
            (
                r#"{"objects":[{"type":"bundle","objects":[{"a":1}]}],"type":"bundle"}"#,
                vec![r#"{"a":1}"#],
                1,
                0,
            ),
            (r#"{"type":"bundle"}"#, vec![], 0, 0),
            (r#"{"type":"bundle","objects":[1,"x",{"a":1}]}"#, vec![r#"{"a":1}"#], 0, 2),
            ("{\"a\":1}\n{\"a\":", vec![r#"{"a":1}"#], 0, 1),
        ];
        for (text, objects, repaired, refused) in cases {
            let contents = Contents::of(text);
            assert_eq!(contents.objects, objects, "{text}");
            assert_eq!((contents.repaired.len(), contents.refused.len()), (repaired, refused), "{text}");
        }
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        assert_eq!(Contents::of(&deep).refused.len(), 1);
    }
}
