//! Removing old versions of objects: see [`crate::storage::upkeep`].

use super::row::Row;
use super::statement::Statement;
use super::transaction::WriteTransaction;
use super::{Backend, Session, objects};
use crate::storage::upkeep::{Pruned, Superseded};
use crate::storage::{CollectionId, DateAdded, Dating, StorageError};

/// A version that has a later one: its date, and its record if it can go.
type Candidate = (DateAdded, Option<i64>);

/// Removes the old ones among the next versions of a collection; without them it is another one.
pub(super) async fn prune<B: Backend>(
    tx: &mut WriteTransaction<B>,
    collection: &CollectionId,
    versions: &Superseded,
    limit: u32,
    dating: &Dating,
) -> Result<Pruned, StorageError> {
    // Under the lock nobody deletes what came after one of them.
    let locked = objects::lock::<B>(tx, collection).await?;
    let key = locked.key;
    let candidates = tx.fetch_all(select(key, versions, limit)).await?;
    let candidates = candidates.into_iter().map(candidate).collect::<Result<Vec<_>, _>>()?;
    let outdated: Vec<i64> = candidates.iter().filter_map(|(_, record)| *record).collect();
    for records in outdated.chunks(B::Connection::ROWS_AT_ONCE) {
        let mut delete = Statement::new("DELETE FROM object WHERE record");
        delete.push_one_of(records.iter().copied());
        tx.execute(delete).await?;
    }
    if !outdated.is_empty() {
        objects::last_date(tx, key, locked.first_date(dating)?).await?;
    }
    let full = candidates.len() == limit as usize;
    let place = candidates.last().filter(|_| full).map(|(date, _)| *date);
    Ok(Pruned { versions: u64::try_from(outdated.len()).unwrap_or_default(), place })
}

/// The next versions. One can go when all later ones have come after it, and one of them before the date.
fn select(collection: i64, versions: &Superseded, limit: u32) -> Statement {
    let mut select = Statement::new(
        "SELECT o.date_added, (SELECT CASE WHEN min(n.date_added) > o.date_added AND min(n.date_added) < ",
    );
    select.push_bind(versions.before.time().timestamp_millis()).push(
        " THEN o.record END FROM object AS n WHERE n.collection = o.collection AND n.id = o.id \
         AND n.spec_version = o.spec_version AND n.version_key > o.version_key) \
         FROM object AS o WHERE o.latest = 0 AND o.collection = ",
    );
    select.push_bind(collection).push(" AND o.date_added > ").push_bind(versions.after.millis());
    select.push(" AND o.date_added < ").push_bind(versions.before.time().timestamp_millis());
    select.push(" ORDER BY o.date_added LIMIT ").push_bind(i64::from(limit));
    select
}

fn candidate(mut row: Row) -> Result<Candidate, StorageError> {
    Ok((DateAdded::from_millis(row.next()?), row.next()?))
}
