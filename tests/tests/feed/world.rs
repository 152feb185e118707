//! A stand-in for the service and a bridge that polls it, with clocks that stand still until they are moved.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;
use socdefenders_standin::{Clock as ServiceClock, Handle, Settings, StandIn};
use taxii_server::clock::Clock;
use taxii_server::feed::{Endpoint, Failure, FeedSettings, PollError, Poller};
use taxii_server::ingest::Ingest;
use taxii_server::storage::supervision::{Gap, Progress};
use taxii_server::storage::{self, CollectionId, Query, Storage};

/// The name of the feed.
pub(crate) const FEED: &str = "socdefenders";

pub(crate) struct World {
    pub(crate) standin: Handle,
    pub(crate) clock: Clock,
    pub(crate) storage: Arc<dyn Storage>,
    pub(crate) collection: CollectionId,
    folder: tempfile::TempDir,
    /// By how much the clock of the service is fast.
    skew: TimeDelta,
}

impl World {
    /// With a service that has these settings, but the clock of this world.
    pub(crate) async fn new(settings: Settings) -> Self {
        let clock = Clock::manual("2026-01-31T12:00:00Z".parse().unwrap());
        let settings = settings.with_clock(ServiceClock::stopped_at(clock.now()));
        let standin = StandIn::start(settings).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let storage = storage::open(&folder.path().join("taxii.db").into()).await.unwrap();
        let collection = CollectionId::from(taxii_server::config::DEFAULT_COLLECTION);
        storage.register_collections(&[collection]).await.unwrap();
        Self { standin, clock, storage, collection, folder, skew: TimeDelta::zero() }
    }

    /// Settings that poll the stand-in with a key.
    pub(crate) fn settings(&self, endpoint: Endpoint, key: &str) -> FeedSettings {
        let mut settings = FeedSettings::default();
        settings.url = self.standin.base_url();
        settings.api_key_file = Some(self.folder.path().join("key"));
        settings.endpoint = endpoint;
        settings.timeout = Duration::from_secs(5);
        settings.max_answer_bytes = 4 << 20;
        settings.attempts = 1;
        self.write_key(key);
        settings
    }

    /// Puts another key into the file.
    pub(crate) fn write_key(&self, key: &str) {
        std::fs::write(self.folder.path().join("key"), key).unwrap();
    }

    /// A poller as after a start of the bridge.
    pub(crate) fn poller(&self, settings: &FeedSettings) -> Poller {
        Poller::new(settings.clone(), self.collection, self.ingest(), self.clock.clone()).unwrap()
    }

    pub(crate) fn ingest(&self) -> Ingest {
        Ingest::new(self.storage.clone(), self.clock.clone(), Duration::from_secs(2))
    }

    /// Where files of the bridge are.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Lets time pass, for both sides.
    pub(crate) fn advance(&self, by: Duration) {
        self.clock.advance(by);
        self.set_service_clock();
    }

    /// Makes the clock of the service wrong: positive when it is fast.
    pub(crate) fn skew(&mut self, skew: TimeDelta) {
        self.skew = skew;
        self.set_service_clock();
    }

    fn set_service_clock(&self) {
        let clock = ServiceClock::stopped_at(self.clock.now()).with_skew(self.skew);
        self.standin.reconfigure(|settings| settings.with_clock(clock));
    }

    /// Gives the service new rows, which it dates by its own clock, but which were first seen at the right time.
    pub(crate) fn arrive(&self, count: usize) {
        for _ in 0..count {
            let number = self.standin.row_count();
            let mut row = self.standin.rows()[0].clone();
            row.id = uuid::Uuid::from_u128(0x4000_8000_0000_0000_0000 + number as u128);
            (row.ioc_type, row.value) = ("domain".parse().unwrap(), format!("host-{number}.example.com"));
            (row.first_seen, row.last_seen) = (self.clock.now(), self.clock.now());
            row.updated = self.standin.now();
            self.standin.insert(row);
        }
    }

    /// Reads the past to its end; a limit is waited for. The answer is how many windows that took.
    pub(crate) async fn read_past(&self, poller: &mut Poller) -> usize {
        for windows in 0..1000 {
            match poller.backfill().await {
                Ok(None) => return windows,
                Ok(Some(_)) => {}
                Err(PollError::Feed(Failure::RateLimited { wait })) => {
                    self.advance(wait.unwrap().max(Duration::from_secs(1)));
                }
                Err(error) => panic!("{error}"),
            }
        }
        panic!("the past has no end");
    }

    pub(crate) async fn progress(&self) -> Progress {
        self.storage.feed_progress(FEED).await.unwrap().unwrap()
    }

    pub(crate) async fn gaps(&self) -> Vec<Gap> {
        self.storage.feed_gaps(FEED).await.unwrap()
    }

    /// The names of the objects that stand for IOCs.
    pub(crate) async fn names(&self) -> BTreeSet<String> {
        let page = self.storage.objects(&self.collection, &Query::new(1_000_000, u64::MAX)).await.unwrap();
        let objects = page.rows.iter().map(|row| serde_json::from_slice::<Value>(&row.body).unwrap());
        let stands_for = |object: &Value| {
            matches!(object["type"].as_str(), Some("indicator" | "vulnerability" | "attack-pattern"))
        };
        objects.filter(stands_for).map(|object| object["name"].as_str().unwrap().to_owned()).collect()
    }

    /// The values of the service that are not stored, with the times of their last change.
    pub(crate) async fn missing(&self) -> Vec<(String, DateTime<Utc>)> {
        let names = self.names().await;
        let rows = self.standin.rows().into_iter().filter(|row| !names.contains(&row.value));
        rows.map(|row| (row.value, row.updated)).collect()
    }

    /// Fails unless the latest of every record is stored.
    pub(crate) async fn assert_nothing_is_missing(&self) {
        let missing = self.missing().await;
        assert!(missing.is_empty(), "{} are missing, such as {:?}", missing.len(), missing.first());
    }
}
