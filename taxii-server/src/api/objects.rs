//! `/{api-root}/collections/{id}/objects/` (sections 5.4 and 5.5).

use actix_web::{HttpRequest, HttpResponse, web};

use super::filter::{self, MatchField};
use super::{State, page};
use crate::auth::Principal;
use crate::error::ApiError;
use crate::storage::{CollectionId, Page, Query, StoredObject};
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
    let id = CollectionId::from(state.collection(&collection)?.id);
    Err(no_writing(&caller, &id))
}

/// Nobody has the right to write; who may not read either must not learn that the collection is there.
pub(super) fn no_writing(caller: &Principal, collection: &CollectionId) -> ApiError {
    match caller.may_read(collection) {
        true => ApiError::forbidden("you may not write to this collection"),
        false => ApiError::not_found("there is no such collection"),
    }
}

/// A page of objects as the answer.
pub(super) fn envelope(objects: Page<StoredObject>, query: &Query, empty_lists: bool) -> HttpResponse {
    let next = page::next(&objects);
    let mut response = page::answer(&objects, query);
    let bodies: Vec<_> = objects.rows.into_iter().map(|object| object.body).collect();
    response.body(Envelope { next: next.as_deref(), objects: &bodies, empty_lists }.to_json())
}
