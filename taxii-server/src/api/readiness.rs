//! Whether the server can do its work: its database answers and takes writes, and its feeds are up to date.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::TimeDelta;
use tokio::sync::Mutex;

use super::State;
use crate::clock::Clock;
use crate::clock::trust::ClockState;
use crate::feed_status::{FeedState, FeedStatus, time};
use crate::storage::{StorageError, StorageErrorKind, WriteFailure};

/// How long an answer holds: anybody may ask, and no one must make the database work by asking.
const LIFETIME: Duration = Duration::from_millis(200);
/// How long after a failed write another one is tried, so that a server recovers that nobody writes to.
const PROBE_AFTER: Duration = Duration::from_secs(5);

/// Answers whether the server is ready, and shares an answer between those who ask at the same time.
#[derive(Clone, Debug, Default)]
pub(super) struct Readiness {
    last: Arc<Mutex<Last>>,
}

#[derive(Debug, Default)]
struct Last {
    verdict: Option<(Instant, Verdict)>,
    /// When a write is to be tried, while the last one is known to have failed.
    probe: Option<Instant>,
}

/// Ready, or why not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Ready,
    NotReady(Cow<'static, str>),
}

impl Readiness {
    pub(super) async fn verdict(&self, state: &State) -> Verdict {
        let mut last = self.last.lock().await;
        if let Some((at, verdict)) = &last.verdict
            && at.elapsed() < LIFETIME
        {
            return verdict.clone();
        }
        let verdict = match last.write_failure(state).await {
            Some(failure) => Verdict::NotReady(describe(&failure, &state.clock).into()),
            None => of_feeds(state).await,
        };
        last.verdict = Some((Instant::now(), verdict.clone()));
        verdict
    }
}

impl Last {
    /// Returns the last write if it failed, unless another one succeeds now.
    async fn write_failure(&mut self, state: &State) -> Option<WriteFailure> {
        let Some(failure) = state.storage.last_write_failure() else {
            self.probe = None;
            return None;
        };
        let probe = *self.probe.get_or_insert_with(|| Instant::now() + PROBE_AFTER);
        if Instant::now() < probe {
            return Some(failure);
        }
        self.probe = None;
        // A failure is noted by the store.
        let _ = state.storage.probe_write().await;
        state.storage.last_write_failure()
    }
}

/// Says when and how a write failed, without details of the database, since anybody may ask.
fn describe(failure: &WriteFailure, clock: &Clock) -> String {
    let why = match failure.kind {
        StorageErrorKind::Full => "the disk of the database is full",
        StorageErrorKind::Unavailable => "the database cannot be reached",
        StorageErrorKind::Busy => "the database is busy",
        _ => "the database failed",
    };
    let ago = TimeDelta::from_std(failure.at.elapsed()).unwrap_or(TimeDelta::MAX);
    let at = clock.now().checked_sub_signed(ago).map(time).unwrap_or_default();
    format!("the last write failed at {at}: {why}\n")
}

async fn of_feeds(state: &State) -> Verdict {
    let read = async {
        state.storage.ping().await?;
        let now = state.clock.now();
        let clock = ClockState::of(now, state.storage.known_time().await?);
        Ok::<_, StorageError>((clock, FeedStatus::read_all(&*state.storage, &state.config.feeds, now).await?))
    };
    match read.await {
        Ok((clock, _)) if !clock.dates_objects() => {
            Verdict::NotReady("the clock is far ahead of what is known of the time\n".into())
        }
        Ok((_, feeds)) if feeds.iter().any(|feed| feed.state == FeedState::Waiting) => {
            Verdict::NotReady("not every feed has been read up to the present yet\n".into())
        }
        Ok((_, feeds)) if feeds.iter().any(|feed| feed.state == FeedState::Stale) => {
            Verdict::NotReady("a feed is stale\n".into())
        }
        Ok(_) => Verdict::Ready,
        Err(error) => {
            tracing::warn!(error = &error as &dyn std::error::Error, "not ready");
            Verdict::NotReady("the storage does not answer\n".into())
        }
    }
}
