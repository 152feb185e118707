//! `/{api-root}/collections/{id}/objects/{object-id}/` (sections 5.6 and 5.7).
//!
//! An object that the collection does not have is a 404; one that the filter takes away is an empty page.

use actix_web::{HttpRequest, HttpResponse, web};

use super::State;
use super::filter::{self, MatchField};
use super::objects::envelope;
use crate::auth::Principal;
use crate::error::ApiError;

pub(super) async fn get(
    state: web::Data<State>,
    caller: Principal,
    path: web::Path<(String, String)>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let (collection, object) = path.into_inner();
    let collection = state.readable(&caller, &collection)?;
    let fields = [MatchField::Version, MatchField::SpecVersion];
    let mut query = filter::parse(request.query_string(), &fields, &state.config)?;
    query.ids = Some(vec![object.clone()]);
    let page = state.storage.objects(&collection, &query).await?;
    if page.rows.is_empty() {
        state.known(&collection, &object).await?;
    }
    Ok(envelope(page, &query, state.config.empty_lists))
}

pub(super) async fn delete(
    state: web::Data<State>,
    caller: Principal,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, ApiError> {
    state.erasable(&caller, &path.0)?;
    Err(ApiError::forbidden("all objects of this collection come from its feed"))
}
