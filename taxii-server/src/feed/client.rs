//! The HTTP client of the SOC Defenders API.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use chrono::{DateTime, Utc};
use reqwest::header::{self, HeaderMap};
use reqwest::{Response, StatusCode, Url};
use serde_json::Value;

use super::budget::{self, Budget};
use super::settings::{ConfidenceWord, FeedSettings};
use super::{Failure, connection, loose_time};
use crate::clock::Clock;
use crate::off_worker;

/// The path of the endpoint of STIX bundles.
pub(super) const STIX: &str = "/api/v1/iocs/stix";
/// The path of the endpoint of lists.
pub(super) const LIST: &str = "/api/v1/iocs";

/// The longest wait for the end of a rate limit that is slept through inside a poll: the limits of a minute are.
const MAX_WAIT: Duration = Duration::from_secs(65);

/// What some programs put before a text.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// What is waited at least, so that time passes.
const SHORTEST_WAIT: Duration = Duration::from_millis(10);

/// A client of one feed. Clones share what they know of its limits.
#[derive(Clone, Debug)]
pub struct Client {
    http: reqwest::Client,
    settings: FeedSettings,
    clock: Clock,
    budget: Arc<Mutex<Budget>>,
    /// The share of each limit that is left to others.
    reserve: f64,
}

/// What is asked of an endpoint.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Ask {
    pub(super) since: Option<DateTime<Utc>>,
    pub(super) until: Option<DateTime<Utc>>,
    pub(super) limit: u32,
    pub(super) offset: u64,
    pub(super) ioc_type: Option<String>,
    pub(super) confidence: Option<ConfidenceWord>,
}

/// What an endpoint answers with: what is around the records is read, and these are cut out of the text as they came.
pub(super) trait Reply: Sized + Send + 'static {
    /// The path of the endpoint.
    const PATH: &str;

    /// Takes the text of an answer apart, which may have up to `most` records.
    ///
    /// # Errors
    /// As a whole it is no such answer, or it has more records. A record that is broken is not read here.
    fn read(body: &Bytes, content_type: &str, most: usize) -> Result<Self, Failure>;

    /// When it was made, if it says so.
    fn generated_at(&self) -> Option<DateTime<Utc>> {
        None
    }
}

/// A whole answer.
#[derive(Clone, Debug)]
pub(super) struct Answer<R> {
    /// What it holds.
    pub(super) reply: R,
    /// When it was made, by the service's clock: what it says itself, else the header `Date`. Places in the feed are kept
    /// by it, never by the time of this machine.
    pub(super) server_time: Option<DateTime<Utc>>,
}

impl Client {
    /// A client with these settings.
    ///
    /// # Errors
    /// The certificates cannot be loaded, or the proxy is none.
    pub fn new(settings: FeedSettings, clock: Clock) -> Result<Self, Failure> {
        let http = connection::open(&settings)?;
        let budget = Arc::new(Mutex::new(Budget::new(settings.daily_quota)));
        Ok(Self { http, settings, clock, budget, reserve: 0.0 })
    }

    /// The same client, leaving this share of each limit to others. It does not wait for the end of a limit.
    pub(super) fn sparing(&self, reserve: f64) -> Self {
        Self { reserve, ..self.clone() }
    }

    /// What is left of the requests.
    pub(super) fn budget(&self) -> MutexGuard<'_, Budget> {
        self.budget.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The settings.
    pub(super) fn settings(&self) -> &FeedSettings {
        &self.settings
    }

    /// Asks, and tries again what may pass. Gives the failures of earlier tries with the answer.
    pub(super) async fn ask<R: Reply>(&self, ask: &Ask) -> Result<Answer<R>, Failure> {
        let mut attempt = 1;
        let mut first: Option<Failure> = None;
        loop {
            self.pace().await?;
            match self.ask_once(ask).await {
                Ok(answer) => {
                    if let Some(failure) = first {
                        let (feed, path, tries) = (&self.settings.name, R::PATH, attempt);
                        let failure = failure.to_string();
                        tracing::warn!(feed, path, tries, failure, "recovered");
                    }
                    return Ok(answer);
                }
                Err(failure) => match self.wait(&failure, attempt) {
                    Some(wait) if attempt < self.settings.attempts => {
                        attempt += 1;
                        first.get_or_insert(failure);
                        self.clock.sleep(wait).await;
                    }
                    _ => return Err(failure),
                },
            }
        }
    }

    /// How long to wait before the next try, if there is to be one.
    fn wait(&self, failure: &Failure, attempt: u32) -> Option<Duration> {
        let backoff = self.settings.backoff.saturating_mul(1 << (attempt - 1).min(6));
        match failure {
            Failure::RateLimited { .. } if self.reserve > 0.0 => None,
            Failure::RateLimited { wait } => Some(wait.unwrap_or(backoff)).filter(|wait| *wait <= MAX_WAIT),
            failure if failure.is_passing() => Some(backoff),
            _ => None,
        }
    }

