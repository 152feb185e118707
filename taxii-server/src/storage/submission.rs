//! Submissions: what a request to add objects brought, and what became of it (TAXII 2.1, sections 4.3 and 5.5).
//!
//! A submission has parts. A part either was processed before the submission was stored, or waits with the texts of its
//! objects; whoever processes it takes these texts away in the transaction that adds the objects, so that each part
//! is processed once, whichever process does it and however often one dies.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use stix_core::Timestamp;
use uuid::Uuid;

use super::{CollectionId, DateAdded, Dating, NewObject, StorageError};
use crate::clock::trust::Cutoff;

/// The part of a store that keeps submissions. Every method fails only when the database does, or when the collection
/// is not registered; then nothing is stored.
#[async_trait]
pub trait Submissions {
    /// Adds objects of a submission that is not stored yet.
    async fn add_entries(
        &self,
        collection: &CollectionId,
        entries: Vec<Entry>,
        dating: &Dating,
    ) -> Result<Vec<Outcome>, StorageError>;

    /// Stores a submission in one transaction: what has become of its first objects already, the next ones, which are
    /// added with it, and those that wait. The answer is what has become of all.
    async fn submit(
        &self,
        submission: &Submission,
        outcomes: Vec<Outcome>,
        entries: Vec<Entry>,
        rest: Vec<WaitingObjects>,
        dating: &Dating,
    ) -> Result<Vec<Outcome>, StorageError>;

    /// The first part that waits, of the oldest submission that has one.
    async fn waiting_part(&self) -> Result<Option<WaitingPart>, StorageError>;

    /// The next part of the same submission that waits.
    ///
    /// # Errors
    /// The database failed.
    async fn waiting_part_after(&self, part: &PartName) -> Result<Option<WaitingPart>, StorageError>;

    /// Adds the objects of a part that waits; false when it waits no longer, because another has processed it.
    async fn process_part(
        &self,
        part: &PartName,
        entries: Vec<Entry>,
        dating: &Dating,
    ) -> Result<bool, StorageError>;

    /// A submission.
    async fn submission(&self, id: Uuid) -> Result<Option<Submission>, StorageError>;

    /// What became of the objects of a submission, in the order in which they came: the next parts, at most some
    /// thousand objects, after the part whose first object has this place. Nothing comes after the last part.
    async fn outcomes(&self, id: Uuid, after: Option<i64>) -> Result<Vec<OutcomesPart>, StorageError>;

    /// Removes submissions that were complete before this date; the answer is how many.
    async fn forget_submissions(&self, completed_before: Cutoff) -> Result<u64, StorageError>;
}

/// A request to add objects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Submission {
    /// The identifier of its status, a UUID of version 4.
    pub id: Uuid,
    /// The collection.
    pub collection: CollectionId,
    /// Who sent it.
    pub sender: String,
    /// When it came.
    pub received: DateAdded,
}

/// Objects that wait, as texts, and what is said about them meanwhile.
#[derive(Clone, Debug)]
pub struct WaitingObjects {
    /// The JSON text of a list of the objects.
    pub texts: Vec<u8>,
    /// What is to be said of each.
    pub outcomes: Vec<Outcome>,
}

/// What became of the objects of a part of a submission.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutcomesPart {
    /// The place of the part's first object in the submission, from 0.
    pub first: i64,
    /// The JSON text of a list of [`Outcome`]s.
    pub outcomes: String,
}

/// What names a part of a submission.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartName {
    /// The submission.
    pub submission: Uuid,
    /// The place of the part's first object in the submission, from 0.
    pub first: i64,
    /// The collection.
    pub collection: CollectionId,
}

/// A part that waits.
#[derive(Clone, Debug)]
pub struct WaitingPart {
    /// Its name.
    pub name: PartName,
    /// The JSON text of a list of the objects.
    pub texts: Vec<u8>,
}

/// One object of a submission, looked at.
#[derive(Clone, Debug)]
pub enum Entry {
    /// It can be added.
    Good(NewObject),
    /// It cannot.
    Refused {
        /// Its identifier, or what names it else.
        id: String,
        /// `modified`, else `created`, if there is one that can be read.
        version: Option<Timestamp>,
        /// Why it cannot be added.
        reason: String,
    },
}

/// What became of one object of a submission.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// Its identifier, or what names it else.
    pub id: String,
    /// Its version as the manifest lists it, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// What became of it.
    pub fate: Fate,
}

/// What became of an object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Fate {
    /// Nothing yet.
    Waiting,
    /// It was added.
    Added,
    /// The same version with the same content was there.
    Duplicate,
    /// The same version with other content was there, and stays.
    Conflict,
    /// It cannot be added, and why. The reason is empty where very many objects of the submission were refused.
    Refused(String),
}
