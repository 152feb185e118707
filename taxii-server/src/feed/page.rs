//! A page of the list endpoint: its rows are cut out of the text, and read later, each by itself.

use std::collections::HashSet;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;
use serde_json::error::Category;
use serde_json::value::RawValue;

use super::client::{LIST, Reply};
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
#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow)]
    data: Vec<&'a RawValue>,
    #[serde(default)]
    meta: Value,
}

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

    fn read(body: &Bytes, content_type: &str) -> Result<Self, Failure> {
        let text = Text::of(body);
        let envelope = serde_json::from_str(text.shown()).map_err(|error| match error.classify() {
            Category::Data => Failure::Shape { message: "there is no list `data`".to_owned() },
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
