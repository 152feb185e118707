//! Transactions that write, and whether the last one could.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use sqlx::Transaction;

use super::row::Row;
use super::statement::Statement;
use super::{Backend, Session};
use crate::storage::{StorageError, WriteFailure};

/// A transaction that writes. Dropped without a commit it is taken back.
pub(super) struct WriteTransaction<B: Backend> {
    inner: Transaction<'static, B::Database>,
    health: Arc<WriteHealth>,
}

/// The last write that failed, until another one succeeds.
#[derive(Debug, Default)]
pub(super) struct WriteHealth {
    failure: Mutex<Option<WriteFailure>>,
}

impl<B: Backend> WriteTransaction<B> {
    /// Begins a transaction.
    ///
    /// # Errors
    /// The database failed.
    pub(super) async fn begin(backend: &B, health: &Arc<WriteHealth>) -> Result<Self, StorageError> {
        let inner = backend.begin().await.inspect_err(|error| health.failed(error))?;
        Ok(Self { inner, health: Arc::clone(health) })
    }

    /// Makes the changes last.
    ///
    /// # Errors
    /// The database failed: nothing was changed.
    pub(super) async fn commit(self) -> Result<(), StorageError> {
        let committed = self.inner.commit().await.map_err(StorageError::from);
        match &committed {
            Ok(()) => self.health.succeeded(),
            Err(error) => self.health.failed(error),
        }
        committed
    }
}

impl<B: Backend> Session for WriteTransaction<B> {
    const ROWS_AT_ONCE: usize = B::Connection::ROWS_AT_ONCE;

    async fn execute(&mut self, statement: Statement) -> Result<u64, StorageError> {
        let done = Session::execute(&mut *self.inner, statement).await;
        done.inspect_err(|error| self.health.failed(error))
    }

    fn fetch(&mut self, statement: Statement) -> BoxStream<'_, Result<Row, StorageError>> {
        let health = Arc::clone(&self.health);
        let rows = Session::fetch(&mut *self.inner, statement);
        let note = move |row: &Result<Row, StorageError>| {
            if let Err(error) = row {
                health.failed(error);
            }
        };
        rows.inspect(note).boxed()
    }
}

impl WriteHealth {
    /// Returns the last write, if it failed.
    pub(super) fn failure(&self) -> Option<WriteFailure> {
        self.failure.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn failed(&self, error: &StorageError) {
        if error.kind().concerns_the_database() {
            let failure = WriteFailure { kind: error.kind().clone(), at: Instant::now() };
            *self.failure.lock().unwrap_or_else(PoisonError::into_inner) = Some(failure);
        }
    }

    fn succeeded(&self) {
        *self.failure.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

impl<B: Backend> fmt::Debug for WriteTransaction<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WriteTransaction")
    }
}
