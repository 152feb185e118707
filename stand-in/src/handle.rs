//! Starting a stand-in, and holding it: looking at it, changing it, stopping it.

use std::{
    convert::Infallible,
    io,
    net::{Ipv4Addr, SocketAddr, TcpListener},
    sync::{Arc, Mutex, PoisonError, mpsc},
    thread::{self, JoinHandle},
    time::Duration,
};

use actix_web::dev::ServerHandle;
use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{
    fault::Fault,
    ioc::Ioc,
    request_log::RequestLog,
    server::{self, Shared},
    settings::Settings,
    state::State,
};

/// The way to start a stand-in.
#[derive(Clone, Copy, Debug)]
pub struct StandIn;

impl StandIn {
    /// Starts a server on 127.0.0.1 that answers from now on. It runs on a thread of its own, so any runtime
    /// will do to call it from.
    ///
    /// # Errors
    /// When the port is taken or no thread can be started.
    pub async fn start(settings: Settings) -> io::Result<Handle> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, settings.port))?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared::new(State::new(settings, format!("http://{address}"))));
        let (alive, workers) = mpsc::channel();
        let (started, starting) = mpsc::channel();
        let served = Arc::clone(&shared);
        let thread = thread::Builder::new()
            .name("socdefenders-standin".to_owned())
            .spawn(move || server::run(listener, served, alive, started))?;
        // No await here: a future that is dropped while it waits would leave the server running.
        match starting.recv() {
            Ok(server) => Ok(Handle {
                address,
                shared,
                running: Some(Running { server, thread, workers: Mutex::new(workers) }),
            }),
            Err(_) => {
                Err(join(thread).err().unwrap_or_else(|| io::Error::other("the server has not started")))
            }
        }
    }
}

/// A running stand-in. When it is dropped the server stops.
///
/// What it is told counts from the next request on; it may be told from any thread.
#[derive(Debug)]
pub struct Handle {
    address: SocketAddr,
    shared: Arc<Shared>,
    running: Option<Running>,
}

#[derive(Debug)]
struct Running {
    server: ServerHandle,
    thread: JoinHandle<io::Result<()>>,
    /// In a mutex only so that a handle can be shared between threads.
    workers: Mutex<mpsc::Receiver<Infallible>>,
}

/// Where it is, and how to get in.
impl Handle {
    /// Where the API is: scheme, address and port, without a slash at the end.
    #[must_use]
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The address it listens on.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The key of a Pro subscription.
    #[must_use]
    pub fn pro_key(&self) -> String {
        self.shared.state().settings.keys().pro
    }

    /// The key of a Free account.
    #[must_use]
    pub fn free_key(&self) -> String {
        self.shared.state().settings.keys().free
    }

    /// A key that has expired.
    #[must_use]
    pub fn expired_key(&self) -> String {
        self.shared.state().settings.keys().expired
    }

    /// The server's idea of now.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.shared.state().settings.clock.now()
    }
}

/// The rows.
impl Handle {
    /// All rows, in the order in which the server got them.
    #[must_use]
    pub fn rows(&self) -> Vec<Ioc> {
        self.shared.state().store.rows().to_vec()
    }

    /// The number of rows.
    #[must_use]
    pub fn row_count(&self) -> usize {
        self.shared.state().store.rows().len()
    }

    /// The number of different pairs of type and value: fewer than rows where two sources report one IOC.
    #[must_use]
    pub fn unique_count(&self) -> usize {
        self.shared.state().store.unique()
    }

    /// Adds `count` IOCs that nobody has reported yet, each by one source, seen now for the first time. Returns
    /// their rows.
    pub fn add(&self, count: usize) -> Vec<Ioc> {
        self.shared.state().add(count)
    }

    /// Adds a row as it is, unchecked: a late arrival, a second report, or one that is plain wrong.
    pub fn insert(&self, row: Ioc) {
        self.shared.state().store.push(row);
    }

    /// Puts a row in the place of the one with the same id, unchecked. Returns the one that was there, or `None` when
    /// there is none.
    pub fn replace(&self, row: Ioc) -> Option<Ioc> {
        self.shared.state().store.replace(row)
    }

    /// Takes the row with this id away, as if it had never been. Returns it, or `None` when there is none.
    pub fn remove(&self, id: Uuid) -> Option<Ioc> {
        self.shared.state().store.remove(id)
    }

    /// Sees the row at this index of [`Handle::rows`] again: it is updated now, so `since` finds it. Returns the
    /// row as it is then, or `None` when there is no such row.
    pub fn touch(&self, index: usize) -> Option<Ioc> {
        let mut state = self.shared.state();
        let now = state.settings.clock.now();
        state.store.touch(index, now)
    }
}

/// What goes wrong, and what was asked.
impl Handle {
    /// Lets one of the next requests meet a fault: the very next one, unless other faults wait before it.
    pub fn inject(&self, fault: Fault) {
        self.shared.state().faults.push_back(fault);
    }

    /// The number of faults that still wait for a request.
    #[must_use]
    pub fn pending_faults(&self) -> usize {
        self.shared.state().faults.len()
    }

    /// Takes back the faults that still wait.
    pub fn clear_faults(&self) {
        self.shared.state().faults.clear();
    }

    /// Waits until the next answer is held that meets [`Fault::Hold`].
    pub async fn held(&self) {
        self.shared.gate.held().await;
    }

    /// Lets go all answers that are held.
    pub fn release(&self) {
        self.shared.gate.open();
    }

    /// The requests that came so far, oldest first; of very many, the last 10,000.
    #[must_use]
    pub fn requests(&self) -> Vec<RequestLog> {
        self.shared.state().log.iter().cloned().collect()
    }

    /// Forgets the requests that came so far.
    pub fn clear_requests(&self) {
        self.shared.state().log.clear();
    }

    /// Changes the settings. Of two changes at the same moment one may be lost.
    pub fn reconfigure(&self, change: impl FnOnce(Settings) -> Settings) {
        // Not under the lock: the change may ask this handle something.
        let settings = self.shared.state().settings.clone();
        let changed = change(settings);
        self.shared.state().settings = changed;
        self.shared.reconfigured.notify_one();
    }

    /// Stops the server: connections are closed, whatever goes on in them, and the port is free.
    ///
    /// # Errors
    /// When the server had stopped by itself with an error.
    pub async fn stop(mut self) -> io::Result<()> {
        let Some(running) = self.running.take() else { return Ok(()) };
        running.server.stop(false).await;
        server::workers_gone(receiver(running.workers)).await;
        join(running.thread)
    }
}

impl Drop for Handle {
    /// Stops the server, and waits for the fraction of a second that this takes.
    fn drop(&mut self) {
        let Some(running) = self.running.take() else { return };
        // The command is given by the call; its future would only wait for it.
        drop(running.server.stop(false));
        if let Err(error) = join(running.thread) {
            tracing::warn!(%error, "the stand-in had stopped by itself");
        }
        // Returns when the last worker is gone, for nobody ever sends.
        let _ = receiver(running.workers).recv_timeout(Duration::from_secs(1));
    }
}

/// Nothing is done under the lock, so it does not matter if a thread panicked in it.
fn receiver(workers: Mutex<mpsc::Receiver<Infallible>>) -> mpsc::Receiver<Infallible> {
    workers.into_inner().unwrap_or_else(PoisonError::into_inner)
}

/// Waits for the thread.
fn join(thread: JoinHandle<io::Result<()>>) -> io::Result<()> {
    thread.join().unwrap_or_else(|_| Err(io::Error::other("the server's thread has panicked")))
}
