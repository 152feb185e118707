//! What leaves in time: objects that have ended long ago, what was said of them, old versions, gaps, and odd
//! records.
//!
//! Everything goes in small steps. Whether an object is shown is a function of the time, too, so the steps need not come in
//! time: a record that tells of what should have left already shows nothing.

use std::collections::BTreeSet;
use std::time::Duration;

use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use serde::de::Error;
use serde::{Deserialize, Deserializer};

use super::sweep::{STEP, prefix_of_one_author};
use super::{Ingest, Ingested};
use crate::clock::trust::{ClockState, Evidence, KnownTime, TrustedTime};
use crate::duration;
use crate::storage::feed::FeedWrite;
use crate::storage::upkeep::{KeptRecords, OddRecords, Outdated, Superseded};
use crate::storage::{CollectionId, DateAdded, StorageError};

/// How many rows without much to them are removed in one step.
const ROWS: u32 = 1000;

/// For how long, or how much of it, what is stored is kept. Nothing stands for ever, or for all.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Retention {
    /// How long after it was last seen an object ends whose validity has no end.
    #[serde(deserialize_with = "duration::or_never")]
    pub unseen_after: Option<Duration>,
    /// How long after its end an object leaves the collections.
    #[serde(deserialize_with = "duration::or_never")]
    pub expire_after: Option<Duration>,
    /// How much longer it is remembered what was said of it.
    #[serde(deserialize_with = "duration::or_never")]
    pub forget_after: Option<Duration>,
    /// How long a version is kept after a later one has come.
    #[serde(deserialize_with = "duration::or_never")]
    pub keep_versions_for: Option<Duration>,
    /// How long a gap is kept after it was found.
    #[serde(deserialize_with = "duration::or_never")]
    pub keep_gaps_for: Option<Duration>,
    /// How many records in quarantine are kept.
    #[serde(deserialize_with = "count_or_all")]
    pub keep_quarantined: u32,
    /// How many records that had to be put right are kept.
    #[serde(deserialize_with = "count_or_all")]
    pub keep_repaired: u32,
    /// How many bytes the records of each kind may take.
    #[serde(deserialize_with = "bytes_or_all")]
    pub keep_quarantined_bytes: u64,
}

impl Default for Retention {
    fn default() -> Self {
        let days = |days: u64| Some(Duration::from_secs(days * 24 * 60 * 60));
        Self {
            unseen_after: days(730),
            expire_after: days(90),
            forget_after: days(365),
            keep_versions_for: days(30),
            keep_gaps_for: days(730),
            keep_quarantined: 100_000,
            keep_repaired: 10_000,
            keep_quarantined_bytes: 128 << 20,
        }
    }
}

impl Retention {
    /// Everything is kept.
    pub const NONE: Self = Self {
        unseen_after: None,
        expire_after: None,
        forget_after: None,
        keep_versions_for: None,
        keep_gaps_for: None,
        keep_quarantined: u32::MAX,
        keep_repaired: u32::MAX,
        keep_quarantined_bytes: u64::MAX,
    };

    /// When an object ends that was last seen at this time, if nothing else says so. A sighting counts in tenths of
    /// `unseen_after`, rounded up: so it moves the end by a tenth, or not at all.
    pub(super) fn end_unseen(&self, seen: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let after = TimeDelta::from_std(self.unseen_after?).ok()?;
        seen.duration_round_up(after / 10).unwrap_or(seen).checked_add_signed(after)
    }

    /// An object that ended before this time is shown no more.
    pub fn expired_before(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        before(now, self.expire_after)
    }

    /// What ended, and was last made, before this time may be forgotten. The first version of what is heard anew is not
    /// dated earlier: so it is later than any that may have been forgotten.
    pub(super) fn forgotten_before(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.expire_after.and(before(now, self.forget_after))
    }
}

/// The time so long before now.
fn before(now: DateTime<Utc>, time: Option<Duration>) -> Option<DateTime<Utc>> {
    now.checked_sub_signed(TimeDelta::from_std(time?).ok()?)
}

/// A number of bytes, or the word `all`.
fn bytes_or_all<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    number_or_all(deserializer).map(|bytes| bytes.unwrap_or(u64::MAX))
}

/// A number, or the word `all`.
fn count_or_all<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    let number = number_or_all(deserializer)?;
    number.map_or(Ok(u32::MAX), |number| {
        u32::try_from(number).map_err(|_| Error::custom(format_args!("`{number}` is too large: use `all`")))
    })
}

/// A number; nothing for the word `all`.
fn number_or_all<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged, expecting = "expected a number, or `all`")]
    enum Count {
        Number(u64),
        Word(All),
    }

    #[derive(Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum All {
        All,
    }

    Ok(match Count::deserialize(deserializer)? {
        Count::Number(number) => Some(number),
        Count::Word(All::All) => None,
    })
}

impl Ingest {
    /// Compares the clock with what is known of the time.
    pub(super) async fn clock_state(&self) -> Result<ClockState, StorageError> {
        Ok(ClockState::of(self.dating.clock.now(), self.storage.known_time().await?))
    }

    /// Notes what the time of a service says of the clock. Nothing is written when it says nothing new.
    pub async fn confirm_time(&self, told: DateTime<Utc>) -> Result<(), StorageError> {
        if self.rehearsal.is_some() {
            return Ok(());
        }
        let now = self.dating.clock.now();
        let Some(known) = KnownTime::told(self.storage.known_time().await?, now, told) else { return Ok(()) };
        if known.evidence != Evidence::Confirmed {
            tracing::warn!(clock = %now, service = %told, "found the clock far from that of a feed's service");
        }
        self.storage.judge_time(known).await
    }

