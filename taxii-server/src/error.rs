//! Errors as the API answers them: one table gives each kind its code, status and title
//! (TAXII 2.1, sections 3.1, 3.6.1 and 5).

use std::fmt;
use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::http::header;
use actix_web::{HttpResponse, ResponseError};

use crate::storage::{StorageError, StorageErrorKind};
use crate::wire::{ErrorMessage, TAXII_MEDIA_TYPE};

/// What kind of thing went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorCode {
    /// A query parameter or a path is malformed.
    BadRequest,
    /// The caller must say who it is, or said it wrongly.
    Unauthenticated,
    /// The caller is known but has no right to this.
    Forbidden,
    /// There is no such thing, or the caller may not know of it.
    NotFound,
    /// The resource does not know the method.
    MethodNotAllowed,
    /// The caller accepts nothing that can be served.
    NotAcceptable,
    /// The request took too long to arrive.
    RequestTimeout,
    /// The caller asks, or fails to log in, too often.
    TooManyRequests,
    /// The header is larger than can be read.
    HeaderTooLarge,
    /// The body is larger than announced as allowed.
    ContentTooLarge,
    /// The body has another media type than TAXII's.
    UnsupportedMediaType,
    /// The body can be read but not processed.
    Unprocessable,
    /// The server has more to do than it can, or its database cannot be reached at the moment.
    Busy,
    /// There is no room to store anything.
    StorageFull,
    /// The server failed.
    Internal,
}

impl ErrorCode {
    /// The table: code, status, title.
    fn row(self) -> (&'static str, StatusCode, &'static str) {
        match self {
            Self::BadRequest => ("bad_request", StatusCode::BAD_REQUEST, "bad request"),
            Self::Unauthenticated => {
                ("unauthenticated", StatusCode::UNAUTHORIZED, "authentication is required")
            }
            Self::Forbidden => ("forbidden", StatusCode::FORBIDDEN, "permission denied"),
            Self::NotFound => ("not_found", StatusCode::NOT_FOUND, "not found"),
            Self::MethodNotAllowed => {
                ("method_not_allowed", StatusCode::METHOD_NOT_ALLOWED, "method not allowed")
            }
            Self::NotAcceptable => ("not_acceptable", StatusCode::NOT_ACCEPTABLE, "not acceptable"),
            Self::RequestTimeout => ("request_timeout", StatusCode::REQUEST_TIMEOUT, "request timeout"),
            Self::TooManyRequests => {
                ("too_many_requests", StatusCode::TOO_MANY_REQUESTS, "too many requests")
            }
            Self::HeaderTooLarge => (
                "header_too_large",
                StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
                "the request header is too large",
            ),
            Self::ContentTooLarge => {
                ("content_too_large", StatusCode::PAYLOAD_TOO_LARGE, "the request body is too large")
            }
            Self::UnsupportedMediaType => {
                ("unsupported_media_type", StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported media type")
            }
            Self::Unprocessable => {
                ("unprocessable", StatusCode::UNPROCESSABLE_ENTITY, "unprocessable content")
            }
            Self::Busy => ("busy", StatusCode::SERVICE_UNAVAILABLE, "the server is busy"),
            Self::StorageFull => {
                ("storage_full", StatusCode::INSUFFICIENT_STORAGE, "the server has no room to store anything")
            }
            Self::Internal => ("internal", StatusCode::INTERNAL_SERVER_ERROR, "internal server error"),
        }
    }

    /// The name in `error_code`.
    pub fn as_str(self) -> &'static str {
        self.row().0
    }

    /// The status of the answer.
    pub fn status(self) -> StatusCode {
        self.row().1
    }

    /// The kind that stands for a status which the framework chose.
    pub fn of_status(status: StatusCode) -> Self {
        match status {
            StatusCode::UNAUTHORIZED => Self::Unauthenticated,
            StatusCode::FORBIDDEN => Self::Forbidden,
            StatusCode::NOT_FOUND => Self::NotFound,
            StatusCode::METHOD_NOT_ALLOWED => Self::MethodNotAllowed,
            StatusCode::NOT_ACCEPTABLE => Self::NotAcceptable,
            StatusCode::REQUEST_TIMEOUT => Self::RequestTimeout,
            StatusCode::TOO_MANY_REQUESTS => Self::TooManyRequests,
            StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE => Self::HeaderTooLarge,
            StatusCode::PAYLOAD_TOO_LARGE => Self::ContentTooLarge,
            StatusCode::UNSUPPORTED_MEDIA_TYPE => Self::UnsupportedMediaType,
            StatusCode::UNPROCESSABLE_ENTITY => Self::Unprocessable,
            StatusCode::SERVICE_UNAVAILABLE => Self::Busy,
            StatusCode::INSUFFICIENT_STORAGE => Self::StorageFull,
            status if status.is_client_error() => Self::BadRequest,
            _ => Self::Internal,
        }
    }
}

