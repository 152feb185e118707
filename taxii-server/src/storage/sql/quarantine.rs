//! Records of feeds that could not be used, or not as they came: see [`crate::storage::quarantine`].

use std::collections::{BTreeMap, HashMap, HashSet};

use async_trait::async_trait;

use super::row::{Row, Value};
use super::statement::Statement;
use super::{Backend, Session, SqlStorage};
use crate::storage::feed::FeedWrite;
use crate::storage::quarantine::{
    self, Chosen, Form, Handling, Quarantine, Quarantined, QuarantinedRecord, RecordCount, RecordId,
    Repaired, RepairedRecord,
};
use crate::storage::{DateAdded, StorageError};

/// Which of some records cannot be used, as is known.
const QUARANTINED: &str = "SELECT digest FROM quarantine WHERE digest";
/// Which of some records were put right, as is known.
const REPAIRED: &str = "SELECT digest FROM repaired WHERE digest";

#[async_trait]
impl<B: Backend> Quarantine for SqlStorage<B> {
    async fn quarantined(&self, chosen: &Chosen, limit: u32) -> Result<Vec<QuarantinedRecord>, StorageError> {
        let mut select = Statement::new(
            "SELECT digest, feed, cause, reason, form, record, first_seen, cut_from FROM quarantine \
             WHERE dropped IS NULL",
        );
        for (column, value) in [(" AND feed = ", &chosen.feed), (" AND cause = ", &chosen.cause)] {
            if let Some(value) = value {
                select.push(column).push_bind(value.as_str());
            }
        }
        if let Some(ids) = &chosen.ids {
            select.push(" AND (1 = 0");
            for [least, greatest] in ids.iter().map(|prefix| prefix.range()) {
                select.push(" OR digest BETWEEN ").push_bind(least.as_slice());
                select.push(" AND ").push_bind(greatest.as_slice());
            }
            select.push(")");
        }
        select.push(" ORDER BY first_seen, digest LIMIT ").push_bind(i64::from(limit));
        self.read_all(select).await?.into_iter().map(quarantined_record).collect()
    }

    async fn known_records(&self, records: &[RecordId]) -> Result<HashSet<RecordId>, StorageError> {
        known(&mut *self.backend.reader().acquire().await?, QUARANTINED, records.iter()).await
    }

    async fn drop_quarantined(&self, records: &[RecordId], dropped: DateAdded) -> Result<u64, StorageError> {
        let mut tx = self.begin().await?;
        let mut count = 0;
        for records in records.chunks(B::Connection::ROWS_AT_ONCE) {
            let mut update = Statement::new(
                "UPDATE quarantine SET record = $1, dropped = $2 WHERE dropped IS NULL AND digest",
            )
            .bind([].as_slice())
            .bind(dropped.millis());
            update.push_one_of(records.iter().map(RecordId::bytes));
            count += tx.execute(update).await?;
        }
        tx.commit().await?;
        Ok(count)
    }

    async fn repaired(&self, limit: u32) -> Result<Vec<RepairedRecord>, StorageError> {
        let select = Statement::new(
            "SELECT digest, feed, repairs, form, record, first_seen, cut_from FROM repaired \
             ORDER BY first_seen DESC, digest LIMIT $1",
        );
        self.read_all(select.bind(i64::from(limit))).await?.into_iter().map(repaired_record).collect()
    }

    async fn record_counts(&self, feed: Option<&str>) -> Result<Vec<RecordCount>, StorageError> {
        let mut select = Statement::new("SELECT feed, handling, reason, times FROM record_count");
        if let Some(feed) = feed {
            select.push(" WHERE feed = ").push_bind(text(feed));
        }
        select.push(" ORDER BY feed, handling, reason");
        let mut counts = Vec::new();
        for mut row in self.read_all(select).await? {
            let (feed, handling): (_, String) = (row.next()?, row.next()?);
            // A newer version of the program may know more kinds.
            let Some(handling) = Handling::ALL.into_iter().find(|known| known.name() == handling) else {
                continue;
            };
            let (reason, times) = (row.next()?, row.next::<i64>()?);
            counts.push(RecordCount {
                feed,
                handling,
                reason,
                times: u64::try_from(times).unwrap_or_default(),
            });
        }
        Ok(counts)
    }
}

