//! The feeds and how they do, as the reading of the store has it that all others use.

use chrono::TimeDelta;

use super::visit::Visit;
use super::when::{When, grouped, minute, span};
use crate::error::ApiError;
use crate::feed_status::{FeedState, FeedStatus};
use crate::storage::supervision::Gap;

/// A feed that leads into a collection which may be read.
#[derive(Clone, Debug)]
pub(super) struct FeedView {
    pub(super) name: String,
    /// How it does: the name of the class in the style, and a few words.
    pub(super) state: (&'static str, &'static str),
    /// How far it has been read.
    pub(super) place: Option<When>,
    /// When it was last read to its end.
    pub(super) last_success: Option<When>,
    /// Why the last poll failed.
    pub(super) failure: Option<String>,
    /// How many requests are left of how many.
    pub(super) quota: Option<String>,
    /// How much of the past is still to be read.
    pub(super) past_left: Option<String>,
    /// The latest gaps.
    pub(super) gaps: Vec<GapView>,
    /// How many gaps there are, and how long they are in all.
    pub(super) gaps_in_all: String,
}

/// A stretch of which records may be missing.
#[derive(Clone, Debug)]
pub(super) struct GapView {
    pub(super) from: String,
    pub(super) until: String,
    pub(super) reason: &'static str,
}

/// How many gaps of a feed are shown.
const SHOWN: usize = 10;

/// The feeds that the visitor may know of.
pub(super) async fn feeds(visit: &Visit) -> Result<Vec<FeedView>, ApiError> {
    let mut views = Vec::new();
    for (feed, _) in visit.feeds() {
        let status = FeedStatus::read(&*visit.state.storage, feed, visit.state.now()).await?;
        views.push(FeedView::of(status));
    }
    Ok(views)
}

impl FeedView {
    fn of(status: FeedStatus) -> Self {
        let past_left = status.past_left().filter(|left| *left > TimeDelta::zero()).map(span);
        let missing = span(status.missing(|_| true));
        let FeedStatus { name, state, progress, health, gaps, now, .. } = status;
        Self {
            name,
            state: match state {
                FeedState::Waiting if health.failure.is_some() => ("warn", "Not read to its end yet"),
                FeedState::Waiting => ("wait", "Not read to its end yet"),
                FeedState::Good => ("good", "Up to date"),
                FeedState::Failing => ("warn", "The last poll failed"),
                FeedState::Stale => ("bad", "Stale: what is newer is missing"),
            },
            place: progress.map(|progress| When::new(progress.place, now)),
            last_success: health.last_success.map(|success| When::new(success, now)),
            failure: health.failure,
            quota: health.quota.map(|quota| {
                format!("{} of {}", grouped(quota.remaining.into()), grouped(quota.limit.into()))
            }),
            past_left,
            gaps_in_all: match gaps.len() {
                1 => format!("1 gap of {missing}"),
                count => format!("{count} gaps of {missing} in all"),
            },
            gaps: gaps.iter().rev().take(SHOWN).map(GapView::of).collect(),
        }
    }
}

impl GapView {
    fn of(gap: &Gap) -> Self {
        Self { from: minute(gap.from), until: minute(gap.until), reason: gap.reason.in_words() }
    }
}
