//! Keeps the known time of the store up to date while the server runs: see [`crate::clock::trust`].

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::Mutex;

use crate::clock::Clock;
use crate::clock::trust::{self, ClockState, DATES_WITHIN, KnownTime};
use crate::storage::{Storage, StorageError};

/// The time from one look at the clock to the next.
const PAUSE: Duration = Duration::from_secs(60);
/// How much time passes before it is noted again, so that an idle server writes little.
const NOTED_FOR: TimeDelta = TimeDelta::minutes(10);
/// How long a clock that is ahead has to run without a jump until a server believes it that polls no feed: nobody else
/// can confirm it without an operator, and what such a server deletes are old statuses only.
const BELIEVED_AFTER: TimeDelta = TimeDelta::hours(1);
/// By how much the clock may be put right meanwhile.
const STEADY_WITHIN: TimeDelta = TimeDelta::minutes(1);

/// Compares the clock with the known time, and moves that on.
#[derive(Clone, Debug)]
pub(super) struct Timekeeper {
    storage: Arc<dyn Storage>,
    clock: Clock,
    polls: bool,
    watch: Arc<Mutex<Watch>>,
}

/// What the server has seen of the time since it started.
#[derive(Debug, Default)]
struct Watch {
    /// The known time as it was last read or written.
    anchor: Option<Anchor>,
    /// Since when the clock has been ahead without a jump, by the clock and by the time that passes.
    ahead_since: Option<Moment>,
    told: Option<Told>,
}

/// A known time, and when it was known.
#[derive(Clone, Copy, Debug)]
struct Anchor {
    stored: DateTime<Utc>,
    known: DateTime<Utc>,
    steady: TimeDelta,
}

#[derive(Clone, Copy, Debug)]
struct Moment {
    wall: DateTime<Utc>,
    steady: TimeDelta,
}

/// What the log was last told of the clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Told {
    Ahead,
    Behind,
}

impl Timekeeper {
    /// Looks after the clock of a server, which polls feeds or not.
    pub(super) fn new(storage: Arc<dyn Storage>, clock: Clock, polls: bool) -> Self {
        Self { storage, clock, polls, watch: Arc::default() }
    }

