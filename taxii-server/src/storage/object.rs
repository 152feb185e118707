//! Objects: adding them, and reading pages of them (TAXII 2.1, sections 3.4 and 3.5).

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use serde_json::value::RawValue;
use stix_core::{Identifier, Timestamp};

use super::{CollectionId, DateAdded, Query, StorageError};
use crate::clock::Clock;

/// The part of a store that keeps objects.
#[async_trait]
pub trait Objects {
    /// Adds objects to a collection in the name of an account, in one transaction; the answer has one item for each, in their order.
    ///
    /// # Errors
    /// The collection is not registered, or the database failed; then nothing is stored.
    async fn add_objects(
        &self,
        collection: &CollectionId,
        objects: &[NewObject],
        dating: &Dating,
    ) -> Result<Vec<Added>, StorageError>;

    /// A page of objects.
    ///
    /// # Errors
    /// The database failed.
    async fn objects(
        &self,
        collection: &CollectionId,
        query: &Query,
    ) -> Result<Page<StoredObject>, StorageError>;

    /// A page of records about objects.
    ///
    /// # Errors
    /// The database failed.
    async fn records(
        &self,
        collection: &CollectionId,
        query: &Query,
    ) -> Result<Page<StoredRecord>, StorageError>;

    /// The revision of a collection. It is that of the last commit, whoever made it.
    ///
    /// # Errors
    /// The database failed.
    async fn revision(&self, collection: &CollectionId) -> Result<Revision, StorageError>;

    /// Whether the collection has any version of the object.
    ///
    /// # Errors
    /// The database failed.
    async fn has_object(&self, collection: &CollectionId, id: &str) -> Result<bool, StorageError>;

    /// How the database would read a page of objects, in its own words, line by line.
    ///
    /// # Errors
    /// The database failed.
    async fn explain(&self, collection: &CollectionId, query: &Query) -> Result<Vec<String>, StorageError>;
}

/// What a collection holds has another one after every commit that changes it.
///
/// It is the last date that was given in the collection: what is added takes dates, and a deletion takes one too. Since
/// dates can be put forward and back by hand, and a backup repeats them, it counts that, too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Revision {
    pub(crate) generation: i64,
    pub(crate) date: DateAdded,
}

impl fmt::Display for Revision {
    /// As the name of the state that the collection was in.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.generation, self.date.millis())
    }
}

/// How dates of adding are given: `max(now + allowance, last date of the collection + 1 ms, version of the object)`.
///
/// The clock is read under the write lock of the collection, as the last act before the commit: no object becomes
/// visible later than a reader, whose clock runs at most `allowance` fast, would look for it. No object is older in the
/// collection than by its own account: a reader who goes on after the newest `modified` that it has seen is never ahead of
/// the newest date that it has seen. Objects that are dated more than 5 minutes ahead do not come this far, so that is how
/// far they can move the dates of those after them.
#[derive(Clone, Debug)]
pub struct Dating {
    /// Tells the present.
    pub clock: Clock,
    /// How far the dates run ahead of it.
    pub allowance: Duration,
}

/// One version of an object, to be stored. Its type is that of its identifier.
#[derive(Clone, Debug)]
pub struct NewObject {
    /// The identifier.
    pub id: Identifier,
    /// The version of STIX, such as `2.1`.
    pub spec_version: String,
    /// `modified`, else `created`, else nothing.
    pub version: Option<Timestamp>,
    /// The JSON text, stored and served as it is.
    pub body: Box<RawValue>,
}

/// What became of a [`NewObject`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Added {
    /// It is stored.
    New {
        /// When it came into the collection.
        date_added: DateAdded,
    },
    /// The same version with the same content was there.
    Duplicate,
    /// The same version with other content was there, and stays.
    Conflict,
    /// It was deleted, and a feed does not bring it back.
    Deleted,
}

/// A page of a result, in the order of the dates added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<Row> {
    /// The rows. Not empty when `more` is true.
    pub rows: Vec<Row>,
    /// There are more rows after these.
    pub more: bool,
}

/// An object as it is served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredObject {
    /// When it came into the collection.
    pub date_added: DateAdded,
    /// The JSON text.
    pub body: Vec<u8>,
}

/// What the manifest says about one version of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredRecord {
    /// When it came into the collection.
    pub date_added: DateAdded,
    /// The identifier of the object.
    pub id: String,
    /// `modified`, else `created`, as written; nothing when the object has neither.
    pub version: Option<String>,
    /// The version of STIX.
    pub spec_version: String,
}

/// Rows that know when they came into the collection.
pub trait Dated {
    /// When the row came into the collection.
    fn date_added(&self) -> DateAdded;
}

impl Dated for StoredObject {
    fn date_added(&self) -> DateAdded {
        self.date_added
    }
}

impl Dated for StoredRecord {
    fn date_added(&self) -> DateAdded {
        self.date_added
    }
}
