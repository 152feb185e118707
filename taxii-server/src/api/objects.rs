//! `/{api-root}/collections/{id}/objects/` (sections 5.4 and 5.5).

use actix_web::{HttpRequest, HttpResponse, web};

use super::filter::{self, MatchField};
use super::{State, page};
use crate::auth::Principal;
use crate::error::ApiError;
use crate::storage::{Page, Query, StoredObject};
use crate::wire::Envelope;

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
) -> Result<HttpResponse, ApiError> {
    state.writable(&caller, &collection)?;
    Err(ApiError::forbidden("all objects of this collection come from its feed"))
}

/// A page of objects as the answer.
pub(super) fn envelope(objects: Page<StoredObject>, query: &Query, empty_lists: bool) -> HttpResponse {
    let next = page::next(&objects);
    let mut response = page::answer(&objects, query);
    let bodies: Vec<_> = objects.rows.into_iter().map(|object| object.body).collect();
    response.body(Envelope { next: next.as_deref(), objects: &bodies, empty_lists }.to_json())
}
