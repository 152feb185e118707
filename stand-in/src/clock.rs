//! The server's idea of now: the only place that reads the system's clock.

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};

/// Where the stand-in takes its time from: the `Date` header, the times of new rows, the look-back and the
/// windows of the rate limit. Rows keep the times they once got.
///
/// ```
/// use chrono::TimeDelta;
/// use socdefenders_standin::Clock;
///
/// let ahead = Clock::system().with_skew(TimeDelta::minutes(7));
/// assert!(ahead.now() > Clock::system().now() + TimeDelta::minutes(6));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clock {
    stopped_at: Option<DateTime<Utc>>,
    skew: TimeDelta,
}

impl Clock {
    /// The clock of this machine.
    #[must_use]
    pub fn system() -> Self {
        Self { stopped_at: None, skew: TimeDelta::zero() }
    }

    /// A clock that always shows the same time.
    #[must_use]
    pub fn stopped_at(time: DateTime<Utc>) -> Self {
        Self { stopped_at: Some(time), skew: TimeDelta::zero() }
    }

    /// The same clock, wrong by `skew`: positive when it is fast.
    #[must_use]
    pub fn with_skew(mut self, skew: TimeDelta) -> Self {
        self.skew = skew;
        self
    }

    /// What the clock shows, in whole milliseconds.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        let base = self.stopped_at.unwrap_or_else(system_time);
        base.checked_add_signed(self.skew).unwrap_or(base).trunc_subsecs(3)
    }
}

impl Default for Clock {
    fn default() -> Self {
        Self::system()
    }
}

#[allow(clippy::disallowed_methods, reason = "the one place that reads the system's clock")]
fn system_time() -> DateTime<Utc> {
    Utc::now()
}
