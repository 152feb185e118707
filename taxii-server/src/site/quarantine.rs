//! `/status/quarantine`: records of feeds that could not be used.

use actix_web::HttpResponse;
use askama::Template;

use super::frame::{Frame, html};
use super::visit::Visit;
use crate::error::ApiError;

#[derive(Template)]
#[template(path = "quarantine.html")]
struct QuarantinePage {
    frame: Frame,
    records: Vec<RecordView>,
    more: bool,
}

/// A record that could not be used.
struct RecordView {
    feed: String,
    reason: String,
    record: String,
}

/// How many records are shown.
const ROWS: usize = 100;

pub(super) async fn get(visit: Visit) -> Result<HttpResponse, ApiError> {
    let config = &visit.state.config;
    let visible = |name: &str| {
        let feed = config.feeds.iter().find(|feed| feed.name == name);
        feed.and_then(|feed| config.collection_of(feed)).is_some_and(|id| visit.caller.may_read(&id))
    };
    let records = visit.state.storage.quarantined().await?;
    let mut records: Vec<_> = records.into_iter().filter(|(feed, _)| visible(feed)).collect();
    let more = records.len() > ROWS;
    records.truncate(ROWS);
    let records = records.into_iter().map(|(feed, quarantined)| RecordView {
        feed,
        reason: quarantined.reason,
        record: quarantined.record,
    });
    html(&QuarantinePage { frame: visit.frame("Quarantine", "quarantine"), records: records.collect(), more })
}
