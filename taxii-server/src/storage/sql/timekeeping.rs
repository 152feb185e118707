//! The known time and the dates of collections: see [`crate::storage::timekeeping`].

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::row::Row;
use super::statement::Statement;
use super::{Backend, Session, SqlStorage, objects};
use crate::clock::trust::{Evidence, KnownTime};
use crate::storage::timekeeping::{Rewound, Timekeeping};
use crate::storage::{CollectionId, DateAdded, Dating, StorageError};

#[async_trait]
impl<B: Backend> Timekeeping for SqlStorage<B> {
    async fn known_time(&self) -> Result<Option<KnownTime>, StorageError> {
        let row = self.read_optional(Statement::new("SELECT latest, evidence FROM known_time")).await?;
        let Some(mut row) = row else { return Ok(None) };
        known_time(row.next()?, row.next()?)
    }

    async fn note_time(&self, time: DateTime<Utc>) -> Result<(), StorageError> {
        let insert = Statement::new(
            "INSERT INTO known_time (only_row, latest) VALUES (1, $1) \
             ON CONFLICT (only_row) DO UPDATE SET latest = excluded.latest",
        );
        self.write(insert.bind(time.timestamp_millis())).await.map(drop)
    }

    async fn judge_time(&self, known: KnownTime) -> Result<(), StorageError> {
        let insert = Statement::new(
            "INSERT INTO known_time (only_row, latest, evidence) VALUES (1, $1, $2) \
             ON CONFLICT (only_row) DO UPDATE SET latest = excluded.latest, evidence = excluded.evidence",
        );
        let insert = insert.bind(known.latest.timestamp_millis()).bind(known.evidence.name());
        self.write(insert).await.map(drop)
    }

    async fn last_dates(&self) -> Result<Vec<(CollectionId, DateAdded)>, StorageError> {
        let select = Statement::new("SELECT id, last_date_added FROM collection WHERE last_date_added > 0");
        let rows = self.read_all(select).await?.into_iter();
        let date = |mut row: Row| {
            let id = row.next::<String>()?.parse::<Uuid>().map_err(StorageError::encoding)?;
            Ok((CollectionId::from(id), DateAdded::from_millis(row.next()?)))
        };
        rows.map(date).collect()
    }

    async fn advance_dates(
        &self,
        collection: &CollectionId,
        to: DateAdded,
        dating: &Dating,
    ) -> Result<DateAdded, StorageError> {
        let mut tx = self.begin().await?;
        let locked = objects::lock::<B>(&mut tx, collection).await?;
        let date = locked.first_date(dating)?.max(to.millis());
        begin_generation(&mut tx, locked.key).await?;
        objects::last_date(&mut tx, locked.key, date).await?;
        tx.commit().await?;
        Ok(DateAdded::from_millis(date))
    }

    async fn rewind_dates(
        &self,
        collection: &CollectionId,
        dating: &Dating,
    ) -> Result<Rewound, StorageError> {
        let mut tx = self.begin().await?;
        let locked = objects::lock::<B>(&mut tx, collection).await?;
        let (key, first) = (locked.key, locked.present(dating)?);
        // The index of what objects name is made again from here. A step of it that is being made is given up, since the
        // place from which it goes on is another one.
        let forget = Statement::new("DELETE FROM mention WHERE collection = $1 AND date_added >= $2");
        tx.execute(forget.bind(key).bind(first)).await?;
        let update = Statement::new(
            "UPDATE collection SET mentions_until = \
             CASE WHEN mentions_until < $2 THEN mentions_until ELSE $2 END - 1 WHERE key = $1 AND mentions_until > 0",
        );
        tx.execute(update.bind(key).bind(first)).await?;
        // By way of negative dates, since no two records have one date at any time.
        let number = Statement::new(
            "UPDATE object SET date_added = -($2 + later.number) FROM \
             (SELECT record, row_number() OVER (ORDER BY date_added) AS number FROM object \
             WHERE collection = $1 AND date_added > $2) AS later WHERE object.record = later.record",
        );
        let versions = tx.execute(number.bind(key).bind(first)).await?;
        let turn = Statement::new(
            "UPDATE object SET date_added = -date_added WHERE collection = $1 AND date_added < 0",
        );
        tx.execute(turn.bind(key)).await?;
        let from = DateAdded::from_millis(locked.last);
        let last = first.saturating_add(i64::try_from(versions).unwrap_or(i64::MAX)).min(locked.last);
        begin_generation(&mut tx, key).await?;
        objects::last_date(&mut tx, key, last).await?;
        tx.commit().await?;
        Ok(Rewound { versions, from, to: DateAdded::from_millis(last) })
    }
}

/// Makes another revision of a collection than any before, whatever its last date is.
async fn begin_generation(tx: &mut impl Session, collection: i64) -> Result<(), StorageError> {
    let update = Statement::new("UPDATE collection SET generation = generation + 1 WHERE key = $1");
    tx.execute(update.bind(collection)).await.map(drop)
}

/// Reads the known time; nothing when it was never noted.
pub(super) fn known_time(
    millis: Option<i64>,
    evidence: Option<String>,
) -> Result<Option<KnownTime>, StorageError> {
    let Some((latest, evidence)) = millis.and_then(DateTime::from_timestamp_millis).zip(evidence) else {
        return Ok(None);
    };
    let known = Evidence::ALL.into_iter().find(|known| known.name() == evidence);
    let evidence = known.ok_or_else(|| StorageError::encoding("the known time has an unknown reason"))?;
    Ok(Some(KnownTime { latest, evidence }))
}
