//! Going through what is stored: see [`crate::storage::upkeep`].

use async_trait::async_trait;
use stix_core::Identifier;

use super::row::{Row, Value};
use super::statement::Statement;
use super::{Backend, Session, SqlStorage, feed, objects};
use crate::storage::feed::SubjectRow;
use crate::storage::upkeep::{Sweep, Upkeep};
use crate::storage::{CollectionId, Dating, StorageError};

#[async_trait]
impl<B: Backend> Upkeep for SqlStorage<B> {
    async fn sweep(&self) -> Result<Option<Sweep>, StorageError> {
        let row = self.read_optional(Statement::new("SELECT basis, place FROM sweep")).await?;
        row.map(|mut row| Ok(Sweep { basis: row.next()?, place: row.next()? })).transpose()
    }

    async fn subjects_after(&self, key: &str, limit: u32) -> Result<Vec<SubjectRow>, StorageError> {
        let mut select = feed::select_subjects();
        select.push(" WHERE key > ").push_bind(key).push(" ORDER BY key LIMIT ").push_bind(i64::from(limit));
        self.read_all(select).await?.into_iter().map(feed::subject_row).collect()
    }

    async fn subjects_behind(&self) -> Result<u64, StorageError> {
        let select = Statement::new("SELECT count(*) FROM subject WHERE key > (SELECT place FROM sweep)");
        let count = self.read_optional(select).await?.map_or(Ok(0), Row::last::<i64>)?;
        Ok(u64::try_from(count).unwrap_or_default())
    }
}

/// Remembers how far the subjects follow the settings.
pub(super) async fn write_sweep(tx: &mut impl Session, sweep: &Sweep) -> Result<(), StorageError> {
    tx.execute(Statement::new("DELETE FROM sweep")).await?;
    let insert = Statement::new("INSERT INTO sweep (basis, place) VALUES ($1, $2)");
    tx.execute(insert.bind(sweep.basis.as_slice()).bind(Value::Text(sweep.place.clone()))).await?;
    Ok(())
}

/// Takes objects with all their versions out of a collection, which is another one without them: its last date is new.
pub(super) async fn withdraw<B: Backend>(
    tx: &mut B::Connection,
    collection: &CollectionId,
    ids: &[Identifier],
    dating: &Dating,
) -> Result<(), StorageError> {
    let (key, last) = objects::lock::<B>(tx, collection).await?;
    for ids in ids.chunks(B::Connection::ROWS_AT_ONCE) {
        let mut delete = Statement::new("DELETE FROM object WHERE collection = $1 AND id").bind(key);
        delete.push_one_of(ids.iter().map(Identifier::as_str));
        tx.execute(delete).await?;
    }
    objects::last_date(tx, key, objects::first_date(dating, last)).await
}