    /// Takes objects out of their collections that have ended long enough ago; nothing when there are none.
    pub(super) async fn expire(&self, time: TrustedTime) -> Result<Option<Ingested>, StorageError> {
        let _turn = self.turn.lock().await;
        let before = self.retention.expire_after.and_then(|after| time.minus(after));
        let Some(before) = before else { return Ok(None) };
        let rows = self.storage.expired_subjects(before, STEP).await?;
        let ingested = self.remake(prefix_of_one_author(&rows), FeedWrite::new("")).await?;
        Ok((ingested.left > 0).then_some(ingested))
    }

    /// Forgets subjects that have left; the answer is how many.
    pub(super) async fn forget(&self, time: TrustedTime) -> Result<u64, StorageError> {
        let _turn = self.turn.lock().await;
        let Retention { expire_after: Some(expire_after), forget_after: Some(forget_after), .. } =
            self.retention
        else {
            return Ok(0);
        };
        let modified_before = time.minus(forget_after);
        let ended_before = modified_before.and_then(|before| before.minus(expire_after));
        let Some((modified_before, ended_before)) = modified_before.zip(ended_before) else { return Ok(0) };
        let outdated = Outdated { ended_before, modified_before };
        self.storage.forget_subjects(self.term.as_ref(), &outdated, ROWS).await
    }

    /// Removes odd records over the bounds; the answer is how many.
    pub(super) async fn trim_records(&self) -> Result<u64, StorageError> {
        let Retention { keep_quarantined, keep_repaired, keep_quarantined_bytes: bytes, .. } = self.retention;
        let bounds = [(OddRecords::Quarantined, keep_quarantined), (OddRecords::Repaired, keep_repaired)];
        let mut trimmed = 0;
        for (kind, records) in bounds {
            let keep = KeptRecords { records, bytes };
            trimmed += self.storage.trim_records(self.term.as_ref(), kind, keep, ROWS).await?;
        }
        Ok(trimmed)
    }

    /// Forgets gaps that were found long ago; the answer is how many.
    pub(super) async fn forget_gaps(&self, time: TrustedTime) -> Result<u64, StorageError> {
        match self.retention.keep_gaps_for.and_then(|kept| time.minus(kept)) {
            Some(before) => self.storage.forget_gaps(self.term.as_ref(), before).await,
            None => Ok(0),
        }
    }

    /// The collections in which old versions are pruned: those that feeds write into. What only clients add to is theirs.
    pub(super) fn collections_of_feeds(&self) -> BTreeSet<CollectionId> {
        let routings = self.rules.iter().map(|rules| &rules.routing);
        routings.flat_map(|routing| routing.everywhere()).collect()
    }

    /// Removes old versions from a collection, among those next after a date; the answer is how many, and where to go on.
    pub(super) async fn prune(
        &self,
        time: TrustedTime,
        collection: &CollectionId,
        after: DateAdded,
    ) -> Result<(u64, Option<DateAdded>), StorageError> {
        let before = self.retention.keep_versions_for.and_then(|kept| time.minus(kept));
        let Some(before) = before else { return Ok((0, None)) };
        let versions = Superseded { after, before };
        let term = self.term.as_ref();
        let pruned = self.storage.prune_versions(term, collection, &versions, STEP, &self.dating).await?;
        Ok((pruned.versions, pruned.place))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_can_be_said_in_words() {
        let read = |text| toml::from_str::<Retention>(text).map_err(|error| error.to_string());
        assert_eq!(read(""), Ok(Retention::default()));
        let all = "unseen_after = 'never'\nexpire_after = 'never'\nforget_after = 'never'\nkeep_versions_for = 'never'\n\
                   keep_gaps_for = 'never'\nkeep_quarantined = 'all'\nkeep_repaired = 'all'\nkeep_quarantined_bytes = 'all'";
        assert_eq!(read(all), Ok(Retention::NONE));
        let some = Retention {
            keep_repaired: 5,
            expire_after: Some(Duration::from_secs(1)),
            ..Retention::default()
        };
        assert_eq!(read("keep_repaired = 5\nexpire_after = '1s'"), Ok(some));
        for (text, expected) in [("keep_repaired = 'few'", "`all`"), ("expire_after = 'soon'", "`never`")] {
            let error = read(text).unwrap_err();
            assert!(error.contains(expected), "{text}: {error}");
        }
    }

    #[test]
    fn a_sighting_counts_in_tenths() {
        let at = |hours| DateTime::UNIX_EPOCH + TimeDelta::hours(hours);
        let keep = |days: u64| Retention {
            unseen_after: Some(Duration::from_secs(days * 24 * 60 * 60)),
            ..Retention::NONE
        };
        let ends = [0, 1, 24, 25].map(|seen| keep(10).end_unseen(at(seen)));
        assert_eq!(ends, [10 * 24, 11 * 24, 11 * 24, 12 * 24].map(|end| Some(at(end))));
        assert_eq!(keep(0).end_unseen(at(7)), Some(at(7)));
        assert_eq!(keep(1_000_000_000).end_unseen(at(7)), None, "later than any time");
        assert_eq!(Retention::NONE.end_unseen(at(7)), None);
    }

    #[test]
    fn without_expiry_nothing_is_forgotten() {
        let now = DateTime::UNIX_EPOCH + TimeDelta::days(1000);
        let keep = Retention { expire_after: None, ..Retention::default() };
        assert_eq!((keep.expired_before(now), keep.forgotten_before(now)), (None, None));
        assert_eq!(Retention::default().expired_before(now), Some(now - TimeDelta::days(90)));
    }
}
