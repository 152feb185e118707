//! The whole program in one value: the store, the TAXII server, and a poller for each feed.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::clock::Clock;
use crate::config::Config;
use crate::feed::{self, Failure, Poller};
use crate::ingest::Ingest;
use crate::server::{Running, Server, StartError};
use crate::storage::Storage;

/// A server and its pollers, running until [`Bridge::stop`] is called.
#[derive(Debug)]
pub struct Bridge {
    server: Running,
    storage: Arc<dyn Storage>,
    pollers: Vec<JoinHandle<()>>,
    stop: watch::Sender<bool>,
}

impl Bridge {
    /// Starts to serve, and to poll the feeds of the settings.
    ///
    /// # Errors
    /// The server cannot start, or a feed cannot be polled at all.
    pub async fn start(config: Config, storage: Arc<dyn Storage>, clock: Clock) -> Result<Self, BridgeError> {
        let (stop, stopped) = watch::channel(false);
        let ingest = Ingest::new(storage.clone(), clock.clone(), config.allowance);
        let pollers = config
            .feeds
            .iter()
            .map(|feed| {
                let collection = config.collection_of(feed).ok_or(BridgeError::NoCollection)?;
                Poller::new(feed.clone(), collection, ingest.clone(), clock.clone())
                    .map_err(BridgeError::Feed)
            })
            .collect::<Result<Vec<_>, _>>()?;
        let server = Server::start(config, storage.clone(), clock).await.map_err(BridgeError::Server)?;
        let spawn = |poller| tokio::spawn(feed::run(poller, stopped.clone()));
        let pollers = pollers.into_iter().map(spawn).collect();
        Ok(Self { server, storage, pollers, stop })
    }

    /// The server.
    pub fn server(&mut self) -> &mut Running {
        &mut self.server
    }

    /// Stops polling, then serving, then closes the store.
    pub async fn stop(self) {
        // There is no receiver when there is no feed.
        let _ = self.stop.send(true);
        for poller in self.pollers {
            // A poller that panicked has said so.
            let _ = poller.await;
        }
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
}

impl fmt::Display for BridgeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Server(error) => error.fmt(f),
            Self::Feed(failure) => failure.fmt(f),
            Self::NoCollection => f.write_str("a feed names a collection that does not exist"),
        }
    }
}

impl Error for BridgeError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Server(error) => error.source(),
            Self::Feed(_) | Self::NoCollection => None,
        }
    }
}
