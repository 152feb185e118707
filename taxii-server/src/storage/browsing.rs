//! What people look at: the latest objects first, and how many there are of each type.

use async_trait::async_trait;

use super::{CollectionId, DateAdded, Page, StorageError, StoredObject};

/// The part of a store that people look into. Every method fails only when the database does.
#[async_trait]
pub trait Browsing {
    /// A page of last versions, the latest first.
    async fn latest(
        &self,
        collection: &CollectionId,
        view: &View,
    ) -> Result<Page<StoredObject>, StorageError>;

    /// How many versions of objects there are of each type, by type.
    async fn types(&self, collection: &CollectionId) -> Result<Vec<(String, u64)>, StorageError>;
}

/// Which of the latest objects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct View {
    /// Only those that were added before this date.
    pub before: Option<DateAdded>,
    /// Only those of this type.
    pub object_type: Option<String>,
    /// At most this many.
    pub limit: u32,
}
