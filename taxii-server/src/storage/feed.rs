//! What feeds have told: subjects and contributions.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use stix_core::{Identifier, Timestamp};

use super::quarantine::{Quarantined, RecordId, Repaired};
use super::supervision::{Gap, Progress};
use super::upkeep::Sweep;
use super::{CollectionId, Dating, NewObject, StorageError, Term};

/// The part of a store that remembers what feeds have told. Every method fails only when the database does.
#[async_trait]
pub trait Feeds {
    /// The number of batches that were written. One that is written with a number that has become another is refused:
    /// what is known may have changed since the number was read.
    async fn ingest_turn(&self) -> Result<i64, StorageError>;

    /// What was asked for what is covered of a feed, if that is known.
    async fn feed_question(&self, feed: &str) -> Result<Option<String>, StorageError>;

    /// What is known of the subjects with these keys, by key.
    async fn known_subjects(&self, keys: &[&str]) -> Result<HashMap<String, KnownSubject>, StorageError>;

    /// The last version of an object that is in one of these collections.
    async fn last_version(
        &self,
        collections: &BTreeSet<CollectionId>,
        id: &Identifier,
    ) -> Result<Option<NewObject>, StorageError>;

    /// Writes a batch in one transaction: if it fails, as it does when its term is over or its turn is
    /// not the present one, nothing of the batch is stored. The answer is how many objects were kept back because they had been deleted.
    async fn write_feed(
        &self,
        collection: &CollectionId,
        write: FeedWrite,
        dating: &Dating,
    ) -> Result<usize, StorageError>;
}

/// Who made the object that stands for a subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The bridge.
    Minted,
    /// The feed: the object was passed through.
    Upstream,
}

/// A subject and the object that stands for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubjectRow {
    /// The key of the subject.
    pub key: String,
    /// The identifier of the object.
    pub object_id: Identifier,
    /// Who made the object.
    pub origin: Origin,
    /// When its first version was created.
    pub created: Timestamp,
    /// When its last version was created.
    pub modified: Timestamp,
    /// The SHA-256 of what that version was made of; of one that is passed through, of its text.
    pub digest: Vec<u8>,
    /// The collections in which the object is shown, unless somebody has deleted it there.
    pub collections: BTreeSet<CollectionId>,
    /// Of a relation, the keys of the subjects at its ends.
    pub ends: Option<[String; 2]>,
    /// When the object ends, if it does: with its validity, with the first to end of those that it rests on, or some time after
    /// it was last seen.
    pub valid_until: Option<DateTime<Utc>>,
}

/// A subject with all that was said of it, by source.
#[derive(Clone, Debug)]
pub struct KnownSubject {
    /// The subject.
    pub row: SubjectRow,
    /// What each source says, as JSON text.
    pub contributions: BTreeMap<String, String>,
}

/// What a batch of a feed changes.
#[derive(Clone, Debug)]
pub struct FeedWrite {
    /// The term in which it is written, where there can be another one.
    pub term: Option<Term>,
    /// The number of batches when what is known was read.
    pub turn: Option<i64>,
    /// The name of the feed.
    pub feed: String,
    /// What is covered from now on, if that has changed.
    pub progress: Option<Progress>,
    /// What was asked for that.
    pub question: Option<String>,
    /// The stretches that are covered only in that it is known that records of them are out of reach.
    pub gaps: Vec<Gap>,
    /// The subjects that are new or changed.
    pub subjects: Vec<SubjectRow>,
    /// Key, source and JSON text of each contribution that is new or changed.
    pub contributions: Vec<(String, String, String)>,
    /// Key and source of each contribution that is not kept any more.
    pub contributions_gone: Vec<(String, String)>,
    /// Records that cannot be used.
    pub quarantined: Vec<Quarantined>,
    /// Records that were put right.
    pub repaired: Vec<Repaired>,
    /// How many records each allow-list has had dropped.
    pub dropped: BTreeMap<String, u32>,
    /// Records that leave quarantine.
    pub released: Vec<RecordId>,
    /// The new objects and versions, in the order in which they are added.
    pub objects: Vec<NewObject>,
    /// The same for further collections.
    pub elsewhere: BTreeMap<CollectionId, Vec<NewObject>>,
    /// The objects that leave collections, with all their versions.
    pub withdrawn: BTreeMap<CollectionId, Vec<Identifier>>,
    /// How far the subjects follow the settings with it, if that changes.
    pub sweep: Option<Sweep>,
}

impl FeedWrite {
    /// A write that changes nothing yet.
    pub fn new(feed: &str) -> Self {
        Self {
            term: None,
            turn: None,
            feed: feed.to_owned(),
            progress: None,
            question: None,
            gaps: Vec::new(),
            subjects: Vec::new(),
            contributions: Vec::new(),
            contributions_gone: Vec::new(),
            quarantined: Vec::new(),
            repaired: Vec::new(),
            dropped: BTreeMap::new(),
            released: Vec::new(),
            objects: Vec::new(),
            elsewhere: BTreeMap::new(),
            withdrawn: BTreeMap::new(),
            sweep: None,
        }
    }
}
