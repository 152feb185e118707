//! Where objects and accounts are kept: plain data in, plain data out, nothing of a database outside.
//!
//! SQLite is the store. Its functions take and give the types of this module only (the exception is the
//! transaction that ingest writes in), so that a second store can stand beside it.

pub mod cursor;
pub mod feed;
pub mod query;
pub mod sqlite;

use std::fmt;
use std::path::{Path, PathBuf};

use serde_json::value::RawValue;
use stix_core::{Identifier, Timestamp};
use uuid::Uuid;

pub use self::cursor::{Cursor, DateAdded};
pub use self::query::{Query, VersionFilter};
pub use self::sqlite::SqliteStorage;

/// The identifier of a collection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
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

/// The store failed.
#[derive(Debug)]
pub struct StorageError {
    kind: StorageErrorKind,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// In which way the store failed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StorageErrorKind {
    /// The file cannot be opened as a database.
    Open {
        /// The file.
        path: PathBuf,
    },
    /// The database did not do what it was told.
    Database,
    /// All connections stayed in use for too long.
    Busy,
    /// The database was written by a newer version of the program.
    Newer {
        /// The number of the migration that this program does not know.
        migration: i64,
    },
    /// The database could not be brought to this version of the program.
    Migration,
    /// The collection was never registered.
    UnknownCollection,
    /// What is stored, or to be stored, is not what it should be.
    Encoding,
}

impl StorageError {
    pub(crate) fn new(kind: StorageErrorKind) -> Self {
        Self { kind, source: None }
    }

    /// What is to be stored, or was stored, cannot be written or read.
    pub(crate) fn encoding(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self { kind: StorageErrorKind::Encoding, source: Some(source.into()) }
    }

    pub(crate) fn open(path: &Path, source: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self { kind: StorageErrorKind::Open { path: path.to_owned() }, source: Some(Box::new(source)) }
    }

    /// In which way it failed.
    pub fn kind(&self) -> &StorageErrorKind {
        &self.kind
    }
}

impl fmt::Display for StorageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            StorageErrorKind::Open { path } => write!(f, "cannot open the database `{}`", path.display()),
            StorageErrorKind::Database => f.write_str("the database failed"),
            StorageErrorKind::Busy => f.write_str("the database is busy"),
            StorageErrorKind::Newer { migration } => write!(
                f,
                "the database was written by a newer version of this program (migration {migration} is unknown): \
                 install that version, or use another database"
            ),
            StorageErrorKind::Migration => f.write_str("the database could not be migrated"),
            StorageErrorKind::Encoding => f.write_str("a stored value cannot be read or written"),
            StorageErrorKind::UnknownCollection => f.write_str("the collection is unknown to the database"),
        }
    }
}

impl std::error::Error for StorageError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_deref().map(|source| source as &(dyn std::error::Error + 'static))
    }
}

impl From<sqlx::Error> for StorageError {
    fn from(error: sqlx::Error) -> Self {
        let kind = match &error {
            sqlx::Error::PoolTimedOut => StorageErrorKind::Busy,
            _ => StorageErrorKind::Database,
        };
        Self { kind, source: Some(Box::new(error)) }
    }
}

impl From<sqlx::migrate::MigrateError> for StorageError {
    fn from(error: sqlx::migrate::MigrateError) -> Self {
        let kind = match &error {
            sqlx::migrate::MigrateError::VersionMissing(migration) => {
                StorageErrorKind::Newer { migration: *migration }
            }
            _ => StorageErrorKind::Migration,
        };
        Self { kind, source: Some(Box::new(error)) }
    }
}
