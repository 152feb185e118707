//! Block lists: the values that the indicators of a collection name, for firewalls and proxies that fetch a list.
//!
//! In it are the indicators that are valid at the time of the request: not revoked, `valid_from` reached, `valid_until`
//! not. A value that several indicators name comes once. An indicator with a time that cannot be read is left out.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::{DateTime, Utc};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use stix_core::Timestamp;
use stix_pattern::Pattern;

use super::Writer;
use super::guard::Guard;
use super::selection::{Selection, UrlLayout, pan_os};
use crate::ingest::IocType;
use crate::ingest::listable::listables;
use crate::storage::StorageError;

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

/// How many different values a list can have: what is known of them takes 32 bytes each.
const MOST_DIFFERENT: usize = 10_000_000;

/// The list of one type.
#[derive(Debug)]
pub(super) struct BlockList {
    listed: IocType,
    layout: Layout,
    urls: UrlLayout,
    guard: Guard,
    now: DateTime<Utc>,
    /// Digests of the values that are in the list: each comes once.
    seen: HashSet<u128>,
    newest: Option<Newest>,
}

/// The newest values of a list with a limit, which are known only when all were read.
#[derive(Debug)]
struct Newest {
    limit: usize,
    /// Rows by the order in which their values last came.
    rows: BTreeMap<u64, (u128, Vec<u8>)>,
    order_of: HashMap<u128, u64>,
    next: u64,
}

impl BlockList {
    /// The list of what is valid now.
    pub(super) fn new(
        listed: IocType,
        layout: Layout,
        selection: &Selection,
        guard: Guard,
        now: DateTime<Utc>,
    ) -> Self {
        let newest = selection.limit.map(|limit| Newest {
            limit,
            rows: BTreeMap::new(),
            order_of: HashMap::new(),
            next: 0,
        });
        Self { listed, layout, urls: selection.layout, guard, now, seen: HashSet::new(), newest }
    }

    /// Adds a value with its row, unless it is there.
    fn add(&mut self, value: &str, row: Vec<u8>, into: &mut Vec<u8>) -> Result<(), StorageError> {
        let digest = digest(value);
        match &mut self.newest {
            Some(newest) => newest.add(digest, row),
            None if self.seen.len() >= MOST_DIFFERENT => {
                let problem = format!("a block list has more than {MOST_DIFFERENT} values: use `limit`");
                return Err(StorageError::encoding(problem));
            }
            None if self.seen.insert(digest) => into.extend_from_slice(&row),
            None => {}
        }
        Ok(())
    }
}

impl Newest {
    fn add(&mut self, digest: u128, row: Vec<u8>) {
        if let Some(before) = self.order_of.insert(digest, self.next) {
            self.rows.remove(&before);
        }
        self.rows.insert(self.next, (digest, row));
        self.next += 1;
        if self.rows.len() > self.limit
            && let Some((_, (oldest, _))) = self.rows.pop_first()
        {
            self.order_of.remove(&oldest);
        }
    }
}

/// Half of the SHA-256 of a value: two values with one digest do not come about.
fn digest(value: &str) -> u128 {
    let digest: [u8; 32] = Sha256::digest(value).into();
    digest.iter().take(16).fold(0, |number, byte| number << 8 | u128::from(*byte))
}

impl Writer for BlockList {
    fn begin(&mut self, into: &mut Vec<u8>) {
        if self.layout == Layout::Table {
            into.extend_from_slice(COLUMNS.as_bytes());
        }
    }

    fn object(&mut self, text: &[u8], into: &mut Vec<u8>) -> Result<(), StorageError> {
        let Some(indicator) = Indicator::read(text).filter(|indicator| indicator.is_valid(self.now)) else {
            return Ok(());
        };
        let Ok(pattern) = Pattern::parse(&indicator.pattern) else { return Ok(()) };
        let listed = self.listed;
        for value in listables(&pattern).filter(|value| value.ioc == listed) {
            let Some(entry) =
                value.entry().filter(|entry| self.guard.admits(value.ioc, value.written, entry))
            else {
                continue;
            };
            let entry = if self.urls == UrlLayout::PanOs { pan_os(&entry) } else { entry };
            let mut row = Vec::new();
            match self.layout {
                Layout::Values => row.extend_from_slice(entry.as_bytes()),
                Layout::Table => indicator.row(&entry, &mut row),
            }
            row.extend_from_slice(if self.layout == Layout::Table { b"\r\n" } else { b"\n" });
            self.add(&entry, row, into)?;
        }
        Ok(())
    }

