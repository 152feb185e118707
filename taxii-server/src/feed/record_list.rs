//! The records of a list in an answer, cut out of its text: no more of them than an answer may have.

use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, SeqAccess, Visitor};
use serde_json::value::RawValue;

/// Reads a list of up to `most` records. Reading ends at the first record beyond them, with an error, and `is_over` says
/// that this was the reason.
#[derive(Clone, Copy)]
pub(super) struct RecordList<'c> {
    pub(super) most: usize,
    pub(super) is_over: &'c Cell<bool>,
}

impl<'de> DeserializeSeed<'de> for RecordList<'_> {
    type Value = Vec<&'de RawValue>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for RecordList<'_> {
    type Value = Vec<&'de RawValue>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of records")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        let mut records = Vec::new();
        while let Some(record) = items.next_element()? {
            if records.len() >= self.most {
                self.is_over.set(true);
                return Err(A::Error::custom("too many records"));
            }
            records.push(record);
        }
        Ok(records)
    }
}
