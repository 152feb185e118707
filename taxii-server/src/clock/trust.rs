//! How far the clock of this machine is trusted.
//!
//! A clock that is wrong for a moment, as after a machine resumes, must not destroy anything. So the store keeps the
//! latest time that was known to be right, [`KnownTime`]: while servers run they move it on, and a feed whose service tells
//! the same time as this machine, or an operator, confirms the time as it is. What is deleted because it is old is deleted
//! only while the clock is at most [`DELETES_WITHIN`] ahead of that, which the type [`TrustedTime`] stands for; and objects
//! are dated only while it is at most [`DATES_WITHIN`] ahead, and no service disputes it.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

/// How far ahead of the known time a clock may be for anything to be deleted because of its age.
pub const DELETES_WITHIN: TimeDelta = TimeDelta::days(1);
/// How far ahead of the known time a clock may be for objects to be dated by it. Longer than most servers are ever off.
pub const DATES_WITHIN: TimeDelta = TimeDelta::days(30);
/// By how much a clock may be behind the known time before that is reported. Servers on one database differ by less.
pub const BEHIND_WITHIN: TimeDelta = TimeDelta::hours(1);
/// By how much two clocks may differ that tell the same time.
pub const AGREEMENT: TimeDelta = TimeDelta::hours(1);
/// How long a confirmed time is not confirmed again.
const CONFIRMED_FOR: TimeDelta = TimeDelta::minutes(10);

/// The latest time that was known to be right, and why it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KnownTime {
    /// The time.
    pub latest: DateTime<Utc>,
    /// Why it is known.
    pub evidence: Evidence,
}

/// Why a time is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// It was that of the clock when the store was new, or follows from dates that are stored: nobody has confirmed it.
    Assumed,
    /// The service of a feed or an operator has confirmed it.
    Confirmed,
    /// The service of a feed has told since that the clock is ahead of it.
    Disputed,
}

impl Evidence {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Assumed, Self::Confirmed, Self::Disputed];

    /// The name: `assumed`, `confirmed` or `disputed`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Assumed => "assumed",
            Self::Confirmed => "confirmed",
            Self::Disputed => "disputed",
        }
    }
}

impl KnownTime {
    /// Returns a time that is known for this reason.
    pub fn new(latest: DateTime<Utc>, evidence: Evidence) -> Self {
        Self { latest, evidence }
    }

    /// Returns what is known after the service of a feed has told its time; nothing if that changes nothing.
    ///
    /// The same time confirms the clock. An earlier one disputes it, or takes the place of a time that nobody has confirmed, as
    /// a later one does.
    pub fn told(known: Option<Self>, now: DateTime<Utc>, told: DateTime<Utc>) -> Option<Self> {
        if agree(now, told) {
            let fresh = known.is_some_and(|known| {
                known.evidence == Evidence::Confirmed
                    && now.signed_duration_since(known.latest).abs() < CONFIRMED_FOR
            });
            return (!fresh).then(|| Self::new(now, Evidence::Confirmed));
        }
        if now.signed_duration_since(told) <= DELETES_WITHIN {
            // A clock that is behind the service can be so by itself only where nobody has confirmed it.
            let unsure = known.is_none_or(|known| known.evidence == Evidence::Assumed && known.latest < told);
            let behind = told.signed_duration_since(now) > DELETES_WITHIN;
            return (unsure && behind).then(|| Self::new(told, Evidence::Assumed));
        }
        match known {
            None => Some(Self::new(told, Evidence::Assumed)),
            Some(Self { latest, evidence: Evidence::Assumed }) if latest > told => {
                Some(Self::new(told, Evidence::Assumed))
            }
            Some(Self { evidence: Evidence::Disputed, .. }) => None,
            Some(Self { latest, .. }) => {
                let ahead = matches!(ClockState::of(now, known), ClockState::Ahead { .. });
                ahead.then(|| Self::new(latest, Evidence::Disputed))
            }
        }
    }
}

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
        /// Whether the service of a feed says so, too.
        disputed: bool,
    },
}

