//! Which database, as the settings name it.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use serde::Deserialize;

/// A database: the path of an SQLite file.
///
/// Printed it does not show a password.
///
/// ```
/// use taxii_server::storage::Database;
///
/// let database: Database = "/var/lib/taxii.db".parse().unwrap();
/// assert_eq!(database, Database::Sqlite("/var/lib/taxii.db".into()));
/// ```
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
#[non_exhaustive]
pub enum Database {
    /// A file, which is made when it does not exist.
    Sqlite(PathBuf),
}

/// The text names no database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DatabaseError {
    problem: &'static str,
}

impl FromStr for Database {
    type Err = DatabaseError;

    fn from_str(text: &str) -> Result<Self, DatabaseError> {
        match text.split_once("://") {
            Some(_) => Err(DatabaseError { problem: "expected the path of a file" }),
            None if text.is_empty() => Err(DatabaseError { problem: "the path is empty" }),
            None => Ok(Self::Sqlite(text.into())),
        }
    }
}

impl TryFrom<String> for Database {
    type Error = DatabaseError;

    fn try_from(text: String) -> Result<Self, DatabaseError> {
        text.parse()
    }
}

impl From<PathBuf> for Database {
    fn from(path: PathBuf) -> Self {
        Self::Sqlite(path)
    }
}

impl From<&Path> for Database {
    fn from(path: &Path) -> Self {
        Self::Sqlite(path.to_owned())
    }
}

impl fmt::Display for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => path.display().fmt(f),
        }
    }
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Database({self})")
    }
}

impl fmt::Display for DatabaseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.problem)
    }
}

impl std::error::Error for DatabaseError {}
