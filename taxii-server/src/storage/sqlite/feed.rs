//! What feeds have told: see [`crate::storage::feed`].

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, Sqlite, Transaction};

use super::objects;
use crate::clock::Clock;
use crate::storage::feed::{FeedWrite, KnownSubject, Origin, Quarantined, SubjectRow};
use crate::storage::{CollectionId, SqliteStorage, StorageError};

/// How many keys are looked up at once.
const KEYS_AT_ONCE: usize = 5000;

impl SqliteStorage {
    /// The place in a feed, if it has been read before.
    ///
    /// # Errors
    /// The database failed.
    pub async fn feed_place(&self, feed: &str) -> Result<Option<DateTime<Utc>>, StorageError> {
        let place = sqlx::query_scalar("SELECT place FROM feed_place WHERE feed = $1").bind(feed);
        let place: Option<i64> = place.fetch_optional(self.reader()).await?;
        Ok(place.and_then(DateTime::from_timestamp_millis))
    }

    /// What is known of the subjects with these keys.
    ///
    /// # Errors
    /// The database failed.
    pub async fn known_subjects(
        &self,
        keys: impl Iterator<Item = &String>,
    ) -> Result<HashMap<String, KnownSubject>, StorageError> {
        let mut known = HashMap::new();
        let keys: Vec<&String> = keys.collect();
        for keys in keys.chunks(KEYS_AT_ONCE) {
            let keys = serde_json::to_string(keys).map_err(StorageError::encoding)?;
            let subjects = sqlx::query(
                "SELECT key, object_id, origin, created, modified, digest FROM subject \
                 WHERE key IN (SELECT value FROM json_each($1))",
            );
            for row in subjects.bind(&keys).fetch_all(self.reader()).await? {
                let row = subject_row(&row)?;
                known.insert(row.key.clone(), KnownSubject { row, contributions: BTreeMap::new() });
            }
            let contributions = sqlx::query(
                "SELECT key, source, body FROM contribution WHERE key IN (SELECT value FROM json_each($1))",
            );
            for row in contributions.bind(&keys).fetch_all(self.reader()).await? {
                if let Some(subject) = known.get_mut(row.try_get::<&str, _>(0)?) {
                    subject.contributions.insert(row.try_get(1)?, row.try_get(2)?);
                }
            }
        }
        Ok(known)
    }

    /// Writes a batch in one transaction. The objects come last, since their dates are those of the commit.
    ///
    /// # Errors
    /// The database failed; then nothing of the batch is stored.
    pub async fn write_feed(
        &self,
        collection: CollectionId,
        write: FeedWrite,
        clock: &Clock,
        allowance: Duration,
    ) -> Result<(), StorageError> {
        let mut tx = self.begin().await?;
        for subject in &write.subjects {
            write_subject(&mut tx, subject).await?;
        }
        for (key, source, body) in &write.contributions {
            sqlx::query("INSERT OR REPLACE INTO contribution (key, source, body) VALUES ($1, $2, $3)")
                .bind(key)
                .bind(source)
                .bind(body)
                .execute(&mut *tx)
                .await?;
        }
        for record in &write.quarantined {
            quarantine(&mut tx, &write.feed, record, clock.now()).await?;
        }
        if let Some(place) = write.place {
            sqlx::query("INSERT OR REPLACE INTO feed_place (feed, place) VALUES ($1, $2)")
                .bind(&write.feed)
                .bind(place.timestamp_millis())
                .execute(&mut *tx)
                .await?;
        }
        objects::add(&mut tx, &collection, &write.objects, clock, allowance).await?;
        Ok(tx.commit().await?)
    }

    /// The records that could not be used, oldest first: feed, reason and text.
    ///
    /// # Errors
    /// The database failed.
    pub async fn quarantined(&self) -> Result<Vec<(String, Quarantined)>, StorageError> {
        let rows = sqlx::query("SELECT feed, reason, record FROM quarantine ORDER BY first_seen, digest");
        let rows = rows.fetch_all(self.reader()).await?;
        rows.iter()
            .map(|row| {
                Ok((row.try_get(0)?, Quarantined { reason: row.try_get(1)?, record: row.try_get(2)? }))
            })
            .collect()
    }
}

async fn write_subject(tx: &mut Transaction<'_, Sqlite>, subject: &SubjectRow) -> Result<(), StorageError> {
    // An upsert, not a replacement: that would delete the row, and with it the contributions.
    sqlx::query(
        "INSERT INTO subject (key, object_id, origin, created, modified, digest) \
         VALUES ($1, $2, $3, $4, $5, $6) \
         ON CONFLICT (key) DO UPDATE SET modified = excluded.modified, digest = excluded.digest",
    )
    .bind(&subject.key)
    .bind(subject.object_id.as_str())
    .bind(match subject.origin {
        Origin::Minted => "minted",
        Origin::Upstream => "upstream",
    })
    .bind(subject.created.to_string())
    .bind(subject.modified.to_string())
    .bind(&subject.digest)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

async fn quarantine(
    tx: &mut Transaction<'_, Sqlite>,
    feed: &str,
    record: &Quarantined,
    now: DateTime<Utc>,
) -> Result<(), StorageError> {
    let digest = Sha256::digest(format!("{feed}\n{}\n{}", record.reason, record.record));
    sqlx::query(
        "INSERT INTO quarantine (digest, feed, reason, record, first_seen) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT DO NOTHING",
    )
    .bind(digest.as_slice())
    .bind(feed)
    .bind(&record.reason)
    .bind(&record.record)
    .bind(now.timestamp_millis())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

fn subject_row(row: &SqliteRow) -> Result<SubjectRow, StorageError> {
    let origin = match row.try_get(2)? {
        "minted" => Origin::Minted,
        _ => Origin::Upstream,
    };
    Ok(SubjectRow {
        key: row.try_get(0)?,
        object_id: row.try_get::<&str, _>(1)?.parse().map_err(StorageError::encoding)?,
        origin,
        created: row.try_get::<&str, _>(3)?.parse().map_err(StorageError::encoding)?,
        modified: row.try_get::<&str, _>(4)?.parse().map_err(StorageError::encoding)?,
        digest: row.try_get(5)?,
    })
}
