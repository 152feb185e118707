//! What becomes of records of a feed: `fixtures/feed` has a file for each defect, with the record, the objects that it
//! gives, the repairs, and the causes for which records are refused.
//!
//! `UPDATE_CASES=1 cargo test -p taxii-server --test server feed_records` writes what is expected; read the difference.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use taxii_server::clock::Clock;
use taxii_server::feed::{FeedSettings, Retry};
use taxii_server::ingest::{Ingest, Repair};
use taxii_server::storage::feed::FeedWrite;
use taxii_server::storage::quarantine::{Chosen, Form, Handling, Quarantined, QuarantinedRecord, RecordId};
use taxii_server::storage::{self, DateAdded, Dating, Query, VersionFilter};

use super::backend::{Backend, on_both};
use super::world::collection;

on_both!(records_wait_in_quarantine_until_they_are_read_again_or_dropped);

/// A file.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Case {
    about: String,
    /// The settings of the feed.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    settings: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    rows: Vec<Value>,
    /// Rows whose text matters.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    row_texts: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    bundle: Option<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    #[serde(flatten)]
    expected: Expected,
}

#[derive(Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default)]
struct Expected {
    /// The repairs, and how many records needed each.
    repairs: BTreeMap<String, u64>,
    /// The causes of refusals, and how many records have each.
    quarantined: BTreeMap<String, u64>,
    /// The objects in the order of their identifiers, without the author of the bridge.
    objects: Vec<Value>,
}

fn files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/feed");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    files.sort();
    files
}

/// Reads the records of a case and ingests what they give.
async fn outcome(case: &Case) -> Expected {
    let folder = tempfile::tempdir().unwrap();
    let storage = storage::open(&folder.path().join("taxii.db").into()).await.unwrap();
    storage.register_collections(&[collection()]).await.unwrap();
    let clock = Clock::manual("2026-01-01T00:00:00Z".parse().unwrap());
    let settings: FeedSettings = toml::from_str(&case.settings).unwrap();
    let ingest = Ingest::new(storage.clone(), clock.clone(), Duration::ZERO);
    let retry = Retry::new(&settings, collection(), ingest, clock).unwrap();
    let record = |form, text: String| QuarantinedRecord::unread(&settings.name, form, text.into_bytes());
    let rows = case.rows.iter().map(Value::to_string).chain(case.row_texts.clone());
    let rows = rows.map(|row| record(Form::Row, row));
    let bundle = case.bundle.iter().map(Value::to_string).chain(case.text.clone());
    let records: Vec<_> = bundle.map(|text| record(Form::Object, text)).chain(rows).collect();
    retry.retry(&settings.name, &records).await.unwrap();

    let came: Vec<_> = records.iter().map(|record| record.quarantined.record.as_slice()).collect();
    let odd = storage.quarantined(&Chosen::default(), 1000).await.unwrap().into_iter();
    let odd = odd.map(|record| record.quarantined.record);
    let repaired = storage.repaired(1000).await.unwrap().into_iter().map(|record| record.repaired.record);
    odd.chain(repaired).for_each(|kept| assert_came(&kept, &came));

    let mut expected = Expected::default();
    for count in storage.record_counts(Some(&settings.name)).await.unwrap() {
        match count.handling {
            Handling::Repaired => expected.repairs.insert(count.reason, count.times),
            _ => expected.quarantined.insert(count.reason, count.times),
        };
    }
    let query = Query { versions: VersionFilter::All, ..Query::new(1000, u64::MAX) };
    let page = storage.objects(&collection(), &query).await.unwrap();
    let objects = page.rows.iter().map(|row| serde_json::from_slice::<Value>(&row.body).unwrap());
    let bridge =
        |object: &Value| object["type"] == "identity" && object["created"] == "2026-01-01T00:00:00.000Z";
    expected.objects = objects.filter(|object| !bridge(object)).collect();
    expected.objects.sort_by_key(|object| object["id"].to_string());
    expected
}

/// Fails unless what is kept of a record is what came, byte for byte; of a bundle its objects are left out.
fn assert_came(kept: &[u8], came: &[&[u8]]) {
    let holds =
        |text: &[u8], part: &[u8]| part.is_empty() || text.windows(part.len()).any(|window| window == part);
    let kept_in = |text: &&[u8]| {
        let parts = String::from_utf8_lossy(kept);
        holds(text, kept) || parts.split("[]").all(|part| holds(text, part.as_bytes()))
    };
    assert!(came.iter().any(kept_in), "{}", String::from_utf8_lossy(kept));
}

