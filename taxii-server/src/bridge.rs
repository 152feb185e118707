//! The whole program in one value: the store, the TAXII server, and a poller for each feed.

mod alarm;
mod polling;

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use tokio::sync::watch;
use tokio::task::JoinHandle;

use self::polling::Polling;
pub(crate) use self::polling::TASK as POLLING;
use crate::clock::Clock;
use crate::config::Config;
use crate::feed::Failure;
use crate::server::{Running, Server, StartError};
use crate::storage::Storage;

/// A server and its pollers, running until [`Bridge::stop`] is called.
#[derive(Debug)]
pub struct Bridge {
    server: Running,
    storage: Arc<dyn Storage>,
    polling: JoinHandle<()>,
    stop: watch::Sender<bool>,
}

impl Bridge {
    /// Starts to serve, and to poll the feeds of the settings as soon as no other server on the same store does.
    ///
    /// # Errors
    /// The server cannot start, or a feed cannot be polled at all.
    pub async fn start(config: Config, storage: Arc<dyn Storage>, clock: Clock) -> Result<Self, BridgeError> {
        let polling = Polling::new(&config, Arc::clone(&storage), clock.clone())?;
        let server = Server::start(config, Arc::clone(&storage), clock).await.map_err(BridgeError::Server)?;
        let (stop, stopped) = watch::channel(false);
        let (polling, metrics) = (Arc::new(polling), Arc::clone(server.metrics()));
        let supervisor = server.supervisor().clone();
        let polling = server.supervisor().spawn("polling", move || {
            Arc::clone(&polling).run(supervisor.clone(), Arc::clone(&metrics), stopped.clone())
        });
        Ok(Self { server, storage, polling, stop })
    }

    /// The server.
    pub fn server(&mut self) -> &mut Running {
        &mut self.server
    }

    /// Stops polling, then serving, then closes the store.
    pub async fn stop(self) {
        // Without a feed there is no receiver; and if polling has panicked, it has said so.
        let _ = self.stop.send(true);
        let _ = self.polling.await;
        self.server.stop().await;
        self.storage.close().await;
    }
}

/// The bridge cannot start.
#[derive(Debug)]
#[non_exhaustive]
pub enum BridgeError {
    /// The server cannot start.
    Server(StartError),
    /// A feed cannot be polled at all.
    Feed(Failure),
    /// A feed names a collection that does not exist.
    NoCollection,
    /// Objects cannot be made as the settings say: why, in a sentence.
    Ingest(String),
}

impl fmt::Display for BridgeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Server(error) => error.fmt(f),
            Self::Feed(failure) => failure.fmt(f),
            Self::Ingest(problem) => f.write_str(problem),
            Self::NoCollection => f.write_str("a feed names a collection that does not exist"),
        }
    }
}

impl Error for BridgeError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Server(error) => error.source(),
            Self::Feed(_) | Self::Ingest(_) | Self::NoCollection => None,
        }
    }
}