/// Writes what a batch says of odd records.
pub(super) async fn write<S: Session>(tx: &mut S, write: &FeedWrite, now: i64) -> Result<(), StorageError> {
    for released in write.released.chunks(S::ROWS_AT_ONCE) {
        let mut delete = Statement::new("DELETE FROM quarantine WHERE digest");
        delete.push_one_of(released.iter().map(RecordId::bytes));
        tx.execute(delete).await?;
    }
    let refused = quarantine(tx, write, now).await?;
    let put_right = repaired(tx, write, now).await?;
    count(tx, write, &[refused, put_right].concat()).await
}

/// Keeps records that cannot be used. The answer says of each that was not known what is to be counted.
async fn quarantine<'a, S: Session>(
    tx: &mut S,
    write: &'a FeedWrite,
    now: i64,
) -> Result<Vec<(Handling, &'a str)>, StorageError> {
    // Each once, or one statement would meet a row twice.
    let records: HashMap<RecordId, &Quarantined> =
        write.quarantined.iter().map(|record| (record.id(&write.feed), record)).collect();
    let known = known(tx, QUARANTINED, records.keys()).await?;
    let fresh = records.iter().filter(|(id, _)| !known.contains(id));
    let fresh = fresh.map(|(_, record)| (Handling::Quarantined, record.cause.as_str())).collect();
    let records: Vec<_> = records.into_iter().collect();
    for records in records.chunks(S::ROWS_AT_ONCE) {
        let mut upsert = Statement::new(
            "INSERT INTO quarantine (digest, feed, cause, reason, form, record, first_seen, cut_from) VALUES ",
        );
        upsert.push_rows(records.iter().map(|(id, record)| {
            let (kept, cut_from) = quarantine::kept(&record.record);
            [
                id.bytes().into(),
                text(&write.feed),
                text(&record.cause),
                text(&record.reason),
                record.form.name().into(),
                kept.into(),
                now.into(),
                cut_from.and_then(|length| i64::try_from(length).ok()).into(),
            ]
        }));
        // The reason is that of the program which read it last.
        upsert.push(
            " ON CONFLICT (digest) DO UPDATE SET cause = excluded.cause, reason = excluded.reason \
             WHERE quarantine.reason <> excluded.reason",
        );
        tx.execute(upsert).await?;
    }
    Ok(fresh)
}

/// Keeps records that were put right, and says the same of them.
async fn repaired<'a, S: Session>(
    tx: &mut S,
    write: &'a FeedWrite,
    now: i64,
) -> Result<Vec<(Handling, &'a str)>, StorageError> {
    let records: HashMap<RecordId, &Repaired> =
        write.repaired.iter().map(|record| (record.id(&write.feed), record)).collect();
    let known = known(tx, REPAIRED, records.keys()).await?;
    let fresh = records.iter().filter(|(id, _)| !known.contains(id));
    let repairs = fresh.flat_map(|(_, record)| &record.repairs);
    let repairs = repairs.map(|name| (Handling::Repaired, name.as_str())).collect();
    for records in write.repaired.chunks(S::ROWS_AT_ONCE) {
        let mut insert = Statement::new(
            "INSERT INTO repaired (digest, feed, form, repairs, record, first_seen, cut_from) VALUES ",
        );
        insert.push_rows(records.iter().map(|repaired| {
            let Repaired { repairs, form, record } = repaired;
            let (kept, cut_from) = quarantine::kept(record);
            [
                repaired.id(&write.feed).bytes().into(),
                text(&write.feed),
                form.name().into(),
                repairs.iter().map(String::as_str).collect::<Vec<_>>().join(" ").into(),
                kept.into(),
                now.into(),
                cut_from.and_then(|length| i64::try_from(length).ok()).into(),
            ]
        }));
        insert.push(" ON CONFLICT DO NOTHING");
        tx.execute(insert).await?;
    }
    Ok(repairs)
}

