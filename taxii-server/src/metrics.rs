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
    certificate_expires: Mutex<Option<DateTime<Utc>>>,
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
    last_success: Option<DateTime<Utc>>,
}

/// What is not counted but looked up when somebody asks.
#[derive(Clone, Debug, Default)]
pub struct Gauges {
    /// The objects, as versions, of each collection.
    pub objects: Vec<(String, u64)>,
    /// How far each feed has been read, if at all, in the time of its service.
    pub places: Vec<(String, Option<DateTime<Utc>>)>,
    /// The time.
    pub now: DateTime<Utc>,
}

impl Metrics {
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

    /// Until when the certificate of the server is valid.
    pub fn certificate(&self, expires: Option<DateTime<Utc>>) {
        *self.certificate_expires.lock().unwrap_or_else(PoisonError::into_inner) = expires;
    }

    /// A poll of a feed that ended now.
    pub fn polled(&self, feed: &str, succeeded: bool, now: DateTime<Utc>) {
        let mut feeds = self.feeds.lock().unwrap_or_else(PoisonError::into_inner);
        let feed = feeds.entry(feed.to_owned()).or_default();
        if succeeded {
            feed.succeeded += 1;
            feed.last_success = Some(now);
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
        page.family("taxii_objects", "gauge", "Versions of objects in a collection.");
        for (collection, objects) in &gauges.objects {
            page.sample("taxii_objects", &label("collection", collection), objects);
        }
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
        let last = "taxii_feed_last_success_timestamp_seconds";
        page.family(last, "gauge", "When this server last polled a feed with success.");
        for (name, feed) in &*feeds {
            if let Some(success) = feed.last_success {
                page.sample(last, &label("feed", name), success.timestamp());
            }
        }
        let lag = "taxii_feed_lag_seconds";
        page.family(lag, "gauge", "How far the place in a feed, up to which all is stored, lies behind.");
        for (name, place) in &gauges.places {
            if let Some(place) = place {
                page.sample(lag, &label("feed", name), (gauges.now - place).num_seconds());
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
        metrics.polled("one \"feed\"", true, DateTime::UNIX_EPOCH);
        let gauges = Gauges {
            places: vec![("x".to_owned(), Some(DateTime::UNIX_EPOCH))],
            now: DateTime::from_timestamp_millis(90_000).unwrap(),
            ..Gauges::default()
        };
        let text = metrics.text(&gauges);
        for line in [
            "taxii_request_duration_seconds_bucket{endpoint=\"objects\",status=\"200\",le=\"0.001\"} 0",
            "taxii_request_duration_seconds_bucket{endpoint=\"objects\",status=\"200\",le=\"0.0025\"} 1",
            "taxii_request_duration_seconds_bucket{endpoint=\"objects\",status=\"200\",le=\"30\"} 1",
            "taxii_request_duration_seconds_bucket{endpoint=\"objects\",status=\"200\",le=\"+Inf\"} 2",
            "taxii_request_duration_seconds_count{endpoint=\"objects\",status=\"200\"} 2",
            "taxii_feed_polls_total{feed=\"one \\\"feed\\\"\",outcome=\"success\"} 1",
            "taxii_feed_lag_seconds{feed=\"x\"} 90",
        ] {
            assert!(text.lines().any(|found| found == line), "{line}\n{text}");
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
