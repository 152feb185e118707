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
    /// Another process serves the SQLite file.
    InUse {
        /// The path of the file.
        database: String,
        /// The number of the process, if it could be found out.
        process: Option<String>,
    },
    /// The database did not do what it was told.
    Database,
    /// There is no room left for the database: on its disk, or within the bound that was set for it.
    Full,
    /// The database cannot be reached, or is not the one that takes writes. Another try may succeed.
    Unavailable,
    /// All connections stayed in use for too long, or a statement or lock took longer than allowed.
    Busy,
    /// The database was written by a newer version of the program.
    Newer {
        /// The number of the migration that this program does not know.
        migration: i64,
    },
    /// The database could not be brought to this version of the program.
    Migration,
    /// The change conflicts with what is stored, as a second row with the same key does.
    Conflict,
    /// The collection was never registered.
    UnknownCollection,
    /// Another server has taken the task over in whose name this was to be written.
    TermOver,
    /// Another has written what is known since it was read.
    Overtaken,
    /// The clock is so far ahead of what is known of the time that nothing is dated by it.
    ClockAhead,
    /// What is stored, or to be stored, is not what it should be.
    Encoding,
}

impl StorageErrorKind {
    /// Returns whether the database itself failed, so that other writes are likely to fail too.
    pub(super) fn concerns_the_database(&self) -> bool {
        matches!(self, Self::Full | Self::Unavailable | Self::Busy | Self::Database)
    }
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

    /// Returns whether another process serves the database.
    pub fn is_in_use(&self) -> bool {
        matches!(self.kind, StorageErrorKind::InUse { .. })
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
            StorageErrorKind::InUse { database, process } => {
                let process = process.as_deref().map(|process| format!(" (process {process})")).unwrap_or_default();
                write!(
                    f,
                    "the database `{database}` is in use by another server{process}: stop that one, or let several \
                     servers share a PostgreSQL database"
                )
            }
            StorageErrorKind::Database => f.write_str("the database failed"),
            StorageErrorKind::Full => f.write_str("the disk of the database is full"),
            StorageErrorKind::Unavailable => f.write_str("the database cannot be reached"),
            StorageErrorKind::Busy => f.write_str("the database is busy"),
            StorageErrorKind::Newer { migration } => write!(
                f,
                "the database was written by a newer version of this program (migration {migration} is unknown): \
                 install that version, or use another database"
            ),
            StorageErrorKind::Migration => f.write_str("the database could not be migrated"),
            StorageErrorKind::Conflict => f.write_str("the change conflicts with what is stored"),
            StorageErrorKind::TermOver => f.write_str("another server has taken over"),
            StorageErrorKind::ClockAhead => f.write_str(
                "the clock of this machine is far ahead of what is known of the time: set it, or confirm it with \
                 `taxii-server clock confirm`",
            ),
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
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::Protocol(_)
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed => StorageErrorKind::Unavailable,
            sqlx::Error::Database(error) => of_code(&error.code().unwrap_or_default()),
            _ => StorageErrorKind::Database,
        };
        Self { kind, source: Some(Box::new(error)) }
    }
}

/// The code with which PostgreSQL refuses a write on a standby.
pub(super) const READ_ONLY: &str = "25006";

/// What a code of SQLite (a number) or of PostgreSQL (five characters) stands for.
fn of_code(code: &str) -> StorageErrorKind {
    // The lowest byte is the primary code; the others tell more of it.
    const SQLITE_PRIMARY: u32 = 0xFF;
    if code.len() < 5 {
        return match code.parse::<u32>().map(|code| code & SQLITE_PRIMARY) {
            Ok(13) => StorageErrorKind::Full,                 // SQLITE_FULL
            Ok(5 | 6 | 15) => StorageErrorKind::Busy,         // SQLITE_BUSY, SQLITE_LOCKED, SQLITE_PROTOCOL
            Ok(19) => StorageErrorKind::Conflict,             // SQLITE_CONSTRAINT
            Ok(7..=10 | 14) => StorageErrorKind::Unavailable, // NOMEM, READONLY, INTERRUPT, IOERR, CANTOPEN
            _ => StorageErrorKind::Database,
        };
    }
    match code {
        "53100" => StorageErrorKind::Full,
        // Statements and locks that took too long, deadlocks, and too many connections.
        "57014" | "55P03" | "53300" | "40001" | "40P01" => StorageErrorKind::Busy,
        // A standby, and a transaction that was idle for too long.
        READ_ONLY | "25P03" => StorageErrorKind::Unavailable,
        code if code.starts_with("23") => StorageErrorKind::Conflict,
        // All of a connection, of memory, of a server that stops or starts, and of its files.
        code if ["08", "53", "57", "58"].iter().any(|class| code.starts_with(class)) => {
            StorageErrorKind::Unavailable
        }
        _ => StorageErrorKind::Database,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_of_both_databases_have_a_kind() {
        let cases = [
            ("13", StorageErrorKind::Full),
            ("53100", StorageErrorKind::Full),
            // Of SQLite the extended codes: SQLITE_IOERR_WRITE, SQLITE_BUSY_SNAPSHOT, SQLITE_CONSTRAINT_PRIMARYKEY.
            ("778", StorageErrorKind::Unavailable),
            ("517", StorageErrorKind::Busy),
            ("1555", StorageErrorKind::Conflict),
            ("7", StorageErrorKind::Unavailable),
            ("11", StorageErrorKind::Database),
            ("25006", StorageErrorKind::Unavailable),
            ("57P01", StorageErrorKind::Unavailable),
            ("58030", StorageErrorKind::Unavailable),
            ("08006", StorageErrorKind::Unavailable),
            ("57014", StorageErrorKind::Busy),
            ("55P03", StorageErrorKind::Busy),
            ("40P01", StorageErrorKind::Busy),
            ("23505", StorageErrorKind::Conflict),
            ("42601", StorageErrorKind::Database),
        ];
        for (code, kind) in cases {
            assert_eq!(of_code(code), kind, "{code}");
        }
    }
}
