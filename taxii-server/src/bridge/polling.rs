//! Polling by one server at a time: whoever holds the lease polls all feeds, the others wait for it.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;

use super::BridgeError;
use super::alarm::Alarm;
use crate::clock::Clock;
use crate::config::Config;
use crate::feed::{self, FeedSettings, Poller};
use crate::ingest::{Ingest, Upkeep};
use crate::metrics::Metrics;
use crate::storage::{CollectionId, Lease, Storage, Term};
use crate::supervisor::Supervisor;

/// The task that the lease is for. One for all feeds, since what they tell of a subject is joined.
pub(crate) const TASK: &str = "poll";

/// The time from one try to take the lease to the next.
const RETRY: Duration = Duration::from_secs(10);

/// All feeds of the settings and what it takes to poll them.
#[derive(Debug)]
pub(super) struct Polling {
    feeds: Vec<(FeedSettings, CollectionId)>,
    storage: Arc<dyn Storage>,
    ingest: Ingest,
    clock: Clock,
    webhook: Option<String>,
}

impl Polling {
    /// Polls nothing yet.
    ///
    /// # Errors
    /// A feed cannot be polled at all.
    pub(super) fn new(config: &Config, storage: Arc<dyn Storage>, clock: Clock) -> Result<Self, BridgeError> {
        let with_collection = |feed: &FeedSettings| {
            let collection = config.collection_of(feed).ok_or(BridgeError::NoCollection)?;
            Ok((feed.clone(), collection))
        };
        let feeds = config.feeds.iter().map(with_collection).collect::<Result<_, _>>()?;
        let ingest = config.ingest(Arc::clone(&storage), clock.clone()).map_err(BridgeError::Ingest)?;
        let polling = Self { feeds, storage, ingest, clock, webhook: config.webhook.clone() };
        polling.pollers(None)?;
        Ok(polling)
    }

    /// Polls whenever this server holds the lease, until `stop` says true.
    pub(super) async fn run(
        self: Arc<Self>,
        supervisor: Supervisor,
        metrics: Arc<Metrics>,
        mut stop: watch::Receiver<bool>,
    ) {
        if self.feeds.is_empty() {
            return;
        }
        tokio::select! {
            () = Arc::clone(&self).lead(&supervisor, &metrics) => {}
            _ = stop.wait_for(|stop| *stop) => {}
        }
    }

    async fn lead(self: Arc<Self>, supervisor: &Supervisor, metrics: &Arc<Metrics>) {
        let mut waiting = false;
        loop {
            match self.storage.lead(TASK).await {
                Ok(Some(lease)) => {
                    waiting = false;
                    Arc::clone(&self).poll(lease, supervisor, metrics).await;
                }
                Ok(None) if waiting => {}
                Ok(None) => {
                    waiting = true;
                    tracing::info!("another server polls the feeds; this one is ready to take over");
                }
                Err(error) => {
                    tracing::warn!(error = &error as &dyn std::error::Error, "cannot find out who polls");
                }
            }
            tokio::time::sleep(RETRY).await;
        }
    }

    /// Polls until the lease is lost. Dropped, it gives up the polls that have begun: nothing of them is stored.
    async fn poll(self: Arc<Self>, mut lease: Lease, supervisor: &Supervisor, metrics: &Arc<Metrics>) {
        if let Some(term) = lease.term() {
            tracing::info!(term = term.number, "this server polls the feeds");
        }
        let (_stop, stopped) = watch::channel(false);
        let mut tasks = JoinSet::new();
        for (index, (feed, _)) in self.feeds.iter().enumerate() {
            let (polling, term) = (Arc::clone(&self), lease.term().cloned());
            let (metrics, stopped) = (Arc::clone(metrics), stopped.clone());
            let (supervisor, name) = (supervisor.clone(), format!("feed {}", feed.name));
            tasks.spawn(async move {
                let start = || {
                    Arc::clone(&polling).poll_feed(index, term.clone(), Arc::clone(&metrics), stopped.clone())
                };
                supervisor.supervise(&name, start).await;
            });
        }
        let (polling, term, beside) = (Arc::clone(&self), lease.term().cloned(), supervisor.clone());
        tasks.spawn(async move {
            let start = || Upkeep::new(polling.ingest.clone().in_term(term.clone())).run();
            beside.supervise("maintenance", start).await;
        });
        let (polling, beside) = (Arc::clone(&self), supervisor.clone());
        tasks.spawn(async move { beside.supervise("alarm", || polling.alarm().run()).await });
        lease.lost().await;
        tracing::warn!("polling stops: the database has let another server take over");
        tasks.shutdown().await;
    }

    /// Polls a feed until it is told to stop.
    async fn poll_feed(
        self: Arc<Self>,
        index: usize,
        term: Option<Term>,
        metrics: Arc<Metrics>,
        stopped: watch::Receiver<bool>,
    ) {
        // They could be made when the program started.
        let pollers = self.pollers(term.as_ref()).unwrap_or_default();
        if let Some(poller) = pollers.into_iter().nth(index) {
            feed::run(poller, metrics, stopped).await;
        }
    }

    /// Who looks after the feeds does not poll them, so that it also sees when polling hangs.
    fn alarm(&self) -> Alarm {
        Alarm {
            feeds: self.feeds.iter().map(|(settings, _)| settings.clone()).collect(),
            webhook: self.webhook.clone(),
            storage: Arc::clone(&self.storage),
            clock: self.clock.clone(),
        }
    }

    fn pollers(&self, term: Option<&Term>) -> Result<Vec<Poller>, BridgeError> {
        let ingest = self.ingest.clone().in_term(term.cloned());
        let poller = |(feed, collection): &(FeedSettings, CollectionId)| {
            Poller::new(feed.clone(), *collection, ingest.clone(), self.clock.clone())
                .map_err(BridgeError::Feed)
        };
        self.feeds.iter().map(poller).collect()
    }
}
