//! The net under everything: a panic becomes a 500, and whatever else fails outside of our own code is
//! said as a TAXII error too (TAXII 2.1, section 3.6.1). Every request ends here, so it is logged here.

use std::panic::AssertUnwindSafe;
use std::time::Instant;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{StatusCode, header};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, ResponseError, web};
use futures_util::FutureExt;
use tracing_actix_web::RequestId;

use super::{State, health, page};
use crate::audit::{Ending, Trail};
use crate::error::{ApiError, ErrorCode};
use crate::telemetry;
use crate::wire::TAXII_MEDIA_TYPE;

pub(super) async fn net(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let start = Instant::now();
    let trail = Trail::default();
    request.extensions_mut().insert(trail.clone());
    let state = request.app_data::<web::Data<State>>().cloned();
    let audited = state.as_ref().filter(|state| state.config.audit_log.is_some());
    let audited = audited.map(|state| Asked::of(&request, state));
    let path = request.path().to_owned();
    let request_id = request.extensions().get::<RequestId>().map(ToString::to_string);
    let outcome = match AssertUnwindSafe(next.call(request)).catch_unwind().await {
        Ok(Ok(response)) => Ok(said_in_taxii(response, request_id.clone())),
        Ok(Err(error)) => Err(match error.as_error::<ApiError>() {
            Some(error) => identified(error.clone(), request_id.clone()),
            None => of_framework(error.as_response_error().status_code(), request_id.clone()),
        }),
        Err(_) => Err(of_framework(StatusCode::INTERNAL_SERVER_ERROR, request_id.clone())),
    };
    let status = outcome.as_ref().map_or_else(ApiError::status_code, ServiceResponse::status);
    let took = start.elapsed();
    if let Some(metrics) = state.as_ref().map(|state| &state.metrics) {
        metrics.request(&path, status.as_u16(), took);
        let rows = outcome.as_ref().ok().and_then(|answer| answer.response().extensions().get().copied());
        if let Some(page::Rows(rows)) = rows {
            metrics.page(rows);
        }
    }
    telemetry::request_ended(status, took, &trail);
    if let Some(asked) = audited {
        trail.end(asked.answered(status, request_id));
    }
    Ok(outcome?)
}

/// What a request asked for, for the audit log.
struct Asked {
    method: String,
    target: String,
    collection: Option<String>,
}

impl Asked {
    fn of(request: &ServiceRequest, state: &State) -> Self {
        let segments: Vec<_> = request.path().split('/').filter(|segment| !segment.is_empty()).collect();
        let named = match segments.as_slice() {
            [root, "collections", name, ..] => {
                let named = state.config.collection_named(&format!("{root}/{name}"));
                named.or_else(|_| state.config.collection_named(name)).ok()
            }
            _ => None,
        };
        Self {
            method: request.method().to_string(),
            target: request.uri().to_string(),
            collection: named.map(|collection| collection.id.to_string()),
        }
    }

    fn answered(self, status: StatusCode, request: Option<String>) -> Ending {
        let Self { method, target, collection } = self;
        Ending { method, target, collection, status: status.as_u16(), request }
    }
}

/// The response, or a TAXII error in place of the framework's own text or of one that does not yet carry its id.
fn said_in_taxii(
    response: ServiceResponse<impl MessageBody + 'static>,
    request_id: Option<String>,
) -> ServiceResponse<BoxBody> {
    let status = response.status();
    // The framework writes no HTML.
    let own = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|value| value == TAXII_MEDIA_TYPE || value.as_bytes().starts_with(b"text/html"));
    let failed = status.is_client_error() || status.is_server_error();
    let of_endpoint = response.response().error().and_then(|error| error.as_error::<ApiError>());
    let error = match of_endpoint {
        Some(error) => identified(error.clone(), request_id),
        None if !failed || own || health::is_health(response.request().path()) => {
            return response.map_into_boxed_body();
        }
        None => of_framework(status, request_id),
    };
    response.into_response(error.error_response())
}

fn of_framework(status: StatusCode, request_id: Option<String>) -> ApiError {
    identified(ApiError::new(ErrorCode::of_status(status)), request_id)
}

/// Errors of ours carry the id of the request, which is also in the log.
fn identified(error: ApiError, request_id: Option<String>) -> ApiError {
    match request_id {
        Some(id) if error.code() == ErrorCode::Internal => error.with_error_id(id),
        _ => error,
    }
}

#[cfg(test)]
mod tests {
    use actix_web::middleware::from_fn;
    use actix_web::{App, HttpResponse, test, web};
    use tracing_actix_web::TracingLogger;

    use super::*;
    use crate::telemetry::RequestSpan;

    async fn panics() -> HttpResponse {
        panic!("this is a test")
    }

    async fn fails() -> Result<HttpResponse, Error> {
        Err(actix_web::error::ErrorImATeapot("in other words"))
    }

    async fn breaks() -> Result<HttpResponse, ApiError> {
        Err(ApiError::new(ErrorCode::Internal))
    }

    #[actix_web::test]
    async fn whatever_fails_is_said_in_taxii() {
        let app = App::new()
            .route("/panics", web::get().to(panics))
            .route("/fails", web::get().to(fails))
            .route("/breaks", web::get().to(breaks))
            .wrap(from_fn(net))
            .wrap(TracingLogger::<RequestSpan>::new());
        let app = test::init_service(app).await;
        for (path, status) in [("/panics", 500), ("/fails", 400), ("/breaks", 500), ("/nowhere", 404)] {
            let request = test::TestRequest::get().uri(path).to_request();
            let response = match test::try_call_service(&app, request).await {
                Ok(response) => response.into_parts().1.map_into_boxed_body(),
                Err(error) => error.error_response(),
            };
            assert_eq!(response.status(), status, "{path}");
            assert_eq!(response.headers().get(header::CONTENT_TYPE).unwrap(), TAXII_MEDIA_TYPE);
            let body = actix_web::body::to_bytes(response.into_body()).await.unwrap();
            let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
            assert_eq!(body["http_status"], status.to_string());
            assert_eq!(body["error_id"].is_string(), status == 500, "{body}");
        }
    }
}
