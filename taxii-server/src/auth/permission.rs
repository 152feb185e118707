//! Who may do what (TAXII 2.1, section 5): whoever is let in reads every collection, and nobody writes,
//! because all objects come from the feed.

use super::Principal;
use crate::storage::CollectionId;

impl Principal {
    /// Whether the objects of the collection may be read.
    pub fn may_read(&self, _collection: &CollectionId) -> bool {
        match self {
            Self::Anonymous | Self::Account(_) => true,
        }
    }

    /// Whether objects may be added to the collection and deleted from it.
    pub fn may_write(&self, _collection: &CollectionId) -> bool {
        match self {
            Self::Anonymous | Self::Account(_) => false,
        }
    }
}
