//! Where objects and accounts are kept: plain data in, plain data out, nothing of a database outside.
//!
//! Everybody else knows the trait [`Storage`] only. Its parts stand beside the data that they take and give:
//! [`Accounts`], [`Browsing`], [`Mentions`], [`Objects`], [`Feeds`], [`Quarantine`], [`Supervision`], [`Submissions`],
//! [`Timekeeping`], [`Deletions`], [`Upkeep`]. A call that writes is one transaction: what belongs together is handed over
//! together, as a value such as [`feed::FeedWrite`].
//!
//! ```text
//! account, object, feed, query, ...      the traits and their data
//!            ^
//!           sql                          every statement, written once for all databases
//!            ^
//!     sqlite  postgres                   what differs: connecting, migrating, values on the wire
//! ```

pub mod account;
pub mod browsing;
pub mod cursor;
pub mod database;
pub mod deletion;
mod error;
pub mod feed;
mod index_text;
pub mod lease;
pub mod mention;
mod migrations;
pub mod object;
mod postgres;
pub mod quarantine;
pub mod query;
mod sql;
mod sqlite;
pub mod submission;
pub mod supervision;
pub mod timekeeping;
pub mod upkeep;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use uuid::Uuid;

pub use self::account::{Access, Account, Accounts, Grants, NewSecret, Scope, Secret, SecretKind, SecretUse};
pub use self::browsing::Browsing;
pub use self::cursor::{Cursor, DateAdded};
pub use self::database::Database;
pub use self::deletion::Deletions;
pub use self::error::{StorageError, StorageErrorKind};
pub use self::feed::Feeds;
pub(crate) use self::index_text::index_text;
pub use self::lease::{Lease, Term};
pub use self::mention::Mentions;
pub use self::object::{
    Added, Dated, Dating, NewObject, Objects, Page, Revision, StoredObject, StoredRecord,
};
use self::postgres::Postgres;
pub use self::quarantine::Quarantine;
pub use self::query::{Query, VersionFilter};
use self::sql::SqlStorage;
use self::sqlite::Sqlite;
pub use self::sqlite::{Restored, ServerLock};
pub use self::submission::Submissions;
pub use self::supervision::Supervision;
pub use self::timekeeping::Timekeeping;
pub use self::upkeep::Upkeep;

/// A store: all of its parts, shared as `Arc<dyn Storage>`.
///
/// ```
/// # tokio::runtime::Runtime::new().unwrap().block_on(async {
/// use taxii_server::storage::{self, Query};
///
/// let folder = tempfile::tempdir().unwrap();
/// let storage = storage::open(&folder.path().join("taxii.db").into()).await.unwrap();
/// let collection = uuid::Uuid::nil().into();
/// storage.register_collections(&[collection]).await.unwrap();
/// let page = storage.objects(&collection, &Query::new(10, 1 << 20)).await.unwrap();
/// assert!(page.rows.is_empty());
/// storage.close().await;
/// # });
/// ```
#[async_trait]
pub trait Storage:
    Accounts
    + Browsing
    + Deletions
    + Feeds
    + Mentions
    + Objects
    + Quarantine
    + Submissions
    + Supervision
    + Timekeeping
    + Upkeep
    + fmt::Debug
    + Send
    + Sync
{
    /// Makes the collections known to the database. One that is no longer configured keeps its objects.
    ///
    /// # Errors
    /// The database failed.
    async fn register_collections(&self, collections: &[CollectionId]) -> Result<(), StorageError>;

    /// Takes the lease on a task, so that of several servers on this store one does it; nothing when another has it.
    /// A store of one process gives it always.
    ///
    /// # Errors
    /// The database failed.
    async fn lead(&self, task: &str) -> Result<Option<Lease>, StorageError>;

    /// How many versions of objects of each type each collection has, where it has any.
    ///
    /// # Errors
    /// The database failed.
    async fn object_counts(&self) -> Result<Vec<(CollectionId, String, u64)>, StorageError>;

    /// Whether the store answers.
    ///
    /// # Errors
    /// It does not.
    async fn ping(&self) -> Result<(), StorageError>;

    /// Bounds the size of an SQLite file: what would make it larger fails as on a full disk. A file that is larger already
    /// does not grow any more. Does nothing to a PostgreSQL database.
    fn limit_size(&self, bytes: Option<u64>);

    /// Returns the last write if it failed.
    fn last_write_failure(&self) -> Option<WriteFailure>;

    /// Writes some hundred KiB and removes them again, to find out whether the database takes writes.
    ///
    /// # Errors
    /// It does not.
    async fn probe_write(&self) -> Result<(), StorageError>;

    /// Waits for what is running and closes the database.
    async fn close(&self);
}

