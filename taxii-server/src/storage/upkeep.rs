//! What is done to what is stored without anything being heard, in steps of a transaction each: subjects are gone through,
//! and what has had its time is removed.

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::feed::SubjectRow;
use super::{CollectionId, DateAdded, Dating, StorageError, Term};
use crate::clock::trust::Cutoff;

/// The part of a store that is gone through step by step. Every method fails only when the database does, or when the term
/// is over in which it would write.
///
/// What becomes of subjects that are gone through is written by [`super::Feeds::write_feed`].
#[async_trait]
pub trait Upkeep {
    /// How far the subjects follow the settings; nothing before the first time.
    async fn sweep(&self) -> Result<Option<Sweep>, StorageError>;

    /// The subjects after this key, in the order of their keys.
    async fn subjects_after(&self, key: &str, limit: u32) -> Result<Vec<SubjectRow>, StorageError>;

    /// How many subjects are still to be gone through since the settings changed.
    async fn subjects_behind(&self) -> Result<u64, StorageError>;

    /// The subjects whose objects are shown although they have ended before this time, the first to end first.
    async fn expired_subjects(&self, before: Cutoff, limit: u32) -> Result<Vec<SubjectRow>, StorageError>;

    /// How many there are of them.
    async fn count_expired(&self, before: DateTime<Utc>) -> Result<u64, StorageError>;

    /// Forgets subjects that are not shown, with what was said of them; the answer is how many.
    async fn forget_subjects(
        &self,
        term: Option<&Term>,
        outdated: &Outdated,
        limit: u32,
    ) -> Result<u64, StorageError>;

    /// Removes old versions of objects from a collection, among those that come next after a place.
    ///
    /// A version is removed when all later ones have come after it, and one of them before some date. So the last one
    /// stays, and who asks for the first ones and goes on after a date misses no object: one that takes the place of the
    /// first comes later.
    async fn prune_versions(
        &self,
        term: Option<&Term>,
        collection: &CollectionId,
        versions: &Superseded,
        limit: u32,
        dating: &Dating,
    ) -> Result<Pruned, StorageError>;

    /// Removes the oldest of the odd records, up to `limit` of them, while there are more than are to be kept; the answer
    /// is how many.
    async fn trim_records(
        &self,
        term: Option<&Term>,
        kind: OddRecords,
        keep: KeptRecords,
        limit: u32,
    ) -> Result<u64, StorageError>;

    /// Forgets gaps that were found before this time; the answer is how many.
    async fn forget_gaps(&self, term: Option<&Term>, found_before: Cutoff) -> Result<u64, StorageError>;
}

/// How far the subjects follow the settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sweep {
    /// The SHA-256 of all that objects are made of besides what sources say.
    pub basis: Vec<u8>,
    /// The key of the last subject that follows it; nothing when all do.
    pub place: Option<String>,
}

/// Which subjects are old enough to be forgotten.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outdated {
    /// The object ended before.
    pub ended_before: Cutoff,
    /// Its last version was made before.
    pub modified_before: Cutoff,
}

/// Which versions of objects are old enough to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Superseded {
    /// Those that came after this date are looked at.
    pub after: DateAdded,
    /// A later version came before this date.
    pub before: Cutoff,
}

/// What became of old versions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pruned {
    /// How many were removed.
    pub versions: u64,
    /// The date of the last one that was looked at; nothing when that were all.
    pub place: Option<DateAdded>,
}

/// How many odd records are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeptRecords {
    /// The most records.
    pub records: u32,
    /// The most bytes of all of their texts.
    pub bytes: u64,
}

/// Records that are kept with their text because they were odd.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OddRecords {
    /// Those that cannot be used.
    Quarantined,
    /// Those that had to be put right.
    Repaired,
}
