//! Objects: adding them under the write lock, and reading pages of them.

use std::collections::HashMap;
use std::time::Duration;

use futures_util::TryStreamExt;
use serde_json::Value;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, Sqlite, Transaction};

use super::select;
use crate::clock::Clock;
use crate::storage::{
    Added, CollectionId, DateAdded, NewObject, Page, Query, SqliteStorage, StorageError, StorageErrorKind,
    StoredObject, StoredRecord,
};

/// Adds objects to a collection, within a transaction from [`SqliteStorage::begin`].
///
/// The answer has one item for each object, in their order. New objects get dates in this order:
/// `max(now + allowance, last date of the collection + 1 ms)`, in whole milliseconds. Call it as the last
/// thing before the commit: the clock is read here, and an object must not become visible later than a
/// reader, whose clock runs at most `allowance` fast, would look for it.
///
/// # Errors
///
/// The collection is not registered, or the database fails.
pub async fn add(
    tx: &mut Transaction<'_, Sqlite>,
    collection: &CollectionId,
    objects: &[NewObject],
    clock: &Clock,
    allowance: Duration,
) -> Result<Vec<Added>, StorageError> {
    let row = sqlx::query_as("SELECT key, last_date_added FROM collection WHERE id = $1")
        .bind(collection.to_string())
        .fetch_optional(&mut **tx)
        .await?;
    let (key, last): (i64, i64) = row.ok_or(StorageError::new(StorageErrorKind::UnknownCollection))?;
    let known = compare(tx, key, objects).await?;

    let mut free = first_date(clock, allowance, last);
    let mut added = Vec::with_capacity(objects.len());
    let mut newest = None;
    for (object, known) in objects.iter().zip(known) {
        if let Some(known) = known {
            added.push(known);
            continue;
        }
        insert(tx, key, free, object).await?;
        added.push(Added::New { date_added: DateAdded::from_millis(free) });
        newest = Some(free);
        free = free.saturating_add(1);
    }
    if let Some(newest) = newest {
        sqlx::query("UPDATE collection SET last_date_added = $2 WHERE key = $1")
            .bind(key)
            .bind(newest)
            .execute(&mut **tx)
            .await?;
    }
    Ok(added)
}

impl SqliteStorage {
    /// A page of objects.
    pub async fn objects(
        &self,
        collection: &CollectionId,
        query: &Query,
    ) -> Result<Page<StoredObject>, StorageError> {
        self.page(select::statement("o.body", collection, query), query, |row| {
            let date_added = DateAdded::from_millis(row.try_get(0)?);
            let body: Vec<u8> = row.try_get(1)?;
            let size = body.len();
            Ok((StoredObject { date_added, body }, size))
        })
        .await
    }

    /// A page of records about objects.
    pub async fn records(
        &self,
        collection: &CollectionId,
        query: &Query,
    ) -> Result<Page<StoredRecord>, StorageError> {
        self.page(select::statement("o.id, o.version, o.spec_version", collection, query), query, |row| {
            let version: String = row.try_get(2)?;
            let record = StoredRecord {
                date_added: DateAdded::from_millis(row.try_get(0)?),
                id: row.try_get(1)?,
                version: (!version.is_empty()).then_some(version),
                spec_version: row.try_get(3)?,
            };
            Ok((record, 0))
        })
        .await
    }

    /// Whether the collection has any version of the object.
    pub async fn has_object(&self, collection: &CollectionId, id: &str) -> Result<bool, StorageError> {
        let found: Option<i64> = sqlx::query_scalar(
            "SELECT 1 FROM object WHERE collection = (SELECT key FROM collection WHERE id = $1) AND id = $2 LIMIT 1",
        )
        .bind(collection.to_string())
        .bind(id)
        .fetch_optional(self.reader())
        .await?;
        Ok(found.is_some())
    }

    /// How SQLite would read a page of objects, line by line.
    pub async fn explain(
        &self,
        collection: &CollectionId,
        query: &Query,
    ) -> Result<Vec<String>, StorageError> {
        let mut statement = select::explanation("o.body", collection, query);
        let rows = statement.build().fetch_all(self.reader()).await?;
        rows.iter().map(|row| Ok(row.try_get("detail")?)).collect()
    }

