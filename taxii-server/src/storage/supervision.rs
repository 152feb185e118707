//! How far feeds have been read, what is out of their reach, and how polling them goes.

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::StorageError;

/// The part of a store that remembers how polling goes. Every method fails only when the database does.
///
/// What is covered changes with the objects only, by [`super::Feeds::write_feed`].
#[async_trait]
pub trait Supervision {
    /// How far a feed has been read, if it has been at all.
    async fn feed_progress(&self, feed: &str) -> Result<Option<Progress>, StorageError>;

    /// The gaps of a feed, oldest first.
    async fn feed_gaps(&self, feed: &str) -> Result<Vec<Gap>, StorageError>;

    /// How polling a feed goes, if it has ever been polled.
    async fn feed_health(&self, feed: &str) -> Result<Option<FeedHealth>, StorageError>;

    /// Remembers how polling a feed goes.
    async fn write_feed_health(&self, feed: &str, health: &FeedHealth) -> Result<(), StorageError>;
}

/// How far a feed has been read, in the time of its service.
///
/// All that the service showed between `covered_from` and `place` is stored, quarantined, or inside a [`Gap`], which is kept
/// for a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// When the feed was first read.
    pub began: DateTime<Utc>,
    /// Down to when the past has been read.
    pub covered_from: DateTime<Utc>,
    /// Up to when the feed has been read.
    pub place: DateTime<Utc>,
}

/// A stretch of the time of a service of which records may be missing, since they are out of reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gap {
    /// Its beginning.
    pub from: DateTime<Utc>,
    /// Its end.
    pub until: DateTime<Utc>,
    /// Why the records are out of reach.
    pub reason: GapReason,
    /// When it, or the last part of it, was found, by the clock of the bridge.
    pub found: DateTime<Utc>,
}

impl Gap {
    /// The same gaps, oldest first, with those for one reason that overlap or touch as one.
    pub(super) fn joined(mut gaps: Vec<Self>) -> Vec<Self> {
        let mut joined: Vec<Self> = Vec::with_capacity(gaps.len());
        gaps.sort_by_key(|gap| (gap.reason.name(), gap.from));
        for gap in gaps {
            match joined.last_mut().filter(|last| last.reason == gap.reason && gap.from <= last.until) {
                Some(last) => {
                    (last.until, last.found) = (last.until.max(gap.until), last.found.max(gap.found))
                }
                None => joined.push(gap),
            }
        }
        joined.sort_by_key(|gap| gap.from);
        joined
    }
}

/// Why records are out of reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GapReason {
    /// The service does not look back that far.
    LookBack,
    /// The service shows fewer records than it has, however small the question.
    Overflow,
}

impl GapReason {
    /// Every reason.
    pub const ALL: [Self; 2] = [Self::LookBack, Self::Overflow];

    /// The name: `look-back` or `overflow`.
    pub fn name(self) -> &'static str {
        match self {
            Self::LookBack => "look-back",
            Self::Overflow => "overflow",
        }
    }

    /// The reason as people read it.
    pub fn in_words(self) -> &'static str {
        match self {
            Self::LookBack => "the service does not look back that far",
            Self::Overflow => "the service shows fewer records than it has",
        }
    }
}

/// How polling a feed goes. Times are of the clock of the bridge, except for that of the service.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FeedHealth {
    /// When it was last polled.
    pub last_attempt: DateTime<Utc>,
    /// When last all up to then was read.
    pub last_success: Option<DateTime<Utc>>,
    /// When last anything new came.
    pub last_news: Option<DateTime<Utc>>,
    /// Why the last attempt failed, in words; nothing when it did not.
    pub failure: Option<String>,
    /// The time of the service at its last answer.
    pub server_time: Option<DateTime<Utc>>,
    /// What the service last said of the requests that are left.
    pub quota: Option<Quota>,
    /// The requests of the last day on which there were any.
    pub spent: Spent,
}

/// How many requests a service allows, and for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quota {
    /// The most requests in a window of time.
    pub limit: u32,
    /// How many of them are left.
    pub remaining: u32,
    /// When the next window begins.
    pub reset: DateTime<Utc>,
}

/// The requests of a day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spent {
    /// The day, counted from 1970-01-01 (UTC).
    pub day: i64,
    /// How many requests were made on it.
    pub requests: u32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_touches_is_one_gap() {
        let gap = |from: i64, until: i64, reason, found: i64| {
            let [from, until, found] = [from, until, found].map(|s| DateTime::from_timestamp(s, 0).unwrap());
            Gap { from, until, reason, found }
        };
        let (one, other) = (GapReason::LookBack, GapReason::Overflow);
        let gaps = vec![
            gap(50, 60, one, 3),
            gap(10, 20, one, 1),
            gap(30, 35, one, 4),
            gap(20, 30, one, 2),
            gap(12, 15, one, 9),
            gap(36, 40, one, 5),
            gap(15, 55, other, 6),
        ];
        let expected = [gap(10, 35, one, 9), gap(15, 55, other, 6), gap(36, 40, one, 5), gap(50, 60, one, 3)];
        assert_eq!(Gap::joined(gaps), expected);
        assert_eq!(Gap::joined(expected.to_vec()), expected);
        assert_eq!(Gap::joined(Vec::new()), []);
    }
}
