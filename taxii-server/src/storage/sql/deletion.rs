//! Deleting objects: see [`crate::storage::deletion`].

use std::collections::BTreeSet;

use async_trait::async_trait;
use stix_core::Identifier;

use super::row::{Row, Value};
use super::statement::Statement;
use super::transaction::WriteTransaction;
use super::{Backend, Session, SqlStorage, latest, objects, select, tombstones};
use crate::storage::deletion::{Deletions, Doomed, Inventory, Tombstone};
use crate::storage::{CollectionId, DateAdded, Dating, Query, StorageError, VersionFilter};

#[async_trait]
impl<B: Backend> Deletions for SqlStorage<B> {
    async fn delete_object(
        &self,
        collection: &CollectionId,
        id: &Identifier,
        doomed: &Doomed,
        dating: &Dating,
    ) -> Result<u64, StorageError> {
        let mut tx = self.begin().await?;
        let locked = objects::lock::<B>(&mut tx, collection).await?;
        let key = locked.key;
        let versions = chosen::<B>(&mut tx, key, collection, id, doomed).await?;
        if versions.is_empty() {
            return Ok(0);
        }
        let before = shown::<B>(&mut tx, collection, id).await?;
        for versions in versions.chunks(B::Connection::ROWS_AT_ONCE) {
            let mut delete = Statement::new("DELETE FROM object WHERE record");
            delete.push_one_of(versions.iter().map(|version| version.record));
            tx.execute(delete).await?;
        }
        latest::promote(&mut tx, key, id.as_str()).await?;
        let now = dating.clock.now().timestamp_millis();
        tombstones::put(&mut tx, key, now, &tombs(id, doomed, &versions)).await?;
        let mut date = locked.first_date(dating)?;
        let after = shown::<B>(&mut tx, collection, id).await?;
        // One that has become both is dated once.
        let moved: BTreeSet<i64> = after.difference(&before).map(|(_, record)| *record).collect();
        for record in moved {
            let update = Statement::new("UPDATE object SET date_added = $2 WHERE record = $1");
            tx.execute(update.bind(record).bind(date)).await?;
            date = date.saturating_add(1);
        }
        // Nobody else gets the last one: it makes the revision without these versions another than the one with them.
        objects::last_date(&mut tx, key, date).await?;
        tx.commit().await?;
        Ok(u64::try_from(versions.len()).unwrap_or(u64::MAX))
    }

    async fn lift_tombstones(&self, collection: &CollectionId, id: &Identifier) -> Result<u64, StorageError> {
        let mut tx = self.begin().await?;
        let key = objects::lock::<B>(&mut tx, collection).await?.key;
        let delete = Statement::new("DELETE FROM tombstone WHERE collection = $1 AND id = $2");
        let lifted = tx.execute(delete.bind(key).bind(id.as_str())).await?;
        // What a feed says next of the object is then a new version of it, even if it says nothing new.
        let forget = Statement::new("UPDATE subject SET digest = $2, modified = $3 WHERE object_id = $1");
        let forget = forget.bind(id.as_str()).bind(Value::Bytes(Some(Vec::new())));
        tx.execute(forget.bind("1970-01-01T00:00:00.000Z")).await?;
        tx.commit().await?;
        Ok(lifted)
    }

    async fn inventory(&self, collection: &CollectionId) -> Result<Inventory, StorageError> {
        let select = Statement::new(
            "SELECT count(DISTINCT o.id), count(*), \
             (SELECT count(*) FROM tombstone AS t JOIN collection AS c ON c.key = t.collection WHERE c.id = $1), \
             max(o.date_added) \
             FROM object AS o JOIN collection AS c ON c.key = o.collection WHERE c.id = $1",
        );
        let row = self.read_optional(select.bind(collection.to_string())).await?;
        let Some(mut row) = row else { return Ok(Inventory::default()) };
        let (objects, versions, tombstones) = (row.next()?, row.next()?, row.next()?);
        let last_added = (versions > 0).then(|| row.next()).transpose()?.map(DateAdded::from_millis);
        Ok(Inventory { objects, versions, tombstones, last_added })
    }

