//! The HTTP server around the [`State`], on a thread of its own.

use std::{
    convert::Infallible,
    io,
    net::TcpListener,
    sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc},
    time::Duration,
};

use actix_web::{
    App, HttpRequest, HttpResponse, HttpServer,
    dev::ServerHandle,
    rt::{self, System},
    web::{self, Data},
};
use tokio::{
    sync::Notify,
    time::{sleep, timeout},
};

use crate::{
    connection::Connection,
    gate::Gate,
    state::{Asked, State},
};

/// Nothing grows faster than this.
const SHORTEST_INTERVAL: Duration = Duration::from_millis(1);

/// What the server's thread and the handle share.
#[derive(Debug)]
pub(crate) struct Shared {
    state: Mutex<State>,
    /// Somebody has changed the settings.
    pub(crate) reconfigured: Notify,
    /// Where answers are held.
    pub(crate) gate: Gate,
}

impl Shared {
    pub(crate) fn new(state: State) -> Self {
        Self { state: Mutex::new(state), reconfigured: Notify::new(), gate: Gate::new() }
    }

    /// The state, also after a thread has panicked with it: it holds nothing that could be half done.
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A worker holds this as long as it lives; nobody sends anything. When all are gone the other end is closed.
pub(crate) type Alive = mpsc::Sender<Infallible>;

/// Serves until it is told to stop; `started` gets the means to do so.
pub(crate) fn run(
    listener: TcpListener,
    shared: Arc<Shared>,
    alive: Alive,
    started: mpsc::Sender<ServerHandle>,
) -> io::Result<()> {
    System::new().block_on(async move {
        let growth = rt::spawn(grow(Arc::clone(&shared)));
        let server = HttpServer::new(move || {
            App::new()
                .app_data(Data::from(Arc::clone(&shared)))
                .app_data(alive.clone())
                .default_service(web::to(serve))
        })
        .on_connect(Connection::keep)
        // A client that is held up is not taken for one that has gone: what it sends then would meet a closed connection.
        .keep_alive(Duration::from_secs(3600))
        .client_request_timeout(Duration::ZERO)
        .workers(1)
        .disable_signals()
        .listen(listener)?
        .run();
        if started.send(server.handle()).is_ok() {
            server.await?;
        }
        growth.abort();
        Ok(())
    })
}

/// Every request, whatever its method and path.
async fn serve(request: HttpRequest, shared: Data<Shared>) -> HttpResponse {
    let answer = shared.state().answer(&Asked::from(&request));
    tracing::debug!(path = request.path(), query = request.query_string(), status = %answer.status, "answered");
    answer.send(request.conn_data(), &shared.gate).await
}

/// Adds IOCs, as the settings want it.
async fn grow(shared: Arc<Shared>) {
    loop {
        let growth = shared.state().settings.growth;
        let Some(growth) = growth else {
            shared.reconfigured.notified().await;
            continue;
        };
        let every = growth.every.max(SHORTEST_INTERVAL);
        if timeout(every, shared.reconfigured.notified()).await.is_err() {
            shared.state().add(growth.iocs);
        }
    }
}

/// Waits until all workers are gone, or for a second: a thread that has been told to stop takes less.
pub(crate) async fn workers_gone(workers: mpsc::Receiver<Infallible>) {
    for _ in 0..500 {
        if workers.try_recv() == Err(mpsc::TryRecvError::Disconnected) {
            return;
        }
        sleep(Duration::from_millis(2)).await;
    }
}
