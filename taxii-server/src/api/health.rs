//! Whether the process lives and whether it can serve, and what it has done, for the operator's supervision. No
//! credentials are needed and nothing else is said.

use std::collections::BTreeMap;

use actix_web::{HttpResponse, web};
use stix_core::object;

use super::readiness::Verdict;
use super::{State, reading};
use crate::clock_status::ClockStatus;
use crate::error::ApiError;
use crate::feed_status::FeedStatus;
use crate::metrics::{FeedGauges, Gauges};
use crate::storage::CollectionId;
use crate::supervisor::TaskHealth;

pub(super) fn is_health(path: &str) -> bool {
    matches!(path, "/healthz" | "/readyz")
}

pub(super) fn configure(app: &mut web::ServiceConfig) {
    app.service(web::resource("/healthz").route(reading().to(alive)));
    app.service(web::resource("/readyz").route(reading().to(ready)));
}

/// The process lives; but one whose background tasks fail again and again had better be started anew.
async fn alive(state: web::Data<State>) -> HttpResponse {
    match state.supervisor.health() {
        TaskHealth::Good => HttpResponse::Ok().content_type("text/plain").body("ok\n"),
        TaskHealth::Restarted(tasks) => {
            let body = format!("ok, but restarted after a panic: {}\n", tasks.join(", "));
            HttpResponse::Ok().content_type("text/plain").body(body)
        }
        TaskHealth::Broken(tasks) => {
            let body = format!("panics again and again: {}\n", tasks.join(", "));
            HttpResponse::ServiceUnavailable().content_type("text/plain").body(body)
        }
    }
}

async fn ready(state: web::Data<State>) -> HttpResponse {
    match state.readiness.verdict(&state).await {
        Verdict::Ready => HttpResponse::Ok().content_type("text/plain").body("ready\n"),
        Verdict::NotReady(why) => {
            HttpResponse::ServiceUnavailable().content_type("text/plain").body(why.into_owned())
        }
    }
}

/// The counts, with what is looked up for them.
pub(super) async fn metrics(state: web::Data<State>) -> Result<HttpResponse, ApiError> {
    let objects = by_known_type(state.storage.object_counts().await?);
    let feeds = FeedStatus::read_all(&*state.storage, &state.config.feeds, state.clock.now()).await?;
    let feeds = feeds.iter().map(FeedGauges::from).collect();
    let subjects_behind = state.storage.subjects_behind().await?;
    let subjects_expired = match state.config.retention.expired_before(state.clock.now()) {
        Some(before) => state.storage.count_expired(before).await?,
        None => 0,
    };
    let now = state.clock.now();
    let clock = ClockStatus::read(&*state.storage, now).await?;
    let clock_ahead = clock.known.map_or(0, |known| now.signed_duration_since(known.latest).num_seconds());
    let dates_ahead = clock.dates_ahead().num_seconds();
    let gauges = Gauges { objects, feeds, subjects_behind, subjects_expired, clock_ahead, dates_ahead };
    let media_type = "text/plain; version=0.0.4; charset=utf-8";
    Ok(HttpResponse::Ok().content_type(media_type).body(state.metrics.text(&gauges)))
}

/// The counts by collection and type, where `other` stands for all types that the specification does not have: clients
/// may add objects of any number of them, and each would be a time series.
fn by_known_type(counts: Vec<(CollectionId, String, u64)>) -> Vec<(String, String, u64)> {
    let mut known = BTreeMap::<(String, String), u64>::new();
    for (collection, name, count) in counts {
        let name = if object::def(&name).is_some() { name } else { "other".to_owned() };
        let sum = known.entry((collection.to_string(), name)).or_default();
        *sum = sum.saturating_add(count);
    }
    known.into_iter().map(|((collection, name), count)| (collection, name, count)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn custom_types_share_a_label() {
        let collection = CollectionId::from(uuid::Uuid::nil());
        let count = |name: &str, count| (collection, name.to_owned(), count);
        let custom = (0..50_000).map(|number| count(&format!("x-{number}"), 2));
        let counts = custom.chain([count("indicator", 7), count("ipv4-addr", 3)]).collect();
        let known = by_known_type(counts);
        let known: Vec<_> = known.iter().map(|(_, name, count)| (name.as_str(), *count)).collect();
        assert_eq!(known, [("indicator", 7), ("ipv4-addr", 3), ("other", 100_000)]);
    }
}
