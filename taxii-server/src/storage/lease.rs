//! Being the one server that does a task, such as polling, when several share one store.

use std::fmt;
use std::future;

use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// The right to be the only one that does a task: until it is dropped, or lost.
///
/// Losing it cannot be noticed in time in every case, so what is written on its strength carries its [`Term`], and the
/// store refuses what comes from a term that is over.
#[derive(Debug)]
pub struct Lease {
    term: Option<Term>,
    kept: Option<Kept>,
}

/// The task and the number of a lease; a later lease on the same task has a higher one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// The task.
    pub task: String,
    /// The number.
    pub number: i64,
}

/// A lease that something has to be done for.
struct Kept {
    keeper: JoinHandle<()>,
    lost: oneshot::Receiver<()>,
}

impl Lease {
    /// A lease on a store that nobody else uses.
    pub(super) fn alone() -> Self {
        Self { term: None, kept: None }
    }

    /// A lease that lasts as long as the future that keeps it; that is dropped with the lease.
    pub(super) fn kept(term: Term, keeping: impl Future<Output = ()> + Send + 'static) -> Self {
        let (ended, lost) = oneshot::channel();
        let keeper = tokio::spawn(async move {
            keeping.await;
            // Whoever held the lease may have let it go.
            let _ = ended.send(());
        });
        Self { term: Some(term), kept: Some(Kept { keeper, lost }) }
    }

    /// The term, if there can be another one.
    pub fn term(&self) -> Option<&Term> {
        self.term.as_ref()
    }

    /// Waits until the lease is lost.
    pub async fn lost(&mut self) {
        match &mut self.kept {
            // A keeper that ended in any way keeps nothing.
            Some(kept) => drop((&mut kept.lost).await),
            None => future::pending().await,
        }
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        self.keeper.abort();
    }
}

impl fmt::Debug for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Kept")
    }
}
