//! Reading the past: window by window, from when the feed was first read back to what the settings want.
//!
//! The newest comes first. It is worth the most to those who read, and what is covered stays one stretch, so that its two
//! ends say all. What gets out of reach meanwhile, because the service looks back for so long only, is reported as a gap.

use chrono::{DateTime, TimeDelta, Utc};

use super::Failure;
use super::outcome::{PollError, Polled};
use super::poll::{PATIENCE, Poller};
use super::stretch::Stretch;
use super::walk::Walk;
use super::window::{End, Window};
use crate::storage::supervision::{Gap, GapReason, Progress};

/// The first window.
const FIRST: TimeDelta = TimeDelta::days(1);
/// No window is made shorter than this to fit what is left of the requests.
const SHORTEST: TimeDelta = TimeDelta::minutes(1);
/// With fewer records than this, the next window is longer.
const FEW: u64 = 1000;
/// By how much the past may be missed unsaid: as much as a poll takes.
const SLACK: TimeDelta = TimeDelta::minutes(1);

/// How the past is read.
#[derive(Debug)]
pub(super) struct Past {
    /// The length of the next window.
    stride: TimeDelta,
    /// How often in a row a window has missed records.
    misses: u32,
}

impl Default for Past {
    fn default() -> Self {
        Self { stride: FIRST, misses: 0 }
    }
}

impl Poller {
    /// Reads one window of the past; nothing when there is none left, or nothing is known of the present yet. The answer
    /// is complete when it was the last one.
    ///
    /// # Errors
    /// Nothing has changed, and the window is read again next time. A limit is an error too: of the share of it that the
    /// past may have, nothing is left.
    pub async fn backfill(&mut self) -> Result<Option<Polled>, PollError> {
        self.recall().await?;
        let Some(progress) = self.progress().await? else { return Ok(None) };
        let target = self.settings().past_until(progress.began);
        if progress.covered_from <= target {
            return Ok(None);
        }
        // Without an end of windows, shorter ones only repeat the newest records.
        let stride = if self.ends == Some(false) { TimeDelta::MAX } else { self.past.stride };
        let since = progress.covered_from.checked_sub_signed(stride).unwrap_or(target).max(target);
        let window = Window { since: Some(since), until: Some(progress.covered_from) };
        let client = self.client.sparing(1.0 - self.settings().backfill_share);
        let spent = client.budget().spent();
        let stretch = self.stretch(&client, window, End::Newest).await;
        if matches!(stretch, Err(Failure::RateLimited { .. })) && client.budget().spent() != spent {
            // What is left of the requests did not last for the window.
            self.past.stride = (self.past.stride / 2).max(SHORTEST);
        }
        let polled = self.keep_past(&progress, target, stretch?).await?;
        let news = polled.ingested.has_news();
        self.note(|health, now| {
            if news {
                health.last_news = Some(now);
            }
        })
        .await;
        Ok(Some(polled))
    }

    /// Stores a window of the past with how far it has been read.
    async fn keep_past(
        &mut self,
        progress: &Progress,
        target: DateTime<Utc>,
        Stretch { window, walk }: Stretch,
    ) -> Result<Polled, PollError> {
        let mut polled = Polled::default();
        let since = window.since.unwrap_or(target);
        let whole = walk.is_whole();
        if !whole && self.past.misses < PATIENCE {
            self.past.misses += 1;
            self.commit(&mut polled, None, Vec::new(), walk.records).await?;
            return Ok(polled);
        }
        self.past.misses = 0;
        let reached = self.look_back(&walk, since).await?.filter(|reached| *reached > since + SLACK);
        let mut gaps: Vec<Gap> = reached
            .and_then(|reached| self.lost_past(progress, target, reached, &walk))
            .into_iter()
            .collect();
        gaps.extend((!whole).then(|| self.gap(since, progress.covered_from, GapReason::Overflow)));
        let covered_from = if reached.is_some() { target } else { since };
        self.stride_on(&walk, progress.covered_from - since);
        let progress = Progress { covered_from, ..*progress };
        self.commit(&mut polled, Some(progress), gaps, walk.records).await?;
        polled.complete = covered_from <= target;
        Ok(polled)
    }

    /// What of the past is out of reach, where the look-back of the service begins: all that the settings want of it; if
    /// they want what the service allows, that which it would have shown when the feed was first read.
    fn lost_past(
        &self,
        progress: &Progress,
        target: DateTime<Utc>,
        reached: DateTime<Utc>,
        walk: &Walk,
    ) -> Option<Gap> {
        let from = match self.settings().backfill {
            Some(_) => target,
            None => reached - (walk.server_time? - progress.began),
        };
        let until = reached.min(progress.covered_from);
        (until > from + SLACK).then(|| self.gap(from, until, GapReason::LookBack))
    }

    /// The next window is as long as this one could be read, and longer where there is little.
    fn stride_on(&mut self, walk: &Walk, length: TimeDelta) {
        let few = walk.total.is_some_and(|total| total < FEW);
        self.past.stride = if few { length.checked_mul(2).unwrap_or(length) } else { length };
    }
}
