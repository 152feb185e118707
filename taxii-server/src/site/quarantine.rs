//! `/status/quarantine`: records of feeds that could not be used, to be tried again or forgotten.
//!
//! Who may read the collection that a feed leads into sees its records; who may also write to it can do something with
//! them. That takes a POST which a page of ours has sent: see [`same_origin`].

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use serde::Deserialize;

use super::HOME;
use super::frame::{Frame, html};
use super::visit::Visit;
use super::when::When;
use crate::error::ApiError;
use crate::feed::{FeedSettings, Retry};
use crate::off_worker;
use crate::storage::quarantine::{Chosen, QuarantinedRecord, RecordPrefix};
use crate::storage::{CollectionId, DateAdded};

#[derive(Template)]
#[template(path = "quarantine.html")]
struct QuarantinePage {
    frame: Frame,
    records: Vec<RecordView>,
    more: bool,
    done: Option<&'static str>,
}

/// A record that could not be used.
struct RecordView {
    id: String,
    short: String,
    feed: String,
    reason: String,
    /// The beginning of its text.
    record: String,
    /// Whether the text goes on.
    is_cut: bool,
    /// How many bytes it has.
    length: u64,
    first_seen: When,
    may_act: bool,
}

/// What the page takes.
#[derive(Debug, Default, Deserialize)]
struct Parameters {
    done: Option<String>,
}

/// How many records are shown.
const ROWS: u32 = 100;

/// The most bytes of a record that are shown.
const SHOWN_BYTES: usize = 4 << 10;

/// What was done, by the word for it in the address, as the page says it.
const DONE: [(&str, &str); 3] = [
    ("taken-in", "The record was taken in."),
    ("stays", "The record still cannot be used."),
    ("dropped", "The record was forgotten. It does not come back with the next poll."),
];

pub(super) async fn get(visit: Visit) -> Result<HttpResponse, ApiError> {
    let parameters: Parameters = visit.parameters()?;
    let (mut records, now) = (Vec::new(), visit.state.now());
    for (feed, collection) in visit.feeds() {
        let chosen = Chosen { feed: Some(feed.name.clone()), ..Chosen::default() };
        let may_act = visit.caller.may_write(&collection);
        for record in visit.state.storage.quarantined(&chosen, ROWS + 1).await? {
            records.push((may_act, record));
        }
    }
    records.sort_by_key(|(_, record)| record.first_seen);
    let shown = usize::try_from(ROWS).unwrap_or(usize::MAX);
    let more = records.len() > shown;
    let view = |(may_act, record): (bool, QuarantinedRecord)| RecordView {
        id: record.id.to_string(),
        short: record.id.short(),
        feed: record.feed,
        reason: record.quarantined.reason,
        record: shortened(&record.quarantined.record),
        is_cut: record.quarantined.record.len() > SHOWN_BYTES || record.cut_from.is_some(),
        length: record.cut_from.unwrap_or(record.quarantined.record.len() as u64),
        first_seen: When::new(record.first_seen.timestamp().instant(), now),
        may_act,
    };
    let done = parameters.done.and_then(|done| DONE.into_iter().find(|(word, _)| *word == done));
    html(&QuarantinePage {
        frame: visit.frame("Quarantine", "quarantine"),
        records: records.into_iter().take(shown).map(view).collect(),
        more,
        done: done.map(|(_, text)| text),
    })
}

/// `POST /status/quarantine/{record}/retry`
pub(super) async fn retry(visit: Visit) -> Result<HttpResponse, ApiError> {
    let (feed, collection, record) = chosen(&visit).await?;
    let state = &visit.state;
    let (config, storage, clock) = (state.config.clone(), state.storage.clone(), state.clock.clone());
    // Reads the lists of the settings and the bundle of ATT&CK.
    let ingest =
        off_worker::run(move || config.ingest(storage, clock)).await.map_err(ApiError::bad_request)?;
    let retry = Retry::new(&feed, collection, ingest, state.clock.clone());
    let retry = retry.map_err(|error| ApiError::bad_request(error.to_string()))?;
    let retried = retry.retry(&feed.name, &[record]).await?;
    Ok(back(if retried.released.is_empty() { "stays" } else { "taken-in" }))
}

/// `POST /status/quarantine/{record}/drop`
pub(super) async fn forget(visit: Visit) -> Result<HttpResponse, ApiError> {
    let (_, _, record) = chosen(&visit).await?;
    let now = DateAdded::from_millis(visit.state.now().timestamp_millis());
    visit.state.storage.drop_quarantined(&[record.id], now).await?;
    Ok(back("dropped"))
}

/// The record that the path names, if the visitor may do something with it and means to.
async fn chosen(visit: &Visit) -> Result<(FeedSettings, CollectionId, QuarantinedRecord), ApiError> {
    if !same_origin(&visit.request) {
        return Err(ApiError::forbidden("this was not sent from the page about the quarantine"));
    }
    let unknown = || ApiError::not_found("there is no such record in quarantine");
    let id = visit.part("record");
    let prefix: RecordPrefix = id.parse().map_err(|_| unknown())?;
    let chosen = Chosen { ids: Some(vec![prefix]), ..Chosen::default() };
    let found = visit.state.storage.quarantined(&chosen, 1).await?;
    let record = found.into_iter().find(|record| record.id.to_string() == id).ok_or_else(unknown)?;
    let (feed, collection) = visit.feeds().find(|(feed, _)| feed.name == record.feed).ok_or_else(unknown)?;
    match visit.caller.may_write(&collection) {
        true => Ok((feed.clone(), collection, record)),
        false => Err(ApiError::forbidden("you may not write to the collection of the feed")),
    }
}

/// The beginning of a record as text.
fn shortened(record: &[u8]) -> String {
    String::from_utf8_lossy(record.get(..SHOWN_BYTES).unwrap_or(record)).into_owned()
}

/// Whether a browser says that one of our own pages has sent the request. Others may not make a browser that is logged in
/// do something; who says nothing is not let through either.
fn same_origin(request: &HttpRequest) -> bool {
    let text = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text("sec-fetch-site") {
        return site == "same-origin";
    }
    // Without TLS browsers tell no more than this.
    let origin = text("origin").and_then(|origin| origin.split_once("://")).map(|(_, authority)| authority);
    let authority = request.uri().authority().map(|authority| authority.as_str());
    origin.is_some() && origin == text("host").or(authority)
}

/// Back to the list, which says what was done.
fn back(done: &str) -> HttpResponse {
    let to = format!("{HOME}/quarantine?done={done}");
    HttpResponse::SeeOther().insert_header((header::LOCATION, to)).finish()
}
