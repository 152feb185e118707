//! Looks after what is stored, beside the polls: in small steps, so that these and the clients do not wait.

use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};

use super::{Ingest, Ingested};
use crate::clock::trust::{ClockState, TrustedTime};
use crate::storage::{DateAdded, StorageError};

/// The time from the end of the work to the next look whether there is any.
const PAUSE: Duration = Duration::from_secs(30);
/// The time from one look through all old versions to the next, which reads more than what it removes.
const PRUNING: TimeDelta = TimeDelta::hours(1);

/// Does what is to be done without anything being heard. One server does, that which polls.
#[derive(Debug)]
pub struct Upkeep {
    ingest: Ingest,
    next_pruning: DateTime<Utc>,
    /// Whether the log was told that nothing is removed, since the clock is not trusted.
    paused: bool,
}

/// What was done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tended {
    /// What the settings want another way now.
    pub followed: Ingested,
    /// Objects that have left their collections, since they had ended long enough ago.
    pub expired: usize,
    /// Subjects of which nothing is known any more.
    pub forgotten: u64,
    /// Old versions that were removed.
    pub pruned: u64,
    /// Odd records over the bounds.
    pub trimmed: u64,
    /// Gaps that were found long ago.
    pub gaps: u64,
    /// Whether nothing was removed because of its age, since the clock is not trusted.
    pub paused: bool,
}

impl Upkeep {
    /// Of what this ingest has stored.
    pub fn new(ingest: Ingest) -> Self {
        Self { ingest, next_pruning: DateTime::<Utc>::MIN_UTC, paused: false }
    }

    /// Works until it is dropped. What has failed is tried again.
    pub async fn run(mut self) {
        loop {
            if let Err(error) = self.round().await {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "what is stored cannot be looked after"
                );
            }
            self.ingest.dating.clock.sleep(PAUSE).await;
        }
    }

    /// Does all that there is to do now.
    ///
    /// # Errors
    /// The store failed; the steps that were made until then are stored.
    pub async fn round(&mut self) -> Result<Tended, StorageError> {
        let state = self.ingest.clock_state().await?;
        let mut tended = Tended::default();
        // What follows the settings gets dates, which a clock does not give that is in doubt.
        if state.dates_objects() {
            tended.followed = self.follow_settings().await?;
        }
        while let trimmed @ 1.. = rested(self.ingest.trim_records()).await? {
            tended.trimmed += trimmed;
        }
        // Following the settings may have taken long: the clock is looked at again.
        let time = match self.ingest.clock_state().await? {
            ClockState::Trusted(time) => time,
            ClockState::Ahead { known, by, .. } => {
                if !std::mem::replace(&mut self.paused, true) {
                    let days = by.num_days();
                    tracing::warn!(%known, days, "paused maintenance: the clock is ahead of what is known of the time");
                }
                return Ok(Tended { paused: true, ..tended });
            }
        };
        if std::mem::take(&mut self.paused) {
            tracing::info!("resumed maintenance");
        }
        while let Some(step) = rested(self.ingest.expire(time)).await? {
            tended.expired += step.left;
        }
        while let forgotten @ 1.. = rested(self.ingest.forget(time)).await? {
            tended.forgotten += forgotten;
        }
        tended.gaps = rested(self.ingest.forget_gaps(time)).await?;
        let now = time.now();
        // A clock that went back must not put this off.
        if now >= self.next_pruning || self.next_pruning.signed_duration_since(now) > PRUNING {
            tended.pruned = self.prune(time).await?;
            self.next_pruning = now.checked_add_signed(PRUNING).unwrap_or(now);
        }
        let Tended { expired, forgotten, pruned, trimmed, gaps, .. } = tended;
        if (expired, forgotten, pruned, trimmed, gaps) != (0, 0, 0, 0, 0) {
            tracing::info!(expired, forgotten, pruned, trimmed, gaps, "removed what has had its time");
        }
        Ok(tended)
    }

    /// Makes anew what the settings want another way, with a line in the log before and after.
    async fn follow_settings(&self) -> Result<Ingested, StorageError> {
        let (mut all, mut steps) = (Ingested::default(), 0_u64);
        while let Some(step) = rested(self.ingest.follow_settings()).await? {
            all += step;
            steps += 1;
            let subjects = self.ingest.storage().subjects_behind().await?;
            if steps == 1 && subjects > 0 {
                tracing::info!(subjects, "what is stored is made anew, since the settings have changed");
            }
        }
        if steps > 0 {
            let Ingested { new, changed, left, withheld, .. } = all;
            tracing::info!(new, changed, left, withheld, "what is stored follows the settings");
        }
        Ok(all)
    }

    async fn prune(&self, time: TrustedTime) -> Result<u64, StorageError> {
        let mut pruned = 0;
        for collection in self.ingest.collections_of_feeds() {
            let mut place = Some(DateAdded::from_millis(0));
            while let Some(after) = place {
                let (versions, next) = rested(self.ingest.prune(time, &collection, after)).await?;
                pruned += versions;
                place = next;
            }
        }
        Ok(pruned)
    }
}

/// Makes a step, and rests as long as that took: others have at least as much of the store.
async fn rested<T>(step: impl Future<Output = T>) -> T {
    let began = Instant::now();
    let done = step.await;
    tokio::time::sleep(began.elapsed()).await;
    done
}
