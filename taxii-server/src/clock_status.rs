//! How the clock of this machine stands to what the store knows of the time, and how far dates of adding run ahead: one
//! reading for the commands, the metrics and the readiness of the server.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use crate::clock::trust::{self, ClockState, KnownTime};
use crate::duration;
use crate::feed_status::time;
use crate::storage::{CollectionId, DateAdded, Storage, StorageError};

/// By how much dates of adding may run ahead of the clock before that is reported. Each object takes a millisecond, so that
/// a million objects at once put them a quarter of an hour ahead.
pub const DATES_AHEAD_WITHIN: TimeDelta = TimeDelta::hours(1);

/// How the clock and the dates stand.
#[derive(Clone, Debug)]
pub struct ClockStatus {
    /// The clock.
    pub now: DateTime<Utc>,
    /// The latest time that was known to be right.
    pub known: Option<KnownTime>,
    /// Whether the clock is trusted.
    pub state: ClockState,
    /// The last date that was given in each collection.
    pub last_dates: Vec<(CollectionId, DateAdded)>,
}

/// Something that an operator has to look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClockProblem {
    /// A sentence.
    pub text: String,
    /// A command that mends it.
    pub help: &'static str,
}

impl ClockStatus {
    /// Reads what the store knows of the time.
    ///
    /// # Errors
    /// The database failed.
    pub async fn read(storage: &dyn Storage, now: DateTime<Utc>) -> Result<Self, StorageError> {
        let (known, last_dates) = (storage.known_time().await?, storage.last_dates().await?);
        Ok(Self { now, known, state: ClockState::of(now, known), last_dates })
    }

    /// Returns by how much the last date of a collection is ahead of the clock, if it is.
    pub fn ahead(&self, date: DateAdded) -> TimeDelta {
        let millis = date.millis().saturating_sub(self.now.timestamp_millis()).max(0);
        TimeDelta::try_milliseconds(millis).unwrap_or(TimeDelta::MAX)
    }

    /// Returns by how much the dates of the collection are ahead that is furthest ahead.
    pub fn dates_ahead(&self) -> TimeDelta {
        self.last_dates.iter().map(|(_, date)| self.ahead(*date)).max().unwrap_or_default()
    }

    /// Returns what an operator has to look at.
    pub fn problems(&self) -> Vec<ClockProblem> {
        let mut problems = Vec::new();
        if let ClockState::Ahead { known, by, disputed } = self.state {
            let (by, known) = (duration::in_words(by), time(known));
            let stored = if self.state.dates_objects() { "" } else { ", and nothing is stored" };
            let also = if disputed { ", and ahead of the service of a feed" } else { "" };
            problems.push(ClockProblem {
                text: format!(
                    "the clock is {by} ahead of {known}, the latest time known to be right{also}: nothing is deleted \
                     because of its age{stored}"
                ),
                help: "set the clock; if it is right, run `taxii-server clock confirm`",
            });
        }
        if let (Some(behind), Some(known)) = (trust::behind(self.now, self.known), self.known) {
            let (behind, known) = (duration::in_words(behind), time(known.latest));
            problems.push(ClockProblem {
                text: format!("the clock is {behind} behind {known}, the latest time known to be right"),
                help: "set the clock; if it is right, run `taxii-server clock confirm`",
            });
        }
        for (collection, date) in &self.last_dates {
            let ahead = self.ahead(*date);
            if ahead > DATES_AHEAD_WITHIN {
                let ahead = duration::in_words(ahead);
                problems.push(ClockProblem {
                    text: format!("the dates of the collection {collection} run {ahead} ahead of the clock"),
                    help: "wait for the clock, or read `taxii-server collection rewind --help`",
                });
            }
        }
        problems
    }

    /// Returns all of it as JSON.
    pub fn document(&self) -> Value {
        let problems: Vec<_> = self.problems().into_iter().map(|problem| problem.text).collect();
        json!({
            "now": time(self.now),
            "known": self.known.map(|known| time(known.latest)),
            "evidence": self.known.map(|known| known.evidence.name()),
            "deletes": matches!(self.state, ClockState::Trusted(_)),
            "stores": self.state.dates_objects(),
            "dates_ahead_seconds": self.dates_ahead().num_seconds(),
            "problems": problems,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::trust::Evidence;

    fn status(clock: TimeDelta, evidence: Evidence, dates: TimeDelta) -> ClockStatus {
        let right: DateTime<Utc> = "2026-01-01T00:00:00Z".parse().unwrap();
        let (now, known) = (right + clock, Some(KnownTime::new(right, evidence)));
        let date = DateAdded::from_millis((now + dates).timestamp_millis());
        let last_dates = vec![(uuid::Uuid::nil().into(), date)];
        ClockStatus { now, known, state: ClockState::of(now, known), last_dates }
    }

    #[test]
    fn each_problem_is_told_with_what_to_do() {
        let (hour, day) = (TimeDelta::hours(1), TimeDelta::days(1));
        let cases: [(_, _, _, &[&str]); 7] = [
            (hour, Evidence::Confirmed, hour, &[]),
            (day * 3, Evidence::Confirmed, hour, &["3 d 0 h ahead of 2026-01-01T00:00:00Z"]),
            (
                day * 3,
                Evidence::Disputed,
                hour,
                &["the service of a feed: nothing is deleted because of its age, and nothing is stored"],
            ),
            (day * 40, Evidence::Assumed, hour, &["and nothing is stored"]),
            (-hour * 2, Evidence::Confirmed, hour, &["2 h 0 min behind"]),
            (hour, Evidence::Confirmed, hour * 2, &["run 2 h 0 min ahead of the clock"]),
            (day * 40, Evidence::Confirmed, day, &["nothing is stored", "run 1 d 0 h ahead"]),
        ];
        for (clock, evidence, dates, expected) in cases {
            let problems = status(clock, evidence, dates).problems();
            assert_eq!(problems.len(), expected.len(), "{problems:?}");
            for (problem, expected) in problems.iter().zip(expected) {
                assert!(problem.text.contains(expected), "{problem:?}");
                assert!(problem.help.contains("taxii-server "), "{problem:?}");
            }
        }
    }
}
