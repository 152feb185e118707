//! What goes wrong between the bridge and the feed: one clear line in the log each, nothing lost, and the
//! next poll recovers.

use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use socdefenders_standin::{Fault, Handle, Settings, StandIn};
use taxii_server::clock::Clock;
use taxii_server::feed::{self, Endpoint, FeedSettings, Poller};
use taxii_server::ingest::Ingest;
use taxii_server::storage::{self, CollectionId, Query, Storage};
use tokio::sync::watch;

/// The lines of the log, without colours.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn lines(&self) -> Vec<String> {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap().lines().map(str::to_owned).collect()
    }

    fn warnings(&self) -> Vec<String> {
        self.lines().into_iter().filter(|line| line.contains("WARN")).collect()
    }
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A bridge that polls a stand-in, with its log.
struct Bench {
    standin: Handle,
    folder: tempfile::TempDir,
    storage: Arc<dyn Storage>,
    collection: CollectionId,
    log: Log,
    _guard: tracing::subscriber::DefaultGuard,
}

impl Bench {
    async fn new() -> Self {
        let log = Log::default();
        let writer = log.clone();
        let subscriber =
            tracing_subscriber::fmt().with_ansi(false).with_writer(move || writer.clone()).finish();
        let guard = tracing::subscriber::set_default(subscriber);
        let standin = StandIn::start(Settings::new().with_iocs(120)).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let storage = storage::open(&folder.path().join("taxii.db").into()).await.unwrap();
        let collection = CollectionId::from(taxii_server::config::DEFAULT_COLLECTION);
        storage.register_collections(&[collection]).await.unwrap();
        Self { standin, folder, storage, collection, log, _guard: guard }
    }

    fn settings(&self, endpoint: Endpoint, key: &str) -> FeedSettings {
        std::fs::write(self.key_file(), key).unwrap();
        let mut settings = FeedSettings::default();
        settings.url = self.standin.base_url();
        settings.api_key_file = Some(self.key_file());
        settings.endpoint = endpoint;
        settings.interval = Duration::from_secs(1);
        settings.timeout = Duration::from_secs(2);
        settings.backoff = Duration::from_millis(10);
        settings.max_answer_bytes = 1 << 20;
        settings
    }

    fn key_file(&self) -> std::path::PathBuf {
        Path::new(self.folder.path()).join("key")
    }

    /// Polls until everything is there, about which there was one warning.
    async fn only_warning(&self, endpoint: Endpoint) -> String {
        let settings = self.settings(endpoint, &self.standin.pro_key());
        self.run(settings, async || self.has_all().await).await;
        assert!(self.has_all().await, "{:?}", self.log.lines());
        let mut warnings = self.log.warnings();
        assert_eq!(warnings.len(), 1, "{warnings:?}");
        warnings.remove(0)
    }