impl ClockState {
    /// Compares the clock with the known time, if there is one.
    ///
    /// ```
    /// use chrono::{TimeDelta, Utc, DateTime};
    /// use taxii_server::clock::trust::{ClockState, Evidence, KnownTime};
    ///
    /// let time: DateTime<Utc> = "2026-01-01T00:00:00Z".parse().unwrap();
    /// let known = Some(KnownTime::new(time, Evidence::Confirmed));
    /// assert!(matches!(ClockState::of(time + TimeDelta::hours(5), known), ClockState::Trusted(_)));
    /// assert!(matches!(ClockState::of(time + TimeDelta::days(400), known), ClockState::Ahead { .. }));
    /// ```
    pub fn of(now: DateTime<Utc>, known: Option<KnownTime>) -> Self {
        match known {
            Some(KnownTime { latest, evidence }) if now.signed_duration_since(latest) > DELETES_WITHIN => {
                let disputed = evidence == Evidence::Disputed;
                Self::Ahead { known: latest, by: now.signed_duration_since(latest), disputed }
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
        !matches!(self, Self::Ahead { by, disputed, .. } if *disputed || *by > DATES_WITHIN)
    }
}

/// Returns by how much the clock is behind the known time, if that is worth a report. Nothing is deleted too early then,
/// and dates go on after the last one.
pub fn behind(now: DateTime<Utc>, known: Option<KnownTime>) -> Option<TimeDelta> {
    known.map(|known| known.latest.signed_duration_since(now)).filter(|behind| *behind > BEHIND_WITHIN)
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

/// Returns the time by which it is judged whether a record lies in the future: that of the clock, or that of the service
/// where the clock is known to be behind, as far as that can be believed.
pub fn present(now: DateTime<Utc>, known: Option<KnownTime>, told: DateTime<Utc>) -> DateTime<Utc> {
    match (behind(now, known), known) {
        (Some(_), Some(known)) => {
            let latest = known.latest.checked_add_signed(DATES_WITHIN).unwrap_or(known.latest);
            told.min(latest).max(now)
        }
        _ => now,
    }
}

/// Whether another clock tells the same time.
pub fn agree(one: DateTime<Utc>, other: DateTime<Utc>) -> bool {
    one.signed_duration_since(other).abs() <= AGREEMENT
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: TimeDelta = TimeDelta::days(1);

    fn start() -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::days(20_000)
    }

    fn confirmed(latest: DateTime<Utc>) -> Option<KnownTime> {
        Some(KnownTime::new(latest, Evidence::Confirmed))
    }

    #[test]
    fn clock_is_trusted_within_a_day_of_what_is_known() {
        let known = start();
        for ahead in [-TimeDelta::days(9_000), TimeDelta::zero(), DELETES_WITHIN] {
            let state = ClockState::of(known + ahead, confirmed(known));
            assert_eq!(state, ClockState::Trusted(TrustedTime(known + ahead)));
        }
        let one = TimeDelta::milliseconds(1);
        for (ahead, dates) in [
            (DELETES_WITHIN + one, true),
            (DATES_WITHIN, true),
            (DATES_WITHIN + one, false),
            (TimeDelta::days(9_000), false),
        ] {
            let state = ClockState::of(known + ahead, confirmed(known));
            assert_eq!(state, ClockState::Ahead { known, by: ahead, disputed: false });
            assert_eq!((state.effective(), state.dates_objects()), (known, dates));
            let disputed = Some(KnownTime::new(known, Evidence::Disputed));
            assert!(!ClockState::of(known + ahead, disputed).dates_objects());
        }
        assert!(
            matches!(ClockState::of(known, None), ClockState::Trusted(_)),
            "nothing is known of a new store"
        );
    }

    #[test]
    fn time_of_a_service_confirms_or_disputes_the_clock() {
        use Evidence::{Assumed, Confirmed, Disputed};
        let known = |evidence| Some(KnownTime::new(start(), evidence));
        let (hour, year) = (TimeDelta::hours(1), DAY * 365);
        // What is known, by how much the clock is later than that, by how much the service is; what is known after that.
        let cases = [
            (known(Confirmed), TimeDelta::zero(), TimeDelta::zero(), None),
            (known(Confirmed), hour, hour * 2, Some((hour, Confirmed))),
            (known(Confirmed), year, year, Some((year, Confirmed))),
            (known(Confirmed), -year, -year, Some((-year, Confirmed))),
            (known(Disputed), year, year, Some((year, Confirmed))),
            (known(Assumed), hour / 60, TimeDelta::zero(), Some((hour / 60, Confirmed))),
            (None, year, year, Some((year, Confirmed))),
            // The clock is ahead of both.
            (known(Confirmed), DAY * 2, hour, Some((TimeDelta::zero(), Disputed))),
            (known(Disputed), DAY * 2, hour, None),
            // The service is behind what is known, or ahead of the clock, or differs by some hours.
            (known(Confirmed), TimeDelta::zero(), -year, None),
            (known(Confirmed), TimeDelta::zero(), year, None),
            (known(Confirmed), DAY * 2, DAY * 2 - hour * 3, None),
            // What nobody has confirmed gives way.
            (None, -year, TimeDelta::zero(), Some((TimeDelta::zero(), Assumed))),
            (known(Assumed), -year, hour, Some((hour, Assumed))),
            (known(Assumed), -year, -hour, None),
            (known(Assumed), TimeDelta::zero(), -year, Some((-year, Assumed))),
            (known(Assumed), year, hour, Some((TimeDelta::zero(), Disputed))),
            (None, year, hour, Some((hour, Assumed))),
        ];
        for (index, (known, clock, service, expected)) in cases.into_iter().enumerate() {
            let after = KnownTime::told(known, start() + clock, start() + service);
            let expected = expected.map(|(later, evidence)| KnownTime::new(start() + later, evidence));
            assert_eq!(after, expected, "case {index}");
        }
    }

    #[test]
    fn clock_that_is_behind_does_not_make_records_those_of_the_future() {
        let (hour, day) = (TimeDelta::hours(1), DAY);
        let known = confirmed(start());
        for (clock, told, expected) in [
            (hour, day, hour),
            (-hour, day, -hour),
            (-day, day, day),
            (-day, day * 400, DATES_WITHIN),
            (-day, -day * 2, -day),
        ] {
            assert_eq!(present(start() + clock, known, start() + told), start() + expected, "{clock} {told}");
        }
        assert_eq!(present(start() - day, None, start()), start() - day);
    }

    #[test]
    fn extreme_times_are_compared() {
        let (first, last) = (DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC);
        assert!(matches!(ClockState::of(last, confirmed(first)), ClockState::Ahead { .. }));
        assert!(matches!(ClockState::of(first, confirmed(last)), ClockState::Trusted(_)));
        assert!(behind(first, confirmed(last)).is_some() && behind(last, confirmed(first)).is_none());
        let ClockState::Trusted(time) = ClockState::of(first, None) else { panic!() };
        assert_eq!(time.minus(Duration::from_secs(1)), None);
        assert_eq!(time.minus(Duration::MAX), None);
        assert!(!agree(first, last));
    }
}
