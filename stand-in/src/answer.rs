//! An answer before it is sent: everything about it is decided, and nothing has gone out yet.

use std::{io, time::Duration};

use actix_web::{
    HttpResponse, HttpResponseBuilder,
    body::SizedStream,
    http::{
        StatusCode,
        header::{ALLOW, CONTENT_TYPE, DATE, HeaderName, HeaderValue, RETRY_AFTER},
    },
    web::Bytes,
};
use chrono::{DateTime, Utc};
use futures_util::{Stream, StreamExt, stream};
use serde::Serialize;
use serde_json::Value;
use tokio::time::sleep;

use crate::{connection::Connection, error::ApiError, gate::Gate, rate_limit::Quota};

/// Long enough for what was sent to be read before the connection breaks off behind it.
const PAUSE_BEFORE_END: Duration = Duration::from_millis(5);

/// One answer, and how it is to be sent.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) content_type: &'static str,
    pub(crate) headers: Vec<(HeaderName, String)>,
    pub(crate) body: Bytes,
    pub(crate) quota: Quota,
    /// The server's time.
    pub(crate) date: DateTime<Utc>,
    /// How long to wait before the first byte.
    pub(crate) delay: Duration,
    pub(crate) delivery: Delivery,
}

/// How a body goes out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Delivery {
    Whole,
    /// Under the length of the whole so many bytes of it, or nothing of the answer at all, and then this.
    Broken {
        until: Option<usize>,
        end: End,
    },
    /// In pieces of so many bytes, with a pause after each.
    Drip {
        bytes: usize,
        every: Duration,
    },
}

/// What comes in place of the rest of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// The connection closes.
    Close,
    /// The connection is reset.
    Reset,
    /// The rest, when the gate is opened.
    Hold,
}

impl Answer {
    /// 200 with this JSON text.
    pub(crate) fn json(body: String, quota: Quota, date: DateTime<Utc>) -> Self {
        Self {
            status: StatusCode::OK,
            content_type: "application/json",
            headers: Vec::new(),
            body: body.into(),
            quota,
            date,
            delay: Duration::ZERO,
            delivery: Delivery::Whole,
        }
    }

    /// A refusal, in place of what the answer was.
    pub(crate) fn replaced_by_error(self, error: &ApiError, request_id: &str) -> Self {
        let mut headers = Vec::new();
        if error.status() == StatusCode::METHOD_NOT_ALLOWED {
            headers.push((ALLOW, "GET".to_owned()));
        }
        Self {
            status: error.status(),
            content_type: "application/json",
            headers,
            body: to_json(&error.body(request_id)).into(),
            ..self
        }
    }

    /// Adds the undocumented `Retry-After`.
    pub(crate) fn with_retry_after(mut self) -> Self {
        let seconds = (self.quota.reset - self.date.timestamp()).max(0);
        self.headers.push((RETRY_AFTER, seconds.to_string()));
        self
    }

    /// The same with other rows, or the same rows in another order; as it is if it has none.
    pub(crate) fn rearranged(self, change: impl FnOnce(&mut Vec<Value>)) -> Self {
        let Ok(mut body) = serde_json::from_slice::<Value>(&self.body) else { return self };
        let name = if body.get("data").is_some() { "data" } else { "objects" };
        let Some(rows) = body.get_mut(name).and_then(Value::as_array_mut) else { return self };
        change(rows);
        Self { body: to_json(&body).into(), ..self }
    }

    /// Sends it.
    pub(crate) async fn send(self, connection: Option<&Connection>, gate: &Gate) -> HttpResponse {
        if !self.delay.is_zero() {
            sleep(self.delay).await;
        }
        if let Delivery::Broken { until: None, end: End::Hold } = self.delivery {
            gate.hold().await;
        }
        let mut response = self.head();
        let length = u64::try_from(self.body.len()).unwrap_or(u64::MAX);
        match self.delivery {
            Delivery::Whole | Delivery::Broken { until: None, end: End::Hold } => response.body(self.body),
            Delivery::Broken { until, end } => {
                if let (End::Reset, Some(connection)) = (end, connection) {
                    connection.reset_when_closed();
                }
                response
                    .body(SizedStream::new(length, broken(self.body, until, end, gate.clone()).boxed_local()))
            }
            Delivery::Drip { bytes, every } => {
                response.body(SizedStream::new(length, drip(self.body, bytes, every).boxed_local()))
            }
        }
    }

    /// The status and the headers.
    fn head(&self) -> HttpResponseBuilder {
        let mut response = HttpResponse::build(self.status);
        // Inserted first, so that actix does not add one from the clock of this machine.
        response.insert_header((DATE, self.date.format("%a, %d %b %Y %H:%M:%S GMT").to_string()));
        response.insert_header((CONTENT_TYPE, self.content_type));
        response.insert_header(("X-RateLimit-Limit", self.quota.limit));
        response.insert_header(("X-RateLimit-Remaining", self.quota.remaining));
        response.insert_header(("X-RateLimit-Reset", self.quota.reset));
        for (name, value) in &self.headers {
            let value = HeaderValue::from_str(value).unwrap_or(HeaderValue::from_static("/"));
            response.insert_header((name.clone(), value));
        }
        response
    }
}

/// JSON text of a value that cannot fail to have one: our own structs, with text for keys.
pub(crate) fn to_json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// The beginning of a body, and what comes in place of its rest. An error before the first byte of a body also keeps back
/// the head.
fn broken(
    mut body: Bytes,
    until: Option<usize>,
    end: End,
    gate: Gate,
) -> impl Stream<Item = io::Result<Bytes>> {
    let begin = until.map(|until| Ok(body.split_to(until.min(body.len()))));
    let rest = async move {
        if until.is_some() {
            sleep(PAUSE_BEFORE_END).await;
        }
        match end {
            End::Close | End::Reset => Err(io::ErrorKind::ConnectionAborted.into()),
            End::Hold => {
                gate.hold().await;
                Ok(body)
            }
        }
    };
    stream::iter(begin).chain(stream::once(rest))
}

/// A body in pieces of so many bytes, with a pause before each.
fn drip(body: Bytes, bytes: usize, every: Duration) -> impl Stream<Item = io::Result<Bytes>> {
    stream::unfold(body, move |mut rest| async move {
        if rest.is_empty() {
            return None;
        }
        sleep(every).await;
        let piece = rest.split_to(bytes.clamp(1, rest.len()));
        Some((Ok(piece), rest))
    })
}
