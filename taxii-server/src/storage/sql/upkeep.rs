//! Going through what is stored: see [`crate::storage::upkeep`].

use async_trait::async_trait;
use chrono::{DateTime, SecondsFormat, Utc};
use stix_core::Identifier;

use super::row::{Row, Value};
use super::statement::Statement;
use super::transaction::WriteTransaction;
use super::{Backend, Session, SqlStorage, feed, objects, pruning};
use crate::clock::trust::Cutoff;
use crate::storage::feed::SubjectRow;
use crate::storage::upkeep::{KeptRecords, OddRecords, Outdated, Pruned, Superseded, Sweep, Upkeep};
use crate::storage::{CollectionId, Dating, StorageError, Term, index_text};

#[async_trait]
impl<B: Backend> Upkeep for SqlStorage<B> {
    async fn sweep(&self) -> Result<Option<Sweep>, StorageError> {
        let row = self.read_optional(Statement::new("SELECT basis, place FROM sweep")).await?;
        row.map(|mut row| Ok(Sweep { basis: row.next()?, place: row.next()? })).transpose()
    }

    async fn subjects_after(&self, key: &str, limit: u32) -> Result<Vec<SubjectRow>, StorageError> {
        let mut select = feed::select_subjects();
        select
            .push(" WHERE key > ")
            .push_bind(&*index_text(key))
            .push(" ORDER BY key LIMIT ")
            .push_bind(i64::from(limit));
        self.read_all(select).await?.into_iter().map(feed::subject_row).collect()
    }

    async fn subjects_behind(&self) -> Result<u64, StorageError> {
        self.count(Statement::new("SELECT count(*) FROM subject WHERE key > (SELECT place FROM sweep)")).await
    }

    async fn expired_subjects(&self, before: Cutoff, limit: u32) -> Result<Vec<SubjectRow>, StorageError> {
        let mut select = feed::select_subjects();
        select
            .push(" WHERE collections <> '' AND valid_until < ")
            .push_bind(before.time().timestamp_millis());
        select.push(" ORDER BY valid_until, key LIMIT ").push_bind(i64::from(limit));
        self.read_all(select).await?.into_iter().map(feed::subject_row).collect()
    }

    async fn count_expired(&self, before: DateTime<Utc>) -> Result<u64, StorageError> {
        let select =
            Statement::new("SELECT count(*) FROM subject WHERE collections <> '' AND valid_until < $1");
        self.count(select.bind(before.timestamp_millis())).await
    }

    async fn forget_subjects(
        &self,
        term: Option<&Term>,
        outdated: &Outdated,
        limit: u32,
    ) -> Result<u64, StorageError> {
        let mut tx = self.begin_in(term).await?;
        // Who has read one of them meanwhile has to read it again.
        tx.execute(Statement::new("UPDATE ingest_turn SET number = number + 1")).await?;
        let delete = Statement::new(
            "DELETE FROM subject WHERE key IN (SELECT key FROM subject \
             WHERE collections = '' AND valid_until < $1 AND modified < $2 ORDER BY valid_until LIMIT $3)",
        );
        let modified = outdated.modified_before.time().to_rfc3339_opts(SecondsFormat::Millis, true);
        let delete = delete
            .bind(outdated.ended_before.time().timestamp_millis())
            .bind(modified)
            .bind(i64::from(limit));
        match tx.execute(delete).await? {
            0 => Ok(0),
            forgotten => {
                tx.commit().await?;
                Ok(forgotten)
            }
        }
    }

    async fn prune_versions(
        &self,
        term: Option<&Term>,
        collection: &CollectionId,
        versions: &Superseded,
        limit: u32,
        dating: &Dating,
    ) -> Result<Pruned, StorageError> {
        let mut tx = self.begin_in(term).await?;
        let pruned = pruning::prune::<B>(&mut tx, collection, versions, limit, dating).await?;
        tx.commit().await?;
        Ok(pruned)
    }

