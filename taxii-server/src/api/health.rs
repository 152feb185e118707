//! Whether the process lives and whether it can serve, and what it has done, for the operator's supervision. No
//! credentials are needed and nothing else is said.

use actix_web::{HttpResponse, web};

use super::{State, reading};
use crate::error::ApiError;
use crate::metrics::Gauges;

pub(super) fn is_health(path: &str) -> bool {
    matches!(path, "/healthz" | "/readyz")
}

pub(super) fn configure(app: &mut web::ServiceConfig) {
    app.service(web::resource("/healthz").route(reading().to(alive)));
    app.service(web::resource("/readyz").route(reading().to(ready)));
}

async fn alive() -> HttpResponse {
    HttpResponse::Ok().content_type("text/plain").body("ok\n")
}

async fn ready(state: web::Data<State>) -> HttpResponse {
    match state.storage.ping().await {
        Ok(()) => HttpResponse::Ok().content_type("text/plain").body("ready\n"),
        Err(error) => {
            tracing::warn!(error = &error as &dyn std::error::Error, "not ready");
            HttpResponse::ServiceUnavailable()
                .content_type("text/plain")
                .body("the storage does not answer\n")
        }
    }
}

/// The counts, with what is looked up for them.
pub(super) async fn metrics(state: web::Data<State>) -> Result<HttpResponse, ApiError> {
    let objects = state.storage.object_counts().await?;
    let mut places = Vec::new();
    for feed in &state.config.feeds {
        places.push((
            feed.name.clone(),
            state.storage.feed_progress(&feed.name).await?.map(|progress| progress.place),
        ));
    }
    let objects = objects.into_iter().map(|(collection, count)| (collection.to_string(), count)).collect();
    let gauges = Gauges { objects, places, now: state.clock.now() };
    let media_type = "text/plain; version=0.0.4; charset=utf-8";
    Ok(HttpResponse::Ok().content_type(media_type).body(state.metrics.text(&gauges)))
}
