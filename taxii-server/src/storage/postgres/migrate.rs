//! Bringing a database to this version of the program: forwards only, when the store is opened. Of several servers
//! that start at once, one does it and the others wait.

use sqlx::PgConnection;
use sqlx::migrate::Migrator;

use crate::storage::{StorageError, migrations};

static MIGRATOR: Migrator = sqlx::migrate!("migrations/postgres");

/// Runs the migrations that the database has not seen; one that it has seen and we do not know is an error.
pub(super) async fn run(connection: &mut PgConnection) -> Result<(), StorageError> {
    Ok(MIGRATOR.run(connection).await?)
}

/// How many migrations the database has not seen.
pub(super) async fn pending(connection: &mut PgConnection) -> Result<usize, StorageError> {
    let seen = sqlx::query_scalar(migrations::SEEN).fetch_all(connection).await;
    migrations::pending(&MIGRATOR, &migrations::seen(seen)?)
}