    /// Polls on schedule, until everything that the stand-in has is stored or the time is up.
    async fn run(&self, settings: FeedSettings, until: impl AsyncFn() -> bool) {
        let ingest = Ingest::new(self.storage.clone(), Clock::system(), Duration::from_secs(2));
        let poller = Poller::new(settings, self.collection, ingest, Clock::system()).unwrap();
        let (stop, stopped) = watch::channel(false);
        let watching = async {
            for _ in 0..600 {
                if until().await {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            stop.send(true).unwrap();
        };
        tokio::join!(feed::run(poller, Arc::default(), stopped), watching);
    }

    /// The objects but the author, each once.
    async fn stored(&self) -> usize {
        let page = self.storage.objects(&self.collection, &Query::new(1_000_000, u64::MAX)).await.unwrap();
        page.rows.len().saturating_sub(1)
    }

    async fn has_all(&self) -> bool {
        self.stored().await == self.standin.unique_count() && self.polled() > 0
    }

    /// How many polls have succeeded.
    fn polled(&self) -> usize {
        self.log.lines().iter().filter(|line| line.contains(" polled ")).count()
    }
}

/// One request of a poll meets the fault and is tried again: one line, and nothing else to notice.
#[tokio::test]
async fn a_passing_fault_is_one_line_and_costs_nothing() {
    let faults = [
        (Fault::Status(500), "answers 500"),
        (Fault::Status(503), "answers 503"),
        (Fault::Truncated, "not whole JSON"),
        (Fault::CutConnection, "connection failed"),
        (Fault::HtmlPage, "text/html"),
        (Fault::EmptyBody, "not whole JSON"),
        (Fault::RateLimited { reset_in: Duration::from_secs(1) }, "too many requests"),
    ];
    for (fault, expected) in faults {
        let bench = Bench::new().await;
        bench.standin.inject(fault);
        let warning = bench.only_warning(Endpoint::Auto).await;
        assert!(warning.contains(expected) && warning.contains("recovered"), "{warning}");
    }
}

/// A fault that outlasts the tries of a poll fails the poll, and the next one recovers.
#[tokio::test]
async fn a_lasting_fault_fails_a_poll_with_one_line_and_the_next_recovers() {
    let faults = [
        (Fault::Status(500), 3, "answers 500"),
        (Fault::Truncated, 3, "not whole JSON"),
        (Fault::CutConnection, 3, "connection failed"),
        (Fault::HtmlPage, 3, "text/html"),
        (Fault::Redirect("http://localhost:1/".to_owned()), 1, "redirects to `http://localhost:1/`"),
        (Fault::GzipBomb { mebibytes: 8 }, 1, "longer than 1048576 bytes"),
        (Fault::Status(401), 1, "refuses the API key"),
    ];
    for (fault, times, expected) in faults {
        let bench = Bench::new().await;
        (0..times).for_each(|_| bench.standin.inject(fault.clone()));
        let warning = bench.only_warning(Endpoint::List).await;
        assert!(warning.contains(expected) && warning.contains("poll failed"), "{warning}");
    }
}

#[tokio::test]
async fn a_rate_limit_is_waited_for() {
    let bench = Bench::new().await;
    bench.standin.inject(Fault::RateLimited { reset_in: Duration::from_secs(90) });
    bench
        .run(bench.settings(Endpoint::List, &bench.standin.pro_key()), async || {
            !bench.log.warnings().is_empty()
        })
        .await;
    let warnings = bench.log.warnings();
    assert!(warnings.len() == 1 && warnings[0].contains("too many requests"), "{warnings:?}");
    let next = warnings[0].split("next_in=\"").nth(1).unwrap().split(' ').next().unwrap();
    assert!((80.0..=91.0).contains(&next.parse::<f64>().unwrap()), "{warnings:?}");
    assert_eq!(bench.standin.requests().len(), 1);
}

#[tokio::test]
async fn a_free_key_on_the_stix_endpoint_is_said_once_and_the_list_serves() {
    let bench = Bench::new().await;
    let settings = bench.settings(Endpoint::Auto, &bench.standin.free_key());
    bench.run(settings, async || bench.polled() > 2).await;
    assert!(bench.has_all().await);
    let warnings = bench.log.warnings();
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert!(warnings[0].contains("403") && warnings[0].contains("list only"), "{warnings:?}");

    // With a better key that endpoint serves, too, without a restart.
    let bench = Bench::new().await;
    let settings = bench.settings(Endpoint::Auto, &bench.standin.free_key());
    let asks_stix = |bench: &Bench| {
        bench
            .standin
            .requests()
            .iter()
            .any(|request| request.path.ends_with("/stix") && request.status == 200)
    };
    bench
        .run(settings, async || {
            if bench.polled() == 1 {
                std::fs::write(bench.key_file(), bench.standin.pro_key()).unwrap();
            }
            asks_stix(&bench)
        })
        .await;
    assert!(asks_stix(&bench));

    // Told to use that endpoint only, the bridge says so at every poll, and polls with a better key.
    let bench = Bench::new().await;
    let settings = bench.settings(Endpoint::Stix, &bench.standin.free_key());
    bench
        .run(settings, async || {
            if bench.log.warnings().len() == 1 {
                std::fs::write(bench.key_file(), bench.standin.pro_key()).unwrap();
            }
            bench.has_all().await
        })
        .await;
    assert!(bench.has_all().await);
    let warnings = bench.log.warnings();
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert!(warnings[0].contains("403") && warnings[0].contains("Pro tier"), "{warnings:?}");
}

#[tokio::test]
async fn a_wrong_or_expired_or_missing_key_is_one_line_a_poll_until_it_is_replaced() {
    let keys = [
        ("sk_live_wrong".to_owned(), "invalid_api_key"),
        (String::new(), "holds no key"),
        (Bench::new().await.standin.expired_key(), "expired_api_key"),
    ];
    for (key, expected) in keys {
        let bench = Bench::new().await;
        let settings = bench.settings(Endpoint::Auto, &key);
        bench
            .run(settings, async || {
                if bench.log.warnings().len() == 1 {
                    std::fs::write(bench.key_file(), bench.standin.pro_key()).unwrap();
                }
                bench.has_all().await
            })
            .await;
        assert!(bench.has_all().await, "{expected}: {:?}", bench.log.lines());
        let warnings = bench.log.warnings();
        assert_eq!(warnings.len(), 1, "{warnings:?}");
        assert!(warnings[0].contains(expected), "{warnings:?}");
    }
}

/// The key must not get into the log, whatever happens.
#[tokio::test]
async fn the_key_is_never_logged() {
    let bench = Bench::new().await;
    for fault in [Fault::Status(500), Fault::HtmlPage, Fault::CutConnection, Fault::Status(401)] {
        bench.standin.inject(fault);
    }
    let settings = bench.settings(Endpoint::Auto, &bench.standin.pro_key());
    bench.run(settings, async || bench.has_all().await).await;
    assert!(!bench.log.lines().is_empty());
    assert!(!bench.log.lines().concat().contains(&bench.standin.pro_key()));
    let asked = bench.standin.requests();
    assert!(asked.iter().all(|request| request.parameter("api_key").is_none()));
}

/// A place in the feed moves only with the objects: after a failure the same records are asked for again.
#[tokio::test]
async fn the_place_does_not_move_past_a_failure() {
    let bench = Bench::new().await;
    let settings = bench.settings(Endpoint::List, &bench.standin.pro_key());
    let ingest = Ingest::new(bench.storage.clone(), Clock::system(), Duration::from_secs(2));
    let mut poller = Poller::new(settings, bench.collection, ingest, Clock::system()).unwrap();
    poller.poll().await.unwrap();
    let place = async || bench.storage.feed_progress("socdefenders").await.unwrap().unwrap().place;
    let before = place().await;
    bench.standin.add(10);
    (0..3).for_each(|_| bench.standin.inject(Fault::Truncated));
    poller.poll().await.unwrap_err();
    assert_eq!(place().await, before);
    poller.poll().await.unwrap();
    assert_eq!(bench.stored().await, bench.standin.unique_count());
    assert!(place().await >= before);
}