    /// Waits while the limits that are known allow no request, so that none is wasted on being refused.
    async fn pace(&self) -> Result<(), Failure> {
        loop {
            let wait = self.budget().wait(self.reserve, self.clock.now());
            match wait {
                None => return Ok(()),
                Some(wait) if self.reserve > 0.0 || wait > MAX_WAIT => {
                    return Err(Failure::RateLimited { wait: Some(wait) });
                }
                Some(wait) => self.clock.sleep(wait.max(SHORTEST_WAIT)).await,
            }
        }
    }

    async fn ask_once<R: Reply>(&self, ask: &Ask) -> Result<Answer<R>, Failure> {
        let key = self.settings.api_key()?;
        connection::proxy(&self.settings)?;
        let request = self
            .http
            .get(self.url(R::PATH, ask)?)
            .bearer_auth(key)
            .header(header::ACCEPT, "application/json");
        self.budget().spend(self.clock.now());
        let response = request.send().await.map_err(|error| connection::failure(&error, &self.settings))?;
        let headers = response.headers().clone();
        self.budget().listen(&headers, self.clock.now());
        let status = response.status();
        if status.is_redirection() {
            return Err(Failure::Redirected { location: text(&headers, header::LOCATION.as_str()) });
        }
        let body = self.read(response).await?;
        if !status.is_success() {
            return Err(self.refused(status, &headers, &body));
        }
        let body = body.strip_prefix(BYTE_ORDER_MARK).map_or(body.clone(), |rest| body.slice_ref(rest));
        let (content_type, most) =
            (text(&headers, header::CONTENT_TYPE.as_str()), self.settings.max_answer_records);
        let reply = off_worker::run(move || R::read(&body, &content_type, most)).await;
        let reply = reply.map_err(|failure| match failure {
            Failure::TooManyRecords { limit, .. } => {
                Failure::TooManyRecords { limit, server_time: date(&headers) }
            }
            failure => failure,
        })?;
        Ok(Answer {
            server_time: reply.generated_at().and_then(loose_time::of_service).or_else(|| date(&headers)),
            reply,
        })
    }

    /// Reads a body to its end, but no further than the limit.
    async fn read(&self, mut response: Response) -> Result<Bytes, Failure> {
        let limit = self.settings.max_answer_bytes;
        let told = response.content_length().unwrap_or_default();
        let told =
            usize::try_from(told).ok().filter(|told| *told <= limit).ok_or(Failure::TooLarge { limit })?;
        // A body that grows by doubling would take up to three times its bytes.
        let mut body = BytesMut::with_capacity(told);
        let broken = |error: reqwest::Error| connection::failure(&error, &self.settings);
        while let Some(chunk) = response.chunk().await.map_err(broken)? {
            if body.len() + chunk.len() > limit {
                return Err(Failure::TooLarge { limit });
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body.freeze())
    }

    fn url(&self, path: &str, ask: &Ask) -> Result<Url, Failure> {
        let base = Url::parse(&self.settings.url).and_then(|url| url.join(path));
        let mut url = base.map_err(|error| Failure::Connection { message: error.to_string() })?;
        let FeedSettings { ioc_type, confidence, category, industry, .. } = &self.settings;
        let category = category.as_deref().filter(|_| path == LIST);
        let mut query = url.query_pairs_mut();
        let [since, until] = [ask.since, ask.until].map(|time| time.map(loose_time::write));
        let (limit, offset) = (ask.limit.to_string(), (ask.offset > 0).then(|| ask.offset.to_string()));
        for (name, value) in [
            ("type", ask.ioc_type.as_deref().or(ioc_type.as_deref())),
            ("confidence", ask.confidence.or(*confidence).map(ConfidenceWord::name)),
            ("category", category),
            ("industry", industry.as_deref()),
            ("since", since.as_deref()),
            ("until", until.as_deref()),
            ("limit", Some(&limit)),
            ("offset", offset.as_deref()),
        ] {
            if let Some(value) = value {
                query.append_pair(name, value);
            }
        }
        drop(query);
        Ok(url)
    }

    fn refused(&self, status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Failure {
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        let field = |name: &str| {
            let text = body.pointer(&format!("/error/{name}")).and_then(Value::as_str);
            text.unwrap_or("without a reason").chars().take(200).collect::<String>()
        };
        match status {
            StatusCode::UNAUTHORIZED => Failure::Unauthorized { code: field("code") },
            StatusCode::FORBIDDEN => Failure::Forbidden { code: field("code") },
            StatusCode::PROXY_AUTHENTICATION_REQUIRED => Failure::ProxyLogin,
            StatusCode::TOO_MANY_REQUESTS | StatusCode::PAYMENT_REQUIRED => {
                Failure::RateLimited { wait: budget::lifted_in(headers, self.clock.now()) }
            }
            other => Failure::Status { status: other.as_u16(), message: field("message") },
        }
    }
}

/// The header `Date`.
pub(super) fn date(headers: &HeaderMap) -> Option<DateTime<Utc>> {
    let text = headers.get(header::DATE)?.to_str().ok()?;
    DateTime::parse_from_rfc2822(text).ok().and_then(|date| loose_time::of_service(date.to_utc()))
}

fn text(headers: &HeaderMap, name: &str) -> String {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or("unknown").to_owned()
}
