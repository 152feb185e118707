//! How far feeds have been read and how polling them goes: see [`crate::storage::supervision`].

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::row::{Row, Value};
use super::statement::Statement;
use super::{Backend, Session, SqlStorage};
use crate::storage::StorageError;
use crate::storage::supervision::{FeedHealth, Gap, GapReason, Progress, Quota, Spent, Supervision};

#[async_trait]
impl<B: Backend> Supervision for SqlStorage<B> {
    async fn feed_progress(&self, feed: &str) -> Result<Option<Progress>, StorageError> {
        let select = Statement::new("SELECT began, covered_from, place FROM feed_progress WHERE feed = $1");
        let Some(mut row) = self.read_optional(select.bind(feed)).await? else { return Ok(None) };
        let (began, covered_from, place) = (time(&mut row)?, time(&mut row)?, time(&mut row)?);
        Ok(Some(Progress { began, covered_from, place }))
    }

    async fn feed_gaps(&self, feed: &str) -> Result<Vec<Gap>, StorageError> {
        self.read_all(select_gaps(feed)).await?.into_iter().map(gap).collect()
    }

    async fn feed_health(&self, feed: &str) -> Result<Option<FeedHealth>, StorageError> {
        let select = Statement::new(
            "SELECT last_attempt, last_success, last_news, failure, server_time, quota_limit, \
             quota_remaining, quota_reset, spent_day, spent FROM feed_health WHERE feed = $1",
        );
        self.read_optional(select.bind(feed)).await?.map(health).transpose()
    }

    async fn write_feed_health(&self, feed: &str, health: &FeedHealth) -> Result<(), StorageError> {
        let mut upsert = Statement::new(
            "INSERT INTO feed_health (feed, last_attempt, last_success, last_news, failure, server_time, \
             quota_limit, quota_remaining, quota_reset, spent_day, spent) VALUES ",
        );
        let millis = |time: Option<DateTime<Utc>>| Value::from(time.map(|time| time.timestamp_millis()));
        upsert.push_rows([[
            Value::from(feed),
            health.last_attempt.timestamp_millis().into(),
            millis(health.last_success),
            millis(health.last_news),
            Value::Text(health.failure.clone()),
            millis(health.server_time),
            health.quota.map(|quota| i64::from(quota.limit)).into(),
            health.quota.map(|quota| i64::from(quota.remaining)).into(),
            millis(health.quota.map(|quota| quota.reset)),
            health.spent.day.into(),
            i64::from(health.spent.requests).into(),
        ]]);
        upsert.push(
            " ON CONFLICT (feed) DO UPDATE SET last_attempt = excluded.last_attempt, \
             last_success = excluded.last_success, last_news = excluded.last_news, \
             failure = excluded.failure, server_time = excluded.server_time, \
             quota_limit = excluded.quota_limit, quota_remaining = excluded.quota_remaining, \
             quota_reset = excluded.quota_reset, spent_day = excluded.spent_day, spent = excluded.spent",
        );
        self.write(upsert).await?;
        Ok(())
    }
}

/// Writes what a batch has covered, and what it could not.
pub(super) async fn write_coverage<S: Session>(
    tx: &mut S,
    feed: &str,
    progress: Option<&Progress>,
    gaps: &[Gap],
) -> Result<(), StorageError> {
    if let Some(progress) = progress {
        let upsert = Statement::new(
            "INSERT INTO feed_progress (feed, began, covered_from, place) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (feed) DO UPDATE SET began = excluded.began, \
             covered_from = excluded.covered_from, place = excluded.place",
        );
        let times = [progress.began, progress.covered_from, progress.place];
        let upsert =
            times.iter().fold(upsert.bind(feed), |upsert, time| upsert.bind(time.timestamp_millis()));
        tx.execute(upsert).await?;
    }
    if !gaps.is_empty() {
        write_gaps(tx, feed, gaps).await?;
    }
    Ok(())
}

/// Writes gaps together with those that are known.
async fn write_gaps<S: Session>(tx: &mut S, feed: &str, found: &[Gap]) -> Result<(), StorageError> {
    let known = tx.fetch_all(select_gaps(feed)).await?.into_iter().map(gap);
    let all = known.chain(found.iter().copied().map(Ok)).collect::<Result<Vec<_>, _>>()?;
    tx.execute(Statement::new("DELETE FROM feed_gap WHERE feed = $1").bind(feed)).await?;
    for gaps in Gap::joined(all).chunks(S::ROWS_AT_ONCE) {
        let mut insert =
            Statement::new("INSERT INTO feed_gap (feed, from_time, until_time, reason, found) VALUES ");
        insert.push_rows(gaps.iter().map(|gap| {
            let [from, until, found] = [gap.from, gap.until, gap.found].map(|time| time.timestamp_millis());
            [feed.into(), from.into(), until.into(), Value::from(gap.reason.name()), found.into()]
        }));
        tx.execute(insert).await?;
    }
    Ok(())
}

fn select_gaps(feed: &str) -> Statement {
    let select = "SELECT from_time, until_time, reason, found FROM feed_gap WHERE feed = $1 \
                  ORDER BY from_time, until_time, reason";
    Statement::new(select).bind(feed)
}

fn gap(mut row: Row) -> Result<Gap, StorageError> {
    let (from, until, reason) = (time(&mut row)?, time(&mut row)?, row.next::<String>()?);
    let reason = GapReason::ALL.into_iter().find(|known| known.name() == reason);
    let reason = reason.ok_or_else(|| StorageError::encoding("a gap has an unknown reason"))?;
    Ok(Gap { from, until, reason, found: time(&mut row)? })
}

fn health(mut row: Row) -> Result<FeedHealth, StorageError> {
    Ok(FeedHealth {
        last_attempt: time(&mut row)?,
        last_success: optional_time(&mut row)?,
        last_news: optional_time(&mut row)?,
        failure: row.next()?,
        server_time: optional_time(&mut row)?,
        quota: quota(&mut row)?,
        spent: Spent { day: row.next()?, requests: count(row.next()?) },
    })
}

fn quota(row: &mut Row) -> Result<Option<Quota>, StorageError> {
    let (limit, remaining): (Option<i64>, Option<i64>) = (row.next()?, row.next()?);
    let parts = (limit, remaining, optional_time(row)?);
    let (Some(limit), Some(remaining), Some(reset)) = parts else { return Ok(None) };
    Ok(Some(Quota { limit: count(limit), remaining: count(remaining), reset }))
}

fn count(number: i64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn time(row: &mut Row) -> Result<DateTime<Utc>, StorageError> {
    optional_time(row)?.ok_or_else(|| StorageError::encoding("a time is missing"))
}

/// The time nearest to a number that may be beyond all times: one such row must not stop a feed.
fn nearest(millis: i64) -> DateTime<Utc> {
    let end = if millis < 0 { DateTime::<Utc>::MIN_UTC } else { DateTime::<Utc>::MAX_UTC };
    DateTime::from_timestamp_millis(millis).unwrap_or(end)
}

fn optional_time(row: &mut Row) -> Result<Option<DateTime<Utc>>, StorageError> {
    Ok(row.next::<Option<i64>>()?.map(nearest))
}
