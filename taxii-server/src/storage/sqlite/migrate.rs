//! Bringing a database to this version of the program: forwards only, when the store is opened.

use sqlx::migrate::Migrator;
use sqlx::{SqliteConnection, SqlitePool};

use crate::storage::{StorageError, migrations};

static MIGRATOR: Migrator = sqlx::migrate!("migrations/sqlite");

/// Runs the migrations that the database has not seen; one that it has seen and we do not know is an error.
pub(super) async fn run(pool: &SqlitePool) -> Result<(), StorageError> {
    Ok(MIGRATOR.run(pool).await?)
}

/// How many migrations the database has not seen.
pub(super) async fn pending(connection: &mut SqliteConnection) -> Result<usize, StorageError> {
    let seen = sqlx::query_scalar(migrations::SEEN).fetch_all(connection).await;
    migrations::pending(&MIGRATOR, &migrations::seen(seen)?)
}