    async fn trim_records(
        &self,
        term: Option<&Term>,
        kind: OddRecords,
        keep: KeptRecords,
        limit: u32,
    ) -> Result<u64, StorageError> {
        let mut tx = self.begin_in(term).await?;
        let delete = Statement::new(match kind {
            OddRecords::Quarantined => {
                "DELETE FROM quarantine WHERE digest IN (SELECT digest FROM quarantine \
                 ORDER BY first_seen DESC, digest DESC LIMIT $1 OFFSET $2)"
            }
            OddRecords::Repaired => {
                "DELETE FROM repaired WHERE digest IN (SELECT digest FROM repaired \
                 ORDER BY first_seen DESC, digest DESC LIMIT $1 OFFSET $2)"
            }
        });
        let mut trimmed = tx.execute(delete.bind(i64::from(limit)).bind(i64::from(keep.records))).await?;
        if let Ok(bytes) = i64::try_from(keep.bytes) {
            // The lengths of those that came later, and of the record itself, are what it takes to keep it.
            let delete = Statement::new(match kind {
                OddRecords::Quarantined => {
                    "DELETE FROM quarantine WHERE digest IN (SELECT digest FROM (SELECT digest, \
                     sum(length(record)) OVER (ORDER BY first_seen DESC, digest DESC) AS needed FROM quarantine) AS sized \
                     WHERE needed > $1 LIMIT $2)"
                }
                OddRecords::Repaired => {
                    "DELETE FROM repaired WHERE digest IN (SELECT digest FROM (SELECT digest, \
                     sum(length(record)) OVER (ORDER BY first_seen DESC, digest DESC) AS needed FROM repaired) AS sized \
                     WHERE needed > $1 LIMIT $2)"
                }
            });
            trimmed += tx.execute(delete.bind(bytes).bind(i64::from(limit))).await?;
        }
        tx.commit().await?;
        Ok(trimmed)
    }

    async fn forget_gaps(&self, term: Option<&Term>, found_before: Cutoff) -> Result<u64, StorageError> {
        let mut tx = self.begin_in(term).await?;
        let delete = Statement::new("DELETE FROM feed_gap WHERE found < $1");
        let forgotten = tx.execute(delete.bind(found_before.time().timestamp_millis())).await?;
        tx.commit().await?;
        Ok(forgotten)
    }
}

impl<B: Backend> SqlStorage<B> {
    /// The number that a statement finds.
    async fn count(&self, select: Statement) -> Result<u64, StorageError> {
        let count = self.read_optional(select).await?.map_or(Ok(0), Row::last::<i64>)?;
        Ok(u64::try_from(count).unwrap_or_default())
    }
}

/// Remembers how far the subjects follow the settings.
pub(super) async fn write_sweep(tx: &mut impl Session, sweep: &Sweep) -> Result<(), StorageError> {
    tx.execute(Statement::new("DELETE FROM sweep")).await?;
    let place = sweep.place.as_deref().map(|key| index_text(key).into_owned());
    let insert = Statement::new("INSERT INTO sweep (basis, place) VALUES ($1, $2)");
    tx.execute(insert.bind(sweep.basis.as_slice()).bind(Value::Text(place))).await?;
    Ok(())
}

/// Takes objects with all their versions out of a collection, which is another one without them: its last date is new.
pub(super) async fn withdraw<B: Backend>(
    tx: &mut WriteTransaction<B>,
    collection: &CollectionId,
    ids: &[Identifier],
    dating: &Dating,
) -> Result<(), StorageError> {
    let locked = objects::lock::<B>(tx, collection).await?;
    let key = locked.key;
    for ids in ids.chunks(B::Connection::ROWS_AT_ONCE) {
        let mut delete = Statement::new("DELETE FROM object WHERE collection = $1 AND id").bind(key);
        delete.push_one_of(ids.iter().map(Identifier::as_str));
        tx.execute(delete).await?;
    }
    objects::last_date(tx, key, locked.first_date(dating)?).await
}
