//! How a store fails.

use std::error::Error;
use std::fmt;

/// The store failed.
#[derive(Debug)]
pub struct StorageError {
    kind: StorageErrorKind,
    source: Option<Box<dyn Error + Send + Sync>>,
}

/// In which way the store failed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StorageErrorKind {
    /// The database cannot be opened.
    Open {
        /// The database, without its password.
        database: String,
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
    /// Another server has taken the task over in whose name this was to be written.
    TermOver,
    /// Another has written what is known since it was read.
    Overtaken,
    /// What is stored, or to be stored, is not what it should be.
    Encoding,
}

impl StorageError {
    pub(super) fn new(kind: StorageErrorKind) -> Self {
        Self { kind, source: None }
    }

    /// What is to be stored, or was stored, cannot be written or read.
    pub(crate) fn encoding(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { kind: StorageErrorKind::Encoding, source: Some(source.into()) }
    }

    pub(super) fn open(database: impl fmt::Display, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { kind: StorageErrorKind::Open { database: database.to_string() }, source: Some(source.into()) }
    }

    /// In which way it failed.
    pub fn kind(&self) -> &StorageErrorKind {
        &self.kind
    }
}

impl fmt::Display for StorageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            StorageErrorKind::Open { database } => write!(f, "cannot open the database `{database}`"),
            StorageErrorKind::Database => f.write_str("the database failed"),
            StorageErrorKind::Busy => f.write_str("the database is busy"),
            StorageErrorKind::Newer { migration } => write!(
                f,
                "the database was written by a newer version of this program (migration {migration} is unknown): \
                 install that version, or use another database"
            ),
            StorageErrorKind::Migration => f.write_str("the database could not be migrated"),
            StorageErrorKind::TermOver => f.write_str("another server has taken over"),
            StorageErrorKind::Overtaken => f.write_str("another writer was faster"),
            StorageErrorKind::Encoding => f.write_str("a stored value cannot be read or written"),
            StorageErrorKind::UnknownCollection => f.write_str("the collection is unknown to the database"),
        }
    }
}

impl Error for StorageError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_deref().map(|source| source as &(dyn Error + 'static))
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
