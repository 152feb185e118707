//! Bringing a database to this version of the program: forwards only, when the store is opened.

use sqlx::SqlitePool;
use sqlx::migrate::Migrator;

use crate::storage::StorageError;

static MIGRATOR: Migrator = sqlx::migrate!("migrations/sqlite");

/// Runs the migrations that the database has not seen; one that it has seen and we do not know is an error.
pub(super) async fn run(pool: &SqlitePool) -> Result<(), StorageError> {
    Ok(MIGRATOR.run(pool).await?)
}
