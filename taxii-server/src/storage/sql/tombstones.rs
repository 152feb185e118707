//! What was deleted: one row for a whole object, or for one version of it.

use std::collections::HashSet;

use super::Session;
use super::objects::{Name, name};
use super::row::Value;
use super::statement::Statement;
use crate::storage::{NewObject, StorageError};

/// Tombstones of some objects.
#[derive(Debug, Default)]
pub(super) struct Tombs(HashSet<Name>);

impl Tombs {
    /// Whether the object, or this version of it, was deleted.
    pub(super) fn hold(&self, object: &NewObject) -> bool {
        !self.0.is_empty() && (self.0.contains(&whole(object)) || self.0.contains(&name(object)))
    }
}

/// The name of a tombstone of all of an object.
fn whole(object: &NewObject) -> Name {
    (object.id.as_str().to_owned(), String::new(), String::new())
}

/// The tombstones of these objects.
pub(super) async fn of<S: Session>(
    tx: &mut S,
    collection: i64,
    objects: &[NewObject],
) -> Result<Tombs, StorageError> {
    let mut tombs = Tombs::default();
    let any = Statement::new("SELECT deleted FROM tombstone WHERE collection = $1 LIMIT 1");
    if tx.fetch_optional(any.bind(collection)).await?.is_none() {
        return Ok(tombs);
    }
    for objects in objects.chunks(S::ROWS_AT_ONCE) {
        let mut select = Statement::new(
            "SELECT id, spec_version, version_key FROM tombstone WHERE collection = $1 AND id",
        )
        .bind(collection);
        select.push_one_of(objects.iter().map(|object| object.id.as_str()));
        for mut row in tx.fetch_all(select).await? {
            tombs.0.insert((row.next()?, row.next()?, row.next()?));
        }
    }
    Ok(tombs)
}

/// Removes those of the tombstones that keep these objects back.
pub(super) async fn lift(
    tx: &mut impl Session,
    collection: i64,
    objects: &[NewObject],
    tombs: &Tombs,
) -> Result<(), StorageError> {
    for object in objects.iter().filter(|object| tombs.hold(object)) {
        for (id, spec_version, version_key) in [whole(object), name(object)] {
            let delete = Statement::new(
                "DELETE FROM tombstone \
                 WHERE collection = $1 AND id = $2 AND spec_version = $3 AND version_key = $4",
            );
            tx.execute(delete.bind(collection).bind(id).bind(spec_version).bind(version_key)).await?;
        }
    }
    Ok(())
}

/// Puts tombstones up; each row is the identifier, the version of STIX, the version, and that as a key.
pub(super) async fn put<S: Session>(
    tx: &mut S,
    collection: i64,
    deleted: i64,
    rows: &[(String, String, String, String)],
) -> Result<(), StorageError> {
    for rows in rows.chunks(S::ROWS_AT_ONCE) {
        let mut insert = Statement::new(
            "INSERT INTO tombstone (collection, id, spec_version, version, version_key, deleted) VALUES ",
        );
        insert.push_rows(rows.iter().map(|(id, spec_version, version, version_key)| {
            [
                Value::from(collection),
                id.as_str().into(),
                spec_version.as_str().into(),
                version.as_str().into(),
                version_key.as_str().into(),
                deleted.into(),
            ]
        }));
        insert.push(" ON CONFLICT DO NOTHING");
        tx.execute(insert).await?;
    }
    Ok(())
}