    /// Reads rows until the page is full; `read` gives the row and its size in bytes.
    async fn page<T>(
        &self,
        mut statement: sqlx::QueryBuilder<Sqlite>,
        query: &Query,
        read: impl Fn(&SqliteRow) -> Result<(T, usize), sqlx::Error>,
    ) -> Result<Page<T>, StorageError> {
        let limit = usize::try_from(query.limit).unwrap_or(usize::MAX);
        let mut stream = statement.build().fetch(self.reader());
        let (mut rows, mut bytes) = (Vec::new(), 0_u64);
        while let Some(row) = stream.try_next().await? {
            let (row, size) = read(&row)?;
            bytes = bytes.saturating_add(u64::try_from(size).unwrap_or(u64::MAX));
            if rows.len() == limit || (bytes > query.max_bytes && !rows.is_empty()) {
                return Ok(Page { rows, more: true });
            }
            rows.push(row);
        }
        Ok(Page { rows, more: false })
    }
}

/// For each object what is known of it already, from the database or from earlier in the list.
async fn compare(
    tx: &mut Transaction<'_, Sqlite>,
    collection: i64,
    objects: &[NewObject],
) -> Result<Vec<Option<Added>>, StorageError> {
    let mut listed: HashMap<(&str, &str, String), &NewObject> = HashMap::new();
    let mut known = Vec::with_capacity(objects.len());
    for object in objects {
        let version_key = version_key(object);
        let body: Option<Vec<u8>> = sqlx::query_scalar(
            "SELECT body FROM object WHERE collection = $1 AND id = $2 AND spec_version = $3 AND version_key = $4",
        )
        .bind(collection)
        .bind(object.id.as_str())
        .bind(&object.spec_version)
        .bind(&version_key)
        .fetch_optional(&mut **tx)
        .await?;
        let name = (object.id.as_str(), object.spec_version.as_str(), version_key);
        known.push(match (body, listed.get(&name)) {
            (Some(body), _) => Some(same(&body, object)),
            (None, Some(earlier)) => Some(same(earlier.body.get().as_bytes(), object)),
            (None, None) => {
                listed.insert(name, object);
                None
            }
        });
    }
    Ok(known)
}

/// Whether the stored text says the same as the object. Values are compared only when bytes differ.
fn same(stored: &[u8], object: &NewObject) -> Added {
    let text = object.body.get();
    let equal = stored == text.as_bytes()
        || matches!(
            (serde_json::from_slice::<Value>(stored), serde_json::from_str::<Value>(text)),
            (Ok(stored), Ok(new)) if stored == new
        );
    if equal { Added::Duplicate } else { Added::Conflict }
}

/// The first free date, in milliseconds; the present is rounded up.
fn first_date(clock: &Clock, allowance: Duration, last: i64) -> i64 {
    let now = clock.now().timestamp_micros().saturating_add(999).div_euclid(1000);
    let allowance = i64::try_from(allowance.as_millis()).unwrap_or(i64::MAX);
    now.saturating_add(allowance).max(last.saturating_add(1))
}

async fn insert(
    tx: &mut Transaction<'_, Sqlite>,
    collection: i64,
    date: i64,
    object: &NewObject,
) -> Result<(), StorageError> {
    sqlx::query(
        "INSERT INTO object (collection, date_added, id, type, spec_version, version, version_key, body) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(collection)
    .bind(date)
    .bind(object.id.as_str())
    .bind(object.id.object_type())
    .bind(&object.spec_version)
    .bind(object.version.as_ref().map(ToString::to_string).unwrap_or_default())
    .bind(version_key(object))
    .bind(object.body.get().as_bytes())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Empty when the object has no version: then there is one record of it at most.
fn version_key(object: &NewObject) -> String {
    object.version.as_ref().map(stix_core::Timestamp::sort_key).unwrap_or_default()
}
