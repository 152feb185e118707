//! What feeds have told: see [`crate::storage::feed`].

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use async_trait::async_trait;
use chrono::DateTime;
use serde_json::value::RawValue;
use stix_core::Identifier;
use uuid::Uuid;

use super::objects::{self, Writer};
use super::row::{Row, Value};
use super::statement::Statement;
use super::{Backend, Session, SqlStorage, quarantine, supervision, upkeep};
use crate::storage::feed::{FeedWrite, Feeds, KnownSubject, Origin, SubjectRow};
use crate::storage::{Added, CollectionId, Dating, NewObject, StorageError, StorageErrorKind, index_text};

#[async_trait]
impl<B: Backend> Feeds for SqlStorage<B> {
    async fn ingest_turn(&self) -> Result<i64, StorageError> {
        let row = self.read_optional(Statement::new("SELECT number FROM ingest_turn")).await?;
        row.ok_or_else(|| StorageError::encoding("the count of batches is missing"))?.next()
    }

    async fn feed_question(&self, feed: &str) -> Result<Option<String>, StorageError> {
        let select = Statement::new("SELECT question FROM feed_progress WHERE feed = $1").bind(feed);
        self.read_optional(select).await?.map_or(Ok(None), |mut row| row.next())
    }

    async fn known_subjects(&self, keys: &[&str]) -> Result<HashMap<String, KnownSubject>, StorageError> {
        let mut known = HashMap::new();
        for keys in keys.chunks(B::Connection::ROWS_AT_ONCE) {
            let mut select = select_subjects();
            select.push(" WHERE key").push_one_of(keys.iter().map(|key| index_text(key).into_owned()));
            for row in self.read_all(select).await? {
                let row = subject_row(row)?;
                let key = index_text(&row.key).into_owned();
                known.insert(key, KnownSubject { row, contributions: BTreeMap::new() });
            }
            let mut select = Statement::new("SELECT key, source, body FROM contribution WHERE key");
            select.push_one_of(keys.iter().map(|key| index_text(key).into_owned()));
            for mut row in self.read_all(select).await? {
                if let Some(subject) = known.get_mut(&row.next::<String>()?) {
                    subject.contributions.insert(row.next()?, row.next()?);
                }
            }
        }
        Ok(known.into_values().map(|known| (known.row.key.clone(), known)).collect())
    }

    async fn last_version(
        &self,
        collections: &BTreeSet<CollectionId>,
        id: &Identifier,
    ) -> Result<Option<NewObject>, StorageError> {
        for collection in collections {
            let select = Statement::new(
                "SELECT spec_version, version, body FROM object \
                 WHERE collection = (SELECT key FROM collection WHERE id = $1) AND id = $2 \
                 ORDER BY version_key DESC LIMIT 1",
            );
            let Some(mut row) =
                self.read_optional(select.bind(collection.to_string()).bind(id.as_str())).await?
            else {
                continue;
            };
            let (spec_version, version): (_, String) = (row.next()?, row.next()?);
            let body = String::from_utf8(row.next()?).map_err(StorageError::encoding)?;
            return Ok(Some(NewObject {
                id: id.clone(),
                spec_version,
                version: version.parse().ok(),
                body: RawValue::from_string(body).map_err(StorageError::encoding)?,
            }));
        }
        Ok(None)
    }

    async fn write_feed(
        &self,
        collection: &CollectionId,
        write: FeedWrite,
        dating: &Dating,
    ) -> Result<usize, StorageError> {
        let mut tx = self.begin_in(write.term.as_ref()).await?;
        if let Some(turn) = write.turn {
            take_turn(&mut tx, turn).await?;
        }
        write_subjects(&mut tx, &write.subjects).await?;
        write_contributions(&mut tx, &write.contributions).await?;
        remove_contributions(&mut tx, &write.contributions_gone).await?;
        quarantine::write(&mut tx, &write, dating.clock.now().timestamp_millis()).await?;
        supervision::write_coverage(&mut tx, &write.feed, write.progress.as_ref(), &write.gaps).await?;
        if let Some(question) = &write.question {
            let update = Statement::new("UPDATE feed_progress SET question = $2 WHERE feed = $1");
            tx.execute(update.bind(write.feed.as_str()).bind(question.as_str())).await?;
        }
        if let Some(sweep) = &write.sweep {
            upkeep::write_sweep(&mut tx, sweep).await?;
        }
        // Last, since their dates are those of the commit; in the order of the collections, which all that lock several
        // keep, so that none waits for one that waits for it.
        let elsewhere = write.elsewhere.iter().map(|(id, objects)| (id, objects.as_slice()));
        let collections: BTreeMap<_, _> = elsewhere.chain([(collection, write.objects.as_slice())]).collect();
        let locked: BTreeSet<_> = collections.keys().copied().chain(write.withdrawn.keys()).collect();
        for collection in locked {
            objects::lock::<B>(&mut tx, collection).await?;
        }
        for (collection, ids) in &write.withdrawn {
            upkeep::withdraw::<B>(&mut tx, collection, ids, dating).await?;
        }
        let mut withheld = 0;
        for (collection, objects) in collections {
            let added = objects::add::<B>(&mut tx, collection, objects, Writer::Feed, dating).await?;
            withheld += added.iter().filter(|added| **added == Added::Deleted).count();
        }
        tx.commit().await?;
        Ok(withheld)
    }
}

