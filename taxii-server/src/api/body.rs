//! The body of a request: its declared type and length, and reading it within the limit (sections 3.1 and 5.5).

use std::time::Duration;

use actix_web::error::PayloadError;
use actix_web::http::header::{self, HeaderMap};
use actix_web::web;
use futures_util::StreamExt;
use tokio::time::{Instant, timeout_at};

use super::body_budget::{AccountBudget, HeldBody};
use crate::config::Config;
use crate::error::{ApiError, ErrorCode};
use crate::media_type::BodyType;

/// So many octets of a body give a client a second more.
const OCTETS_A_SECOND: u64 = 16 << 10;

/// Reads a body to its end. The declared length is looked at before anything is read; a body that declares none is
/// counted while it comes. Memory is taken as the body arrives, never because of what is declared. Who is silent for too
/// long, or too slow on the whole, is given up.
pub(super) async fn read(
    headers: &HeaderMap,
    mut payload: web::Payload,
    config: &Config,
    budget: AccountBudget,
) -> Result<HeldBody, ApiError> {
    check_type(headers, config.accept_stix_json)?;
    let most = config.max_content_length;
    let declared = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    if declared.is_some_and(|length: u64| length > most) {
        return Err(too_large(most));
    }
    let mut body = HeldBody::new(budget);
    let (begin, patience) = (Instant::now(), config.body_timeout);
    loop {
        let earned = Duration::from_secs(octets(body.len()) / OCTETS_A_SECOND);
        let end = (begin + earned).min(Instant::now()) + patience;
        let Ok(chunk) = timeout_at(end, payload.next()).await else {
            return Err(ApiError::new(ErrorCode::RequestTimeout));
        };
        let Some(chunk) = chunk else { return Ok(body) };
        let chunk = chunk.map_err(|error| broken(&error))?;
        if octets(body.len()).saturating_add(octets(chunk.len())) > most {
            return Err(too_large(most));
        }
        body.extend(&chunk).await?;
    }
}

fn octets(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

fn check_type(headers: &HeaderMap, accept_stix_json: bool) -> Result<(), ApiError> {
    let unsupported =
        |description: &str| Err(ApiError::new(ErrorCode::UnsupportedMediaType).with_description(description));
    let declared = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    match declared.and_then(BodyType::read) {
        Some(BodyType::Taxii) => {}
        Some(BodyType::Stix) if accept_stix_json => {}
        Some(BodyType::Stix) | None => {
            return unsupported("expected the `Content-Type` `application/taxii+json;version=2.1`");
        }
    }
    match headers.get(header::CONTENT_ENCODING) {
        Some(encoding) if !encoding.as_bytes().eq_ignore_ascii_case(b"identity") => {
            unsupported("a body with a `Content-Encoding` is not taken")
        }
        _ => Ok(()),
    }
}

fn too_large(most: u64) -> ApiError {
    let description =
        format!("the body is longer than `max_content_length`, {most} octets: send it in parts");
    ApiError::new(ErrorCode::ContentTooLarge).with_description(description)
}

fn broken(error: &PayloadError) -> ApiError {
    ApiError::bad_request(format!("the body cannot be read: {error}"))
}
