//! `GET /{api-root}/collections/{id}/objects/{object-id}/versions/` (section 5.8).

use actix_web::{HttpRequest, HttpResponse, web};

use super::filter::{self, MatchField};
use super::page::{self, Resource, Wanted};
use super::{State, manifest};
use crate::auth::Principal;
use crate::error::ApiError;
use crate::storage::{Page, StoredRecord, VersionFilter};
use crate::wire::Versions;

pub(super) async fn get(
    state: web::Data<State>,
    caller: Principal,
    path: web::Path<(String, String)>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let (collection, object) = path.into_inner();
    let collection = state.readable(&caller, &collection)?;
    let mut query = filter::parse(request.query_string(), &[MatchField::SpecVersion], &state.config)?;
    query.ids = Some(vec![object.clone()]);
    query.versions = VersionFilter::All;
    let page = state.page(Wanted { resource: Resource::Versions, collection, query }, &request).await?;
    if page.is_empty() {
        state.known(&collection, &object).await?;
    }
    Ok(page.answer(&request))
}

/// The text of a page of versions.
pub(super) fn json(page: &Page<StoredRecord>) -> Result<Vec<u8>, ApiError> {
    let next = page::next(page);
    let versions = page.rows.iter().map(manifest::version).collect();
    Ok(serde_json::to_vec(&Versions { more: next.is_some().then_some(true), next, versions })?)
}
