//! The server: started in-process on any port, by the program as by tests.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::{HttpServer, web};
use tokio::task::JoinHandle;

use crate::api::{self, State};
use crate::clock::Clock;
use crate::config::Config;
use crate::storage::{CollectionId, Storage, StorageError};

/// How long requests that have begun may take to end when the server stops.
const SHUTDOWN_SECONDS: u64 = 10;

/// Starts servers.
#[derive(Debug)]
pub struct Server;

/// A server that is running; it stops when [`Running::stop`] is called or the runtime ends.
#[derive(Debug)]
pub struct Running {
    address: SocketAddr,
    url: String,
    handle: ServerHandle,
    task: JoinHandle<io::Result<()>>,
}

impl Server {
    /// Starts a server on the current Tokio runtime. When this returns, it accepts connections.
    ///
    /// ```
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// use taxii_server::{clock::Clock, config::Config, server::Server, storage};
    ///
    /// let folder = tempfile::tempdir().unwrap();
    /// let storage = storage::open(&folder.path().join("taxii.db").into()).await.unwrap();
    /// let mut config = Config::default();
    /// config.listen.set_port(0);
    /// let running = Server::start(config, storage, Clock::system()).await.unwrap();
    /// assert!(running.url().starts_with("http://127.0.0.1:"));
    /// running.stop().await;
    /// # });
    /// ```
    ///
    /// # Errors
    ///
    /// The address cannot be listened on, or the store fails.
    pub async fn start(
        config: Config,
        storage: Arc<dyn Storage>,
        clock: Clock,
    ) -> Result<Running, StartError> {
        let collections: Vec<CollectionId> =
            config.collections.iter().map(|collection| collection.id.into()).collect();
        storage.register_collections(&collections).await.map_err(StartError::Storage)?;
        let listen = config.listen;
        let state = web::Data::new(State::new(config, storage, clock, Arc::default()));
        let server = HttpServer::new(move || api::app(state.clone()))
            .disable_signals()
            .shutdown_timeout(SHUTDOWN_SECONDS)
            .client_request_timeout(Duration::from_secs(15))
            .bind(listen)
            .map_err(|error| StartError::Listen(listen, error))?;
        let address = server.addrs().first().copied().unwrap_or(listen);
        let server = server.run();
        let handle = server.handle();
        let task = tokio::spawn(server);
        Ok(Running { address, url: format!("http://{address}"), handle, task })
    }
}

impl Running {
    /// The URL of the server, without a slash at the end.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The address and port that it listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Stops: no new connections, and some seconds for the requests that have begun.
    pub async fn stop(self) {
        self.handle.stop(true).await;
        // The outcome of a server that was told to stop says nothing more.
        let _ = self.task.await;
    }

    /// Waits until the server ends by itself, which only a failure makes it do.
    pub async fn ended(&mut self) -> io::Result<()> {
        (&mut self.task).await.unwrap_or_else(|error| Err(io::Error::other(error)))
    }
}

/// The server does not start.
#[derive(Debug)]
#[non_exhaustive]
pub enum StartError {
    /// The address cannot be listened on.
    Listen(SocketAddr, io::Error),
    /// The store fails.
    Storage(StorageError),
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Listen(address, error) => write!(f, "cannot listen on `{address}`: {error}"),
            Self::Storage(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for StartError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Listen(..) => None,
            Self::Storage(error) => error.source(),
        }
    }
}
