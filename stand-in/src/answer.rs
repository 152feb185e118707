//! An answer before it is sent: everything about it is decided, and nothing has gone out yet.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use actix_web::{
    HttpResponse,
    body::{BodySize, MessageBody},
    http::{
        StatusCode,
        header::{ALLOW, CONTENT_TYPE, DATE, HeaderName, HeaderValue, RETRY_AFTER},
    },
    web::Bytes,
};
use chrono::{DateTime, Utc};
use serde::Serialize;
use tokio::time::{Sleep, sleep};

use crate::{error::ApiError, rate_limit::Quota};

/// Long enough for what was sent to leave the machine before the connection closes behind it.
const PAUSE_BEFORE_CUT: Duration = Duration::from_millis(30);

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
    /// So many bytes of it under the length of the whole, and the connection closes.
    CutAfter(usize),
    /// In pieces of so many bytes, with a pause after each.
    Drip {
        bytes: usize,
        every: Duration,
    },
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

    /// Sends it.
    pub(crate) async fn send(self) -> HttpResponse {
        if !self.delay.is_zero() {
            sleep(self.delay).await;
        }
        let mut response = HttpResponse::build(self.status);
        // Inserted first, so that actix does not add one from the clock of this machine.
        response.insert_header((DATE, self.date.format("%a, %d %b %Y %H:%M:%S GMT").to_string()));
        response.insert_header((CONTENT_TYPE, self.content_type));
        response.insert_header(("X-RateLimit-Limit", self.quota.limit));
        response.insert_header(("X-RateLimit-Remaining", self.quota.remaining));
        response.insert_header(("X-RateLimit-Reset", self.quota.reset));
        for (name, value) in self.headers {
            let value = HeaderValue::from_str(&value).unwrap_or(HeaderValue::from_static("/"));
            response.insert_header((name, value));
        }
        match Paced::new(self.body.clone(), self.delivery) {
            Some(paced) => response.body(paced),
            None => response.body(self.body),
        }
    }
}

/// JSON text of a value that cannot fail to have one: our own structs, with text for keys.
pub(crate) fn to_json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// A body that goes out in pieces, and perhaps not all of it.
struct Paced {
    rest: Bytes,
    promised: u64,
    piece: usize,
    every: Duration,
    complete: bool,
    pause: Option<Pin<Box<Sleep>>>,
}

impl Paced {
    /// The body in pieces, unless it goes out whole.
    fn new(body: Bytes, delivery: Delivery) -> Option<Self> {
        let promised = u64::try_from(body.len()).unwrap_or(u64::MAX);
        let (rest, piece, every, complete) = match delivery {
            Delivery::Whole => return None,
            Delivery::CutAfter(length) => {
                (body.slice(..length.min(body.len())), length, PAUSE_BEFORE_CUT, false)
            }
            Delivery::Drip { bytes, every } => (body, bytes, every, true),
        };
        Some(Self { rest, promised, piece: piece.max(1), every, complete, pause: None })
    }
}

impl MessageBody for Paced {
    type Error = io::Error;

    fn size(&self) -> BodySize {
        BodySize::Sized(self.promised)
    }

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<io::Result<Bytes>>> {
        if let Some(pause) = self.pause.as_mut() {
            ready!(pause.as_mut().poll(context));
        }
        if self.rest.is_empty() {
            let end = (!self.complete).then(|| Err(io::ErrorKind::ConnectionAborted.into()));
            return Poll::Ready(end);
        }
        let length = self.piece.min(self.rest.len());
        let piece = self.rest.split_to(length);
        self.pause = Some(Box::pin(sleep(self.every)));
        Poll::Ready(Some(Ok(piece)))
    }
}
