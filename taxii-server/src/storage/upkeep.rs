//! What is done to what is stored without anything being heard: subjects are gone through, in steps of a transaction each.

use async_trait::async_trait;

use super::StorageError;
use super::feed::SubjectRow;

/// The part of a store that is gone through step by step. Every method fails only when the database does.
///
/// The steps themselves are written by [`super::Feeds::write_feed`].
#[async_trait]
pub trait Upkeep {
    /// How far the subjects follow the settings; nothing before the first time.
    async fn sweep(&self) -> Result<Option<Sweep>, StorageError>;

    /// The subjects after this key, in the order of their keys.
    async fn subjects_after(&self, key: &str, limit: u32) -> Result<Vec<SubjectRow>, StorageError>;

    /// How many subjects are still to be gone through since the settings changed.
    async fn subjects_behind(&self) -> Result<u64, StorageError>;
}

/// How far the subjects follow the settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sweep {
    /// The SHA-256 of all that objects are made of besides what sources say.
    pub basis: Vec<u8>,
    /// The key of the last subject that follows it; nothing when all do.
    pub place: Option<String>,
}
