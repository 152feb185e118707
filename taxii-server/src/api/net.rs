//! The net under everything: a panic becomes a 500, and whatever else fails outside of our own code is
//! said as a TAXII error too (TAXII 2.1, section 3.6.1).

use std::panic::AssertUnwindSafe;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header;
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, ResponseError};
use futures_util::FutureExt;
use tracing_actix_web::RequestId;

use super::health;
use crate::error::{ApiError, ErrorCode};
use crate::wire::TAXII_MEDIA_TYPE;

pub(super) async fn net(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let request_id = request.extensions().get::<RequestId>().map(ToString::to_string);
    let error = match AssertUnwindSafe(next.call(request)).catch_unwind().await {
        Ok(Ok(response)) => return Ok(said_in_taxii(response, request_id)),
        Ok(Err(error)) => match error.as_error::<ApiError>() {
            Some(error) => error.clone(),
            None => ApiError::new(ErrorCode::of_status(error.as_response_error().status_code())),
        },
        Err(_) => ApiError::new(ErrorCode::Internal),
    };
    Err(identified(error, request_id).into())
}

/// The response, or a TAXII error in place of the framework's own text.
fn said_in_taxii(
    response: ServiceResponse<impl MessageBody + 'static>,
    request_id: Option<String>,
) -> ServiceResponse<BoxBody> {
    let status = response.status();
    let own = response.headers().get(header::CONTENT_TYPE).is_some_and(|value| value == TAXII_MEDIA_TYPE);
    let failed = status.is_client_error() || status.is_server_error();
    if !failed || own || health::is_health(response.request().path()) {
        return response.map_into_boxed_body();
    }
    let error = identified(ApiError::new(ErrorCode::of_status(status)), request_id);
    response.into_response(error.error_response())
}

/// Errors of ours carry the id of the request, which is also in the log.
fn identified(error: ApiError, request_id: Option<String>) -> ApiError {
    match request_id {
        Some(id) if error.code() == ErrorCode::Internal => error.with_error_id(id),
        _ => error,
    }
}
