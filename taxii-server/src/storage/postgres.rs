//! The store in a PostgreSQL database (version 14 or later), shared by any number of servers.
//!
//! Whoever adds objects to a collection locks its row until the commit, so dates become visible in their order,
//! whichever server gave them. Every connection reads what is committed, and a commit is on disk before it is seen,
//! whatever the defaults of the database say. A transaction of a server that hangs is ended by the database.

mod connection;
mod lease;
mod migrate;

use std::fmt;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{Connection, PgConnection, PgPool, Postgres as Database, Transaction};

use super::database::PostgresUrl;
use super::sql::Backend;
use super::{Lease, StorageError};

/// How long a server may be silent within a transaction, or holding a lease, before the database takes both away.
/// Together with the time until the next try of another server it is less than 30 seconds.
const SILENCE: Duration = Duration::from_secs(15);

/// How long a statement may take, and wait for a lock. Each is made to be run along an index and takes milliseconds, so these
/// are bounds for a database that is ill. Migrations have none.
const STATEMENT: Duration = Duration::from_secs(120);
const LOCK: Duration = Duration::from_secs(15);

/// How many transactions write at once.
const WRITERS: u32 = 4;

/// Every statement is made to be run along an index, row by row. The planner does not know: where statistics are missing
/// or old, as after the first poll, it would rather read and sort a whole collection for one page; and what looks costly
/// to it would be compiled for longer than it runs.
const ALONG_INDEXES: [(&str, &str); 6] = [
    ("enable_seqscan", "off"),
    ("enable_bitmapscan", "off"),
    ("enable_hashjoin", "off"),
    ("enable_mergejoin", "off"),
    ("plan_cache_mode", "force_custom_plan"),
    ("jit", "off"),
];

/// A PostgreSQL database.
pub(super) struct Postgres {
    options: PgConnectOptions,
    writer: PgPool,
    reader: PgPool,
}

impl Postgres {
    /// Connects, and brings the database to this version of the program.
    ///
    /// # Errors
    /// The database cannot be reached, or comes from a newer version of the program.
    pub(super) async fn open(url: &PostgresUrl) -> Result<Self, StorageError> {
        let options = url.options().map_err(|error| StorageError::open(url, error))?;
        let silence = SILENCE.as_millis();
        let options = options
            .application_name("taxii-server")
            .options([("default_transaction_isolation", "read committed")])
            .options([("idle_in_transaction_session_timeout", silence)])
            .options(ALONG_INDEXES);
        let first = PgConnection::connect_with(&options).await;
        let mut first = first.map_err(|error| StorageError::open(url, error))?;
        migrate::run(&mut first).await?;
        first.close().await?;
        let options = options
            .options([("statement_timeout", STATEMENT.as_millis()), ("lock_timeout", LOCK.as_millis())]);
        let readers = std::thread::available_parallelism().map_or(4, |cores| cores.get().saturating_mul(2));
        let pool = |connections| {
            PgPoolOptions::new()
                .max_connections(connections)
                .acquire_timeout(Duration::from_secs(10))
                .after_connect(|connection, _| Box::pin(durable(connection)))
        };
        let writer = pool(WRITERS)
            .test_before_acquire(false)
            .before_acquire(|connection, _| Box::pin(takes_writes(connection)));
        let reader = pool(u32::try_from(readers).unwrap_or(u32::MAX).clamp(4, 32));
        let connect = |pool: PgPoolOptions| pool.connect_lazy_with(options.clone());
        let (writer, reader) = (connect(writer), connect(reader));
        Ok(Self { options, writer, reader })
    }
}

/// The options are left out: they show the password.
impl fmt::Debug for Postgres {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Postgres").field("writer", &self.writer).field("reader", &self.reader).finish()
    }
}

impl Backend for Postgres {
    type Database = Database;
    type Connection = PgConnection;

    const NAMES_INDEXES: bool = false;
    const UNION_PART: [&'static str; 2] = ["(", " ORDER BY 1)"];
    const FOR_UPDATE: &'static str = " FOR UPDATE";
    const EXPLAIN: &'static str = "EXPLAIN ";

    fn reader(&self) -> &PgPool {
        &self.reader
    }

    async fn begin(&self) -> Result<Transaction<'static, Database>, StorageError> {
        Ok(self.writer.begin().await?)
    }

    async fn lead(&self, task: &str) -> Result<Option<Lease>, StorageError> {
        lease::take(&self.options, task).await
    }

    async fn close(&self) {
        self.reader.close().await;
        self.writer.close().await;
    }
}

/// How many migrations the database still needs.
///
/// # Errors
/// The database cannot be reached, or comes from a newer version of the program.
pub(super) async fn pending_migrations(url: &PostgresUrl) -> Result<usize, StorageError> {
    let options = url.options().map_err(|error| StorageError::open(url, error))?;
    let connection = PgConnection::connect_with(&options).await;
    let mut connection = connection.map_err(|error| StorageError::open(url, error))?;
    let pending = migrate::pending(&mut connection).await?;
    connection.close().await?;
    Ok(pending)
}

/// Has commits written to disk before they are seen: with `off` a crash of the database could take back objects that
/// clients have seen, and give their dates to others. What asks for more than the disk of this machine is left.
async fn durable(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::query(
        "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'",
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Whether the database at the other end still takes writes. One that does not, such as a primary that was demoted, is left,
/// and the next connection may lead to its successor. This asks in the place of the question whether the connection is
/// still there.
async fn takes_writes(connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
    let question = "SELECT NOT pg_is_in_recovery() AND current_setting('transaction_read_only') = 'off'";
    sqlx::query_scalar(question).fetch_one(connection).await
}
