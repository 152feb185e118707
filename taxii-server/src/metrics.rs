//! What the operator can count on: requests, logins and polls, in the text format of Prometheus.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};

/// The counts of one server. All of them begin at nothing when it starts.
#[derive(Debug, Default)]
pub struct Metrics {
    requests: Mutex<BTreeMap<(&'static str, u16), Latency>>,
    feeds: Mutex<BTreeMap<String, Feed>>,
    pages: AtomicU64,
    objects_served: AtomicU64,
    login_failures: AtomicU64,
    logins_throttled: AtomicU64,
    requests_throttled: AtomicU64,
    handshake_failures: AtomicU64,
    connections_refused: AtomicU64,
    certificate_expires: Mutex<Option<DateTime<Utc>>>,
    task_panics: Mutex<BTreeMap<String, u64>>,
}

/// How long requests took.
#[derive(Debug, Default)]
struct Latency {
    buckets: [u64; BOUNDS.len()],
    count: u64,
    seconds: f64,
}

/// The upper bounds of the buckets in seconds.
const BOUNDS: [f64; 10] = [0.001, 0.0025, 0.01, 0.025, 0.1, 0.25, 1.0, 2.5, 10.0, 30.0];

#[derive(Debug, Default)]
struct Feed {
    succeeded: u64,
    failed: u64,
}

/// What is not counted but looked up when somebody asks.
#[derive(Clone, Debug, Default)]
pub struct Gauges {
    /// The collection and type of objects, and how many versions there are.
    pub objects: Vec<(String, String, u64)>,
    /// How each feed does.
    pub feeds: Vec<FeedGauges>,
    /// How many subjects are still to be made anew since the settings changed.
    pub subjects_behind: u64,
    /// How many objects are still shown although the settings want them to have left.
    pub subjects_expired: u64,
    /// By how many seconds the clock is ahead of the latest time that is known to be right; negative when it is behind.
    pub clock_ahead: i64,
    /// By how many seconds the last date that was given is ahead of the clock.
    pub dates_ahead: i64,
}

/// How a feed does, in numbers. What is not known is not exported.
#[derive(Clone, Debug, Default)]
pub struct FeedGauges {
    /// Its name.
    pub name: String,
    /// Whether it has been read to its end, and not too long ago.
    pub ready: bool,
    /// Whether it was, but that is too long ago.
    pub stale: bool,
    /// When it was last read to its end.
    pub last_success: Option<DateTime<Utc>>,
    /// When it last brought anything new.
    pub last_news: Option<DateTime<Utc>>,
    /// How far the place in it lies behind, in seconds.
    pub lag: Option<i64>,
    /// How much of the past is still to be read, in seconds.
    pub past_left: Option<i64>,
    /// How many requests the service allows.
    pub quota_limit: Option<u32>,
    /// How many of them are left.
    pub quota_remaining: Option<u32>,
    /// Why records are out of reach, and of how many seconds.
    pub gaps: Vec<(&'static str, i64)>,
    /// When it was last found that records are out of reach.
    pub last_gap: Option<DateTime<Utc>>,
    /// What became of odd records, why, and how often; with 0 for what has never been.
    pub records: Vec<(&'static str, String, u64)>,
}

/// A number of [`FeedGauges`].
type Number = fn(&FeedGauges) -> Option<i64>;

/// The gauges of a feed: name, help, number.
const FEED_GAUGES: [(&str, &str, Number); 9] = [
    ("taxii_feed_ready", "Whether a feed has been read to its end, and is not stale.", |feed| {
        Some(i64::from(feed.ready))
    }),
    ("taxii_feed_stale", "Whether a feed was not read to its end for too long.", |feed| {
        Some(i64::from(feed.stale))
    }),
    ("taxii_feed_last_success_timestamp_seconds", "When a feed was last read to its end.", |feed| {
        feed.last_success.map(|time| time.timestamp())
    }),
    ("taxii_feed_last_news_timestamp_seconds", "When a feed last brought anything new.", |feed| {
        feed.last_news.map(|time| time.timestamp())
    }),
    (
        "taxii_feed_last_gap_timestamp_seconds",
        "When it was last found that records of a feed are out of reach.",
        |feed| feed.last_gap.map(|time| time.timestamp()),
    ),
    (
        "taxii_feed_lag_seconds",
        "How far the place in a feed, up to which all is stored, lies behind.",
        |feed| feed.lag,
    ),
    ("taxii_feed_past_left_seconds", "How much of the past of a feed is still to be read.", |feed| {
        feed.past_left
    }),
    ("taxii_feed_quota_limit", "How many requests the service of a feed allows.", |feed| {
        feed.quota_limit.map(i64::from)
    }),
    ("taxii_feed_quota_remaining", "How many of the requests to the service of a feed are left.", |feed| {
        feed.quota_remaining.map(i64::from)
    }),
];

impl Metrics {
    /// A background task that panicked.
    pub fn task_panicked(&self, task: &str) {
        let mut panics = self.task_panics.lock().unwrap_or_else(PoisonError::into_inner);
        *panics.entry(task.to_owned()).or_default() += 1;
    }

    /// A request that was answered.
    pub fn request(&self, path: &str, status: u16, took: Duration) {
        let mut requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        let latency = requests.entry((endpoint(path), status)).or_default();
        let seconds = took.as_secs_f64();
        if let Some(bucket) = BOUNDS.iter().zip(&mut latency.buckets).find(|(bound, _)| seconds <= **bound) {
            *bucket.1 += 1;
        }
        latency.count += 1;
        latency.seconds += seconds;
    }

    /// A page of so many rows that was served.
    pub fn page(&self, rows: usize) {
        self.pages.fetch_add(1, Ordering::Relaxed);
        self.objects_served.fetch_add(u64::try_from(rows).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// A wrong credential.
    pub fn login_failed(&self) {
        self.login_failures.fetch_add(1, Ordering::Relaxed);
    }

    /// A login that was refused unseen because too many had failed.
    pub fn login_throttled(&self) {
        self.logins_throttled.fetch_add(1, Ordering::Relaxed);
    }

    /// A request above the rate of its account.
    pub fn request_throttled(&self) {
        self.requests_throttled.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts a client with which TLS could not be agreed on.
    pub fn handshake_failed(&self) {
        self.handshake_failures.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts a connection beyond those that its network may have.
    pub fn connection_refused(&self) {
        self.connections_refused.fetch_add(1, Ordering::Relaxed);
    }

    /// Until when the certificate of the server is valid.
    pub fn certificate(&self, expires: Option<DateTime<Utc>>) {
        *self.certificate_expires.lock().unwrap_or_else(PoisonError::into_inner) = expires;
    }

    /// A poll of a feed.
    pub fn polled(&self, feed: &str, succeeded: bool) {
        let mut feeds = self.feeds.lock().unwrap_or_else(PoisonError::into_inner);
        let feed = feeds.entry(feed.to_owned()).or_default();
        if succeeded {
            feed.succeeded += 1;
        } else {
            feed.failed += 1;
        }
    }

    /// All of it as text.
    ///
    /// ```
    /// use taxii_server::metrics::{Gauges, Metrics};
    ///
    /// let metrics = Metrics::default();
    /// metrics.login_failed();
    /// assert!(metrics.text(&Gauges::default()).contains("taxii_login_failures_total 1\n"));
    /// ```
    pub fn text(&self, gauges: &Gauges) -> String {
        let mut page = Page(String::new());
        self.write_requests(&mut page);
        let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        page.family("taxii_pages_total", "counter", "Pages of objects, versions and manifests served.");
        page.sample("taxii_pages_total", "", count(&self.pages));
        page.family("taxii_objects_served_total", "counter", "Rows on those pages.");
        page.sample("taxii_objects_served_total", "", count(&self.objects_served));
        page.family("taxii_login_failures_total", "counter", "Wrong credentials.");
        page.sample("taxii_login_failures_total", "", count(&self.login_failures));
        page.family("taxii_throttled_total", "counter", "Requests answered with 429.");
        page.sample("taxii_throttled_total", "reason=\"login\"", count(&self.logins_throttled));
        page.sample("taxii_throttled_total", "reason=\"rate\"", count(&self.requests_throttled));
        page.family("taxii_task_panics_total", "counter", "Panics of background tasks.");
        for (task, panics) in &*self.task_panics.lock().unwrap_or_else(PoisonError::into_inner) {
            page.sample("taxii_task_panics_total", &label("task", task), panics);
        }
        page.family(
            "taxii_tls_handshake_failures_total",
            "counter",
            "Clients with which TLS could not be agreed on.",
        );
        page.sample("taxii_tls_handshake_failures_total", "", count(&self.handshake_failures));
        let refused = "taxii_connections_refused_total";
        page.family(refused, "counter", "Connections beyond those that a network may have.");
        page.sample(refused, "", count(&self.connections_refused));
        page.family("taxii_objects", "gauge", "Versions of objects in a collection, by type.");
        for (collection, name, objects) in &gauges.objects {
            let labels = format!("{},{}", label("collection", collection), label("type", name));
            page.sample("taxii_objects", &labels, objects);
        }
        let behind = "taxii_subjects_behind_settings";
        page.family(behind, "gauge", "What is still to be gone through since the settings of feeds changed.");
        page.sample(behind, "", gauges.subjects_behind);
        let expired = "taxii_subjects_to_expire";
        page.family(expired, "gauge", "What is still in collections although it has ended long enough ago.");
        page.sample(expired, "", gauges.subjects_expired);
        let ahead = "taxii_clock_ahead_seconds";
        page.family(
            ahead,
            "gauge",
            "By how much the clock is ahead of the latest time known to be right; negative when it is behind.",
        );
        page.sample(ahead, "", gauges.clock_ahead);
        let ahead = "taxii_dates_ahead_seconds";
        page.family(ahead, "gauge", "By how much the last date of adding is ahead of the clock.");
        page.sample(ahead, "", gauges.dates_ahead);
        self.write_feeds(&mut page, gauges);
        let expires = *self.certificate_expires.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(expires) = expires {
            let name = "taxii_tls_certificate_expires_timestamp_seconds";
            page.family(name, "gauge", "Until when the certificate of the server is valid.");
            page.sample(name, "", expires.timestamp());
        }
        page.0
    }

    fn write_requests(&self, page: &mut Page) {
        let requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        let name = "taxii_request_duration_seconds";
        page.family(name, "histogram", "How long requests took, by endpoint and status.");
        for ((endpoint, status), latency) in &*requests {
            let labels = format!("endpoint=\"{endpoint}\",status=\"{status}\"");
            let mut below = 0;
            for (bound, bucket) in BOUNDS.iter().zip(latency.buckets) {
                below += bucket;
                page.sample(&format!("{name}_bucket"), &format!("{labels},le=\"{bound}\""), below);
            }
            page.sample(&format!("{name}_bucket"), &format!("{labels},le=\"+Inf\""), latency.count);
            page.sample(&format!("{name}_sum"), &labels, latency.seconds);
            page.sample(&format!("{name}_count"), &labels, latency.count);
        }
    }

    fn write_feeds(&self, page: &mut Page, gauges: &Gauges) {
        let feeds = self.feeds.lock().unwrap_or_else(PoisonError::into_inner);
        page.family("taxii_feed_polls_total", "counter", "Polls of a feed by this server.");
        for (name, feed) in &*feeds {
            let name = label("feed", name);
            page.sample("taxii_feed_polls_total", &format!("{name},outcome=\"success\""), feed.succeeded);
            page.sample("taxii_feed_polls_total", &format!("{name},outcome=\"failure\""), feed.failed);
        }
        for (gauge, help, number) in FEED_GAUGES {
            page.family(gauge, "gauge", help);
            for feed in &gauges.feeds {
                if let Some(number) = number(feed) {
                    page.sample(gauge, &label("feed", &feed.name), number);
                }
            }
        }
        let odd = "taxii_feed_odd_records_total";
        page.family(
            odd,
            "counter",
            "Records of a feed that were repaired, quarantined or dropped, by reason.",
        );
        for feed in &gauges.feeds {
            for (handling, reason, times) in &feed.records {
                let (feed, reason) = (label("feed", &feed.name), label("reason", reason));
                page.sample(odd, &format!("{feed},handling=\"{handling}\",{reason}"), times);
            }
        }
        let gaps = "taxii_feed_gap_seconds";
        page.family(gaps, "gauge", "The length of the stretches of a feed that are out of reach, by reason, as long as they are kept.");
        for feed in &gauges.feeds {
            for (reason, seconds) in &feed.gaps {
                page.sample(gaps, &format!("{},reason=\"{reason}\"", label("feed", &feed.name)), seconds);
            }
        }
    }
}

/// Text that grows.
struct Page(String);

impl Page {
    fn family(&mut self, name: &str, kind: &str, help: &str) {
        self.line(format_args!("# HELP {name} {help}\n# TYPE {name} {kind}"));
    }

    fn sample(&mut self, name: &str, labels: &str, value: impl fmt::Display) {
        match labels {
            "" => self.line(format_args!("{name} {value}")),
            labels => self.line(format_args!("{name}{{{labels}}} {value}")),
        }
    }

    fn line(&mut self, line: fmt::Arguments<'_>) {
        // Writing to a string does not fail.
        let _ = writeln!(self.0, "{line}");
    }
}

fn label(name: &str, value: &str) -> String {
    let value = value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
    format!("{name}=\"{value}\"")
}

/// The endpoint that a path leads to: a name of the specification or `export`, so that there are only so many.
fn endpoint(path: &str) -> &'static str {
    let segments: Vec<_> = path.split('/').filter(|segment| !segment.is_empty()).take(7).collect();
    match segments.as_slice() {
        ["taxii2"] => "discovery",
        [_, "status", _] => "status",
        [_, "collections"] => "collections",
        [_, "collections", _] => "collection",
        [_, "collections", _, "manifest"] => "manifest",
        [_, "collections", _, "export", _] => "export",
        [_, "collections", _, "objects"] => "objects",
        [_, "collections", _, "objects", _] => "object",
        [_, "collections", _, "objects", _, "versions"] => "versions",
        [_] => "api-root",
        _ => "other",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text() {
        let metrics = Metrics::default();
        metrics.request("/a//collections/b/objects/", 200, Duration::from_millis(2));
        metrics.request("/a/collections/b/objects", 200, Duration::from_secs(60));
        metrics.polled("one \"feed\"", true);
        let gauges = Gauges {
            objects: vec![("a".to_owned(), "indicator".to_owned(), 7)],
            feeds: vec![FeedGauges {
                name: "x".to_owned(),
                ready: true,
                lag: Some(90),
                gaps: vec![("look-back", 60)],
                last_gap: Some(DateTime::UNIX_EPOCH),
                records: vec![("repaired", "refanged".to_owned(), 3)],
                ..FeedGauges::default()
            }],
            subjects_behind: 5,
            subjects_expired: 6,
            clock_ahead: 7,
            dates_ahead: 8,
        };
        let text = metrics.text(&gauges);
        for line in [
            "taxii_request_duration_seconds_bucket{endpoint=\"objects\",status=\"200\",le=\"0.001\"} 0",
            "taxii_request_duration_seconds_bucket{endpoint=\"objects\",status=\"200\",le=\"0.0025\"} 1",
            "taxii_request_duration_seconds_bucket{endpoint=\"objects\",status=\"200\",le=\"30\"} 1",
            "taxii_request_duration_seconds_bucket{endpoint=\"objects\",status=\"200\",le=\"+Inf\"} 2",
            "taxii_request_duration_seconds_count{endpoint=\"objects\",status=\"200\"} 2",
            "taxii_feed_polls_total{feed=\"one \\\"feed\\\"\",outcome=\"success\"} 1",
            "taxii_objects{collection=\"a\",type=\"indicator\"} 7",
            "taxii_subjects_behind_settings 5",
            "taxii_subjects_to_expire 6",
            "taxii_clock_ahead_seconds 7",
            "taxii_dates_ahead_seconds 8",
            "taxii_feed_ready{feed=\"x\"} 1",
            "taxii_feed_stale{feed=\"x\"} 0",
            "taxii_feed_lag_seconds{feed=\"x\"} 90",
            "taxii_feed_odd_records_total{feed=\"x\",handling=\"repaired\",reason=\"refanged\"} 3",
            "taxii_feed_gap_seconds{feed=\"x\",reason=\"look-back\"} 60",
            "taxii_feed_last_gap_timestamp_seconds{feed=\"x\"} 0",
        ] {
            assert!(text.lines().any(|found| found == line), "{line}\n{text}");
        }
    }

    #[test]
    fn what_the_alerts_look_at_is_exported() {
        let metrics = Metrics::default();
        metrics.request("/taxii2/", 200, Duration::ZERO);
        metrics.certificate(Some(DateTime::UNIX_EPOCH));
        let text = metrics.text(&Gauges::default());
        let alerts = include_str!("../alerts.yml");
        let expressions: Vec<_> =
            alerts.lines().filter_map(|line| line.trim().strip_prefix("expr: ")).collect();
        let named: Vec<_> = expressions
            .iter()
            .flat_map(|line| {
                line.split(|character: char| !character.is_ascii_lowercase() && character != '_')
            })
            .filter(|word| word.starts_with("taxii_"))
            .collect();
        assert!(expressions.len() >= 10 && named.len() >= expressions.len(), "{named:?}");
        for name in named {
            // A histogram has its count under a name of its own.
            let family = format!("# TYPE {} ", name.strip_suffix("_count").unwrap_or(name));
            assert!(text.contains(&family), "`{name}` is not exported");
        }
    }

    #[test]
    fn endpoints() {
        let cases = [
            ("/", "other"),
            ("/taxii2/", "discovery"),
            ("/root", "api-root"),
            ("/root/status/x/", "status"),
            ("/root/collections/x/manifest/", "manifest"),
            ("/root/collections/x/export/ipv4.txt", "export"),
            ("/root/collections/x/objects/y/versions/", "versions"),
            ("/root/collections/x/objects/y/versions/z/", "other"),
        ];
        for (path, name) in cases {
            assert_eq!(endpoint(path), name, "{path}");
        }
    }
}
