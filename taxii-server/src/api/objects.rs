//! `/{api-root}/collections/{id}/objects/` (sections 5.4 and 5.5).

use actix_web::{HttpRequest, HttpResponse, web};

use super::filter::{self, MatchField};
use super::gate::trail;
use super::page::{self, Resource, Wanted};
use super::{State, body, status};
use crate::auth::Principal;
use crate::error::{ApiError, ErrorCode};
use crate::ingest::{IntakeError, Posting};
use crate::storage::{Page, StoredObject};
use crate::wire::{Envelope, EnvelopeError, TAXII_MEDIA_TYPE};

pub(super) async fn get(
    state: web::Data<State>,
    caller: Principal,
    collection: web::Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let collection = state.readable(&caller, &collection)?;
    let query = filter::parse(request.query_string(), &MatchField::ALL, &state.config)?;
    let page = state.page(Wanted { resource: Resource::Objects, collection, query }, &request).await?;
    Ok(page.answer(&request))
}

pub(super) async fn post(
    state: web::Data<State>,
    caller: Principal,
    collection: web::Path<String>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, ApiError> {
    let collection = state.writable(&caller, &collection)?;
    let sender = status::sender(&caller);
    let budget = state.body_budget.of(&sender);
    let body = body::read(request.headers(), payload, &state.config, budget).await?;
    let (submission, outcomes) = state.intake.post(Posting { collection, sender, body }).await?;
    trail(&request).objects(outcomes.len());
    let status = status::of(submission, outcomes).await?;
    Ok(HttpResponse::Accepted().content_type(TAXII_MEDIA_TYPE).body(status))
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

/// The text of a page of objects.
pub(super) fn json(page: &Page<StoredObject>, empty_lists: bool) -> Vec<u8> {
    let next = page::next(page);
    let objects: Vec<_> = page.rows.iter().map(|object| object.body.as_slice()).collect();
    Envelope { next: next.as_deref(), objects: &objects, empty_lists }.to_json()
}
