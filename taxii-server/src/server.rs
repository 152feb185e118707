//! The server: started in-process on any port, by the program as by tests.

mod connection;
mod connection_limit;
mod exchange;
pub(crate) mod hangup;
mod header_watch;
mod listener;
mod timekeeper;
pub mod tls;
mod turned_away;
mod worker;
mod write_watch;

use std::fmt;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;

use actix_server::{ServerBuilder, ServerHandle};
use actix_web::web;
use chrono::TimeDelta;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use self::connection_limit::ConnectionLimit;
use self::listener::Door;
use self::timekeeper::Timekeeper;
use self::tls::{Identity, TlsError};
use self::turned_away::TurnedAway;
use crate::api::State;
use crate::auth::Authenticator;
use crate::clock::Clock;
use crate::config::Config;
use crate::ingest::{AllowListError, AllowLists};
use crate::metrics::Metrics;
use crate::storage::{CollectionId, Storage, StorageError};
use crate::supervisor::Supervisor;

/// How long requests that have begun may take to end when the server stops.
const SHUTDOWN_SECONDS: u64 = 10;

/// How many connections may wait to be accepted.
const BACKLOG: u32 = 4096;

/// How many connections the address for the operator serves at a time, beside those of the public one.
const ADMIN_CONNECTIONS: usize = 64;

/// Starts servers.
#[derive(Debug)]
pub struct Server;

/// A server that is running; it stops when [`Running::stop`] is called or the runtime ends.
#[derive(Debug)]
pub struct Running {
    address: SocketAddr,
    admin_address: Option<SocketAddr>,
    url: String,
    metrics: Arc<Metrics>,
    public: Listening,
    /// A server of its own, with a worker of its own, so that it answers whatever the public one has to do.
    admin: Option<Listening>,
    supervisor: Supervisor,
    /// Tasks that run for as long as the server does.
    beside: Vec<JoinHandle<()>>,
    workers: Vec<JoinHandle<()>>,
    timekeeper: Timekeeper,
    authenticator: Arc<Authenticator>,
    stop: watch::Sender<bool>,
}

/// A listener with the workers that serve its connections.
#[derive(Debug)]
struct Listening {
    handle: ServerHandle,
    task: JoinHandle<io::Result<()>>,
}

impl Listening {
    fn start(builder: ServerBuilder) -> Self {
        let server = builder.run();
        Self { handle: server.handle(), task: tokio::spawn(server) }
    }

    async fn stop(self) {
        self.handle.stop(true).await;
        // The outcome of a server that was told to stop says nothing more.
        let _ = self.task.await;
    }

    async fn ended(&mut self) -> io::Result<()> {
        (&mut self.task).await.unwrap_or_else(|error| Err(io::Error::other(error)))
    }
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
    /// An address cannot be listened on, the files of TLS cannot be used, or the store fails.
    pub async fn start(
        config: Config,
        storage: Arc<dyn Storage>,
        clock: Clock,
    ) -> Result<Running, StartError> {
        let collections: Vec<CollectionId> =
            config.all_collections().map(|collection| collection.id.into()).collect();
        storage.register_collections(&collections).await.map_err(StartError::Storage)?;
        storage.limit_size(Some(config.max_database_bytes).filter(|bytes| *bytes > 0));
        let lists = AllowLists::open(&config.allow_lists).map_err(StartError::AllowList)?;
        let lists = Arc::new(lists);
        let timekeeper = Timekeeper::new(Arc::clone(&storage), clock.clone(), !config.feeds.is_empty());
        timekeeper.look(TimeDelta::zero()).await.map_err(StartError::Storage)?;
        let metrics: Arc<Metrics> = Arc::default();
        let turned_away = TurnedAway::new(Arc::clone(&metrics));
        let limit = ConnectionLimit::new(config.max_connections_per_network, &config.trusted_proxies);
        let door = Door { limit, turned_away: Arc::clone(&turned_away) };
        let admin_door = Door { limit: ConnectionLimit::new(0, &[]), ..door.clone() };
        let (listen, admin_listen, tls) = (config.listen, config.admin_listen, config.tls());
        let workers = workers().clamp(1, config.max_connections.max(1));
        let builder = server(workers, config.max_connections / workers);
        let state = web::Data::new(State::new(config, storage, clock, Arc::clone(&metrics), lists));
        let intake = Arc::clone(&state.intake);
        let authenticator = Arc::clone(&state.authenticator);
        // Only the pages for people search.
        let search = state.config.status_page.then(|| Arc::clone(&state.search));
        let (listener, address) = bind(listen)?;
        let supervisor = state.supervisor.clone();
        let (builder, scheme, reloading) = match tls {
            None => {
                let builder = listener::plain(builder, listener, state.clone(), door);
                (builder, "http", supervisor.spawn("reload", hangup::nothing_to_reload))
            }
            Some(files) => {
                let identity = Identity::load(&files).map_err(StartError::Tls)?;
                let builder = listener::tls(builder, listener, state.clone(), door, Arc::clone(&identity));
                let metrics = Arc::clone(&metrics);
                let follow = move || Arc::clone(&identity).follow(Arc::clone(&metrics));
                (builder, "https", supervisor.spawn("reload", follow))
            }
        };
        let public = Listening::start(builder.map_err(|error| StartError::Listen(listen, error))?);
        let (mut admin, mut admin_address) = (None, None);
        if let Some(listen) = admin_listen {
            let (listener, address) = bind(listen)?;
            let builder = listener::admin(server(1, ADMIN_CONNECTIONS), listener, state, admin_door);
            admin = Some(Listening::start(builder.map_err(|error| StartError::Listen(listen, error))?));
            admin_address = Some(address);
        }
        let url = format!("{scheme}://{address}");
        let (stop, stopped) = watch::channel(false);
        let mut workers = Vec::new();
        let stop_intake = stopped.clone();
        workers.push(supervisor.spawn("submissions", move || {
            worker::until(stop_intake.clone(), worker::work_off(Arc::clone(&intake)))
        }));
        if let Some(search) = search {
            workers.push(supervisor.spawn("search index", move || {
                worker::until(stopped.clone(), worker::keep_index(Arc::clone(&search)))
            }));
        }
        let noting = Arc::clone(&authenticator);
        let noting = supervisor.spawn("secret uses", move || worker::note_uses(Arc::clone(&noting)));
        let keeper = timekeeper.clone();
        let keeping_time = supervisor.spawn("clock", move || keeper.clone().run());
        let summaries = supervisor.spawn("connection summary", move || Arc::clone(&turned_away).summarize());
        Ok(Running {
            address,
            admin_address,
            url,
            metrics,
            public,
            admin,
            supervisor,
            beside: vec![reloading, keeping_time, summaries, noting],
            workers,
            timekeeper,
            authenticator,
            stop,
        })
    }
}

