//! Objects: adding them under the lock of their collection, and reading pages of them.

use std::collections::{HashMap, HashSet};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use futures_util::TryStreamExt;
use serde_json::Value as Json;

use super::row::{Row, Value};
use super::statement::Statement;
use super::tombstones::{self, Tombs};
use super::transaction::WriteTransaction;
use super::{Backend, Session, SqlStorage, latest, select, timekeeping};
use crate::clock::trust::{ClockState, KnownTime};
use crate::storage::{
    Added, CollectionId, DateAdded, Dating, NewObject, Objects, Page, Query, Revision, StorageError,
    StorageErrorKind, StoredObject, StoredRecord,
};

/// Adds objects to a collection; the answer has one item for each, in their order. New objects get dates in this
/// order. Call it as the last thing before the commit: the clock is read here, and until then other writers of the
/// collection wait, so that the order of the dates is the order of the commits.
pub(super) async fn add<B: Backend>(
    tx: &mut WriteTransaction<B>,
    collection: &CollectionId,
    objects: &[NewObject],
    writer: Writer,
    dating: &Dating,
) -> Result<Vec<Added>, StorageError> {
    let locked = lock::<B>(tx, collection).await?;
    let key = locked.key;
    let mut known = compare(tx, key, objects).await?;
    let buried = tombstones::of(tx, key, objects).await?;
    match writer {
        Writer::Feed => {
            withhold(&mut known, objects, &buried);
            replace(tx, key, &mut known, objects).await?;
        }
        Writer::Account => tombstones::lift(tx, key, objects, &buried).await?,
    }

    let mut free = locked.first_date(dating)?;
    let (mut added, mut new) = (Vec::with_capacity(objects.len()), Vec::new());
    for (object, known) in objects.iter().zip(known) {
        added.push(known.unwrap_or_else(|| {
            let date = object.version.as_ref().map_or(free, |version| free.max(millis_up(version.instant())));
            new.push((date, object));
            free = date.saturating_add(1);
            Added::New { date_added: DateAdded::from_millis(date) }
        }));
    }
    insert(tx, key, &new).await?;
    if let Some((newest, _)) = new.last() {
        last_date(tx, key, *newest).await?;
    }
    Ok(added)
}

/// Who adds objects: a feed does not bring back what was deleted, an account does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Writer {
    Feed,
    Account,
}

/// A collection that is locked until the commit.
#[derive(Clone, Copy, Debug)]
pub(super) struct LockedCollection {
    pub(super) key: i64,
    /// The last date that was given, in milliseconds.
    pub(super) last: i64,
    /// By how many milliseconds the next date is to be ahead, once.
    margin: i64,
    /// The latest time that a clock was known to be right.
    known_time: Option<KnownTime>,
}

/// Locks a collection until the commit.
pub(super) async fn lock<B: Backend>(
    tx: &mut WriteTransaction<B>,
    collection: &CollectionId,
) -> Result<LockedCollection, StorageError> {
    let mut select = Statement::new(
        "SELECT key, last_date_added, margin, (SELECT latest FROM known_time), (SELECT evidence FROM known_time) \
         FROM collection WHERE id = $1",
    );
    select.push(B::FOR_UPDATE);
    let row = tx.fetch_optional(select.bind(collection.to_string())).await?;
    let mut row = row.ok_or(StorageError::new(StorageErrorKind::UnknownCollection))?;
    Ok(LockedCollection {
        key: row.next()?,
        last: row.next()?,
        margin: row.next()?,
        known_time: timekeeping::known_time(row.next()?, row.next()?)?,
    })
}

/// Remembers the last date that was given, and with that makes a new [`Revision`] of the collection.
pub(super) async fn last_date(tx: &mut impl Session, collection: i64, date: i64) -> Result<(), StorageError> {
    let update = Statement::new("UPDATE collection SET last_date_added = $2, margin = 0 WHERE key = $1");
    tx.execute(update.bind(collection).bind(date)).await?;
    Ok(())
}

