//! The story of a store: adding, versions, dates, filters, pages.

use std::sync::Arc;
use std::time::Duration;

use serde_json::value::RawValue;
use sqlx::{Connection, SqliteConnection};
use taxii_server::clock::Clock;
use taxii_server::storage::feed::FeedWrite;
use taxii_server::storage::{
    self, Added, CollectionId, DateAdded, Dating, NewObject, Query, Storage, StorageErrorKind, VersionFilter,
};
use tempfile::TempDir;

use super::world::{add, address, collection, indicator, object};

async fn store() -> (Arc<dyn Storage>, Clock, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let storage = storage::open(&folder.path().join("taxii.db").into()).await.unwrap();
    storage.register_collections(&[collection()]).await.unwrap();
    (storage, Clock::manual("2026-01-01T00:00:00Z".parse().unwrap()), folder)
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

#[tokio::test]
async fn dates_are_unique_and_never_behind() {
    let (storage, clock, _folder) = store().await;
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

#[tokio::test]
async fn a_date_is_not_given_again_after_its_object_is_gone() {
    let (storage, clock, folder) = store().await;
    let before = dates(&add(&*storage, &[indicator(1)], &clock).await)[0];
    let url = folder.path().join("taxii.db").display().to_string();
    let mut connection = SqliteConnection::connect(&url).await.unwrap();
    sqlx::query("DELETE FROM object").execute(&mut connection).await.unwrap();
    assert_eq!(dates(&add(&*storage, &[indicator(2)], &clock).await), [before + 1]);
}

#[tokio::test]
async fn what_is_there_is_a_duplicate_or_a_conflict() {
    let (storage, clock, _folder) = store().await;
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

#[tokio::test]
async fn a_batch_is_stored_with_its_place_or_not_at_all() {
    let (storage, clock, _folder) = store().await;
    let dating = Dating { clock: clock.clone(), allowance: Duration::ZERO };
    let unknown = CollectionId::from(uuid::Uuid::nil());
    let write = FeedWrite { objects: vec![indicator(1)], ..FeedWrite::new("feed", Some(clock.now())) };
    let error = storage.write_feed(&unknown, write.clone(), &dating).await.unwrap_err();
    assert_eq!(error.kind(), &StorageErrorKind::UnknownCollection);
    assert_eq!(storage.feed_place("feed").await.unwrap(), None);

    storage.write_feed(&collection(), write, &dating).await.unwrap();
    assert_eq!(storage.feed_place("feed").await.unwrap(), Some(clock.now()));
    assert_eq!(storage.records(&collection(), &query()).await.unwrap().rows.len(), 1);
}

#[tokio::test]
async fn versions_are_ordered_by_their_own_time() {
    let (storage, clock, _folder) = store().await;
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

#[tokio::test]
async fn an_object_without_a_version_is_found_by_the_date_it_is_listed_with() {
    let (storage, clock, _folder) = store().await;
    add(&*storage, &[address("198.51.100.3")], &clock).await;
    let found = async |text: &str| {
        let query = Query { versions: wanted(false, false, &[text]), ..query() };
        storage.records(&collection(), &query).await.unwrap().rows.len()
    };
    assert_eq!(found("2026-01-01T00:00:02.000000Z").await, 1);
    assert_eq!(found("2026-01-01T00:00:03.000000Z").await, 0);
}

#[tokio::test]
async fn versions_of_stix() {
    let (storage, clock, _folder) = store().await;
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

#[tokio::test]
async fn filters_by_type_and_identifier_keep_the_order() {
    let (storage, clock, _folder) = store().await;
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

#[tokio::test]
async fn a_page_ends_where_its_bytes_end() {
    let (storage, clock, _folder) = store().await;
    let objects: Vec<_> = (0..10).map(indicator).collect();
    add(&*storage, &objects, &clock).await;
    let size = objects[0].body.get().len() as u64;
    let page = storage.objects(&collection(), &Query { max_bytes: size * 3, ..query() }).await.unwrap();
    assert!(page.more && page.rows.len() == 3);
    let page = storage.objects(&collection(), &Query { max_bytes: 1, ..query() }).await.unwrap();
    assert!(page.more && page.rows.len() == 1, "one object is always served");
    assert_eq!(page.rows[0].body, objects[0].body.get().as_bytes());
}

/// How SQLite runs the statements of a large collection: along an index, without sorting or reading all.
#[tokio::test]
async fn pages_are_read_along_an_index() {
    let (storage, _clock, _folder) = store().await;
    let list = |items: &[&str]| Some(items.iter().map(ToString::to_string).collect::<Vec<_>>());
    let after = Some(DateAdded::from_millis(1));
    let cases = [
        (Query { after, ..query() }, "object_by_date (collection=? AND date_added>?)"),
        (
            Query { after, types: list(&["tool", "malware"]), ..query() },
            "object_by_type (collection=? AND type=? AND date_added>?)",
        ),
    ];
    for (query, search) in cases {
        let plan = storage.explain(&collection(), &query).await.unwrap().join("\n");
        assert!(plan.contains(search), "{plan}");
        assert!(plan.contains("object_by_version (collection=? AND id=? AND spec_version"), "{plan}");
        assert!(!plan.contains("TEMP B-TREE") && !plan.contains("SCAN o"), "{plan}");
    }
}