fn bind(listen: SocketAddr) -> Result<(TcpListener, SocketAddr), StartError> {
    let bound = TcpListener::bind(listen).and_then(|listener| {
        let address = listener.local_addr()?;
        Ok((listener, address))
    });
    bound.map_err(|error| StartError::Listen(listen, error))
}

/// A server with so many workers, each of which serves so many connections at a time.
fn server(workers: usize, connections: usize) -> ServerBuilder {
    ServerBuilder::default()
        .disable_signals()
        .shutdown_timeout(SHUTDOWN_SECONDS)
        .backlog(BACKLOG)
        .workers(workers)
        .max_concurrent_connections(connections)
}

/// Returns the number of workers of the public address: one for each core.
pub(crate) fn workers() -> usize {
    /// More than this the framework does not take.
    const MOST: usize = 512;

    std::thread::available_parallelism().map_or(1, usize::from).min(MOST)
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

    /// The address and port of health and metrics, if they have one of their own.
    pub fn admin_address(&self) -> Option<SocketAddr> {
        self.admin_address
    }

    /// What is counted.
    pub fn metrics(&self) -> &Arc<Metrics> {
        &self.metrics
    }

    /// Returns the supervisor of the background tasks.
    pub fn supervisor(&self) -> &Supervisor {
        &self.supervisor
    }

    /// Stops: no new connections, and some seconds for the requests that have begun.
    pub async fn stop(self) {
        self.beside.iter().for_each(JoinHandle::abort);
        self.public.stop().await;
        let _ = self.stop.send(true);
        for worker in self.workers {
            // What a worker was at is taken back, and done at the next start.
            let _ = worker.await;
        }
        worker::write_uses(&self.authenticator).await;
        self.timekeeper.stop().await;
        // Last, so that health is told for as long as there is something to tell.
        if let Some(admin) = self.admin {
            admin.stop().await;
        }
    }

    /// Waits until the server ends by itself, which only a failure makes it do.
    pub async fn ended(&mut self) -> io::Result<()> {
        match &mut self.admin {
            None => self.public.ended().await,
            Some(admin) => {
                tokio::select! { ended = self.public.ended() => ended, ended = admin.ended() => ended }
            }
        }
    }
}

/// The server does not start.
#[derive(Debug)]
#[non_exhaustive]
pub enum StartError {
    /// The address cannot be listened on.
    Listen(SocketAddr, io::Error),
    /// The files of TLS cannot be used.
    Tls(TlsError),
    /// An allow list cannot be used.
    AllowList(AllowListError),
    /// The store fails.
    Storage(StorageError),
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Listen(address, error) => write!(f, "cannot listen on `{address}`: {error}"),
            Self::Tls(error) => error.fmt(f),
            Self::AllowList(error) => error.fmt(f),
            Self::Storage(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for StartError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Listen(..) | Self::Tls(_) | Self::AllowList(_) => None,
            Self::Storage(error) => error.source(),
        }
    }
}