/// When these objects, of which each has no version, came into the collection.
pub(super) async fn dates<S: Session>(
    tx: &mut S,
    collection: &CollectionId,
    ids: &[&str],
) -> Result<HashMap<String, DateAdded>, StorageError> {
    let mut dates = HashMap::new();
    for ids in ids.chunks(S::ROWS_AT_ONCE) {
        let mut select = Statement::new(
            "SELECT id, date_added FROM object \
             WHERE collection = (SELECT key FROM collection WHERE id = $1) AND version_key = '' AND id",
        )
        .bind(collection.to_string());
        select.push_one_of(ids.iter().copied());
        for mut row in tx.fetch_all(select).await? {
            dates.insert(row.next()?, DateAdded::from_millis(row.next()?));
        }
    }
    Ok(dates)
}

/// Keeps back what was deleted.
fn withhold(known: &mut [Option<Added>], objects: &[NewObject], buried: &Tombs) {
    for (known, object) in known.iter_mut().zip(objects) {
        if known.is_none() && buried.hold(object) {
            *known = Some(Added::Deleted);
        }
    }
}

/// Removes what a feed tells another way now of objects that have no versions; so it is added again, with a new date, by
/// which clients find it.
async fn replace<S: Session>(
    tx: &mut S,
    collection: i64,
    known: &mut [Option<Added>],
    objects: &[NewObject],
) -> Result<(), StorageError> {
    let new = known.iter().zip(objects).filter(|(known, _)| known.is_none());
    let mut added: HashSet<&str> = new.map(|(_, object)| object.id.as_str()).collect();
    let mut replaced = Vec::new();
    for (known, object) in known.iter_mut().zip(objects) {
        let id = object.id.as_str();
        if *known == Some(Added::Conflict) && object.version.is_none() && added.insert(id) {
            *known = None;
            replaced.push(id);
        }
    }
    for ids in replaced.chunks(S::ROWS_AT_ONCE) {
        let delete = Statement::new("DELETE FROM object WHERE version_key = '' AND collection = $1 AND id");
        let mut delete = delete.bind(collection);
        delete.push_one_of(ids.iter().copied());
        tx.execute(delete).await?;
    }
    Ok(())
}

#[async_trait]
impl<B: Backend> Objects for SqlStorage<B> {
    async fn add_objects(
        &self,
        collection: &CollectionId,
        objects: &[NewObject],
        dating: &Dating,
    ) -> Result<Vec<Added>, StorageError> {
        let mut tx = self.begin().await?;
        let added = add::<B>(&mut tx, collection, objects, Writer::Account, dating).await?;
        tx.commit().await?;
        Ok(added)
    }

    async fn objects(
        &self,
        collection: &CollectionId,
        query: &Query,
    ) -> Result<Page<StoredObject>, StorageError> {
        let select = select::statement::<B>("o.body", collection, query);
        self.stored_objects(select, query).await
    }

    async fn records(
        &self,
        collection: &CollectionId,
        query: &Query,
    ) -> Result<Page<StoredRecord>, StorageError> {
        let select = select::statement::<B>("o.id, o.version, o.spec_version", collection, query);
        let page = self.page(select, query, |mut row| {
            let (date_added, id, version) = (row.next()?, row.next()?, row.next::<String>()?);
            let record = StoredRecord {
                date_added: DateAdded::from_millis(date_added),
                id,
                version: (!version.is_empty()).then_some(version),
                spec_version: row.next()?,
            };
            Ok((record, 0))
        });
        page.await
    }

    async fn revision(&self, collection: &CollectionId) -> Result<Revision, StorageError> {
        let select = Statement::new("SELECT generation, last_date_added FROM collection WHERE id = $1");
        let row = self.read_optional(select.bind(collection.to_string())).await?;
        let Some(mut row) = row else {
            return Ok(Revision { generation: 0, date: DateAdded::from_millis(0) });
        };
        Ok(Revision { generation: row.next()?, date: DateAdded::from_millis(row.next()?) })
    }

