//! Where answers are held until somebody lets them go.

use std::sync::Arc;

use tokio::sync::{Semaphore, watch};

/// A gate that holds answers. Clones are the same gate.
#[derive(Clone, Debug)]
pub(crate) struct Gate {
    /// One permit for each answer that has come to be held and that nobody has waited for.
    held: Arc<Semaphore>,
    /// Changes whenever the gate is opened.
    opened: watch::Sender<()>,
}

impl Gate {
    pub(crate) fn new() -> Self {
        Self { held: Arc::new(Semaphore::new(0)), opened: watch::Sender::new(()) }
    }

    /// Waits until the gate is opened the next time.
    pub(crate) async fn hold(&self) {
        let mut opened = self.opened.subscribe();
        self.held.add_permits(1);
        // The sender is this gate's own.
        let _ = opened.changed().await;
    }

    /// Waits for the next answer that comes to be held.
    pub(crate) async fn held(&self) {
        // It is never closed.
        if let Ok(permit) = self.held.acquire().await {
            permit.forget();
        }
    }

    /// Lets go all that are held.
    pub(crate) fn open(&self) {
        self.opened.send_replace(());
    }
}
