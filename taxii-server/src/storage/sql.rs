//! Every statement of the store, written once for all databases.
//!
//! The types that sqlx has for two databases have nothing in common, and code that is generic over them needs a page
//! of bounds for each function. So here a statement is text with plain values and a row is plain values
//! ([`statement`], [`row`]); a [`Backend`] takes the one and gives the other. Text has `$1`, `$2`... for values, which
//! all databases understand. The few words in which they differ are constants of the backend.

mod accounts;
mod browsing;
mod collections;
mod deletion;
mod feed;
mod latest;
mod mentions;
mod objects;
mod pruning;
mod quarantine;
pub(super) mod row;
mod select;
pub(super) mod statement;
mod submission;
mod supervision;
mod terms;
mod timekeeping;
mod tombstones;
mod transaction;
mod upkeep;

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use futures_util::TryStreamExt;
use futures_util::stream::BoxStream;
use sqlx::{Pool, Transaction};

use self::row::Row;
use self::statement::Statement;
use self::transaction::{WriteHealth, WriteTransaction};
use super::{CollectionId, Lease, Storage, StorageError, WriteFailure};

/// A database that runs statements.
pub(super) trait Backend: fmt::Debug + Send + Sync + 'static {
    /// The database of sqlx.
    type Database: sqlx::Database<Connection = Self::Connection>;
    /// A connection to it.
    type Connection: Session + sqlx::Connection<Database = Self::Database>;

    /// Whether a statement can name the index that it is to use.
    const NAMES_INDEXES: bool;
    /// What stands around a part of a union whose rows come in the order of their first column, so that the parts are
    /// merged, not sorted.
    const UNION_PART: [&'static str; 2];
    /// What follows a `SELECT` that locks its rows until the commit; nothing where a writer is alone anyway.
    const FOR_UPDATE: &'static str;
    /// What stands before a statement to learn how it would be run.
    const EXPLAIN: &'static str;

    /// The connections for reading.
    fn reader(&self) -> &Pool<Self::Database>;

    /// Begins a transaction that writes. Dropped without a commit it is taken back.
    fn begin(
        &self,
    ) -> impl Future<Output = Result<Transaction<'static, Self::Database>, StorageError>> + Send;

    /// See [`Storage::lead`].
    fn lead(&self, task: &str) -> impl Future<Output = Result<Option<Lease>, StorageError>> + Send;

    /// See [`Storage::limit_size`].
    fn limit_size(&self, _bytes: Option<u64>) {}

    /// Waits for what is running and closes all connections.
    fn close(&self) -> impl Future<Output = ()> + Send;
}

/// What a connection can do, in a transaction or not.
pub(super) trait Session: Send {
    /// How many rows one statement takes or looks for.
    const ROWS_AT_ONCE: usize;

    /// Runs a statement; the answer is how many rows it changed.
    fn execute(&mut self, statement: Statement) -> impl Future<Output = Result<u64, StorageError>> + Send;

    /// The rows of a statement, one after the other.
    fn fetch(&mut self, statement: Statement) -> BoxStream<'_, Result<Row, StorageError>>;

    /// All rows of a statement.
    fn fetch_all(
        &mut self,
        statement: Statement,
    ) -> impl Future<Output = Result<Vec<Row>, StorageError>> + Send {
        self.fetch(statement).try_collect()
    }

    /// The first row of a statement, if there is any.
    fn fetch_optional(
        &mut self,
        statement: Statement,
    ) -> impl Future<Output = Result<Option<Row>, StorageError>> + Send {
        async move { self.fetch(statement).try_next().await }
    }
}

/// The store in a database.
#[derive(Debug)]
pub(super) struct SqlStorage<B> {
    backend: B,
    writes: Arc<WriteHealth>,
}

/// How many bytes a probe writes: more than what may be free inside of the file.
const PROBE_BYTES: usize = 256 << 10;

impl<B: Backend> SqlStorage<B> {
    pub(super) fn new(backend: B) -> Self {
        Self { backend, writes: Arc::default() }
    }

    /// Begins a transaction that writes.
    async fn begin(&self) -> Result<WriteTransaction<B>, StorageError> {
        WriteTransaction::begin(&self.backend, &self.writes).await
    }

    /// Runs a statement in a transaction of its own; the answer is how many rows it changed.
    async fn write(&self, statement: Statement) -> Result<u64, StorageError> {
        let mut tx = self.begin().await?;
        let changed = tx.execute(statement).await?;
        tx.commit().await?;
        Ok(changed)
    }

    /// All rows of a statement that only reads.
    async fn read_all(&self, statement: Statement) -> Result<Vec<Row>, StorageError> {
        self.backend.reader().acquire().await?.fetch_all(statement).await
    }

    /// The first row of a statement that only reads.
    async fn read_optional(&self, statement: Statement) -> Result<Option<Row>, StorageError> {
        self.backend.reader().acquire().await?.fetch_optional(statement).await
    }
}

#[async_trait]
impl<B: Backend> Storage for SqlStorage<B> {
    async fn register_collections(&self, collections: &[CollectionId]) -> Result<(), StorageError> {
        self.register(collections).await
    }

    async fn lead(&self, task: &str) -> Result<Option<Lease>, StorageError> {
        self.backend.lead(task).await
    }

    async fn object_counts(&self) -> Result<Vec<(CollectionId, String, u64)>, StorageError> {
        self.counts().await
    }

    async fn ping(&self) -> Result<(), StorageError> {
        self.read_optional(Statement::new("SELECT key FROM collection LIMIT 1")).await?;
        Ok(())
    }

    fn limit_size(&self, bytes: Option<u64>) {
        self.backend.limit_size(bytes);
    }

    fn last_write_failure(&self) -> Option<WriteFailure> {
        self.writes.failure()
    }

    async fn probe_write(&self) -> Result<(), StorageError> {
        let insert = Statement::new("INSERT INTO write_probe (content) VALUES ($1)");
        self.write(insert.bind(vec![0; PROBE_BYTES].as_slice())).await?;
        self.write(Statement::new("DELETE FROM write_probe")).await?;
        Ok(())
    }

    async fn close(&self) {
        self.backend.close().await;
    }
}
