//! Faults on command: what goes wrong between a feed and who polls it.

use std::time::Duration;

use actix_web::http::{
    StatusCode,
    header::{CONTENT_ENCODING, LOCATION},
};
use chrono::{DateTime, TimeDelta, Utc};

use crate::{
    answer::{Answer, Delivery},
    error::ApiError,
    gzip_bomb,
};

/// Something that goes wrong with one answer.
///
/// [`Handle::inject`](crate::Handle::inject) puts it at the end of a queue; each request takes one from the
/// front, whoever asks and whatever for.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// This status, with the documented error body. A number outside 200 to 999 becomes 500.
    Status(u16),
    /// 429 `rate_limit_exceeded`, nothing remaining, and a reset this long from now.
    RateLimited {
        /// From now to the time in `X-RateLimit-Reset`.
        reset_in: Duration,
    },
    /// The first half of the body, sent as if it were the whole: `Content-Length` fits.
    Truncated,
    /// The first half of the body under the `Content-Length` of the whole; then the connection closes.
    CutConnection,
    /// 200 with a page for people, as a gateway or a login wall sends it.
    HtmlPage,
    /// The right answer, this much later.
    Delay(Duration),
    /// The right answer in small pieces: it goes on arriving, and takes its time.
    SlowDrip {
        /// Bytes at a time; at least 1.
        bytes: usize,
        /// The pause between two pieces.
        every: Duration,
    },
    /// The right body under `Content-Type: text/plain`.
    WrongContentType,
    /// 200 with no body at all.
    EmptyBody,
    /// 200 with a small body under `Content-Encoding: gzip`, asked for or not, that unpacks to so many MiB of
    /// blanks.
    GzipBomb {
        /// The length of the unpacked body.
        mebibytes: u32,
    },
    /// 302 to this address; what is not fit for a header becomes `/`.
    Redirect(String),
}

impl Fault {
    /// What becomes of an answer that meets the fault.
    pub(crate) fn apply(self, answer: Answer, now: DateTime<Utc>, request_id: &str) -> Answer {
        let half = answer.body.len() / 2;
        match self {
            Self::Status(code) => {
                // One of the 100s is no answer: a client would go on waiting.
                let status = StatusCode::from_u16(code).ok().filter(|status| !status.is_informational());
                let status = status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
                answer.replaced_by_error(&ApiError::of_status(status), request_id)
            }
            Self::RateLimited { reset_in } => {
                let wait = TimeDelta::from_std(reset_in).unwrap_or_default();
                let mut refused = answer.replaced_by_error(&ApiError::rate_limit_exceeded(), request_id);
                // One second more where the part of a second would be lost: waiting until then is enough.
                let end = now + wait;
                refused.quota.reset = end.timestamp() + i64::from(end.timestamp_subsec_nanos() > 0);
                refused.quota.remaining = 0;
                refused
            }
            Self::Truncated => Answer { body: answer.body.slice(..half), ..answer },
            Self::CutConnection => Answer { delivery: Delivery::CutAfter(half), ..answer },
            Self::HtmlPage => Answer {
                status: StatusCode::OK,
                content_type: "text/html; charset=utf-8",
                body: PAGE.into(),
                ..answer
            },
            Self::Delay(delay) => Answer { delay, ..answer },
            Self::SlowDrip { bytes, every } => Answer { delivery: Delivery::Drip { bytes, every }, ..answer },
            Self::WrongContentType => Answer { content_type: "text/plain; charset=utf-8", ..answer },
            Self::EmptyBody => Answer { status: StatusCode::OK, body: "".into(), ..answer },
            Self::GzipBomb { mebibytes } => {
                let body = gzip_bomb::of_blanks(mebibytes).into();
                let mut bomb = Answer { status: StatusCode::OK, body, ..answer };
                bomb.headers.push((CONTENT_ENCODING, "gzip".to_owned()));
                bomb
            }
            Self::Redirect(target) => {
                let mut redirect = Answer { status: StatusCode::FOUND, body: "".into(), ..answer };
                redirect.headers.push((LOCATION, target));
                redirect
            }
        }
    }
}

const PAGE: &str = "<!doctype html>\n<html><head><title>One moment, please</title></head>\
                    <body><h1>Checking your browser</h1></body></html>\n";