    fn end(&mut self, into: &mut Vec<u8>) {
        for (_, row) in self.newest.iter().flat_map(|newest| newest.rows.values().rev()) {
            into.extend_from_slice(row);
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
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::*;
    use crate::ingest::{AllowAction, AllowListSettings, AllowLists};
    use crate::outlet::BlockListSettings;

    fn list(layout: Layout, change: &str) -> String {
        let mut indicator = serde_json::json!({
            "type": "indicator", "id": "indicator--5a1b2c3d-0b57-4b5f-9d3c-1f7a5a0c0c01",
            "pattern": "[email-addr:value = 'a@b.example']", "pattern_type": "stix",
            "valid_from": "2026-01-01T00:00:00Z", "valid_until": "2026-01-03T00:00:00Z"
        });
        let change: serde_json::Value = serde_json::from_str(change).unwrap();
        indicator.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        let guard = Guard::new(BlockListSettings::default(), &[], Arc::default());
        let now = "2026-01-02T00:00:00Z".parse().unwrap();
        let mut list = BlockList::new(IocType::Email, layout, &Selection::default(), guard, now);
        let mut text = Vec::new();
        list.object(indicator.to_string().as_bytes(), &mut text).unwrap();
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

    /// What an allow list keeps out, and spellings of patterns about it and about its neighbourhood.
    fn values() -> impl Strategy<Value = (&'static str, String)> {
        let octet = || prop_oneof![Just(8_u8), Just(9), any::<u8>()];
        let v4 = (octet(), octet(), octet(), octet(), 0_u8..=32).prop_flat_map(|(a, b, c, d, bits)| {
            prop_oneof![
                Just(("ipv4-addr", format!("{a}.{b}.{c}.{d}"))),
                Just(("ipv4-addr", format!("{a}.{b}.{c}.{d}/{bits}"))),
                Just(("url", format!("http://{a}.{b}.{c}.{d}/x"))),
                Just(("ipv6-addr", format!("::ffff:{a}.{b}.{c}.{d}"))),
            ]
        });
        let v6 = (0_u8..=128, any::<bool>()).prop_map(|(bits, near)| {
            ("ipv6-addr", format!("2620:fe::{}/{bits}", if near { "9" } else { "fe" }))
        });
        let names = prop_oneof![
            "(www\\.|a\\.b\\.)?(Good|good|GOOD)\\.example\\.?".prop_map(|name| ("domain-name", name)),
            "https?://(www\\.)?good\\.example(:8443)?/[a-z]{0,3}".prop_map(|url| ("url", url)),
            "[a-z]{1,3}@good\\.example".prop_map(|address| ("email-addr", address)),
            "[a-z]{1,8}\\.example".prop_map(|name| ("domain-name", name)),
        ];
        prop_oneof![4 => v4, 1 => v6, 2 => names]
    }

    fn patterns() -> impl Strategy<Value = String> {
        let test = (
            values(),
            prop_oneof![
                Just("="),
                Just("IN"),
                Just("ISSUBSET"),
                Just("ISSUPERSET"),
                Just("!="),
                Just("LIKE")
            ],
        );
        let test = test.prop_map(|((object_type, value), operator)| match operator {
            "IN" => format!("{object_type}:value IN ('x', '{value}')"),
            operator => format!("{object_type}:value {operator} '{value}'"),
        });
        let bracket =
            proptest::collection::vec(test, 1..4).prop_map(|tests| format!("[{}]", tests.join(" OR ")));
        proptest::collection::vec(bracket, 1..4).prop_map(|brackets| brackets.join(" OR "))
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

        #[test]
        fn no_list_names_what_is_to_be_dropped(pattern in patterns()) {
            let indicator = serde_json::json!({
                "id": "indicator--5a1b2c3d-0b57-4b5f-9d3c-1f7a5a0c0c01", "pattern": pattern, "pattern_type": "stix",
                "valid_from": "2026-01-01T00:00:00Z",
            });
            for listed in IocType::in_patterns() {
                let now = "2026-01-02T00:00:00Z".parse().unwrap();
                let mut list = BlockList::new(listed, Layout::Values, &Selection::default(), guarded(), now);
                let mut text = Vec::new();
                list.object(indicator.to_string().as_bytes(), &mut text).unwrap();
                for line in String::from_utf8(text).unwrap().lines() {
                    prop_assert!(!harms(line), "{line} of {pattern}");
                }
            }
        }
    }

    /// A guard by lists that drop two resolvers and a name.
    fn guarded() -> Guard {
        static FOLDER: std::sync::LazyLock<tempfile::TempDir> = std::sync::LazyLock::new(|| {
            let folder = tempfile::tempdir().unwrap();
            let lists = [
                r#"{"name": "a", "type": "cidr", "list": ["8.8.8.8", "2620:fe::fe/128"]}"#,
                r#"{"name": "b", "type": "string", "list": ["9.9.9.9"]}"#,
                r#"{"name": "c", "type": "hostname", "list": ["good.example"]}"#,
            ];
            for (index, text) in lists.iter().enumerate() {
                std::fs::write(folder.path().join(index.to_string()), text).unwrap();
            }
            folder
        });
        let settings = ["0", "1", "2"]
            .map(|name| AllowListSettings { file: FOLDER.path().join(name), action: AllowAction::Drop });
        let lists = Arc::new(AllowLists::open(&settings).unwrap());
        Guard::new(BlockListSettings::default(), &[], lists)
    }

    /// Whether a line of a list closes what the lists keep open. Written anew, without the code under test.
    fn harms(line: &str) -> bool {
        let host = line.split("://").last().unwrap().split('/').next().unwrap().rsplit('@').next().unwrap();
        let host = host.split(':').next().unwrap().to_lowercase();
        if host == "good.example" || host.ends_with(".good.example") || host == "8.8.8.8" || host == "9.9.9.9"
        {
            return true;
        }
        let networks: Option<ipnet::IpNet> =
            line.parse().ok().or_else(|| line.parse::<std::net::IpAddr>().ok().map(Into::into));
        let open: [std::net::IpAddr; 3] =
            ["8.8.8.8", "9.9.9.9", "2620:fe::fe"].map(|address| address.parse().unwrap());
        networks.is_some_and(|network| open.iter().any(|address| network.contains(address)))
    }
}
