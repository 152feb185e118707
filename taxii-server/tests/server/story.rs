//! The story of a store, continued: accounts, feeds, restarts, and several at work at once.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use taxii_server::clock::Clock;
use taxii_server::storage::feed::{FeedWrite, Origin, SubjectRow};
use taxii_server::storage::quarantine::{Chosen, Form, Quarantined};
use taxii_server::storage::{
    self, Access, Added, Database, DateAdded, Dating, Grants, NewObject, NewSecret, Query, Scope, SecretKind,
    Storage, StorageErrorKind, VersionFilter,
};

use super::backend::{Backend, on_both};
use super::world::{add, collection, indicator, object};

on_both!(
    accounts_and_their_secrets,
    feeds_and_what_they_told,
    a_store_is_opened_again,
    a_newer_store_is_refused,
    text_is_ordered_by_its_bytes_and_any_text_may_be_asked_for,
    many_at_once_are_one_after_the_other,
);

async fn open(database: &Database) -> Arc<dyn Storage> {
    let storage = storage::open(database).await.unwrap();
    storage.register_collections(&[collection()]).await.unwrap();
    storage
}

fn date(millis: i64) -> DateAdded {
    DateAdded::from_millis(millis)
}

fn secret(kind: SecretKind, hash: &str) -> NewSecret {
    NewSecret { label: "a label".to_owned(), expires: Some(date(99)), ..NewSecret::new(kind, hash) }
}

async fn accounts_and_their_secrets(backend: Backend) {
    let place = backend.place().await;
    let storage = open(&place.database()).await;
    let here = Scope::Collection(collection());
    let grants = Grants::from_iter([(here, Access::READ)]);
    assert!(storage.add_account("eve", &grants, date(7)).await.unwrap());
    assert!(!storage.add_account("eve", &Grants::default(), date(8)).await.unwrap());
    let (password, token) = (secret(SecretKind::Password, "p"), secret(SecretKind::Token, "t"));
    let number = storage.add_secret("eve", &token, date(9)).await.unwrap().unwrap();
    assert_eq!(storage.add_secret("eve", &token, date(9)).await.unwrap(), None);
    assert_eq!(storage.add_secret("bob", &password, date(9)).await.unwrap(), None);
    assert!(storage.change_password("eve", &password, date(10), date(10)).await.unwrap());
    assert!(!storage.change_password("bob", &password, date(10), date(10)).await.unwrap());
    assert_eq!(storage.owner_of(SecretKind::Token, "t").await.unwrap().as_deref(), Some("eve"));
    assert_eq!(storage.owner_of(SecretKind::Certificate, "t").await.unwrap(), None);
    assert!(storage.grant("eve", Scope::Everywhere, Access::WRITE).await.unwrap());
    assert!(storage.revoke("eve", here, Access::BOTH).await.unwrap());

    let accounts = storage.accounts().await.unwrap();
    let [eve] = &accounts[..] else { panic!("{accounts:?}") };
    assert_eq!(storage.account("eve").await.unwrap().as_ref(), Some(eve));
    assert_eq!((eve.name.as_str(), eve.created), ("eve", date(7)));
    assert_eq!(eve.grants, Grants::from_iter([(Scope::Everywhere, Access::WRITE)]));
    let secrets: Vec<_> = eve.secrets.iter().map(|secret| (secret.stored.clone(), secret.created)).collect();
    assert_eq!(secrets, [(token, date(9)), (password, date(10))]);

    assert!(storage.remove_secret("eve", number).await.unwrap());
    assert!(!storage.remove_secret("eve", number).await.unwrap());
    assert_ne!(storage.account_revision("eve").await.unwrap(), Some(eve.revision));
    assert!(storage.remove_account("eve").await.unwrap());
    assert!(!storage.remove_account("eve").await.unwrap());
    assert_eq!(
        storage.owner_of(SecretKind::Password, "p").await.unwrap(),
        None,
        "secrets go with their account"
    );
    assert_eq!(storage.account_revision("eve").await.unwrap(), None);
}

fn subject(number: u32, modified: &str) -> SubjectRow {
    SubjectRow {
        key: format!("key {number}"),
        object_id: indicator(number).id,
        origin: if number.is_multiple_of(2) { Origin::Minted } else { Origin::Upstream },
        created: "2025-01-01T00:00:00Z".parse().unwrap(),
        modified: modified.parse().unwrap(),
        digest: vec![u8::try_from(number % 256).unwrap(); 32],
        collections: BTreeSet::from([collection()]),
        ends: number.is_multiple_of(3).then(|| ["key 1", "key 2"].map(str::to_owned)),
        valid_until: number.is_multiple_of(5).then(|| "2026-02-01T00:00:00.001Z".parse().unwrap()),
    }
}

