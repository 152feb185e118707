//! `/status/quarantine`: records of feeds that could not be used.

use actix_web::HttpResponse;
use askama::Template;

use super::frame::{Frame, html};
use super::visit::Visit;
use crate::error::ApiError;
use crate::storage::quarantine::{Chosen, QuarantinedRecord};

#[derive(Template)]
#[template(path = "quarantine.html")]
struct QuarantinePage {
    frame: Frame,
    records: Vec<RecordView>,
    more: bool,
}

/// A record that could not be used.
struct RecordView {
    id: String,
    feed: String,
    reason: String,
    record: String,
}

/// How many records are shown.
const ROWS: u32 = 100;

pub(super) async fn get(visit: Visit) -> Result<HttpResponse, ApiError> {
    let config = &visit.state.config;
    let visible = config.feeds.iter().filter(|feed| {
        let collection = config.collection_of(feed);
        collection.is_some_and(|id| visit.caller.may_read(&id))
    });
    let mut records = Vec::new();
    for feed in visible {
        let chosen = Chosen { feed: Some(feed.name.clone()), ..Chosen::default() };
        records.extend(visit.state.storage.quarantined(&chosen, ROWS + 1).await?);
    }
    records.sort_by_key(|record| record.first_seen);
    let shown = usize::try_from(ROWS).unwrap_or(usize::MAX);
    let more = records.len() > shown;
    records.truncate(shown);
    let records = records.into_iter().map(|QuarantinedRecord { id, feed, quarantined, .. }| RecordView {
        id: id.short(),
        feed,
        reason: quarantined.reason,
        record: quarantined.record,
    });
    html(&QuarantinePage { frame: visit.frame("Quarantine", "quarantine"), records: records.collect(), more })
}