    async fn tombstones(
        &self,
        collection: &CollectionId,
        limit: u32,
    ) -> Result<Vec<Tombstone>, StorageError> {
        let select = Statement::new(
            "SELECT t.id, t.spec_version, t.version, t.deleted FROM tombstone AS t \
             JOIN collection AS c ON c.key = t.collection WHERE c.id = $1 \
             ORDER BY t.deleted DESC, t.id, t.version_key LIMIT $2",
        );
        let rows = self.read_all(select.bind(collection.to_string()).bind(i64::from(limit))).await?;
        rows.into_iter().map(tombstone).collect()
    }
}

/// A version of an object.
struct Version {
    record: i64,
    spec_version: String,
    version: String,
    version_key: String,
}

/// The versions that are to be deleted.
async fn chosen<B: Backend>(
    tx: &mut WriteTransaction<B>,
    key: i64,
    collection: &CollectionId,
    id: &Identifier,
    doomed: &Doomed,
) -> Result<Vec<Version>, StorageError> {
    let (versions, spec_versions) = match doomed {
        Doomed::Object => (VersionFilter::All, None),
        Doomed::Versions { versions, spec_versions } => (versions.clone(), spec_versions.clone()),
    };
    let spec_versions = match spec_versions {
        Some(spec_versions) => spec_versions,
        None => all_spec_versions(tx, key, id).await?,
    };
    if spec_versions.is_empty() {
        return Ok(Vec::new());
    }
    let query = Query {
        ids: Some(vec![id.as_str().to_owned()]),
        spec_versions: Some(spec_versions),
        versions,
        ..Query::new(u32::MAX, u64::MAX)
    };
    let select =
        select::statement::<B>("o.record, o.spec_version, o.version, o.version_key", collection, &query);
    let version = |mut row: Row| {
        row.next::<i64>()?;
        Ok(Version {
            record: row.next()?,
            spec_version: row.next()?,
            version: row.next()?,
            version_key: row.next()?,
        })
    };
    tx.fetch_all(select).await?.into_iter().map(version).collect()
}

/// Those that there are of the object.
async fn all_spec_versions(
    tx: &mut impl Session,
    collection: i64,
    id: &Identifier,
) -> Result<Vec<String>, StorageError> {
    let select = Statement::new("SELECT DISTINCT spec_version FROM object WHERE collection = $1 AND id = $2");
    let rows = tx.fetch_all(select.bind(collection).bind(id.as_str())).await?;
    rows.into_iter().map(Row::last).collect()
}

/// Whether it is the oldest or the newest version, and the record that a reader is shown who asks for that one.
async fn shown<B: Backend>(
    tx: &mut WriteTransaction<B>,
    collection: &CollectionId,
    id: &Identifier,
) -> Result<BTreeSet<(bool, i64)>, StorageError> {
    let mut shown = BTreeSet::new();
    for first in [true, false] {
        let query = Query {
            ids: Some(vec![id.as_str().to_owned()]),
            versions: VersionFilter::Some { first, last: !first, exact: Vec::new() },
            ..Query::new(u32::MAX, u64::MAX)
        };
        let select = select::statement::<B>("o.record", collection, &query);
        for row in tx.fetch_all(select).await? {
            shown.insert((first, row.last()?));
        }
    }
    Ok(shown)
}

/// The tombstones to put up: one for the object, or one for each version.
fn tombs(id: &Identifier, doomed: &Doomed, versions: &[Version]) -> Vec<(String, String, String, String)> {
    let id = id.as_str().to_owned();
    match doomed {
        Doomed::Object => vec![(id, String::new(), String::new(), String::new())],
        Doomed::Versions { .. } => {
            let tomb = |version: &Version| {
                let Version { spec_version, version, version_key, .. } = version;
                (id.clone(), spec_version.clone(), version.clone(), version_key.clone())
            };
            versions.iter().map(tomb).collect()
        }
    }
}

fn tombstone(mut row: Row) -> Result<Tombstone, StorageError> {
    let (id, spec_version, version): (_, String, String) = (row.next()?, row.next()?, row.next()?);
    // One version of an object that has none is all of it, but for the version of STIX.
    let version = (!spec_version.is_empty()).then_some(version);
    Ok(Tombstone { id, version, deleted: DateAdded::from_millis(row.next()?) })
}