    /// Looks at the clock until it is dropped.
    pub(super) async fn run(self) {
        loop {
            if let Err(error) = self.look(NOTED_FOR).await {
                tracing::warn!(
                    error = &error as &dyn Error,
                    "could not compare the clock with the known time"
                );
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Notes the time of a clean end, from which the next start goes on.
    pub(super) async fn stop(self) {
        if let Err(error) = self.look(TimeDelta::zero()).await {
            tracing::warn!(error = &error as &dyn Error, "could not note the time");
        }
    }

    /// Looks at the clock, and notes its time if it is trusted and that much later than the known one. While it is not, the
    /// known time moves on as time passes.
    pub(super) async fn look(&self, later: TimeDelta) -> Result<ClockState, StorageError> {
        let mut watch = self.watch.lock().await;
        let stored = self.storage.known_time().await?;
        let now = Moment { wall: self.clock.now(), steady: time_passed(&self.clock) };
        let known = stored.map(|stored| KnownTime { latest: watch.known(stored.latest, now), ..stored });
        let mut state = ClockState::of(now.wall, known);
        watch.tell(now, known, &state);
        if watch.believes(now, &state) && !self.polls {
            tracing::warn!(clock = %now.wall, "believed the clock, which has run without a jump since it was found ahead");
            state = ClockState::of(now.wall, None);
        }
        let latest = match (&state, known) {
            (ClockState::Trusted(_), None) => now.wall,
            (ClockState::Trusted(_), Some(known)) => known.latest.max(now.wall),
            (ClockState::Ahead { known, .. }, _) => *known,
        };
        if stored.is_none_or(|stored| latest.signed_duration_since(stored.latest) > later) {
            self.storage.note_time(latest).await?;
            watch.anchor = Some(Anchor { stored: in_millis(latest), known: latest, steady: now.steady });
        }
        Ok(state)
    }
}

impl Watch {
    /// Returns the earliest time that it can be, from what is stored and the time that has passed since that was read.
    fn known(&mut self, stored: DateTime<Utc>, now: Moment) -> DateTime<Utc> {
        match self.anchor.filter(|anchor| anchor.stored == stored) {
            Some(anchor) => {
                anchor.known.checked_add_signed(now.steady - anchor.steady).unwrap_or(anchor.known)
            }
            None => {
                self.anchor = Some(Anchor { stored, known: stored, steady: now.steady });
                stored
            }
        }
    }

    /// Returns whether the clock has been ahead without a jump for long enough to be believed.
    fn believes(&mut self, now: Moment, state: &ClockState) -> bool {
        let ClockState::Ahead { by, disputed: false, .. } = state else {
            self.ahead_since = None;
            return false;
        };
        let since = *self.ahead_since.get_or_insert(now);
        let (wall, steady) = (now.wall.signed_duration_since(since.wall), now.steady - since.steady);
        if (wall - steady).abs() > STEADY_WITHIN {
            self.ahead_since = Some(now);
            return false;
        }
        steady >= BELIEVED_AFTER && *by <= DATES_WITHIN
    }

    /// Writes a line into the log when the clock goes wrong, and when it is right again.
    fn tell(&mut self, now: Moment, known: Option<KnownTime>, state: &ClockState) {
        let behind = trust::behind(now.wall, known);
        let found = match (state, behind) {
            (ClockState::Ahead { .. }, _) => Some(Told::Ahead),
            (ClockState::Trusted(_), Some(_)) => Some(Told::Behind),
            (ClockState::Trusted(_), None) => None,
        };
        if found == self.told {
            return;
        }
        self.told = found;
        match (state, behind) {
            (ClockState::Ahead { known, by, disputed }, _) => {
                let (days, dates) = (by.num_days(), state.dates_objects());
                tracing::warn!(clock = %now.wall, %known, days, disputed, dates, "found the clock ahead of what is known of the time: nothing is deleted because of its age");
            }
            (ClockState::Trusted(_), Some(behind)) => {
                let seconds = behind.num_seconds();
                tracing::warn!(clock = %now.wall, seconds, "found the clock behind what is known of the time");
            }
            (ClockState::Trusted(_), None) => {
                tracing::info!(clock = %now.wall, "found the clock right again");
            }
        }
    }
}

fn time_passed(clock: &Clock) -> TimeDelta {
    TimeDelta::from_std(clock.steady()).unwrap_or(TimeDelta::MAX)
}

/// The time as it is stored.
fn in_millis(time: DateTime<Utc>) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(time.timestamp_millis()).unwrap_or(time)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::trust::Evidence;
    use crate::storage;

    const HOUR: Duration = Duration::from_secs(3600);

    struct Case {
        what: &'static str,
        polls: bool,
        evidence: Evidence,
        /// By how many hours the clock is ahead at the start.
        ahead: i64,
        /// What the clock is moved by before the last look, besides the hour that passes.
        jump: i64,
        believed: bool,
    }

    #[tokio::test]
    async fn steady_clock_is_believed_where_nobody_else_confirms_it() {
        let case = |what, polls, evidence, ahead, jump, believed| Case {
            what,
            polls,
            evidence,
            ahead,
            jump,
            believed,
        };
        for Case { what, polls, evidence, ahead, jump, believed } in [
            case("off for three days", false, Evidence::Assumed, 72, 0, true),
            case("off for a month", false, Evidence::Confirmed, 29 * 24, 0, true),
            case("off for two months", false, Evidence::Confirmed, 60 * 24, 0, false),
            case("put right meanwhile", false, Evidence::Confirmed, 72, -20, false),
            case("disputed by a feed of before", false, Evidence::Disputed, 72, 0, false),
            case("a feed can confirm it", true, Evidence::Confirmed, 72, 0, false),
        ] {
            let folder = tempfile::tempdir().unwrap();
            let storage = storage::open(&folder.path().join("taxii.db").into()).await.unwrap();
            let right: DateTime<Utc> = "2026-01-01T00:00:00Z".parse().unwrap();
            storage.judge_time(KnownTime::new(right, evidence)).await.unwrap();
            let clock = Clock::manual(right + TimeDelta::hours(ahead));
            let timekeeper = Timekeeper::new(Arc::clone(&storage), clock.clone(), polls);
            for _ in 0..2 {
                assert!(
                    matches!(timekeeper.look(NOTED_FOR).await.unwrap(), ClockState::Ahead { .. }),
                    "{what}"
                );
                clock.advance(HOUR / 2);
            }
            clock.set(clock.now() + TimeDelta::hours(jump));
            let state = timekeeper.look(NOTED_FOR).await.unwrap();
            assert_eq!(matches!(state, ClockState::Trusted(_)), believed, "{what}");
            let known = storage.known_time().await.unwrap().unwrap();
            let expected = if believed { clock.now() } else { right + HOUR };
            assert_eq!(known, KnownTime::new(expected, evidence), "{what}");
            storage.close().await;
        }
    }
}