/// Those of the records that are kept already, or were forgotten by name.
async fn known<S: Session>(
    tx: &mut S,
    select: &'static str,
    records: impl Iterator<Item = &RecordId>,
) -> Result<HashSet<RecordId>, StorageError> {
    let (records, mut known) = (records.collect::<Vec<_>>(), HashSet::new());
    for records in records.chunks(S::ROWS_AT_ONCE) {
        let mut select = Statement::new(select);
        select.push_one_of(records.iter().map(|id| id.bytes()));
        for mut row in tx.fetch_all(select).await? {
            known.insert(record_id(&mut row)?);
        }
    }
    Ok(known)
}

async fn count<S: Session>(
    tx: &mut S,
    write: &FeedWrite,
    odd: &[(Handling, &str)],
) -> Result<(), StorageError> {
    let mut counts: BTreeMap<_, i64> = BTreeMap::new();
    for counted in odd {
        *counts.entry(*counted).or_default() += 1;
    }
    counts.extend(
        write.dropped.iter().map(|(list, times)| ((Handling::Dropped, list.as_str()), i64::from(*times))),
    );
    for ((handling, reason), times) in counts {
        let upsert = Statement::new(
            "INSERT INTO record_count (feed, handling, reason, times) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (feed, handling, reason) DO UPDATE SET times = record_count.times + excluded.times",
        );
        let upsert = upsert.bind(text(&write.feed)).bind(handling.name()).bind(text(reason)).bind(times);
        tx.execute(upsert).await?;
    }
    Ok(())
}

/// Text from outside: PostgreSQL cannot store the character 0.
pub(super) fn text(text: &str) -> Value {
    text.replace('\0', "\u{fffd}").into()
}

fn quarantined_record(mut row: Row) -> Result<QuarantinedRecord, StorageError> {
    let (id, feed, cause, reason) = (record_id(&mut row)?, row.next()?, row.next()?, row.next()?);
    let form = row.next::<String>()?;
    let record: Vec<u8> = row.next()?;
    let quarantined = Quarantined { cause, reason, form: form_named(&form, &record), record };
    let first_seen = DateAdded::from_millis(row.next()?);
    Ok(QuarantinedRecord { id, feed, quarantined, first_seen, cut_from: cut_from(&mut row)? })
}

fn repaired_record(mut row: Row) -> Result<RepairedRecord, StorageError> {
    let (id, feed, repairs) = (record_id(&mut row)?, row.next()?, row.next::<String>()?);
    let (form, record): (String, Vec<u8>) = (row.next()?, row.next()?);
    let repairs = repairs.split_ascii_whitespace().map(str::to_owned).collect();
    let repaired = Repaired { repairs, form: form_named(&form, &record), record };
    let first_seen = DateAdded::from_millis(row.next()?);
    Ok(RepairedRecord { id, feed, repaired, first_seen, cut_from: cut_from(&mut row)? })
}

fn cut_from(row: &mut Row) -> Result<Option<u64>, StorageError> {
    Ok(row.next::<Option<i64>>()?.and_then(|length| u64::try_from(length).ok()))
}

fn record_id(row: &mut Row) -> Result<RecordId, StorageError> {
    RecordId::from_bytes(&row.next::<Vec<u8>>()?)
        .ok_or_else(|| StorageError::encoding("a digest is too short"))
}

/// A record that was stored before its form was is an object if it looks like one.
fn form_named(name: &str, record: &[u8]) -> Form {
    match name {
        "row" => Form::Row,
        "object" => Form::Object,
        _ => match String::from_utf8_lossy(record) {
            text if text.contains("\"pattern\"") || text.contains("--") => Form::Object,
            _ => Form::Row,
        },
    }
}
