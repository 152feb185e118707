//! What objects name, so that they are found by it: an index that is written after them.

use std::fmt;

use async_trait::async_trait;
use sha2::{Digest, Sha256};

use super::{CollectionId, DateAdded, Page, StorageError, StoredObject};

/// The part of a store that finds objects by what they name. Every method fails only when the database does.
#[async_trait]
pub trait Mentions {
    /// Up to which date the objects of a collection are in the index.
    async fn mentions_until(&self, collection: &CollectionId) -> Result<DateAdded, StorageError>;

    /// Adds what the objects between two dates name; false when somebody else has meanwhile.
    async fn write_mentions(
        &self,
        collection: &CollectionId,
        between: (DateAdded, DateAdded),
        mentions: &[Mention],
    ) -> Result<bool, StorageError>;

    /// A page of those last versions that name something under one of the keys, the latest first. When many older
    /// versions name it, the page can end before it is full.
    async fn mentioning(
        &self,
        collection: &CollectionId,
        keys: &[MentionKey],
        limit: u32,
    ) -> Result<Page<StoredObject>, StorageError>;
}

/// An object names something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mention {
    /// The object, by its date.
    pub date_added: DateAdded,
    /// What it names.
    pub key: MentionKey,
}

/// Something that objects name. Two texts can have one key, so whatever is found by it has to be looked at.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MentionKey(i64);

impl MentionKey {
    /// The key of a text, which is the same in upper and lower case.
    ///
    /// ```
    /// use taxii_server::storage::mention::MentionKey;
    ///
    /// assert_eq!(MentionKey::of("Evil.example"), MentionKey::of("evil.EXAMPLE"));
    /// ```
    pub fn of(text: &str) -> Self {
        let digest: [u8; 32] = Sha256::digest(text.to_lowercase()).into();
        let [a, b, c, d, e, f, g, h, ..] = digest;
        Self(i64::from_be_bytes([a, b, c, d, e, f, g, h]))
    }

    /// The number in the database.
    pub(super) fn number(self) -> i64 {
        self.0
    }
}

impl fmt::Debug for MentionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MentionKey({:016x})", self.0)
    }
}
