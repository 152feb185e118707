//! The story of a store: adding, versions, dates, filters, pages.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use chrono::{DateTime, TimeDelta};
use serde_json::value::RawValue;
use sqlx::{Connection, SqliteConnection};
use taxii_server::clock::Clock;
use taxii_server::clock::trust::ClockState;
use taxii_server::storage::feed::FeedWrite;
use taxii_server::storage::supervision::{FeedHealth, Gap, GapReason, Progress, Quota, Spent};
use taxii_server::storage::{
    self, Added, CollectionId, DateAdded, Dating, Grants, NewObject, NewSecret, Query, SecretKind, SecretUse,
    Storage, StorageErrorKind, VersionFilter,
};

use super::backend::{Backend, Place, on_both};
use super::world::{add, address, collection, indicator, object};

on_both!(
    dates_are_unique_and_never_behind,
    a_date_is_not_given_again_after_its_object_is_gone,
    what_is_there_is_a_duplicate_or_a_conflict,
    a_batch_is_stored_with_its_place_or_not_at_all,
    how_polling_goes_is_kept,
    versions_are_ordered_by_their_own_time,
    an_object_without_a_version_is_found_by_the_date_it_is_listed_with,
    versions_of_stix,
    filters_by_type_and_identifier_keep_the_order,
    a_page_ends_where_its_bytes_end,
    pages_are_read_along_an_index,
    uses_of_secrets_are_noted_and_forgotten,
    secrets_that_have_ended_are_not_read_and_forgotten,
);

async fn store(backend: Backend) -> (Arc<dyn Storage>, Clock, Place) {
    let place = backend.place().await;
    let storage = storage::open(&place.database()).await.unwrap();
    storage.register_collections(&[collection()]).await.unwrap();
    (storage, Clock::manual("2026-01-01T00:00:00Z".parse().unwrap()), place)
}

fn dates(added: &[Added]) -> Vec<i64> {
    let date = |added: &Added| match added {
        Added::New { date_added } => date_added.millis(),
        other => panic!("{other:?}"),
    };
    added.iter().map(date).collect()
}

fn query() -> Query {
    Query::new(1000, 1 << 20)
}

/// The versions that a query finds, in the order of their dates.
async fn versions(storage: &dyn Storage, query: &Query) -> Vec<String> {
    let page = storage.records(&collection(), query).await.unwrap();
    page.rows.into_iter().map(|row| row.version.unwrap_or_default()).collect()
}

fn wanted(first: bool, last: bool, exact: &[&str]) -> VersionFilter {
    VersionFilter::Some { first, last, exact: exact.iter().map(|text| text.parse().unwrap()).collect() }
}

const NEW_YEAR: i64 = 1_767_225_600_000;

async fn dates_are_unique_and_never_behind(backend: Backend) {
    let (storage, clock, _place) = store(backend).await;
    let first = dates(&add(&*storage, &[indicator(1), indicator(2), indicator(3)], &clock).await);
    assert_eq!(first, [NEW_YEAR + 2000, NEW_YEAR + 2001, NEW_YEAR + 2002]);

    // The same moment again, then a clock that went back: still later dates.
    assert_eq!(dates(&add(&*storage, &[indicator(4)], &clock).await), [NEW_YEAR + 2003]);
    clock.set("2025-01-01T00:00:00Z".parse().unwrap());
    assert_eq!(dates(&add(&*storage, &[indicator(5)], &clock).await), [NEW_YEAR + 2004]);

    // A part of a millisecond is rounded up.
    clock.set("2026-02-01T00:00:00.000001Z".parse().unwrap());
    let date = dates(&add(&*storage, &[indicator(6)], &clock).await)[0];
    assert_eq!(DateAdded::from_millis(date).timestamp().to_string(), "2026-02-01T00:00:02.001000Z");
}

async fn a_date_is_not_given_again_after_its_object_is_gone(backend: Backend) {
    let (storage, clock, place) = store(backend).await;
    let before = dates(&add(&*storage, &[indicator(1)], &clock).await)[0];
    place.execute("DELETE FROM object").await;
    assert_eq!(dates(&add(&*storage, &[indicator(2)], &clock).await), [before + 1]);
}