/// Opens a database and brings it to this version of the program; a file that does not exist is made.
///
/// # Errors
/// The database cannot be reached or written, or comes from a newer version of the program.
pub async fn open(database: &Database) -> Result<Arc<dyn Storage>, StorageError> {
    match database {
        Database::Sqlite(path) => Ok(Arc::new(SqlStorage::new(Sqlite::open(path).await?))),
        Database::Postgres(url) => Ok(Arc::new(SqlStorage::new(Postgres::open(url).await?))),
    }
}

/// The same, but a file that does not exist is not made: who only looks would take it for an empty store.
///
/// # Errors
/// As [`open`]; or the file does not exist.
pub async fn open_existing(database: &Database) -> Result<Arc<dyn Storage>, StorageError> {
    if let Database::Sqlite(path) = database {
        sqlite::look_for(path)?;
    }
    open(database).await
}

/// Checks that this user can read and write the database file, or make it, without touching it. A PostgreSQL database
/// has nothing to check.
///
/// # Errors
/// The file or its folder has other permissions, or the folder is missing: in one sentence.
pub fn check_access(database: &Database) -> std::io::Result<()> {
    match database {
        Database::Sqlite(path) => sqlite::check_access(path),
        Database::Postgres(_) => Ok(()),
    }
}

/// How many migrations the database still needs. It is only read, and not made.
///
/// # Errors
/// The database cannot be reached, or comes from a newer version of the program.
pub async fn pending_migrations(database: &Database) -> Result<usize, StorageError> {
    match database {
        Database::Sqlite(path) => sqlite::pending_migrations(path).await,
        Database::Postgres(url) => postgres::pending_migrations(url).await,
    }
}

/// Takes the right to serve a database: of an SQLite file, one process at a time has it. Several servers may share a
/// PostgreSQL database.
///
/// # Errors
/// Another process serves the file.
pub fn lock(database: &Database) -> Result<Option<ServerLock>, StorageError> {
    match database {
        Database::Sqlite(path) => {
            let failed = |error| StorageError::open(absolute(path).display(), error);
            sqlite::check_access(path).map_err(failed)?;
            ServerLock::take(path).map(Some)
        }
        Database::Postgres(_) => Ok(None),
    }
}

/// Puts a backup in the place of an SQLite file. What was there is kept under other names, which are returned. Dates of
/// adding go on after everything that a client may have seen.
///
/// # Errors
/// A server is running, or the backup cannot be used. Then nothing was changed.
pub async fn restore(file: &Path, backup: &Path, now: DateTime<Utc>) -> Result<Restored, StorageError> {
    sqlite::restore(file, backup, now).await
}

/// The path from the root.
pub(crate) fn absolute(path: &Path) -> PathBuf {
    sqlite::absolute(path)
}

/// Returns whether the database is a backup that nobody has opened yet, so that a log beside it is not its own.
pub fn is_unopened_backup(database: &Database) -> bool {
    match database {
        Database::Sqlite(path) => sqlite::is_unopened_backup(path),
        Database::Postgres(_) => false,
    }
}

/// Writes a copy of an SQLite file, as it is at one moment, while others read and write it.
///
/// # Errors
/// The file cannot be read, or the copy exists or cannot be written.
pub async fn backup(file: &Path, copy: &Path) -> Result<(), StorageError> {
    sqlite::backup(file, copy).await
}

/// A write that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WriteFailure {
    /// The way in which it failed.
    pub kind: StorageErrorKind,
    /// The time at which it failed.
    pub at: Instant,
}

/// The identifier of a collection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CollectionId(Uuid);

impl CollectionId {
    /// The UUID.
    pub fn uuid(self) -> Uuid {
        self.0
    }
}

impl From<Uuid> for CollectionId {
    fn from(uuid: Uuid) -> Self {
        Self(uuid)
    }
}

impl fmt::Display for CollectionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