async fn feeds_and_what_they_told(backend: Backend) {
    let place = backend.place().await;
    let storage = open(&place.database()).await;
    let clock = Clock::manual("2026-01-01T00:00:00Z".parse().unwrap());
    let dating = Dating { clock: clock.clone(), allowance: Duration::ZERO };
    let said =
        |number: u32, source: &str, body: &str| (format!("key {number}"), source.to_owned(), body.to_owned());
    let bad = Quarantined {
        cause: "value".to_owned(),
        reason: "it is bad".to_owned(),
        form: Form::Row,
        record: b"{\"a\":\0 \xff}".to_vec(),
    };
    // More than one statement takes.
    let first = FeedWrite {
        subjects: (0..1200).map(|number| subject(number, "2025-01-01T00:00:00Z")).collect(),
        contributions: (0..1200).map(|number| said(number, "a", "{}")).collect(),
        quarantined: vec![bad.clone(), bad.clone()],
        objects: (0..1200).map(indicator).collect(),
        ..FeedWrite::new("feed")
    };
    storage.write_feed(&collection(), first, &dating).await.unwrap();
    clock.advance(Duration::from_secs(1));
    let second = FeedWrite {
        subjects: vec![subject(7, "2025-02-01T00:00:00.5Z")],
        contributions: vec![said(7, "a", "[]"), said(7, "b", "{}")],
        quarantined: vec![bad.clone()],
        ..FeedWrite::new("feed")
    };
    storage.write_feed(&collection(), second, &dating).await.unwrap();

    let keys: Vec<_> = (0..1300).map(|number| format!("key {number}")).collect();
    let keys: Vec<_> = keys.iter().map(String::as_str).collect();
    let known = storage.known_subjects(&keys).await.unwrap();
    assert_eq!(known.len(), 1200);
    assert_eq!(known["key 7"].row, subject(7, "2025-02-01T00:00:00.5Z"), "with the digits as written");
    let said = BTreeMap::from([("a", "[]"), ("b", "{}")].map(|(a, b)| (a.to_owned(), b.to_owned())));
    assert_eq!(known["key 7"].contributions, said, "an update keeps what was said before");
    assert_eq!(known["key 8"].row, subject(8, "2025-01-01T00:00:00Z"));
    let quarantined = storage.quarantined(&Chosen::default(), 10).await.unwrap();
    let quarantined: Vec<_> =
        quarantined.into_iter().map(|record| (record.feed, record.quarantined)).collect();
    assert_eq!(quarantined, [("feed".to_owned(), bad)]);
    let counts = storage.record_counts(None).await.unwrap();
    assert_eq!(
        counts.iter().map(|count| count.times).collect::<Vec<_>>(),
        [1],
        "the same record three times"
    );
    let page = storage.records(&collection(), &Query::new(5000, u64::MAX)).await.unwrap();
    assert_eq!(page.rows.len(), 1200);
}

async fn a_store_is_opened_again(backend: Backend) {
    let place = backend.place().await;
    let clock = Clock::manual("2026-01-01T00:00:00Z".parse().unwrap());
    let storage = open(&place.database()).await;
    add(&*storage, &[indicator(1), indicator(2)], &clock).await;
    let before = storage.objects(&collection(), &Query::new(10, u64::MAX)).await.unwrap();
    storage.close().await;
    assert!(storage.ping().await.is_err());

    let storage = open(&place.database()).await;
    storage.ping().await.unwrap();
    assert_eq!(storage.objects(&collection(), &Query::new(10, u64::MAX)).await.unwrap(), before);
    clock.set("2025-01-01T00:00:00Z".parse().unwrap());
    let added = add(&*storage, &[indicator(2), indicator(3)], &clock).await;
    let next = before.rows[1].date_added.millis() + 1;
    assert_eq!(added, [Added::Duplicate, Added::New { date_added: date(next) }]);
}

#[test]
fn migrations_are_twins() {
    let names = |folder: &str| {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations").join(folder);
        let files = std::fs::read_dir(folder).unwrap();
        files.map(|file| file.unwrap().file_name()).collect::<BTreeSet<_>>()
    };
    assert_eq!(names("sqlite"), names("postgres"));
    assert!(!names("sqlite").is_empty());
}

