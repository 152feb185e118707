//! The terms of leases.

use super::statement::Statement;
use super::{Backend, Session};
use crate::storage::lease::Term;
use crate::storage::{StorageError, StorageErrorKind};

/// Makes sure that the term is not over, and will not be before the commit.
pub(super) async fn check<B: Backend>(tx: &mut B::Connection, term: &Term) -> Result<(), StorageError> {
    let mut select = Statement::new("SELECT term FROM leader WHERE task = $1");
    select.push(B::FOR_UPDATE);
    let now = tx.fetch_optional(select.bind(term.task.as_str())).await?;
    match now.map(|mut row| row.next::<i64>()).transpose()? {
        Some(number) if number == term.number => Ok(()),
        _ => Err(StorageError::new(StorageErrorKind::TermOver)),
    }
}
