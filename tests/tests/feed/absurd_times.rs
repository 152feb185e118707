//! A service that tells absurd times, and a store that has kept one: the feed is read on, and nothing panics.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use sqlx::{Connection, SqliteConnection};
use taxii_server::clock::Clock;
use taxii_server::config::DEFAULT_COLLECTION;
use taxii_server::feed::{Endpoint, FeedSettings, PollError, Polled, Poller};
use taxii_server::ingest::Ingest;
use taxii_server::storage::{self, CollectionId, Storage};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

pub(crate) const NOW: &str = "2026-01-31T12:00:00Z";
const GOOD_DATE: &str = "Sat, 31 Jan 2026 12:00:00 GMT";
const TIMES: [&str; 12] = [
    "-262143-01-01 00:00:00",
    "-262143-01-01T00:00:00Z",
    "+262142-12-31T23:59:59Z",
    "262142-12-31 23:59:59",
    "0000-01-01T00:00:00Z",
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59.999Z",
    "9999-12-31T23:59:59-23:59",
    "1969-12-31T23:59:59Z",
    "2199-12-31T23:59:59Z",
    "",
    "tomorrow",
];
const DATES: [&str; 5] = [
    "Wed, 31 Dec 262142 23:59:59 +0000",
    "31 Dec 262142 23:59:59 +0000",
    "Thu, 01 Jan 1970 00:00:00 GMT",
    "Sat, 01 Jan 0000 00:00:00 GMT",
    "never",
];

/// Makes the value of `Date` and the body of an answer to a request line.
type Answer = Box<dyn FnMut(&str) -> (String, String) + Send>;

/// A service whose answers are set by the test.
pub(crate) struct Upstream {
    url: String,
    answer: Arc<Mutex<Answer>>,
}

impl Upstream {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let answer: Arc<Mutex<Answer>> = Arc::new(Mutex::new(Box::new(|_| Default::default())));
        let shared = Arc::clone(&answer);
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut request = Vec::new();
                while !request.ends_with(b"\r\n\r\n") {
                    let byte = stream.read_u8().await.unwrap_or(b'\n');
                    request.push(byte);
                }
                let request = String::from_utf8_lossy(&request);
                let (date, body) = shared.lock().unwrap()(request.lines().next().unwrap_or_default());
                let head = format!(
                    "HTTP/1.1 200 OK\r\ndate: {date}\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
                    body.len()
                );
                let _ = stream.write_all((head + &body).as_bytes()).await;
            }
        });
        Self { url, answer }
    }

    /// Answers each request with the body that is made for its line.
    pub(crate) fn answers(&self, mut body: impl FnMut(&str) -> String + Send + 'static) {
        *self.answer.lock().unwrap() = Box::new(move |request| (GOOD_DATE.to_owned(), body(request)));
    }

    fn says(&self, date: &str, generated_at: Option<&str>, time: &str, filters: &str) {
        let row = serde_json::json!({
            "id": "7d0e4f0a-3a1c-4a57-9d35-3f1a7e0b1c11", "type": "domain", "value": "bad.example",
            "first_seen": time, "last_seen": time, "updated_at": time, "confidence": "high",
        });
        let body = serde_json::json!({
            "data": [row],
            "meta": {
                "total": 1, "limit": 100, "offset": 0, "generated_at": generated_at,
                "filters": { "since": filters, "until": filters },
            },
        });
        let answer = (date.to_owned(), body.to_string());
        *self.answer.lock().unwrap() = Box::new(move |_| answer.clone());
    }

    pub(crate) fn is_well(&self) {
        self.says(GOOD_DATE, Some(NOW), "2026-01-30T00:00:00Z", NOW);
    }
}

/// A store, and what it takes to poll a service into it.
pub(crate) struct Bridge {
    storage: Arc<dyn Storage>,
    pub(crate) clock: Clock,
    settings: FeedSettings,
    pub(crate) folder: tempfile::TempDir,
}

impl Bridge {
    pub(crate) async fn new(upstream: &Upstream) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("key"), "sk_test").unwrap();
        let storage = storage::open(&folder.path().join("taxii.db").into()).await.unwrap();
        storage.register_collections(&[DEFAULT_COLLECTION.into()]).await.unwrap();
        let mut settings = FeedSettings::default();
        settings.url = upstream.url.clone();
        settings.api_key_file = Some(folder.path().join("key"));
        settings.endpoint = Endpoint::List;
        settings.attempts = 1;
        Self { storage, clock: Clock::manual(NOW.parse().unwrap()), settings, folder }
    }

    /// Polls as after a start.
    pub(crate) async fn poll(&self) -> Result<Polled, PollError> {
        let ingest = Ingest::new(self.storage.clone(), self.clock.clone(), Duration::ZERO);
        let collection: CollectionId = DEFAULT_COLLECTION.into();
        let mut poller = Poller::new(self.settings.clone(), collection, ingest, self.clock.clone()).unwrap();
        let polled = poller.poll().await;
        let _ = poller.backfill().await;
        polled
    }
}

#[tokio::test]
async fn feed_is_read_on_after_any_absurd_time() {
    let upstream = Upstream::start().await;
    let bridge = Bridge::new(&upstream).await;
    for time in TIMES {
        for (generated_at, row, filters) in
            [(time, NOW, NOW), (NOW, time, NOW), (NOW, NOW, time), (time, time, time)]
        {
            // The answer may be refused; what matters is what comes after it.
            upstream.says(GOOD_DATE, Some(generated_at), row, filters);
            let _ = bridge.poll().await;
            let _ = bridge.poll().await;
            upstream.is_well();
            assert!(bridge.poll().await.unwrap().complete, "{time}");
        }
    }
    for date in DATES {
        upstream.says(date, None, NOW, NOW);
        let _ = bridge.poll().await;
        upstream.is_well();
        assert!(bridge.poll().await.unwrap().complete, "{date}");
    }
}

#[tokio::test]
async fn absurd_position_in_the_store_does_not_stop_a_feed() {
    let upstream = Upstream::start().await;
    let bridge = Bridge::new(&upstream).await;
    upstream.is_well();
    assert!(bridge.poll().await.unwrap().complete);
    let absurd = [-8_334_601_228_800_000_i64, 8_210_266_876_799_999, i64::MIN, i64::MAX, 0];
    for millis in absurd {
        let file = bridge.folder.path().join("taxii.db");
        let mut connection = SqliteConnection::connect(file.to_str().unwrap()).await.unwrap();
        for column in ["began", "covered_from", "place"] {
            let sql = sqlx::AssertSqlSafe(format!("UPDATE feed_progress SET {column} = {millis}"));
            sqlx::query(sql).execute(&mut connection).await.unwrap();
            assert!(bridge.poll().await.unwrap().complete, "{column} = {millis}");
        }
    }
}