/// Counts the batch, unless another was written since this number was read.
async fn take_turn(tx: &mut impl Session, turn: i64) -> Result<(), StorageError> {
    let update = Statement::new("UPDATE ingest_turn SET number = number + 1 WHERE number = $1");
    match tx.execute(update.bind(turn)).await? {
        0 => Err(StorageError::new(StorageErrorKind::Overtaken)),
        _ => Ok(()),
    }
}

async fn write_subjects<S: Session>(tx: &mut S, subjects: &[SubjectRow]) -> Result<(), StorageError> {
    for subjects in subjects.chunks(S::ROWS_AT_ONCE) {
        let mut upsert = Statement::new(
            "INSERT INTO subject (key, object_id, origin, created, modified, digest, collections, source, target, \
             valid_until, long_key) VALUES ",
        );
        upsert.push_rows(subjects.iter().map(|subject| {
            let origin = match subject.origin {
                Origin::Minted => "minted",
                Origin::Upstream => "upstream",
            };
            let [source, target] = subject.ends.clone().map_or([None, None], |ends| ends.map(Some));
            let key = index_text(&subject.key);
            let long_key = matches!(key, Cow::Owned(_)).then(|| subject.key.clone());
            [
                Value::from(&*key),
                subject.object_id.as_str().into(),
                origin.into(),
                subject.created.to_string().into(),
                subject.modified.to_string().into(),
                subject.digest.as_slice().into(),
                subject.collections.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ").into(),
                Value::Text(source),
                Value::Text(target),
                subject.valid_until.map(|end| end.timestamp_millis()).into(),
                Value::Text(long_key),
            ]
        }));
        // Not a replacement: that would delete the row, and with it the contributions.
        upsert.push(
            " ON CONFLICT (key) DO UPDATE SET object_id = excluded.object_id, origin = excluded.origin, \
                   created = excluded.created, modified = excluded.modified, digest = excluded.digest, \
                   collections = excluded.collections, source = excluded.source, target = excluded.target, \
                   valid_until = excluded.valid_until",
        );
        tx.execute(upsert).await?;
    }
    Ok(())
}

async fn write_contributions<S: Session>(
    tx: &mut S,
    contributions: &[(String, String, String)],
) -> Result<(), StorageError> {
    for contributions in contributions.chunks(S::ROWS_AT_ONCE) {
        let mut upsert = Statement::new("INSERT INTO contribution (key, source, body) VALUES ");
        upsert.push_rows(contributions.iter().map(|(key, source, body)| {
            [Value::from(&*index_text(key)), quarantine::text(source), body.as_str().into()]
        }));
        upsert.push(" ON CONFLICT (key, source) DO UPDATE SET body = excluded.body");
        tx.execute(upsert).await?;
    }
    Ok(())
}

async fn remove_contributions<S: Session>(tx: &mut S, gone: &[(String, String)]) -> Result<(), StorageError> {
    for gone in gone.chunks(S::ROWS_AT_ONCE) {
        let mut delete = Statement::new("DELETE FROM contribution WHERE (key, source) IN (VALUES ");
        delete.push_rows(
            gone.iter().map(|(key, source)| [Value::from(&*index_text(key)), quarantine::text(source)]),
        );
        delete.push(")");
        tx.execute(delete).await?;
    }
    Ok(())
}

/// Goes on with what chooses the subjects; [`subject_row`] reads them.
pub(super) fn select_subjects() -> Statement {
    Statement::new(
        "SELECT coalesce(long_key, key), object_id, origin, created, modified, digest, collections, source, target, valid_until \
         FROM subject",
    )
}

pub(super) fn subject_row(mut row: Row) -> Result<SubjectRow, StorageError> {
    fn parsed<T: std::str::FromStr<Err: std::error::Error + Send + Sync + 'static>>(
        row: &mut Row,
    ) -> Result<T, StorageError> {
        row.next::<String>()?.parse().map_err(StorageError::encoding)
    }
    Ok(SubjectRow {
        key: row.next()?,
        object_id: parsed(&mut row)?,
        origin: match row.next::<String>()?.as_str() {
            "minted" => Origin::Minted,
            _ => Origin::Upstream,
        },
        created: parsed(&mut row)?,
        modified: parsed(&mut row)?,
        digest: row.next()?,
        collections: row
            .next::<String>()?
            .split(' ')
            .filter_map(|id| id.parse::<Uuid>().ok())
            .map(Into::into)
            .collect(),
        ends: {
            let ends: (Option<_>, Option<_>) = (row.next()?, row.next()?);
            ends.0.zip(ends.1).map(Into::into)
        },
        valid_until: row.next::<Option<i64>>()?.and_then(DateTime::from_timestamp_millis),
    })
}
