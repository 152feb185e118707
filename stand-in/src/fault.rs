//! Faults on command: what goes wrong between a feed and who polls it.

use std::time::Duration;

use actix_web::http::{
    StatusCode,
    header::{CONTENT_ENCODING, LOCATION},
};
use chrono::{DateTime, TimeDelta, Utc};
use rand::{rngs::StdRng, seq::SliceRandom};

use crate::{
    answer::{Answer, Delivery, End},
    auth::Keys,
    error::ApiError,
    gzip_bomb,
    settings::Settings,
    store::Store,
};

/// Something that goes wrong with one answer.
///
/// [`Handle::inject`](crate::Handle::inject) puts it at the end of a queue; each request takes one from the
/// front, whoever asks and whatever for. What is wrong with a record itself is a [`Defect`](crate::Defect), what is
/// wrong for longer is one of the [`Settings`](crate::Settings).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// This status, with the documented error body. A number outside 200 to 999 becomes 500.
    Status(u16),
    /// This status with a line of text for a body, as from something in between that knows nothing of the API.
    PlainStatus(u16),
    /// 429 `rate_limit_exceeded`, nothing remaining, and a reset this long from now.
    RateLimited {
        /// From now to the time in `X-RateLimit-Reset`.
        reset_in: Duration,
    },
    /// The first half of the body, sent as if it were the whole: `Content-Length` fits.
    Truncated,
    /// The first half of the body under the `Content-Length` of the whole; then the connection closes.
    CutConnection,
    /// So much of the answer; then the connection is reset.
    Reset(Part),
    /// So much of the answer; the rest once [`Handle::release`](crate::Handle::release) says so, which may be never.
    Hold(Part),
    /// The rows of the answer in another order.
    ShuffledRows,
    /// Every row of the answer twice, as if it were two.
    RepeatedRows,
    /// The page before the one that was asked for, as if it were that one.
    RepeatedPage,
    /// The right answer, but before it so many of the rows that have not been updated for longest are updated, as if seen
    /// again: they change their places while somebody pages.
    MovingRows(usize),
    /// From this request on the keys are those of another seed, and the ones before are refused.
    NewKeys(u64),
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

/// How much of an answer comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Nothing at all, not even a status.
    Nothing,
    /// Everything but the second half of the body.
    Half,
}

impl Fault {
    /// What happens before the answer is made.
    pub(crate) fn begin(&self, settings: &mut Settings, store: &mut Store, now: DateTime<Utc>) {
        match self {
            Self::MovingRows(count) => store.touch_oldest(*count, now),
            Self::NewKeys(seed) => settings.keys = Some(Keys::from_seed(*seed)),
            _ => {}
        }
    }

    /// What becomes of an answer that meets the fault.
    pub(crate) fn apply(self, answer: Answer, met: Met<'_>) -> Answer {
        let Met { now, request_id, rng } = met;
        let half = answer.body.len() / 2;
        let until = |part| match part {
            Part::Nothing => None,
            Part::Half => Some(half),
        };
        match self {
            Self::RepeatedPage | Self::MovingRows(_) | Self::NewKeys(_) => answer,
            Self::Status(code) => answer.replaced_by_error(&ApiError::of_status(status(code)), request_id),
            Self::PlainStatus(code) => {
                let status = status(code);
                let body = format!("{}\n", status.canonical_reason().unwrap_or("Something went wrong"));
                Answer { status, content_type: "text/plain; charset=utf-8", body: body.into(), ..answer }
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
            Self::CutConnection => {
                Answer { delivery: Delivery::Broken { until: Some(half), end: End::Close }, ..answer }
            }
            Self::Reset(part) => {
                Answer { delivery: Delivery::Broken { until: until(part), end: End::Reset }, ..answer }
            }
            Self::Hold(part) => {
                Answer { delivery: Delivery::Broken { until: until(part), end: End::Hold }, ..answer }
            }
            Self::ShuffledRows => answer.rearranged(|rows| rows.shuffle(rng)),
            Self::RepeatedRows => answer
                .rearranged(|rows| *rows = rows.iter().flat_map(|row| [row.clone(), row.clone()]).collect()),
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

/// The request that meets a fault.
pub(crate) struct Met<'a> {
    pub(crate) now: DateTime<Utc>,
    pub(crate) request_id: &'a str,
    pub(crate) rng: &'a mut StdRng,
}

/// The status with this number. One of the 100s is no answer: a client would go on waiting.
fn status(code: u16) -> StatusCode {
    let status = StatusCode::from_u16(code).ok().filter(|status| !status.is_informational());
    status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

const PAGE: &str = "<!doctype html>\n<html><head><title>One moment, please</title></head>\
                    <body><h1>Checking your browser</h1></body></html>\n";