#[tokio::test]
async fn every_record_becomes_what_is_written_down() {
    let update = std::env::var_os("UPDATE_CASES").is_some();
    let mut seen = BTreeSet::new();
    let mut wrong = Vec::new();
    for path in files() {
        let text = std::fs::read_to_string(&path).unwrap();
        let mut case: Case = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{path:?}: {error}"));
        let found = outcome(&case).await;
        seen.extend(found.repairs.keys().chain(found.quarantined.keys()).cloned());
        if update {
            case.expected = found;
            std::fs::write(&path, serde_json::to_string_pretty(&case).unwrap() + "\n").unwrap();
        } else if found != case.expected {
            wrong.push(format!("{path:?}: {}", serde_json::to_string_pretty(&found).unwrap()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let repairs = Repair::ALL.iter().map(|repair| repair.name());
    // Records beyond `size` are too long to be written down: see `feed_bounds`.
    let causes = ["shape", "type", "value", "time", "future", "pattern", "language"];
    let without: Vec<_> = repairs.chain(causes).filter(|name| !seen.contains(*name)).collect();
    assert!(without.is_empty(), "no case for {without:?}");
}

/// What a store keeps of records that cannot be used.
async fn records_wait_in_quarantine_until_they_are_read_again_or_dropped(backend: Backend) {
    let place = backend.place().await;
    let storage = storage::open(&place.database()).await.unwrap();
    storage.register_collections(&[collection()]).await.unwrap();
    let clock = Clock::manual("2026-01-01T00:00:00Z".parse().unwrap());
    let dating = Dating { clock: clock.clone(), allowance: Duration::ZERO };
    let bad = |record: &str| Quarantined {
        cause: "value".to_owned(),
        reason: "with a \0 in it".to_owned(),
        form: Form::Row,
        record: record.as_bytes().to_owned(),
    };
    // One that a better program could read, one that nobody can, and one twice.
    let readable = r#"{"type":"ipv4","value":"192.0.2.1"}"#;
    let records = vec![bad(readable), bad("{}"), bad("{}"), bad("[]")];
    let write = FeedWrite { quarantined: records.clone(), ..FeedWrite::new("feed") };
    storage.write_feed(&collection(), write.clone(), &dating).await.unwrap();
    let all = storage.quarantined(&Chosen::default(), 10).await.unwrap();
    assert_eq!(all.len(), 3);
    let id = |text: &str| RecordId::of("feed", Form::Row, text.as_bytes());
    let named = Chosen { ids: Some(vec![id("{}").short().parse().unwrap()]), ..Chosen::default() };
    let found = storage.quarantined(&named, 10).await.unwrap();
    assert_eq!(found.iter().map(|record| record.id).collect::<Vec<_>>(), [id("{}")]);
    let other = Chosen { feed: Some("other".to_owned()), ..Chosen::default() };
    assert!(storage.quarantined(&other, 10).await.unwrap().is_empty());

    let settings = FeedSettings::default();
    let ingest = Ingest::new(storage.clone(), clock.clone(), Duration::ZERO);
    let retry = Retry::new(&settings, collection(), ingest, clock.clone()).unwrap();
    let retried = retry.retry("feed", &all).await.unwrap();
    assert_eq!((retried.ingested.new, retried.released), (1, vec![id(readable)]));
    assert_eq!(retried.refused.len(), 2);
    let left = storage.quarantined(&Chosen::default(), 10).await.unwrap();
    assert_eq!(left.len(), 2);
    assert!(
        left.iter().all(|record| record.quarantined.reason.starts_with("the row has no `type`")
            || record.quarantined.reason.contains("a row is an object")),
        "{left:?}"
    );

    let now = DateAdded::from_millis(clock.now().timestamp_millis());
    assert_eq!(storage.drop_quarantined(&[id("{}"), id("not there")], now).await.unwrap(), 1);
    assert_eq!(storage.drop_quarantined(&[id("{}")], now).await.unwrap(), 0);
    storage.write_feed(&collection(), write, &dating).await.unwrap();
    let left = storage.quarantined(&Chosen::default(), 10).await.unwrap();
    let left: BTreeSet<_> = left.into_iter().map(|record| record.id).collect();
    assert_eq!(left, BTreeSet::from([id(readable), id("[]")]), "what was dropped stays away");
}