async fn a_newer_store_is_refused(backend: Backend) {
    let place = backend.place().await;
    open(&place.database()).await.close().await;
    place
        .execute(
            "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
             VALUES (9999, 'from the future', TRUE, '', 0)",
        )
        .await;
    let error = storage::open(&place.database()).await.unwrap_err();
    assert_eq!(error.kind(), &StorageErrorKind::Newer { migration: 9999 });
    assert!(error.to_string().contains("newer version"), "{error}");
}

async fn text_is_ordered_by_its_bytes_and_any_text_may_be_asked_for(backend: Backend) {
    let place = backend.place().await;
    let storage = open(&place.database()).await;
    for name in ["a", "B", "é", "A b", "a'b", "_", "Z"] {
        assert!(storage.add_account(name, &Grants::default(), date(1)).await.unwrap());
    }
    let names: Vec<_> = storage.accounts().await.unwrap().into_iter().map(|account| account.name).collect();
    assert_eq!(names, ["A b", "B", "Z", "_", "a", "a'b", "é"]);

    let clock = Clock::system();
    add(&*storage, &[indicator(1)], &clock).await;
    for text in ["\0", "a\0b", "'; DROP TABLE object; --", "\u{fffd}", "$1"] {
        assert_eq!(storage.account(text).await.unwrap(), None);
        assert!(!storage.has_object(&collection(), text).await.unwrap());
        let list = || Some(vec![text.to_owned()]);
        let queries = [
            Query { ids: list(), ..Query::new(10, 100) },
            Query { types: list(), ..Query::new(10, 100) },
            Query { spec_versions: list(), ..Query::new(10, 100) },
        ];
        for query in queries {
            assert!(storage.records(&collection(), &query).await.unwrap().rows.is_empty(), "{text:?}");
        }
    }
}

/// Several writers and readers on two openings of one store: no reader misses a record, whatever page it is at when
/// the record comes, and all read the same story.
async fn many_at_once_are_one_after_the_other(backend: Backend) {
    const WRITERS: u32 = 8;
    let batches = if std::env::var_os("TESTS_LONG").is_some() { 400 } else { 12 };
    let place = backend.place().await;
    let stores = [open(&place.database()).await, open(&place.database()).await];
    let writers: Vec<_> = (0..WRITERS)
        .map(|writer| {
            let storage = Arc::clone(&stores[writer as usize % 2]);
            tokio::spawn(async move {
                let mut new = 0;
                for batch in 0..batches {
                    // Half of it is also written by somebody else, with other content by half of these.
                    let own = object("tool", batch * WRITERS + writer, "2025-06-01T00:00:00.000Z");
                    let shared = NewObject { body: own.body.clone(), ..indicator(batch * 2 + writer % 2) };
                    let added = add(&*storage, &[own, shared], &Clock::system()).await;
                    new += added.iter().filter(|added| matches!(added, Added::New { .. })).count();
                }
                new
            })
        })
        .collect();
    let done = Arc::new(std::sync::atomic::AtomicBool::new(false));
    let readers: Vec<_> = (0..4)
        .map(|reader| {
            let (stores, done) = (stores.clone(), Arc::clone(&done));
            tokio::spawn(async move {
                let mut query = Query { versions: VersionFilter::All, ..Query::new(5 + reader, u64::MAX) };
                let mut account = Vec::new();
                for storage in stores.iter().cycle() {
                    let last = done.load(std::sync::atomic::Ordering::SeqCst);
                    let page = storage.records(&collection(), &query).await.unwrap();
                    query.after = page.rows.last().map(|row| row.date_added).or(query.after);
                    account.extend(page.rows.into_iter().map(|row| (row.date_added, row.id)));
                    if last && !page.more {
                        break;
                    }
                }
                account
            })
        })
        .collect();
    let mut new = 0;
    for writer in writers {
        new += writer.await.unwrap();
    }
    done.store(true, std::sync::atomic::Ordering::SeqCst);
    assert_eq!(new, (batches * WRITERS + batches * 2) as usize, "each is new to one writer only");
    let mut accounts = Vec::new();
    for reader in readers {
        accounts.push(reader.await.unwrap());
    }
    assert!(accounts[0].is_sorted_by(|a, b| a.0 < b.0), "dates are unique and in order");
    assert!(
        accounts.iter().all(|account| account.len() == new && *account == accounts[0]),
        "all accounts agree"
    );
}
