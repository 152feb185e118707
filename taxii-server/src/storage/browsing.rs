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

    /// How many versions of objects there are of each type.
    async fn types(&self, collection: &CollectionId) -> Result<TypeCounts, StorageError>;
}

/// How many versions of objects a collection has of each type.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TypeCounts {
    /// The types that have the most, in alphabetical order; [`TypeCounts::MOST`] of them at most, since clients may add
    /// objects of any number of types.
    pub types: Vec<(String, u64)>,
    /// How many there are of all types together.
    pub total: u64,
}

impl TypeCounts {
    /// The most types that are told: more than the specification has.
    pub const MOST: usize = 60;
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
