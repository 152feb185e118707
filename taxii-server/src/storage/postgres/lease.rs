//! A lease is an advisory lock, held by a connection that does nothing else.
//!
//! It ends with the connection: at once when the process dies, within [`SILENCE`] when it hangs or cannot be reached,
//! because then the database misses its regular question and closes the connection.

use std::time::Duration;

use sqlx::postgres::PgConnectOptions;
use sqlx::{Connection, PgConnection};
use tokio::time::{sleep, timeout};

use super::SILENCE;
use crate::storage::StorageError;
use crate::storage::lease::{Lease, Term};

/// The time between two questions, and how long the answer to one may take.
const PULSE: Duration = Duration::from_secs(3);

/// Takes the lease, unless another server has it.
pub(super) async fn take(options: &PgConnectOptions, task: &str) -> Result<Option<Lease>, StorageError> {
    let options = options.clone().options([("idle_session_timeout", SILENCE.as_millis())]);
    let mut connection = PgConnection::connect_with(&options).await?;
    // Two stores in schemas of one database have nothing to do with each other.
    let lock = "SELECT pg_try_advisory_lock(hashtextextended(current_schema() || '/' || $1, 0))";
    if !sqlx::query_scalar(lock).bind(task).fetch_one(&mut connection).await? {
        connection.close().await?;
        return Ok(None);
    }
    // Waits for a write of the term before: see the check of the term in `sql`.
    let count = "INSERT INTO leader (task, term) VALUES ($1, 1) \
                 ON CONFLICT (task) DO UPDATE SET term = leader.term + 1 RETURNING term";
    let number = sqlx::query_scalar(count).bind(task).fetch_one(&mut connection).await?;
    Ok(Some(Lease::kept(Term { task: task.to_owned(), number }, keep(connection))))
}

/// Holds the connection until it fails.
async fn keep(mut connection: PgConnection) {
    loop {
        sleep(PULSE).await;
        match timeout(PULSE, connection.ping()).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => return tracing::debug!("the connection of a lease is lost: {error}"),
            Err(_) => return tracing::debug!("the connection of a lease does not answer"),
        }
    }
}
