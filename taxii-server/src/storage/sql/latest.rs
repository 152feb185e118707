//! Which record of each object is its latest: the last version in the latest version of STIX.
//!
//! That is what nearly every reader asks for, so it is decided when something is written, not for each object of each
//! page. It depends on the versions that there are, not on the order in which they came.

use std::collections::HashMap;

use super::Session;
use super::objects::name;
use super::row::{Row, Value};
use super::statement::Statement;
use crate::storage::{NewObject, StorageError};

/// What the versions of an object are ordered by: version of STIX, then version.
type Rank = (String, String);

/// For each of these new objects whether its record will be the latest. Records that are that no longer are told so. The
/// objects are no more than one statement takes.
pub(super) async fn among(
    tx: &mut impl Session,
    collection: i64,
    objects: &[&NewObject],
) -> Result<Vec<bool>, StorageError> {
    let mut best: HashMap<String, Rank> = HashMap::with_capacity(objects.len());
    for object in objects {
        let (id, rank) = ranked(object);
        let best = best.entry(id).or_default();
        *best = rank.max(std::mem::take(best));
    }
    let mut passed = Vec::new();
    for (id, record, rank) in stored(tx, collection, best.keys().map(String::as_str)).await? {
        let Some(best) = best.get_mut(&id) else { continue };
        if rank < *best {
            passed.push(record);
        } else {
            *best = rank;
        }
    }
    if !passed.is_empty() {
        let mut update = Statement::new("UPDATE object SET latest = 0 WHERE record");
        update.push_one_of(passed);
        tx.execute(update).await?;
    }
    let is_best = |object: &&NewObject| {
        let (id, rank) = ranked(object);
        best.get(&id) == Some(&rank)
    };
    Ok(objects.iter().map(is_best).collect())
}

fn ranked(object: &NewObject) -> (String, Rank) {
    let (id, spec_version, version_key) = name(object);
    (id, (spec_version, version_key))
}

/// Says of an object, of which versions were deleted, which record is the latest now.
pub(super) async fn promote(tx: &mut impl Session, collection: i64, id: &str) -> Result<(), StorageError> {
    let update = Statement::new(
        "UPDATE object SET latest = 1 WHERE latest = 0 AND record = (SELECT record FROM object \
         WHERE collection = $1 AND id = $2 ORDER BY spec_version DESC, version_key DESC LIMIT 1)",
    );
    tx.execute(update.bind(collection).bind(id)).await?;
    Ok(())
}

/// The latest records of those of these objects that have any, with their ranks.
async fn stored<S: Session>(
    tx: &mut S,
    collection: i64,
    ids: impl ExactSizeIterator<Item = &str>,
) -> Result<Vec<(String, i64, Rank)>, StorageError> {
    let full = ids.len() == S::ROWS_AT_ONCE;
    let mut select = Statement::new("WITH wanted (id) AS (VALUES ");
    select.push_rows(ids.map(|id| [Value::from(id)]));
    // One look into the index for each, which a join would leave to the planner.
    select.push(") SELECT * FROM (SELECT (SELECT o.record FROM object AS o WHERE o.collection = ");
    select.push_bind(collection).push(
        " AND o.id = wanted.id ORDER BY o.spec_version DESC, o.version_key DESC LIMIT 1) AS record FROM wanted) \
         AS looked WHERE record IS NOT NULL",
    );
    let records: Vec<i64> =
        tx.fetch_all(select.keep(full)).await?.into_iter().map(Row::last).collect::<Result<_, _>>()?;
    if records.is_empty() {
        return Ok(Vec::new());
    }
    let mut select = Statement::new("SELECT id, record, spec_version, version_key FROM object WHERE record");
    select.push_one_of(records);
    let ranked = |mut row: Row| Ok((row.next()?, row.next()?, (row.next()?, row.next()?)));
    tx.fetch_all(select).await?.into_iter().map(ranked).collect()
}
