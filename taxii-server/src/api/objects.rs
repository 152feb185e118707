//! `/{api-root}/collections/{id}/objects/` (sections 5.4 and 5.5).

use actix_web::{HttpRequest, HttpResponse, web};

use super::filter::{self, MatchField};
use super::{State, body, page, status};
use crate::auth::Principal;
use crate::error::{ApiError, ErrorCode};
use crate::ingest::{IntakeError, Posting};
use crate::storage::{Page, Query, StoredObject};
use crate::wire::{Envelope, EnvelopeError, TAXII_MEDIA_TYPE};

pub(super) async fn get(
    state: web::Data<State>,
    caller: Principal,
    collection: web::Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let collection = state.readable(&caller, &collection)?;
    let query = filter::parse(request.query_string(), &MatchField::ALL, &state.config)?;
    let page = state.storage.objects(&collection, &query).await?;
    Ok(envelope(page, &query, state.config.empty_lists))
}

pub(super) async fn post(
    state: web::Data<State>,
    caller: Principal,
    collection: web::Path<String>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, ApiError> {
    let collection = state.writable(&caller, &collection)?;
    let body = body::read(request.headers(), payload, &state.config).await?;
    let posting = Posting { collection, sender: status::sender(&caller), body };
    let (submission, outcomes) = state.intake.post(posting).await?;
    let status = status::of(&submission, outcomes);
    Ok(HttpResponse::Accepted().content_type(TAXII_MEDIA_TYPE).body(serde_json::to_vec(&status)?))
}

impl From<IntakeError> for ApiError {
    fn from(error: IntakeError) -> Self {
        match error {
            IntakeError::Envelope(error @ EnvelopeError::NotJson(_)) => Self::bad_request(error.to_string()),
            IntakeError::Envelope(error) => {
                Self::new(ErrorCode::Unprocessable).with_description(error.to_string())
            }
            IntakeError::Storage(error) => error.into(),
        }
    }
}

/// A page of objects as the answer.
pub(super) fn envelope(objects: Page<StoredObject>, query: &Query, empty_lists: bool) -> HttpResponse {
    let next = page::next(&objects);
    let mut response = page::answer(&objects, query);
    let bodies: Vec<_> = objects.rows.into_iter().map(|object| object.body).collect();
    response.body(Envelope { next: next.as_deref(), objects: &bodies, empty_lists }.to_json())
}
