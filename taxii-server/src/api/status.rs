//! `GET /{api-root}/status/{status-id}/` (section 4.3).
//!
//! A status comes into being when somebody adds objects by POST. Nobody may, so there is none.

use actix_web::HttpResponse;

use crate::error::ApiError;

pub(super) async fn get() -> Result<HttpResponse, ApiError> {
    Err(ApiError::not_found("there is no such status"))
}
