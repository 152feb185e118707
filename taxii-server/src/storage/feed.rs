//! What feeds have told: subjects, contributions and quarantined records.

use std::collections::{BTreeMap, HashMap};

use async_trait::async_trait;
use stix_core::{Identifier, Timestamp};

use super::supervision::{Gap, Progress};
use super::{CollectionId, Dating, NewObject, StorageError, Term};

/// The part of a store that remembers what feeds have told. Every method fails only when the database does.
#[async_trait]
pub trait Feeds {
    /// What is known of the subjects with these keys, by key.
    async fn known_subjects(&self, keys: &[&str]) -> Result<HashMap<String, KnownSubject>, StorageError>;

    /// Writes a batch in one transaction: if it fails, as it does when its term is over, nothing of the batch is
    /// stored. The answer is how many objects were kept back because they had been deleted.
    async fn write_feed(
        &self,
        collection: &CollectionId,
        write: FeedWrite,
        dating: &Dating,
    ) -> Result<usize, StorageError>;

    /// The records that could not be used, oldest first, with the name of their feed.
    async fn quarantined(&self) -> Result<Vec<(String, Quarantined)>, StorageError>;
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
    /// The SHA-256 of the text of that version.
    pub digest: Vec<u8>,
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
    /// The name of the feed.
    pub feed: String,
    /// What is covered from now on, if that has changed.
    pub progress: Option<Progress>,
    /// The stretches that are covered only in that it is known that records of them are out of reach.
    pub gaps: Vec<Gap>,
    /// The subjects that are new or changed.
    pub subjects: Vec<SubjectRow>,
    /// Key, source and JSON text of each contribution that is new or changed.
    pub contributions: Vec<(String, String, String)>,
    /// Records that cannot be used.
    pub quarantined: Vec<Quarantined>,
    /// The new objects and versions, in the order in which they are added.
    pub objects: Vec<NewObject>,
}

impl FeedWrite {
    /// A write that changes nothing yet.
    pub fn new(feed: &str) -> Self {
        Self {
            term: None,
            feed: feed.to_owned(),
            progress: None,
            gaps: Vec::new(),
            subjects: Vec::new(),
            contributions: Vec::new(),
            quarantined: Vec::new(),
            objects: Vec::new(),
        }
    }
}

/// A record that cannot be used, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quarantined {
    /// Why, in one sentence.
    pub reason: String,
    /// The record as JSON text.
    pub record: String,
}
