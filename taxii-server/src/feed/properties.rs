//! Properties of the readers of answers: nothing panics, and no record is lost without a trace, whatever comes.

use std::collections::BTreeMap;

use bytes::Bytes;
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};
use stix_core::Timestamp;

use super::Reader;
use super::bundle::Contents;
use super::client::Reply;
use super::page::Page;
use crate::ingest::{Arrival, Form};

fn latest() -> Timestamp {
    "2026-01-01T00:05:00.000Z".parse().unwrap()
}

fn read(form: Form, text: &[u8]) -> Vec<Arrival> {
    Reader::new("feed").with_sector(Some("energy")).read(form, text, &latest())
}

/// Texts that stand in records, good and bad.
fn word() -> impl Strategy<Value = String> {
    let known = [
        "indicator",
        "identity",
        "bundle",
        "relationship",
        "marking-definition",
        "vulnerability",
        "attack-pattern",
        "domain",
        "ipv4",
        "ipv6",
        "url",
        "md5",
        "sha256",
        "cve",
        "mitre-attack",
        "email",
        "bad.example",
        "198.51.100.7",
        "hxxp://bad[.]example/a",
        "d41d8cd98f00b204e9800998ecf8427e",
        "CVE-2026-0001",
        "T1059.001",
        "high",
        "2.1",
        "stix",
        "[ipv4-addr:value = '198.51.100.7']",
        "[url:value = 'a'b']",
        "[file:hashes.SHA256 = 'x'] AND [a:b = 1]",
        "indicator--7d0e4f0a-3a1c-4a57-9d35-3f1a7e0b1c11",
        "identity--socdefenders",
        "-262143-01-01 00:00:00",
        "9999-12-31T23:59:59.999999999Z",
        "9999-12-31T23:59:59-23:59",
        "0000-01-01T00:00:00Z",
        "2026-01-01T00:00:00Z",
        "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487",
        "TLP:RED",
        "red",
    ];
    prop_oneof![4 => proptest::sample::select(known.to_vec()).prop_map(str::to_owned), 1 => "\\PC{0,12}", 1 => any::<String>()]
}

/// Names of members that records have, and others.
fn name() -> impl Strategy<Value = String> {
    let known = [
        "type",
        "type",
        "value",
        "value",
        "id",
        "spec_version",
        "pattern",
        "pattern",
        "pattern_type",
        "created",
        "modified",
        "first_seen",
        "last_seen",
        "valid_from",
        "valid_until",
        "confidence",
        "source",
        "feed_name",
        "category",
        "tags",
        "industry",
        "mitre_techniques",
        "context",
        "labels",
        "indicator_types",
        "object_marking_refs",
        "created_by_ref",
        "source_ref",
        "target_ref",
        "relationship_type",
        "external_references",
        "source_name",
        "external_id",
        "url",
        "definition",
        "tlp",
        "name",
        "description",
        "revoked",
        "objects",
    ];
    prop_oneof![8 => proptest::sample::select(known.to_vec()).prop_map(str::to_owned), 1 => any::<String>()]
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        6 => word().prop_map(Value::from),
        1 => Just(Value::Null),
        1 => any::<bool>().prop_map(Value::from),
        1 => any::<i64>().prop_map(Value::from),
        1 => any::<u64>().prop_map(Value::from),
        1 => any::<f64>().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 6, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::Array),
            vec((name(), inner), 0..6).prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// A record, or what stands in its place.
fn record() -> impl Strategy<Value = Value> {
    let members =
        vec((name(), value()), 0..14).prop_map(|members| Value::Object(members.into_iter().collect()));
    prop_oneof![9 => members, 1 => value()]
}

/// A tree of bundles and lists, and how often each text in it is a record.
fn tree() -> impl Strategy<Value = (String, BTreeMap<String, usize>)> {
    let leaf = record().prop_map(|mut record| {
        // Lists and bundles are no records: they are made below.
        if record.is_array() || record["type"] == "bundle" {
            record = json!({ "inside": record });
        }
        let text = record.to_string();
        (text.clone(), BTreeMap::from([(text, 1)]))
    });
    let joined = |parts: Vec<(String, BTreeMap<String, usize>)>| {
        let mut all = BTreeMap::new();
        for (text, times) in parts.iter().flat_map(|(_, records)| records) {
            *all.entry(text.clone()).or_default() += times;
        }
        let texts: Vec<_> = parts.into_iter().map(|(text, _)| text).collect();
        (texts.join(", "), all)
    };
    let list = move |inner| {
        vec(inner, 0..5).prop_map(move |parts| {
            let (texts, all) = joined(parts);
            (format!("[{texts}]"), all)
        })
    };
    leaf.prop_recursive(4, 32, 5, move |inner| {
        let lists = vec(list(inner.clone()), 0..3);
        let bundle = (lists, any::<bool>()).prop_map(move |(lists, has_version)| {
            // A bundle whose objects come in several members of one name.
            let mut members = vec!["\"type\": \"bundle\"".to_owned()];
            members.extend(has_version.then(|| "\"spec_version\": \"2.0\"".to_owned()));
            members.extend(lists.iter().map(|(text, _)| format!("\"objects\": {text}")));
            let (_, all) = joined(lists);
            (format!("{{{}}}", members.join(", ")), all)
        });
        prop_oneof![list(inner), bundle]
    })
}

