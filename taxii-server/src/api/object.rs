//! `/{api-root}/collections/{id}/objects/{object-id}/` (sections 5.6 and 5.7).
//!
//! An object that the collection does not have is a 404; one that the filter takes away is an empty page.
//!
//! Without `match[version]` a DELETE takes all versions: the specification demands that the object be gone afterwards,
//! and the default of its filters, the last version, would leave the one before in its place.

use actix_web::{HttpRequest, HttpResponse, web};
use stix_core::Identifier;

use super::State;
use super::filter::{self, MatchField};
use super::gate::trail;
use super::page::{Resource, Wanted};
use crate::auth::Principal;
use crate::error::ApiError;
use crate::wire::TAXII_MEDIA_TYPE;

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
    let page = state.page(Wanted { resource: Resource::Objects, collection, query }, &request).await?;
    if page.is_empty() {
        state.known(&collection, &object).await?;
    }
    Ok(page.answer(&request))
}

pub(super) async fn delete(
    state: web::Data<State>,
    caller: Principal,
    path: web::Path<(String, String)>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let (collection, object) = path.into_inner();
    let collection = state.erasable(&caller, &collection)?;
    let doomed = filter::parse_doomed(request.query_string(), &state.config)?;
    let unknown = || ApiError::not_found("there is no such object or version in the collection");
    let object = object.parse::<Identifier>().map_err(|_| unknown())?;
    let deleted = state.intake.delete(&collection, &object, &doomed).await?;
    trail(&request).objects(usize::try_from(deleted).unwrap_or(usize::MAX));
    match deleted {
        0 => Err(unknown()),
        _ => Ok(HttpResponse::Ok().content_type(TAXII_MEDIA_TYPE).finish()),
    }
}
