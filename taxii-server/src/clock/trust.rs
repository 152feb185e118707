//! How far the clock of this machine is trusted.
//!
//! A clock that is wrong for a moment, as after a machine resumes, must not destroy anything. So the store keeps the
//! latest time that was known to be right: while servers run they move it on, and a feed whose service tells the same
//! time as this machine, or an operator, confirms the time as it is. What is deleted because it is old is deleted only
//! while the clock is at most [`DELETES_WITHIN`] ahead of that, which the type [`TrustedTime`] stands for; and objects are
//! dated only while it is at most [`DATES_WITHIN`] ahead.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

/// How far ahead of the known time a clock may be for anything to be deleted because of its age.
pub const DELETES_WITHIN: TimeDelta = TimeDelta::days(1);
/// How far ahead of the known time a clock may be for objects to be dated by it. Longer than most servers are ever off.
pub const DATES_WITHIN: TimeDelta = TimeDelta::days(30);
/// By how much two clocks may differ that tell the same time.
pub const AGREEMENT: TimeDelta = TimeDelta::hours(1);

/// The present time, by a clock that is trusted to delete by it. Only [`ClockState::of`] makes one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TrustedTime(DateTime<Utc>);

/// A time in the past by a trusted clock: what is older may be deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cutoff(DateTime<Utc>);

/// How the clock stands to the known time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClockState {
    /// It can be right.
    Trusted(TrustedTime),
    /// It is so far ahead that nothing is deleted until it is confirmed.
    Ahead {
        /// The latest time that was known to be right.
        known: DateTime<Utc>,
        /// By how much the clock is ahead of that.
        by: TimeDelta,
    },
}

impl ClockState {
    /// Compares the clock with the known time, if there is one.
    ///
    /// ```
    /// use chrono::{TimeDelta, Utc, DateTime};
    /// use taxii_server::clock::trust::ClockState;
    ///
    /// let known: DateTime<Utc> = "2026-01-01T00:00:00Z".parse().unwrap();
    /// assert!(matches!(ClockState::of(known + TimeDelta::hours(5), Some(known)), ClockState::Trusted(_)));
    /// assert!(matches!(ClockState::of(known + TimeDelta::days(400), Some(known)), ClockState::Ahead { .. }));
    /// ```
    pub fn of(now: DateTime<Utc>, known: Option<DateTime<Utc>>) -> Self {
        match known {
            Some(known) if now.signed_duration_since(known) > DELETES_WITHIN => {
                Self::Ahead { known, by: now.signed_duration_since(known) }
            }
            _ => Self::Trusted(TrustedTime(now)),
        }
    }

    /// The time by which it is decided what is shown: that of the clock, or the known one while the clock is ahead.
    pub fn effective(&self) -> DateTime<Utc> {
        match self {
            Self::Trusted(TrustedTime(now)) => *now,
            Self::Ahead { known, .. } => *known,
        }
    }

    /// Whether objects may be dated by the clock.
    pub fn dates_objects(&self) -> bool {
        !matches!(self, Self::Ahead { by, .. } if *by > DATES_WITHIN)
    }
}

impl TrustedTime {
    /// The time.
    pub fn now(self) -> DateTime<Utc> {
        self.0
    }

    /// The time so long before now; nothing when there is no such time.
    pub fn minus(self, age: Duration) -> Option<Cutoff> {
        Cutoff(self.0).minus(age)
    }
}

impl Cutoff {
    /// The time.
    pub fn time(self) -> DateTime<Utc> {
        self.0
    }

    /// The time so long before this one; nothing when there is no such time.
    pub fn minus(self, age: Duration) -> Option<Self> {
        self.0.checked_sub_signed(TimeDelta::from_std(age).ok()?).map(Self)
    }
}

/// Whether another clock tells the same time.
pub fn agree(one: DateTime<Utc>, other: DateTime<Utc>) -> bool {
    one.signed_duration_since(other).abs() <= AGREEMENT
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clock_is_trusted_within_a_day_of_what_is_known() {
        let known = DateTime::UNIX_EPOCH + TimeDelta::days(20_000);
        let state = |ahead: TimeDelta| ClockState::of(known + ahead, Some(known));
        for ahead in [-TimeDelta::days(9_000), TimeDelta::zero(), DELETES_WITHIN] {
            assert_eq!(state(ahead), ClockState::Trusted(TrustedTime(known + ahead)));
        }
        let one = TimeDelta::milliseconds(1);
        for (ahead, dates) in [
            (DELETES_WITHIN + one, true),
            (DATES_WITHIN, true),
            (DATES_WITHIN + one, false),
            (TimeDelta::days(9_000), false),
        ] {
            assert_eq!(state(ahead), ClockState::Ahead { known, by: ahead });
            assert_eq!((state(ahead).effective(), state(ahead).dates_objects()), (known, dates));
        }
        assert!(
            matches!(ClockState::of(known, None), ClockState::Trusted(_)),
            "nothing is known of a new store"
        );
    }

    #[test]
    fn extreme_times_are_compared() {
        let (first, last) = (DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC);
        assert!(matches!(ClockState::of(last, Some(first)), ClockState::Ahead { .. }));
        assert!(matches!(ClockState::of(first, Some(last)), ClockState::Trusted(_)));
        let ClockState::Trusted(time) = ClockState::of(first, None) else { panic!() };
        assert_eq!(time.minus(Duration::from_secs(1)), None);
        assert_eq!(time.minus(Duration::MAX), None);
        assert!(!agree(first, last));
    }
}
