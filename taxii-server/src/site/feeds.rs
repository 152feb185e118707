//! The feeds and how they are.

use super::visit::Visit;
use super::when::{When, span};
use crate::error::ApiError;

/// A feed that leads into a collection which may be read.
#[derive(Clone, Debug)]
pub(super) struct FeedView {
    pub(super) name: String,
    /// How it is: the name of the class in the style, and a word or two.
    pub(super) state: (&'static str, &'static str),
    /// How far it has been read.
    pub(super) place: Option<When>,
    /// How often it is polled.
    pub(super) interval: String,
}

/// The feeds that the visitor may know of.
pub(super) async fn feeds(visit: &Visit) -> Result<Vec<FeedView>, ApiError> {
    let (config, now) = (&visit.state.config, visit.state.now());
    let mut views = Vec::new();
    for feed in &config.feeds {
        if !config.collection_of(feed).is_some_and(|collection| visit.caller.may_read(&collection)) {
            continue;
        }
        let progress = visit.state.storage.feed_progress(&feed.name).await?;
        let place = progress.map(|progress| progress.place);
        let late = place.is_none_or(|place| (now - place).to_std().is_ok_and(|lag| lag > feed.stale_after()));
        let state = match (place, late) {
            (None, _) => ("wait", "Not read yet"),
            (_, true) => ("bad", "Behind"),
            (_, false) => ("good", "Up to date"),
        };
        views.push(FeedView {
            name: feed.name.clone(),
            state,
            place: place.map(|place| When::new(place, now)),
            interval: span(chrono::TimeDelta::from_std(feed.interval).unwrap_or_default()),
        });
    }
    Ok(views)
}