    async fn has_object(&self, collection: &CollectionId, id: &str) -> Result<bool, StorageError> {
        let select = Statement::new(
            "SELECT record FROM object \
             WHERE collection = (SELECT key FROM collection WHERE id = $1) AND id = $2 LIMIT 1",
        );
        Ok(self.read_optional(select.bind(collection.to_string()).bind(id)).await?.is_some())
    }

    async fn explain(&self, collection: &CollectionId, query: &Query) -> Result<Vec<String>, StorageError> {
        let explain = select::explanation::<B>("o.body", collection, query);
        self.read_all(explain).await?.into_iter().map(Row::last).collect()
    }
}

impl<B: Backend> SqlStorage<B> {
    /// Reads the dates and the texts of objects until the page is full.
    pub(super) async fn stored_objects(
        &self,
        statement: Statement,
        query: &Query,
    ) -> Result<Page<StoredObject>, StorageError> {
        self.page(statement, query, |mut row| {
            let date_added = DateAdded::from_millis(row.next()?);
            let body: Vec<u8> = row.next()?;
            let size = body.len();
            Ok((StoredObject { date_added, body }, size))
        })
        .await
    }

    /// Reads rows until the page is full; `read` gives the row and its size in bytes.
    async fn page<T: Send>(
        &self,
        statement: Statement,
        query: &Query,
        read: impl Fn(Row) -> Result<(T, usize), StorageError> + Send,
    ) -> Result<Page<T>, StorageError> {
        let limit = usize::try_from(query.limit).unwrap_or(usize::MAX);
        let mut connection = self.backend.reader().acquire().await?;
        let mut stream = connection.fetch(statement);
        let (mut rows, mut bytes) = (Vec::new(), 0_u64);
        while let Some(row) = stream.try_next().await? {
            let (row, size) = read(row)?;
            bytes = bytes.saturating_add(u64::try_from(size).unwrap_or(u64::MAX));
            if rows.len() == limit || (bytes > query.max_bytes && !rows.is_empty()) {
                return Ok(Page { rows, more: true });
            }
            rows.push(row);
        }
        Ok(Page { rows, more: false })
    }
}

/// What makes a version of an object one of its kind in a collection: identifier, version of STIX, version.
pub(super) type Name = (String, String, String);

pub(super) fn name(object: &NewObject) -> Name {
    (object.id.as_str().to_owned(), object.spec_version.clone(), version_key(object))
}

/// For each object what is known of it already, from the database or from earlier in the list.
async fn compare<S: Session>(
    tx: &mut S,
    collection: i64,
    objects: &[NewObject],
) -> Result<Vec<Option<Added>>, StorageError> {
    let mut known = Vec::with_capacity(objects.len());
    let mut listed: HashMap<Name, &NewObject> = HashMap::new();
    for objects in objects.chunks(S::ROWS_AT_ONCE) {
        let stored = stored(tx, collection, objects).await?;
        for object in objects {
            let name = name(object);
            known.push(match (stored.get(&name), listed.get(&name)) {
                (Some(body), _) => Some(same(body, object)),
                (None, Some(earlier)) => Some(same(earlier.body.get().as_bytes(), object)),
                (None, None) => {
                    listed.insert(name, object);
                    None
                }
            });
        }
    }
    Ok(known)
}

