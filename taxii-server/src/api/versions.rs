//! `GET /{api-root}/collections/{id}/objects/{object-id}/versions/` (section 5.8).

use actix_web::{HttpRequest, HttpResponse, web};

use super::filter::{self, MatchField};
use super::{State, manifest, page};
use crate::auth::Principal;
use crate::error::ApiError;
use crate::storage::VersionFilter;
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
    let page = state.storage.records(&collection, &query).await?;
    if page.rows.is_empty() {
        state.known(&collection, &object).await?;
    }
    let next = page::next(&page);
    let versions = page.rows.iter().map(manifest::version).collect();
    let versions = Versions { more: next.is_some().then_some(true), next, versions };
    Ok(page::answer(&page, &query).body(serde_json::to_vec(&versions)?))
}