/// An error as the API answers it: a kind, and what to tell the caller.
#[derive(Clone, Debug)]
pub struct ApiError {
    code: ErrorCode,
    description: Option<String>,
    error_id: Option<String>,
    allow: Option<&'static str>,
    retry_after: Option<u64>,
}

impl ApiError {
    /// An error of this kind, without further words.
    pub fn new(code: ErrorCode) -> Self {
        // A busy server is so for moments; a full disk waits for an operator.
        let retry_after = match code {
            ErrorCode::Busy => Some(1),
            ErrorCode::StorageFull => Some(60),
            _ => None,
        };
        Self { code, description: None, error_id: None, allow: None, retry_after }
    }

    /// Says what exactly is wrong. The text must not reveal what the caller may not see.
    pub fn with_description(mut self, description: impl Into<String>) -> Self {
        self.description = Some(description.into());
        self
    }

    /// Names the occurrence, so that an operator finds it in the log.
    pub fn with_error_id(mut self, id: impl Into<String>) -> Self {
        self.error_id = Some(id.into());
        self
    }

    /// The resource does not know the method; `allow` lists those that it knows.
    pub fn method_not_allowed(allow: &'static str) -> Self {
        Self { allow: Some(allow), ..Self::new(ErrorCode::MethodNotAllowed) }
    }

    /// The caller must wait so long.
    pub fn too_many_requests(description: &str, wait: Duration) -> Self {
        let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
        let error = Self::new(ErrorCode::TooManyRequests);
        let description = format!("{description}: try again in {seconds} s");
        Self { retry_after: Some(seconds), ..error.with_description(description) }
    }

    /// Names the time, in seconds, after which another try may succeed.
    pub fn with_retry_after(self, seconds: u64) -> Self {
        Self { retry_after: Some(seconds), ..self }
    }

    /// Something in the request is malformed.
    pub fn bad_request(description: impl Into<String>) -> Self {
        Self::new(ErrorCode::BadRequest).with_description(description)
    }

    /// There is no such thing.
    pub fn not_found(description: impl Into<String>) -> Self {
        Self::new(ErrorCode::NotFound).with_description(description)
    }

    /// The caller has no right to this.
    pub fn forbidden(description: impl Into<String>) -> Self {
        Self::new(ErrorCode::Forbidden).with_description(description)
    }

    /// The kind.
    pub fn code(&self) -> ErrorCode {
        self.code
    }

    /// The message as it is written on the wire.
    pub fn message(&self) -> ErrorMessage {
        let (code, status, title) = self.code.row();
        ErrorMessage {
            title: title.to_owned(),
            description: self.description.clone(),
            error_id: self.error_id.clone(),
            error_code: code.to_owned(),
            http_status: status.as_u16().to_string(),
        }
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code.row().2)?;
        match &self.description {
            Some(description) => write!(f, ": {description}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for ApiError {}

impl ResponseError for ApiError {
    fn status_code(&self) -> StatusCode {
        self.code.status()
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status_code());
        response.content_type(TAXII_MEDIA_TYPE);
        if self.code == ErrorCode::Unauthenticated {
            response.append_header((header::WWW_AUTHENTICATE, r#"Basic realm="taxii", charset="UTF-8""#));
            response.append_header((header::WWW_AUTHENTICATE, r#"Bearer realm="taxii""#));
        }
        if let Some(seconds) = self.retry_after {
            response.insert_header((header::RETRY_AFTER, seconds));
        }
        if let Some(allow) = self.allow {
            response.insert_header((header::ALLOW, allow));
        }
        response.body(serde_json::to_vec(&self.message()).unwrap_or_default())
    }
}

impl From<StorageError> for ApiError {
    /// The details go to the log, not to the caller.
    fn from(error: StorageError) -> Self {
        tracing::error!(error = &error as &dyn std::error::Error, "the storage failed");
        match error.kind() {
            StorageErrorKind::Busy | StorageErrorKind::Unavailable => Self::new(ErrorCode::Busy),
            StorageErrorKind::ClockAhead => Self::new(ErrorCode::Busy)
                .with_description("nothing is stored while the clock of the server is in doubt"),
            StorageErrorKind::Full => Self::new(ErrorCode::StorageFull),
            _ => Self::new(ErrorCode::Internal),
        }
    }
}

impl From<serde_json::Error> for ApiError {
    fn from(error: serde_json::Error) -> Self {
        tracing::error!(error = &error as &dyn std::error::Error, "an answer could not be written");
        Self::new(ErrorCode::Internal)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn http_status_is_a_string_equal_to_the_status_line() {
        let error = ApiError::bad_request("`limit` is not a number");
        let json = serde_json::to_value(error.message()).unwrap();
        assert_eq!(json["http_status"], "400");
        assert_eq!(json["error_code"], "bad_request");
        assert_eq!(error.error_response().status(), 400);
    }

    #[test]
    fn every_401_carries_challenges() {
        let response = ApiError::new(ErrorCode::Unauthenticated).error_response();
        let challenges: Vec<_> = response.headers().get_all(header::WWW_AUTHENTICATE).collect();
        assert_eq!(challenges.len(), 2);
    }
}
