//! The documented error body, `{"error": {"code", "message", "request_id"}}`.
//!
//! The documentation names the codes of 401 and 429. The codes of the other answers are the stand-in's own
//! guess in the same style: a client should go by the status.

use actix_web::http::StatusCode;
use serde::Serialize;

/// A refusal: what goes into the error body, and the status it goes out with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ApiError {
    status: StatusCode,
    code: &'static str,
    message: String,
}

impl ApiError {
    pub(crate) fn missing_api_key() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "missing_api_key",
            "API key is required. Include it in the Authorization header as \"Bearer sk_live_...\" or in the \
             X-API-Key header.",
        )
    }

    pub(crate) fn invalid_api_key() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "invalid_api_key", "The API key is not valid.")
    }

    pub(crate) fn expired_api_key() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "expired_api_key", "The API key has expired.")
    }

    pub(crate) fn pro_required() -> Self {
        Self::new(StatusCode::FORBIDDEN, "pro_required", "This endpoint requires a Pro subscription.")
    }

    pub(crate) fn rate_limit_exceeded() -> Self {
        Self::new(
            StatusCode::TOO_MANY_REQUESTS,
            "rate_limit_exceeded",
            "Rate limit exceeded. Try again after the time in X-RateLimit-Reset.",
        )
    }

    pub(crate) fn invalid_parameter(name: &str, wanted: &str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid_parameter", format!("{name} must be {wanted}."))
    }

    pub(crate) fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", "There is nothing at this address.")
    }

    pub(crate) fn method_not_allowed() -> Self {
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", "Only GET is allowed here.")
    }

    /// The error body for a bare status, with the code that fits it best.
    pub(crate) fn of_status(status: StatusCode) -> Self {
        let code = match status.as_u16() {
            400 => "invalid_parameter",
            401 => "invalid_api_key",
            402 => "payment_required",
            403 => "pro_required",
            404 => "not_found",
            405 => "method_not_allowed",
            429 => "rate_limit_exceeded",
            502..=504 => "service_unavailable",
            _ => "internal_error",
        };
        Self::new(status, code, status.canonical_reason().unwrap_or("Something went wrong."))
    }

    fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into() }
    }

    pub(crate) fn status(&self) -> StatusCode {
        self.status
    }

    /// The error body as the documentation shows it.
    pub(crate) fn body<'a>(&'a self, request_id: &'a str) -> impl Serialize + 'a {
        Body { error: Inner { code: self.code, message: &self.message, request_id } }
    }
}

#[derive(Serialize)]
struct Body<'a> {
    error: Inner<'a>,
}

#[derive(Serialize)]
struct Inner<'a> {
    code: &'a str,
    message: &'a str,
    request_id: &'a str,
}
