//! How the migrations of a database stand against those of this program.

use sqlx::migrate::Migrator;

use super::{StorageError, StorageErrorKind};

/// How many migrations of the program the database has not seen.
///
/// # Errors
/// The database has seen one that the program does not know.
pub(super) fn pending(program: &Migrator, seen: &[i64]) -> Result<usize, StorageError> {
    match seen.iter().find(|version| !program.version_exists(**version)) {
        Some(&migration) => Err(StorageError::new(StorageErrorKind::Newer { migration })),
        None => Ok(program.iter().filter(|migration| !seen.contains(&migration.version)).count()),
    }
}

/// What SQLite and PostgreSQL say of a table that does not exist.
const NO_TABLE: [&str; 2] = ["1", "42P01"];

/// The migrations that a database has seen; a new one does not even have the table of them.
pub(super) fn seen(found: Result<Vec<i64>, sqlx::Error>) -> Result<Vec<i64>, StorageError> {
    match found {
        Err(sqlx::Error::Database(error)) if error.code().is_some_and(|code| NO_TABLE.contains(&&*code)) => {
            Ok(Vec::new())
        }
        found => Ok(found?),
    }
}

/// The statement that finds them.
pub(super) const SEEN: &str = "SELECT version FROM _sqlx_migrations WHERE success ORDER BY version";
