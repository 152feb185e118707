//! Block lists: the values that the indicators of a collection name, for firewalls and proxies that fetch a list.
//!
//! In it are the indicators that are valid at the time of the request: not revoked, `valid_from` reached, `valid_until`
//! not. A value that several indicators name comes as often. An indicator with a time that cannot be read is left out.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use serde::Deserialize;
use stix_core::Timestamp;
use stix_pattern::Pattern;

use super::Writer;
use super::listed::entries;
use crate::ingest::IocType;

/// Which columns a list has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Layout {
    /// The value alone, without a header.
    Values,
    /// [`COLUMNS`], with a header.
    Table,
}

/// The columns of a table.
const COLUMNS: &str = "value,valid_from,valid_until,confidence,id\r\n";

/// The list of one type.
#[derive(Debug)]
pub(super) struct BlockList {
    listed: IocType,
    layout: Layout,
    now: DateTime<Utc>,
}

impl BlockList {
    /// The list of what is valid now.
    pub(super) fn new(listed: IocType, layout: Layout, now: DateTime<Utc>) -> Self {
        Self { listed, layout, now }
    }
}

impl Writer for BlockList {
    fn begin(&mut self, into: &mut Vec<u8>) {
        if self.layout == Layout::Table {
            into.extend_from_slice(COLUMNS.as_bytes());
        }
    }

    fn object(&mut self, text: &[u8], into: &mut Vec<u8>) {
        let Some(indicator) = Indicator::read(text).filter(|indicator| indicator.is_valid(self.now)) else {
            return;
        };
        let Ok(pattern) = Pattern::parse(&indicator.pattern) else { return };
        for value in entries(&pattern, self.listed) {
            match self.layout {
                Layout::Values => into.extend_from_slice(value.as_bytes()),
                Layout::Table => indicator.row(&value, into),
            }
            into.extend_from_slice(if self.layout == Layout::Table { b"\r\n" } else { b"\n" });
        }
    }
}

/// What a list needs to know of an indicator (STIX 2.1, section 4.7). The rest is passed over.
#[derive(Debug, Deserialize)]
struct Indicator<'a> {
    #[serde(borrow)]
    id: Cow<'a, str>,
    #[serde(borrow)]
    pattern: Cow<'a, str>,
    #[serde(borrow)]
    pattern_type: Cow<'a, str>,
    #[serde(default)]
    revoked: bool,
    valid_from: Timestamp,
    valid_until: Option<Timestamp>,
    confidence: Option<u8>,
}

impl<'a> Indicator<'a> {
    /// Reads an indicator with a pattern of STIX.
    fn read(text: &'a [u8]) -> Option<Self> {
        let indicator: Self = serde_json::from_slice(text).ok()?;
        (indicator.pattern_type == "stix").then_some(indicator)
    }

    fn is_valid(&self, now: DateTime<Utc>) -> bool {
        let ended = self.valid_until.as_ref().is_some_and(|end| end.instant() <= now);
        !self.revoked && self.valid_from.instant() <= now && !ended
    }

    /// The columns of a table.
    fn row(&self, value: &str, into: &mut Vec<u8>) {
        let until = self.valid_until.as_ref().map(ToString::to_string);
        let confidence = self.confidence.map(|confidence| confidence.to_string());
        let from = self.valid_from.to_string();
        let fields = [
            value,
            &from,
            until.as_deref().unwrap_or_default(),
            confidence.as_deref().unwrap_or_default(),
            &self.id,
        ];
        for (index, field) in fields.into_iter().enumerate() {
            if index > 0 {
                into.push(b',');
            }
            into.extend_from_slice(cell(field).as_bytes());
        }
    }
}

/// A field of a table (RFC 4180). What a spreadsheet would take for a formula gets an apostrophe before it.
fn cell(text: &str) -> Cow<'_, str> {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    if !formula && !text.contains([',', '"', '\n', '\r']) {
        return text.into();
    }
    let apostrophe = if formula { "'" } else { "" };
    format!("\"{apostrophe}{}\"", text.replace('"', "\"\"")).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(layout: Layout, change: &str) -> String {
        let mut indicator = serde_json::json!({
            "type": "indicator", "id": "indicator--5a1b2c3d-0b57-4b5f-9d3c-1f7a5a0c0c01",
            "pattern": "[email-addr:value = 'a@b.example']", "pattern_type": "stix",
            "valid_from": "2026-01-01T00:00:00Z", "valid_until": "2026-01-03T00:00:00Z"
        });
        let change: serde_json::Value = serde_json::from_str(change).unwrap();
        indicator.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        let mut list = BlockList::new(IocType::Email, layout, "2026-01-02T00:00:00Z".parse().unwrap());
        let mut text = Vec::new();
        list.object(indicator.to_string().as_bytes(), &mut text);
        String::from_utf8(text).unwrap()
    }

    #[test]
    fn only_what_is_valid_is_listed() {
        let cases = [
            (r#"{}"#, true),
            (r#"{"valid_until": "2026-01-02T00:00:00.001Z"}"#, true),
            (r#"{"valid_until": "2026-01-02T00:00:00Z"}"#, false),
            (r#"{"valid_from": "2026-01-02T00:00:00Z"}"#, true),
            (r#"{"valid_from": "2026-01-02T00:00:00.1Z"}"#, false),
            (r#"{"valid_until": null}"#, true),
            (r#"{"valid_until": "soon"}"#, false),
            (r#"{"revoked": true}"#, false),
            (r#"{"revoked": false}"#, true),
            (r#"{"pattern_type": "snort"}"#, false),
            (r#"{"pattern": "[email-addr:value = 'a@b.example'"}"#, false),
        ];
        for (change, listed) in cases {
            assert_eq!(list(Layout::Values, change), if listed { "a@b.example\n" } else { "" }, "{change}");
        }
    }

    #[test]
    fn a_table_has_no_formula() {
        let cells = [("=1+1", "\"'=1+1\""), ("a", "a"), ("a,\"b\"", "\"a,\"\"b\"\"\""), ("a=b", "a=b")];
        for (text, written) in cells {
            assert_eq!(cell(text), written);
        }
        let row =
            list(Layout::Table, r#"{"pattern": "[email-addr:value = '-1+1@b.example']", "confidence": 85}"#);
        let rest =
            "2026-01-01T00:00:00Z,2026-01-03T00:00:00Z,85,indicator--5a1b2c3d-0b57-4b5f-9d3c-1f7a5a0c0c01";
        assert_eq!(row, format!("\"'-1+1@b.example\",{rest}\r\n"));
    }
}
