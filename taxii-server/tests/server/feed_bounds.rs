//! How much is kept of what feeds tell: of one value, of records in quarantine, and of one record.

use std::time::Duration;

use serde_json::{Value, json};
use taxii_server::feed::{Reader, Retry};
use taxii_server::ingest::{Arrival, Form, Retention, Upkeep};
use taxii_server::storage::feed::FeedWrite;
use taxii_server::storage::quarantine::{Chosen, KEPT_BYTES, Quarantined, Repaired};
use taxii_server::storage::{CollectionId, Dating, Query, VersionFilter};

use super::backend::{Backend, Place, on_both};
use super::bench::{ALL, Bench, SETTINGS};

on_both!(
    value_with_new_identifiers_at_each_poll_stays_one_version,
    value_that_has_grown_is_brought_within_the_bounds,
    only_the_beginning_of_a_long_record_is_kept,
    quarantine_is_bounded_in_bytes,
);

async fn bench(place: &Place) -> Bench {
    Bench::new(&place.database(), SETTINGS).await
}

fn collection() -> CollectionId {
    CollectionId::from(ALL.parse::<uuid::Uuid>().unwrap())
}

/// Rows of one value, as a service writes them that makes up identifiers and counts something.
fn rows(poll: usize) -> Vec<Value> {
    let row = |number: usize| {
        json!({
            "id": format!("{poll}-{number}"), "type": "ipv4", "value": "192.0.2.1", "confidence": "high",
            "first_seen": "2025-12-30T10:00:00Z", "last_seen": format!("2025-12-31T10:{poll:02}:00Z"),
            "age": poll * 100 + number, "tags": [format!("tag {}", number % 3)],
        })
    };
    (0..40).map(row).collect()
}

/// All versions of the indicator.
async fn versions(bench: &Bench) -> Vec<Value> {
    let query = Query {
        versions: VersionFilter::All,
        types: Some(vec!["indicator".to_owned()]),
        ..Query::new(10_000, u64::MAX)
    };
    let page = bench.storage.objects(&collection(), &query).await.unwrap();
    page.rows.iter().map(|row| serde_json::from_slice(&row.body).unwrap()).collect()
}

const COUNT: &str = "SELECT count(*) FROM contribution";

async fn value_with_new_identifiers_at_each_poll_stays_one_version(backend: Backend) {
    let place = backend.place().await;
    let bench = bench(&place).await;
    for poll in 0..6 {
        bench.take("a", Form::Row, &rows(poll)).await;
        assert_eq!(place.number(COUNT).await, 33, "the latest 32, and one for all before them");
    }
    let versions = versions(&bench).await;
    assert_eq!(versions.len(), 1, "nothing is told that is worth a version");
    assert_eq!(
        versions[0].get("external_references"),
        None,
        "identifiers that never come again name nothing"
    );
    assert_eq!(versions[0]["labels"], json!(["tag:tag 0", "tag:tag 1", "tag:tag 2"]));
    assert_eq!(versions[0]["valid_from"], "2025-12-30T10:00:00.000Z");
    bench.storage.close().await;
}

/// What a version without bounds has stored is bounded with the next record.
async fn value_that_has_grown_is_brought_within_the_bounds(backend: Backend) {
    let place = backend.place().await;
    let bench = bench(&place).await;
    bench.take("a", Form::Row, &rows(0)[..1]).await;
    // Doubles what is known, six times: another source, and another identifier in each copy.
    for copy in ["a", "b", "c", "d", "e", "f"] {
        let sql = format!(
            "INSERT INTO contribution (key, source, body) SELECT key, source || '{copy}', \
             replace(body, '0-0', '{copy}0-0') FROM contribution"
        );
        place.execute(Box::leak(sql.into_boxed_str())).await;
    }
    assert_eq!(place.number(COUNT).await, 64);
    bench.take("a", Form::Row, &rows(1)[..1]).await;
    assert_eq!(place.number(COUNT).await, 33);
    bench.storage.close().await;
}

