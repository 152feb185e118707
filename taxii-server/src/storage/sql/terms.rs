//! The terms of leases.

use super::statement::Statement;
use super::transaction::WriteTransaction;
use super::{Backend, Session, SqlStorage};
use crate::storage::lease::Term;
use crate::storage::{StorageError, StorageErrorKind};

impl<B: Backend> SqlStorage<B> {
    /// Begins a transaction in a term, where there can be another one.
    pub(super) async fn begin_in(&self, term: Option<&Term>) -> Result<WriteTransaction<B>, StorageError> {
        let mut tx = self.begin().await?;
        if let Some(term) = term {
            check::<B>(&mut tx, term).await?;
        }
        Ok(tx)
    }
}

/// Makes sure that the term is not over, and will not be before the commit.
async fn check<B: Backend>(tx: &mut WriteTransaction<B>, term: &Term) -> Result<(), StorageError> {
    let mut select = Statement::new("SELECT term FROM leader WHERE task = $1");
    select.push(B::FOR_UPDATE);
    let now = tx.fetch_optional(select.bind(term.task.as_str())).await?;
    match now.map(|mut row| row.next::<i64>()).transpose()? {
        Some(number) if number == term.number => Ok(()),
        _ => Err(StorageError::new(StorageErrorKind::TermOver)),
    }
}