fn counted<'a>(texts: impl Iterator<Item = &'a Bytes>) -> BTreeMap<String, usize> {
    let mut all = BTreeMap::new();
    for text in texts {
        *all.entry(String::from_utf8_lossy(text).into_owned()).or_default() += 1;
    }
    all
}

proptest! {
    #[test]
    fn any_bytes_are_accounted_for(bytes in vec(any::<u8>(), 0..300)) {
        let row = read(Form::Row, &bytes);
        prop_assert!(!row.is_empty());
        prop_assert!(!read(Form::Object, &bytes).is_empty() || Contents::read(&bytes.clone().into(), "", usize::MAX).is_ok());
        let _ = Page::read(&bytes.into(), "", usize::MAX);
    }

    /// A row gives one contribution, or is in quarantine as it came.
    #[test]
    fn any_row_is_used_or_quarantined(row in record()) {
        let text = row.to_string();
        let arrivals = read(Form::Row, text.as_bytes());
        let used = arrivals.iter().filter(|arrival| matches!(arrival, Arrival::Contributed { .. })).count();
        let quarantined = arrivals.iter().filter(
            |arrival| matches!(arrival, Arrival::Quarantined(record) if record.record == text.as_bytes())
        );
        prop_assert_eq!(used + quarantined.count(), 1);
    }

    /// Each object gives something: what it says, or the record as it came.
    #[test]
    fn any_object_is_used_or_kept(records in vec(record(), 1..6)) {
        for record in &records {
            if !record.is_array() && record["type"] != "bundle" {
                prop_assert!(!read(Form::Object, record.to_string().as_bytes()).is_empty(), "{}", record);
            }
        }
        // What the objects say about each other changes nothing of that.
        let objects = records.iter().filter(|record| record.is_object() && record["type"] != "bundle");
        let objects: Vec<_> = objects.map(ToString::to_string).collect();
        let arrivals = read(Form::Object, format!("[{}]", objects.join(",")).as_bytes());
        let used = arrivals.iter().filter(|arrival| !matches!(arrival, Arrival::Repaired(_))).count();
        let repaired = arrivals.iter().filter(|arrival| matches!(arrival, Arrival::Repaired(_))).count();
        prop_assert!(used <= objects.len() && used + repaired >= objects.len(), "{:?}", arrivals);
    }

    /// However bundles and lists lie in each other, each record is found once.
    #[test]
    fn records_of_any_tree_are_all_found((text, records) in tree()) {
        let contents = Contents::of(&text.clone().into(), usize::MAX);
        let refused = contents.refused.iter().map(|(text, _)| text);
        prop_assert_eq!(counted(contents.objects.iter().chain(refused)), records, "{}", text);
    }

    /// A bundle that has broken off, at any byte, is no answer.
    #[test]
    fn bundle_that_breaks_off_is_no_answer(records in vec(record(), 0..5), at in any::<proptest::sample::Index>()) {
        let text = json!({ "type": "bundle", "objects": records }).to_string();
        let cut = Bytes::copy_from_slice(&text.as_bytes()[..at.index(text.len())]);
        prop_assert!(Contents::read(&cut, "", usize::MAX).is_err());
        let text = json!({ "data": records, "meta": { "total": 7 } }).to_string();
        let cut = Bytes::copy_from_slice(&text.as_bytes()[..at.index(text.len())]);
        prop_assert!(Page::read(&cut, "", usize::MAX).is_err());
    }

    /// A page holds the rows as they came, and none of those that differ is taken for another.
    #[test]
    fn rows_of_any_page_are_all_found(rows in vec(record(), 0..8), meta in value(), limit in 0..8_u32) {
        let texts: Vec<_> = rows.iter().map(ToString::to_string).collect();
        let body = format!(r#"{{"meta": {meta}, "data": [{}]}}"#, texts.join(" ,\n"));
        let page = Page::read(&body.into(), "", usize::MAX).unwrap();
        prop_assert_eq!(&page.rows, &texts);
        let _ = (page.total(), page.limit(), page.filter("since"), page.generated_at(), page.last_seen().count());
        let once = counted(page.without_repetitions(limit).rows.iter());
        prop_assert!(counted(texts.into_iter().map(Bytes::from).collect::<Vec<_>>().iter()).keys().eq(once.keys()));
    }

    /// Bytes that are spoiled in one record cost no other one.
    #[test]
    fn spoiled_bytes_cost_one_record(at in any::<proptest::sample::Index>(), byte in 0x80..=0xff_u8) {
        let good = |number: u32| json!({ "type": "domain", "value": format!("host-{number}.example") }).to_string();
        let mut spoiled = good(1).into_bytes();
        let inside = spoiled.len() - 20;
        spoiled[18 + at.index(inside - 2)] = byte;
        let body = [b"{\"data\":[", good(0).as_bytes(), b",", &spoiled, b",", good(2).as_bytes(), b"],\"meta\":{}}"].concat();
        match Page::read(&body.into(), "", usize::MAX) {
            Ok(page) => prop_assert!(page.rows.len() == 3 && page.rows[0] == good(0) && page.rows[2] == good(2)),
            // Then the text as a whole is no JSON, and the request is made again.
            Err(failure) => prop_assert!(failure.is_passing(), "{}", failure),
        }
    }
}