async fn what_is_there_is_a_duplicate_or_a_conflict(backend: Backend) {
    let (storage, clock, _place) = store(backend).await;
    let one = indicator(1);
    let with_body =
        |text: &str| NewObject { body: RawValue::from_string(text.to_owned()).unwrap(), ..one.clone() };
    let id = one.id.as_str();
    let reordered = with_body(&format!(
        r#"{{ "id": "{id}", "modified": "2025-06-01T00:00:00.000Z", "spec_version": "2.1", "type": "indicator" }}"#
    ));
    let other = with_body(&format!(r#"{{"type":"indicator","id":"{id}","name":"other"}}"#));
    let other_digits = NewObject { version: Some("2025-06-01T00:00:00Z".parse().unwrap()), ..one.clone() };

    let added = add(&*storage, &[one.clone(), one.clone(), other.clone()], &clock).await;
    assert!(matches!(added[..], [Added::New { .. }, Added::Duplicate, Added::Conflict]), "{added:?}");
    let added = add(&*storage, &[one, reordered, other_digits, other], &clock).await;
    assert_eq!(added, [Added::Duplicate, Added::Duplicate, Added::Duplicate, Added::Conflict]);

    let added =
        add(&*storage, &[address("198.51.100.3"), address("198.51.100.3"), address("x")], &clock).await;
    assert!(matches!(added[..], [Added::New { .. }, Added::Duplicate, Added::Conflict]), "{added:?}");
    assert_eq!(storage.records(&collection(), &query()).await.unwrap().rows.len(), 2);
}

async fn a_batch_is_stored_with_its_place_or_not_at_all(backend: Backend) {
    let (storage, clock, _place) = store(backend).await;
    let dating = Dating { clock: clock.clone(), allowance: Duration::ZERO };
    let unknown = CollectionId::from(uuid::Uuid::nil());
    let (now, hour) = (clock.now(), TimeDelta::hours(1));
    let progress = Progress { began: now, covered_from: now - hour, place: now };
    let gap = |reason| Gap { from: now - hour, until: now, reason, found: now };
    let write = FeedWrite {
        objects: vec![indicator(1)],
        progress: Some(progress),
        gaps: GapReason::ALL.map(gap).to_vec(),
        ..FeedWrite::new("feed")
    };
    let error = storage.write_feed(&unknown, write.clone(), &dating).await.unwrap_err();
    assert_eq!(error.kind(), &StorageErrorKind::UnknownCollection);
    assert_eq!(storage.feed_progress("feed").await.unwrap(), None);

    storage.write_feed(&collection(), write.clone(), &dating).await.unwrap();
    storage.write_feed(&collection(), FeedWrite { progress: None, ..write }, &dating).await.unwrap();
    assert_eq!(storage.feed_progress("feed").await.unwrap(), Some(progress));
    assert_eq!(storage.feed_gaps("feed").await.unwrap(), GapReason::ALL.map(gap), "each once");
    assert_eq!(storage.feed_gaps("other").await.unwrap(), []);
    // What touches is one, of each feed by itself; what is reported stays reported.
    let [later, last] = [1, 5].map(|hours| Gap {
        from: now + hour * (hours - 1),
        until: now + hour * hours,
        ..gap(GapReason::Overflow)
    });
    let gaps = |gaps: &[Gap]| FeedWrite { gaps: gaps.to_vec(), ..FeedWrite::new("feed") };
    storage.write_feed(&collection(), gaps(&[last, later]), &dating).await.unwrap();
    storage
        .write_feed(&collection(), FeedWrite { feed: "other".to_owned(), ..gaps(&[later]) }, &dating)
        .await
        .unwrap();
    let [before, overflow] = GapReason::ALL.map(gap);
    let joined = Gap { until: later.until, ..overflow };
    assert_eq!(storage.feed_gaps("feed").await.unwrap(), [before, joined, last]);
    assert_eq!(storage.feed_gaps("other").await.unwrap(), [later]);
    assert_eq!(storage.records(&collection(), &query()).await.unwrap().rows.len(), 1);
}

/// Of readers there is always one, as among many clients.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_log_of_sqlite_does_not_grow_while_somebody_always_reads() {
    let (storage, clock, place) = store(Backend::Sqlite).await;
    let Place::Sqlite(folder) = &place else { unreachable!() };
    let log = folder.path().join("taxii.db-wal");
    let ended = Arc::new(AtomicBool::new(false));
    let reading = [7, 8, 9, 10].map(|millis| {
        let (ended, file) = (ended.clone(), folder.path().join("taxii.db"));
        tokio::spawn(async move {
            let mut connection = SqliteConnection::connect(file.to_str().unwrap()).await.unwrap();
            while !ended.load(Ordering::Relaxed) {
                let mut reader = connection.begin().await.unwrap();
                sqlx::query("SELECT count(*) FROM object").execute(&mut *reader).await.unwrap();
                tokio::time::sleep(Duration::from_millis(millis)).await;
                reader.rollback().await.unwrap();
            }
        })
    });
    let mut longest = 0;
    for number in 0..40 {
        let text = r#"{"type":"note","id":"ID","content":"TEXT"}"#.replace("TEXT", &"x".repeat(4_000_000));
        let body = RawValue::from_string(text).unwrap();
        add(&*storage, &[NewObject { body, ..indicator(number) }], &clock).await;
        longest = longest.max(std::fs::metadata(&log).unwrap().len());
    }
    ended.store(true, Ordering::Relaxed);
    for reading in reading {
        reading.await.unwrap();
    }
    assert!((50_000_000..80_000_000).contains(&longest), "{longest}");
}

async fn how_polling_goes_is_kept(backend: Backend) {
    let (storage, clock, _place) = store(backend).await;
    assert_eq!(storage.feed_health("feed").await.unwrap(), None);
    let now = clock.now();
    let good = FeedHealth {
        last_attempt: now,
        last_success: Some(now),
        last_news: Some(now),
        failure: None,
        server_time: Some(now + TimeDelta::hours(1)),
        quota: Some(Quota { limit: 1000, remaining: 0, reset: now }),
        spent: Spent { day: 20_000, requests: u32::MAX },
    };
    let bad = FeedHealth { failure: Some("it failed".to_owned()), quota: None, ..good.clone() };
    for health in [good, bad, FeedHealth::default()] {
        storage.write_feed_health("feed", &health).await.unwrap();
        assert_eq!(storage.feed_health("feed").await.unwrap(), Some(health));
    }
}

async fn versions_are_ordered_by_their_own_time(backend: Backend) {
    let (storage, clock, _place) = store(backend).await;
    // The newest arrives first, the oldest in the middle.
    let (newest, oldest, middle) =
        ("2025-03-01T00:00:00.000Z", "2025-01-01T00:00:00.000Z", "2025-02-01T00:00:00.5Z");
    for modified in [newest, oldest, middle] {
        add(&*storage, &[object("malware", 1, modified)], &clock).await;
    }
    let cases = [
        (VersionFilter::LAST, vec![newest]),
        (wanted(true, false, &[]), vec![oldest]),
        (VersionFilter::All, vec![newest, oldest, middle]),
        (wanted(true, true, &[]), vec![newest, oldest]),
        (wanted(false, false, &["2025-02-01T00:00:00.500Z"]), vec![middle]),
        (wanted(true, true, &[oldest, newest]), vec![newest, oldest]),
        (wanted(false, true, &["2024-01-01T00:00:00Z"]), vec![newest]),
        (wanted(false, false, &["2024-01-01T00:00:00Z"]), vec![]),
    ];
    for (filter, expected) in cases {
        let query = Query { versions: filter.clone(), ..query() };
        assert_eq!(versions(&*storage, &query).await, expected, "{filter:?}");
    }
    // The last version stays the last one for a client that has seen it already.
    let after = storage.records(&collection(), &query()).await.unwrap().rows[0].date_added;
    let later = Query { after: Some(after), ..query() };
    assert_eq!(versions(&*storage, &later).await, Vec::<String>::new());
}

async fn an_object_without_a_version_is_found_by_the_date_it_is_listed_with(backend: Backend) {
    let (storage, clock, _place) = store(backend).await;
    add(&*storage, &[address("198.51.100.3")], &clock).await;
    let found = async |text: &str| {
        let query = Query { versions: wanted(false, false, &[text]), ..query() };
        storage.records(&collection(), &query).await.unwrap().rows.len()
    };
    assert_eq!(found("2026-01-01T00:00:02.000000Z").await, 1);
    assert_eq!(found("2026-01-01T00:00:03.000000Z").await, 0);
}

async fn versions_of_stix(backend: Backend) {
    let (storage, clock, _place) = store(backend).await;
    let new = object("malware", 1, "2025-01-01T00:00:00.000Z");
    let old =
        NewObject { spec_version: "2.0".to_owned(), ..object("malware", 1, "2025-06-01T00:00:00.000Z") };
    let only_old =
        NewObject { spec_version: "2.0".to_owned(), ..object("malware", 2, "2025-06-01T00:00:00.000Z") };
    let upgraded = NewObject { spec_version: "2.1".to_owned(), ..old.clone() };
    add(&*storage, &[new, old, only_old], &clock).await;
    let count = async |spec_versions: Option<&[&str]>, versions: VersionFilter| {
        let spec_versions = spec_versions.map(|list| list.iter().map(ToString::to_string).collect());
        let query = Query { spec_versions, versions, ..query() };
        let rows = storage.records(&collection(), &query).await.unwrap().rows;
        rows.into_iter().map(|row| row.spec_version).collect::<Vec<_>>()
    };
    assert_eq!(count(None, VersionFilter::LAST).await, ["2.1", "2.0"], "the latest that there is of each");
    assert_eq!(count(None, VersionFilter::All).await, ["2.1", "2.0"]);
    assert_eq!(count(Some(&["2.0"]), VersionFilter::LAST).await, ["2.0", "2.0"]);
    assert_eq!(count(Some(&["2.1"]), VersionFilter::LAST).await, ["2.1"]);
    assert_eq!(count(Some(&["2.0", "2.1"]), VersionFilter::LAST).await, ["2.0", "2.0"], "by STIX time");
    assert_eq!(count(Some(&["2.0", "2.1"]), VersionFilter::All).await.len(), 3);
    assert_eq!(count(Some(&["3.0"]), VersionFilter::All).await.len(), 0);
    // The same version in two versions of STIX: the later STIX counts as the last.
    add(&*storage, &[upgraded], &clock).await;
    assert_eq!(count(Some(&["2.0", "2.1"]), VersionFilter::LAST).await, ["2.0", "2.1"]);
}

async fn filters_by_type_and_identifier_keep_the_order(backend: Backend) {
    let (storage, clock, _place) = store(backend).await;
    for number in 0..30 {
        let object_type = ["indicator", "malware", "tool"][number as usize % 3];
        add(&*storage, &[object(object_type, number, "2025-06-01T00:00:00.000Z")], &clock).await;
    }
    let list = |items: &[&str]| Some(items.iter().map(ToString::to_string).collect::<Vec<_>>());
    let types = Query { types: list(&["tool", "indicator"]), limit: 7, ..query() };
    let page = storage.records(&collection(), &types).await.unwrap();
    assert!(page.more && page.rows.len() == 7);
    assert!(page.rows.is_sorted_by_key(|row| row.date_added));
    assert!(page.rows.iter().all(|row| !row.id.starts_with("malware")));
    let one_type = Query { types: list(&["tool"]), ..query() };
    assert_eq!(storage.records(&collection(), &one_type).await.unwrap().rows.len(), 10);

    let ids: Vec<_> = [20, 5, 11]
        .iter()
        .map(|number| object("tool", *number, "2025-06-01T00:00:00.000Z").id.as_str().to_owned())
        .collect();
    let by_id = Query { ids: Some(ids.clone()), ..query() };
    let found: Vec<_> =
        storage.records(&collection(), &by_id).await.unwrap().rows.into_iter().map(|row| row.id).collect();
    assert_eq!(found, [ids[1].clone(), ids[2].clone(), ids[0].clone()]);
    let nothing = Query { ids: Some(ids), types: list(&["malware"]), ..query() };
    assert!(storage.records(&collection(), &nothing).await.unwrap().rows.is_empty());
}

async fn a_page_ends_where_its_bytes_end(backend: Backend) {
    let (storage, clock, _place) = store(backend).await;
    let objects: Vec<_> = (0..10).map(indicator).collect();
    add(&*storage, &objects, &clock).await;
    let size = objects[0].body.get().len() as u64;
    let page = storage.objects(&collection(), &Query { max_bytes: size * 3, ..query() }).await.unwrap();
    assert!(page.more && page.rows.len() == 3);
    let page = storage.objects(&collection(), &Query { max_bytes: 1, ..query() }).await.unwrap();
    assert!(page.more && page.rows.len() == 1, "one object is always served");
    assert_eq!(page.rows[0].body, objects[0].body.get().as_bytes());
}

/// How a large collection is read: along an index, without sorting or reading all.
async fn pages_are_read_along_an_index(backend: Backend) {
    let (storage, _clock, place) = store(backend).await;
    let list = |items: &[&str]| Some(items.iter().map(ToString::to_string).collect::<Vec<_>>());
    let after = Some(DateAdded::from_millis(1));
    let by_date = Query { after, ..query() };
    let by_type = Query { after, types: list(&["tool", "malware"]), ..query() };
    let oldest = VersionFilter::Some { first: true, last: false, exact: Vec::new() };
    let by_version = Query { after, versions: oldest, ..query() };
    let (searches, by_id, slow) = match backend {
        Backend::Sqlite => (
            [
                "object_latest_by_date (collection=? AND date_added>?)",
                "object_latest_by_type (collection=? AND type=? AND date_added>?)",
                "object_by_date (collection=? AND date_added>?)",
                "object_by_version (collection=? AND id=? AND spec_version",
            ],
            "SEARCH o USING INDEX object_by_version (collection=? AND id=?)",
            ["TEMP B-TREE", "SCAN o"],
        ),
        Backend::Postgres => {
            place.execute(LARGE).await;
            (
                [
                    "Index Scan using object_latest_by_date on object o ",
                    "Index Scan using object_latest_by_type on object o ",
                    "Index Scan using object_by_date on object o ",
                    "Index Only Scan using object_by_version on object other",
                ],
                "Index Scan using object_by_version on object o ",
                ["Sort  ", "Seq Scan"],
            )
        }
    };
    let ids = Query { ids: list(&["tool--1", "tool--2"]), ..query() };
    let plan = storage.explain(&collection(), &ids).await.unwrap().join("\n");
    assert!(plan.contains(by_id) && !plan.contains(slow[1]), "{plan}");
    let [by_date_of_latest, by_type_of_latest, by_date_of_all, by_version_of_other] = searches;
    for (query, search, looks_up) in [
        (by_date, by_date_of_latest, false),
        (by_type, by_type_of_latest, false),
        (by_version, by_date_of_all, true),
    ] {
        let plan = storage.explain(&collection(), &query).await.unwrap().join("\n");
        assert!(plan.contains(search) && plan.contains(by_version_of_other) == looks_up, "{plan}");
        assert!(!slow.iter().any(|slow| plan.contains(slow)), "{plan}");
    }
}

/// PostgreSQL takes the size of a table into account.
const LARGE: &str = "INSERT INTO object (collection, date_added, id, type, spec_version, version, version_key, latest, body) \
    SELECT key, n, 'tool--' || n, (ARRAY['tool', 'malware', 'indicator'])[n % 3 + 1], '2.1', '', n % 7, 1, 'text' \
    FROM collection, generate_series(1, 20000) AS n";

async fn uses_of_secrets_are_noted_and_forgotten(backend: Backend) {
    let place = backend.place().await;
    let storage = storage::open(&place.database()).await.unwrap();
    let date = DateAdded::from_millis;
    let eve = Grants::default();
    assert!(storage.add_account("eve", &eve, date(0)).await.unwrap());
    let of = |account: &str, secret: i64, network: &str, last: i64| SecretUse {
        account: account.to_owned(),
        secret,
        network: network.parse().unwrap(),
        last: date(last),
    };
    let first =
        [of("eve", 1, "192.0.2.1", 10), of("eve", 1, "2001:db8::", 20), of("gone", 2, "192.0.2.1", 30)];
    storage.note_uses(&first).await.unwrap();
    assert_eq!(storage.uses("eve").await.unwrap(), [first[1].clone(), first[0].clone()]);
    assert_eq!(storage.uses("gone").await.unwrap(), []);
    // A clock that was ahead when a use was noted is put right by the next one.
    storage.note_uses(&[of("eve", 1, "2001:db8::", 15)]).await.unwrap();
    let network = "2001:db8::".parse().unwrap();
    assert!(storage.was_used_from("eve", network, date(15)).await.unwrap());
    assert!(!storage.was_used_from("eve", network, date(16)).await.unwrap());
    assert!(!storage.was_used_from("bob", network, date(0)).await.unwrap());

    let many: Vec<_> = (1..=5).map(|secret| of("eve", secret, "192.0.2.9", 100 + secret)).collect();
    storage.note_uses(&many).await.unwrap();
    let ClockState::Trusted(time) = ClockState::of(DateTime::from_timestamp_millis(12).unwrap(), None) else {
        panic!("nothing is known against the clock")
    };
    let before = time.minus(Duration::ZERO).unwrap();
    assert_eq!(storage.forget_uses(before, 3).await.unwrap(), 1 + 3, "one that is old, three over the bound");
    assert_eq!(storage.uses("eve").await.unwrap(), [many[4].clone(), many[3].clone(), many[2].clone()]);
    assert!(storage.remove_account("eve").await.unwrap());
    assert_eq!(storage.uses("eve").await.unwrap(), []);
    storage.close().await;
}

async fn secrets_that_have_ended_are_not_read_and_forgotten(backend: Backend) {
    let place = backend.place().await;
    let storage = storage::open(&place.database()).await.unwrap();
    let date = DateAdded::from_millis;
    assert!(storage.add_account("eve", &Grants::default(), date(0)).await.unwrap());
    for (hash, expires) in [("a", None), ("b", Some(date(10))), ("c", Some(date(20))), ("d", None)] {
        let secret = NewSecret { expires, ..NewSecret::new(SecretKind::Token, hash) };
        storage.add_secret("eve", &secret, date(0)).await.unwrap().unwrap();
    }
    let valid = async |now| {
        let account = storage.valid_account("eve", date(now)).await.unwrap().unwrap();
        account.secrets.into_iter().map(|secret| secret.stored.hash).collect::<Vec<_>>()
    };
    assert_eq!(valid(9).await, ["a", "b", "c", "d"]);
    assert_eq!(valid(10).await, ["a", "c", "d"]);
    assert_eq!(valid(20).await, ["a", "d"]);
    assert_eq!(storage.valid_account("bob", date(0)).await.unwrap(), None);
    assert_eq!(storage.account("eve").await.unwrap().unwrap().secrets.len(), 4, "all are shown");
    let ClockState::Trusted(time) = ClockState::of(DateTime::from_timestamp_millis(15).unwrap(), None) else {
        panic!("nothing is known against the clock")
    };
    assert_eq!(storage.forget_secrets(time.minus(Duration::ZERO).unwrap()).await.unwrap(), 1);
    assert_eq!(storage.account("eve").await.unwrap().unwrap().secrets.len(), 3);
    storage.close().await;
}
