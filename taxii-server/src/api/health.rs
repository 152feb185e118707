//! Whether the process lives and whether it can serve, for the operator's supervision. No credentials are
//! needed and nothing else is said.

use actix_web::{HttpResponse, web};

use super::State;

pub(super) fn is_health(path: &str) -> bool {
    matches!(path, "/healthz" | "/readyz")
}

pub(super) async fn alive() -> HttpResponse {
    HttpResponse::Ok().content_type("text/plain").body("ok\n")
}

pub(super) async fn ready(state: web::Data<State>) -> HttpResponse {
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
