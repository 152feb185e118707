//! What a store knows of the time, and the dates that it gave by it: see [`crate::clock::trust`].

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::{CollectionId, DateAdded, Dating, StorageError};
use crate::clock::trust::KnownTime;

/// By how many milliseconds the dates of a copy begin after the clock: more than clients can have seen of dates that are not
/// in it, unless 3.6 million objects were added within an hour.
pub const MARGIN_MILLIS: i64 = 60 * 60 * 1000;

/// The part of a store that keeps the known time and the dates of collections.
#[async_trait]
pub trait Timekeeping {
    /// Returns the latest time that a clock was known to be right; nothing in a new store.
    ///
    /// # Errors
    /// The database failed.
    async fn known_time(&self) -> Result<Option<KnownTime>, StorageError>;

    /// Moves the known time to this one. In a new store it is assumed to be right.
    ///
    /// # Errors
    /// The database failed.
    async fn note_time(&self, time: DateTime<Utc>) -> Result<(), StorageError>;

    /// Writes what is known of the time after it was confirmed or disputed. It may be before what was known.
    ///
    /// # Errors
    /// The database failed.
    async fn judge_time(&self, known: KnownTime) -> Result<(), StorageError>;

    /// Returns the last date that was given in each collection that has one.
    ///
    /// # Errors
    /// The database failed.
    async fn last_dates(&self) -> Result<Vec<(CollectionId, DateAdded)>, StorageError>;

    /// Lets the dates of a collection go on after this one, and after the last one; returns from where.
    ///
    /// # Errors
    /// The collection is not registered, the clock is not trusted to date by, or the database failed.
    async fn advance_dates(
        &self,
        collection: &CollectionId,
        to: DateAdded,
        dating: &Dating,
    ) -> Result<DateAdded, StorageError>;

    /// Dates objects anew that are dated after the clock, in their order, and lets later dates go on from there.
    ///
    /// # Errors
    /// The collection is not registered, the clock is not trusted to date by, or the database failed.
    async fn rewind_dates(&self, collection: &CollectionId, dating: &Dating)
    -> Result<Rewound, StorageError>;
}

/// The outcome of putting dates back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rewound {
    /// The versions of objects that were dated anew.
    pub versions: u64,
    /// The last date before.
    pub from: DateAdded,
    /// The last date now.
    pub to: DateAdded,
}
