//! Deleting objects, and remembering what was deleted (TAXII 2.1, section 5.7).
//!
//! A tombstone says that an object, or one version of it, was deleted from a collection. What has one is not added again
//! by a feed; an account that adds it lifts the tombstone.

use async_trait::async_trait;
use stix_core::Identifier;

use super::{CollectionId, DateAdded, Dating, StorageError, VersionFilter};

/// The part of a store that deletes. Every method fails only when the database does, or when the collection is not
/// registered.
#[async_trait]
pub trait Deletions {
    /// Deletes versions of an object and leaves tombstones, in one transaction; the answer is how many versions were
    /// deleted.
    ///
    /// A version that takes the place of a deleted one as the newest or oldest gets a new date of adding: a reader who
    /// has passed its old date without being shown it finds it under the new one.
    async fn delete_object(
        &self,
        collection: &CollectionId,
        id: &Identifier,
        doomed: &Doomed,
        dating: &Dating,
    ) -> Result<u64, StorageError>;

    /// Lifts all tombstones of an object; the answer is how many there were. The next record that a feed has of it then
    /// adds it again.
    async fn lift_tombstones(&self, collection: &CollectionId, id: &Identifier) -> Result<u64, StorageError>;

    /// What a collection holds.
    async fn inventory(&self, collection: &CollectionId) -> Result<Inventory, StorageError>;

    /// The tombstones of a collection, the latest first.
    async fn tombstones(&self, collection: &CollectionId, limit: u32)
    -> Result<Vec<Tombstone>, StorageError>;
}

/// Which versions of an object are to be deleted.
#[derive(Clone, Debug, PartialEq)]
pub enum Doomed {
    /// All that there are and, as far as feeds go, will be.
    Object,
    /// Some of those that there are.
    Versions {
        /// Which versions.
        versions: VersionFilter,
        /// Only in these versions of STIX.
        spec_versions: Option<Vec<String>>,
    },
}

/// That an object was deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tombstone {
    /// The identifier of the object.
    pub id: String,
    /// The one version that was deleted; nothing when the whole object was.
    pub version: Option<String>,
    /// When.
    pub deleted: DateAdded,
}

/// What a collection holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Inventory {
    /// How many objects.
    pub objects: i64,
    /// How many versions of them.
    pub versions: i64,
    /// How many tombstones.
    pub tombstones: i64,
    /// When the last version was added, of those that there are.
    pub last_added: Option<DateAdded>,
}
