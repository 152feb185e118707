//! A page of the list endpoint: its rows are cut out of the text, and read later, each by itself.

use std::borrow::Cow;
use std::cell::Cell;
use std::collections::HashSet;
use std::fmt;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, Visitor};
use serde_json::Value;
use serde_json::error::Category;
use serde_json::value::RawValue;

use super::client::{LIST, Reply};
use super::record_list::RecordList;
use super::text::Text;
use super::{Failure, loose_time};

/// A page of the list endpoint.
#[derive(Debug)]
pub(super) struct Page {
    /// The texts of the rows.
    pub(super) rows: Vec<Bytes>,
    meta: Value,
}

/// What is around the rows.
struct Envelope<'a> {
    data: Vec<&'a RawValue>,
    meta: Value,
}

/// Reads what is around the rows, and as many rows as an answer may have.
struct Envelopes<'c>(RecordList<'c>);

impl<'de> DeserializeSeed<'de> for Envelopes<'_> {
    type Value = Envelope<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Envelopes<'_> {
    type Value = Envelope<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with a list `data`")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Value, A::Error> {
        let (mut data, mut meta) = (None, None);
        while let Some(name) = members.next_key::<Cow<'de, str>>()? {
            match &*name {
                "data" if data.is_some() => return Err(A::Error::duplicate_field("data")),
                "data" => data = Some(members.next_value_seed(self.0)?),
                "meta" if meta.is_some() => return Err(A::Error::duplicate_field("meta")),
                "meta" => {
                    let text = members.next_value::<&RawValue>()?.get();
                    if text.len() > LONGEST_META {
                        return Err(A::Error::custom("`meta` is too long"));
                    }
                    meta = Some(serde_json::from_str(text).map_err(A::Error::custom)?);
                }
                _ => drop(members.next_value::<IgnoredAny>()?),
            }
        }
        let data = data.ok_or_else(|| A::Error::missing_field("data"))?;
        Ok(Envelope { data, meta: meta.unwrap_or_default() })
    }
}

/// The most bytes of what an answer says of itself.
const LONGEST_META: usize = 64 << 10;

impl Page {
    /// Without the rows that come again. One that has an identifier is one row, however often it comes; without them two
    /// rows may be alike, but not where there are more than were asked for.
    pub(super) fn without_repetitions(self, limit: u32) -> Self {
        #[derive(Deserialize)]
        struct Row {
            #[allow(dead_code, reason = "that it is there is enough")]
            id: IgnoredAny,
        }
        let too_many = self.rows.len() > limit as usize;
        let mut seen = HashSet::new();
        let named = |row: &Bytes| serde_json::from_slice::<Row>(row).is_ok();
        let rows = self.rows.into_iter();
        let rows = rows.filter(|row| seen.insert(row.clone()) || !(too_many || named(row))).collect();
        Self { rows, ..self }
    }

    /// How many rows there are in all.
    pub(super) fn total(&self) -> Result<u64, Failure> {
        let total = self.number("total");
        total.ok_or_else(|| Failure::Shape { message: "there is no `meta.total`".to_owned() })
    }

    /// How many rows a page may have at most, if the service says so.
    pub(super) fn limit(&self) -> Option<u64> {
        self.number("limit")
    }

    /// Whether the service says which window it minds.
    pub(super) fn has_filters(&self) -> bool {
        self.meta.get("filters").is_some()
    }

    /// One of the ends of the window that the service minds, if it says so.
    pub(super) fn filter(&self, name: &str) -> Option<DateTime<Utc>> {
        time(self.meta.get("filters")?.get(name)?)
    }

    /// When the rows were last seen, where they say so.
    pub(super) fn last_seen(&self) -> impl Iterator<Item = DateTime<Utc>> {
        #[derive(Deserialize)]
        struct Row {
            last_seen: Value,
        }
        self.rows.iter().filter_map(|row| time(&serde_json::from_slice::<Row>(row).ok()?.last_seen))
    }

    fn number(&self, name: &str) -> Option<u64> {
        self.meta.get(name)?.as_u64()
    }
}

impl Reply for Page {
    const PATH: &str = LIST;

    fn read(body: &Bytes, content_type: &str, most: usize) -> Result<Self, Failure> {
        let (text, is_over) = (Text::of(body), Cell::new(false));
        let mut reader = serde_json::Deserializer::from_str(text.shown());
        let envelope = Envelopes(RecordList { most, is_over: &is_over }).deserialize(&mut reader);
        let envelope = envelope.and_then(|envelope| reader.end().map(|()| envelope));
        let envelope = envelope.map_err(|error| match error.classify() {
            _ if is_over.get() => Failure::TooManyRecords { limit: most, server_time: None },
            Category::Data => Failure::Shape { message: format!("there is no list `data`: {error}") },
            _ => Failure::not_json(content_type, error),
        });
        let Envelope { data, meta } = envelope?;
        Ok(Self { rows: data.iter().map(|row| text.original(row.get())).collect(), meta })
    }

    fn generated_at(&self) -> Option<DateTime<Utc>> {
        time(self.meta.get("generated_at")?)
    }
}

fn time(value: &Value) -> Option<DateTime<Utc>> {
    loose_time::read(value.as_str()?).map(|time| time.instant())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn page_with_too_many_rows_is_told_apart() {
        let page = Bytes::from_static(br#"{"meta":{"total":3},"data":[{"a":1},{"a":2},{"a":3}]}"#);
        assert_eq!(Page::read(&page, "", 3).unwrap().rows.len(), 3);
        let failure = Page::read(&page, "", 2).unwrap_err();
        assert_eq!(failure, Failure::TooManyRecords { limit: 2, server_time: None });
        let meta = format!(r#"{{"data":[],"meta":{{"x":"{}"}}}}"#, "x".repeat(LONGEST_META));
        assert!(matches!(Page::read(&meta.into(), "", 3), Err(Failure::Shape { .. })));
    }

    #[test]
    fn rows_that_come_again_are_no_further_rows() {
        let rows =
            |rows: &[&'static str]| rows.iter().map(|row| Bytes::from_static(row.as_bytes())).collect();
        let once = |texts: &[&'static str], limit| {
            let page = Page { rows: rows(texts), meta: Value::Null };
            page.without_repetitions(limit).rows.len()
        };
        assert_eq!(once(&[r#"{"id":1}"#, r#"{"id":1}"#, r#"{"id":2}"#], 10), 2);
        // Two sources may say the same.
        assert_eq!(once(&[r#"{"a":1}"#, r#"{"a":1}"#, r#"{"a":2}"#], 3), 3);
        assert_eq!(once(&[r#"{"a":1}"#, r#"{"a":1}"#, r#"{"a":2}"#], 2), 2);
    }
}