/// The texts of those versions that the collection has.
async fn stored<S: Session>(
    tx: &mut S,
    collection: i64,
    objects: &[NewObject],
) -> Result<HashMap<Name, Vec<u8>>, StorageError> {
    let mut select = Statement::new("WITH wanted (id, spec_version, version_key) AS (VALUES ");
    select.push_rows(objects.iter().map(|object| {
        let (id, spec_version, version_key) = name(object);
        [Value::from(id), spec_version.into(), version_key.into()]
    }));
    // One look into the index for each, which a join would leave to the planner.
    select.push(
        ") SELECT * FROM (SELECT id, spec_version, version_key, \
         (SELECT o.body FROM object AS o WHERE o.collection = ",
    );
    select.push_bind(collection).push(
        " AND o.id = wanted.id AND o.spec_version = wanted.spec_version \
         AND o.version_key = wanted.version_key) AS body FROM wanted) AS looked WHERE body IS NOT NULL",
    );
    let mut found = HashMap::new();
    let select = select.keep(objects.len() == S::ROWS_AT_ONCE);
    for mut row in tx.fetch_all(select).await? {
        found.insert((row.next()?, row.next()?, row.next()?), row.next()?);
    }
    Ok(found)
}

/// Whether the stored text says the same as the object. Values are compared only when bytes differ.
fn same(stored: &[u8], object: &NewObject) -> Added {
    let text = object.body.get();
    let equal = stored == text.as_bytes()
        || matches!(
            (serde_json::from_slice::<Json>(stored), serde_json::from_str::<Json>(text)),
            (Ok(stored), Ok(new)) if stored == new
        );
    if equal { Added::Duplicate } else { Added::Conflict }
}

impl LockedCollection {
    /// Returns the first free date, in milliseconds.
    ///
    /// # Errors
    /// The clock is too far ahead of what is known of the time: dates would stay there.
    pub(super) fn first_date(&self, dating: &Dating) -> Result<i64, StorageError> {
        let present = self.present(dating)?.saturating_add(self.margin);
        Ok(present.max(self.last.saturating_add(1)))
    }

    /// Returns the date that the clock gives, in milliseconds, whatever dates were given before.
    ///
    /// # Errors
    /// As [`Self::first_date`].
    pub(super) fn present(&self, dating: &Dating) -> Result<i64, StorageError> {
        let now = dating.clock.now();
        if !ClockState::of(now, self.known_time).dates_objects() {
            return Err(StorageError::new(StorageErrorKind::ClockAhead));
        }
        let allowance = i64::try_from(dating.allowance.as_millis()).unwrap_or(i64::MAX);
        Ok(millis_up(now).saturating_add(allowance))
    }
}

/// Milliseconds since 1970-01-01, rounded up.
fn millis_up(instant: DateTime<Utc>) -> i64 {
    let part = instant.timestamp_subsec_nanos() % 1_000_000;
    instant.timestamp_millis().saturating_add(i64::from(part > 0))
}

async fn insert<S: Session>(
    tx: &mut S,
    collection: i64,
    objects: &[(i64, &NewObject)],
) -> Result<(), StorageError> {
    for objects in objects.chunks(S::ROWS_AT_ONCE) {
        let new: Vec<_> = objects.iter().map(|(_, object)| *object).collect();
        let latest = latest::among(tx, collection, &new).await?;
        let mut insert = Statement::new(
            "INSERT INTO object \
             (collection, date_added, id, type, spec_version, version, version_key, latest, body) VALUES ",
        );
        insert.push_rows(objects.iter().zip(latest).map(|((date, object), latest)| {
            [
                Value::from(collection),
                (*date).into(),
                object.id.as_str().into(),
                object.id.object_type().into(),
                object.spec_version.as_str().into(),
                object.version.as_ref().map(ToString::to_string).unwrap_or_default().into(),
                version_key(object).into(),
                i64::from(latest).into(),
                object.body.get().as_bytes().into(),
            ]
        }));
        tx.execute(insert.keep(objects.len() == S::ROWS_AT_ONCE)).await?;
    }
    Ok(())
}

/// Empty when the object has no version: then there is one record of it at most.
fn version_key(object: &NewObject) -> String {
    object.version.as_ref().map(stix_core::Timestamp::sort_key).unwrap_or_default()
}