/// Writes records of feed `a` into quarantine and among the repaired ones.
async fn write(bench: &Bench, records: &[Vec<u8>]) {
    let quarantined = |record: &Vec<u8>| Quarantined {
        cause: "value".to_owned(),
        reason: "it is not a value".to_owned(),
        form: Form::Row,
        record: record.clone(),
    };
    let repaired = |record: &Vec<u8>| Repaired {
        repairs: ["spelling".to_owned()].into(),
        form: Form::Row,
        record: record.clone(),
    };
    let write = FeedWrite {
        quarantined: records.iter().map(quarantined).collect(),
        repaired: records.iter().map(repaired).collect(),
        ..FeedWrite::new("a")
    };
    let dating = Dating { clock: bench.clock.clone(), allowance: Duration::ZERO };
    bench.storage.write_feed(&collection(), write, &dating).await.unwrap();
}

async fn only_the_beginning_of_a_long_record_is_kept(backend: Backend) {
    let place = backend.place().await;
    let bench = bench(&place).await;
    // Two that begin alike are two; what comes again is one.
    let long = [1, 2].map(|end| [vec![b'x'; KEPT_BYTES], vec![end; 10]].concat());
    write(&bench, &long).await;
    write(&bench, &long).await;
    write(&bench, &[vec![b'y'; KEPT_BYTES]]).await;
    let kept = bench.storage.quarantined(&Chosen::default(), 10).await.unwrap();
    let mut lengths: Vec<_> =
        kept.iter().map(|record| (record.quarantined.record.len(), record.cut_from)).collect();
    lengths.sort_unstable();
    let length = Some(KEPT_BYTES as u64 + 10);
    assert_eq!(lengths, [(KEPT_BYTES, None), (KEPT_BYTES, length), (KEPT_BYTES, length)]);
    let repaired = bench.storage.repaired(10).await.unwrap();
    assert_eq!(repaired.iter().filter(|record| record.cut_from == length).count(), 2);

    // The beginning of a record cannot be tried again, and does not become another record by that.
    let settings = &bench.config.feeds[0];
    let collection = bench.config.collection_of(settings).unwrap();
    let retry = Retry::new(settings, collection, bench.ingest.clone(), bench.clock.clone()).unwrap();
    let retried = retry.retry("a", &kept).await.unwrap();
    assert_eq!((retried.released.len(), retried.refused.len()), (0, 3));
    assert_eq!(
        retried.refused.iter().filter(|(_, why)| why.contains("of its 65546 bytes are kept")).count(),
        2
    );
    let ids = |records: &[taxii_server::storage::quarantine::QuarantinedRecord]| {
        records.iter().map(|record| record.id).collect::<Vec<_>>()
    };
    assert_eq!(ids(&bench.storage.quarantined(&Chosen::default(), 10).await.unwrap()), ids(&kept));
    bench.storage.close().await;
}

async fn quarantine_is_bounded_in_bytes(backend: Backend) {
    let place = backend.place().await;
    let bench = bench(&place).await;
    for number in 0..10_u8 {
        write(&bench, &[vec![number; 1000]]).await;
        bench.clock.advance(Duration::from_secs(1));
    }
    let retention = Retention { keep_quarantined_bytes: 3_500, ..Retention::NONE };
    let tended = Upkeep::new(bench.ingest.clone().with_retention(retention)).round().await.unwrap();
    assert_eq!(tended.trimmed, 14, "seven of each kind");
    let kept = bench.storage.quarantined(&Chosen::default(), 100).await.unwrap();
    let first: Vec<_> = kept.iter().map(|record| record.quarantined.record[0]).collect();
    assert_eq!(first, [7, 8, 9], "the latest stay");
    assert_eq!(bench.storage.repaired(100).await.unwrap().len(), 3);
    bench.storage.close().await;
}

#[test]
fn record_that_is_too_long_is_quarantined_unread() {
    let latest = "2026-01-01T00:05:00.000Z".parse().unwrap();
    let reader = Reader::new("a").with_longest(200);
    let text = "x".repeat(200);
    let row = json!({"type": "ipv4", "value": "192.0.2.1", "context": text}).to_string();
    let object = json!({"type": "tool", "name": text}).to_string();
    for (form, record) in [(Form::Row, row), (Form::Object, object)] {
        let arrivals = reader.read(form, record.as_bytes(), &latest);
        let [Arrival::Quarantined(record)] = arrivals.as_slice() else { panic!("{arrivals:?}") };
        assert_eq!(record.cause, "size");
        assert!(record.reason.contains("more than `max_object_bytes`, 200"), "{}", record.reason);
    }
}
