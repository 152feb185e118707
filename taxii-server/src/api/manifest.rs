//! `GET /{api-root}/collections/{id}/manifest/` (section 5.3).

use actix_web::{HttpRequest, HttpResponse, web};

use super::State;
use super::filter::{self, MatchField};
use super::page::{self, Resource, Wanted};
use crate::auth::Principal;
use crate::error::ApiError;
use crate::storage::{Page, StoredRecord};
use crate::wire::{Manifest, ManifestRecord};

pub(super) async fn get(
    state: web::Data<State>,
    caller: Principal,
    collection: web::Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let collection = state.readable(&caller, &collection)?;
    let query = filter::parse(request.query_string(), &MatchField::ALL, &state.config)?;
    let page = state.page(Wanted { resource: Resource::Manifest, collection, query }, &request).await?;
    Ok(page.answer(&request))
}

/// The text of a page of records.
pub(super) fn json(page: &Page<StoredRecord>, empty_lists: bool) -> Result<Vec<u8>, ApiError> {
    let next = page::next(page);
    let objects: Vec<_> = page.rows.iter().map(record).collect();
    let objects = (empty_lists || !objects.is_empty()).then_some(objects);
    let manifest = Manifest { more: next.is_some().then_some(true), next, objects };
    Ok(serde_json::to_vec(&manifest)?)
}

fn record(record: &StoredRecord) -> ManifestRecord {
    ManifestRecord {
        id: record.id.clone(),
        date_added: record.date_added.timestamp(),
        version: version(record),
        media_type: format!("application/stix+json;version={}", record.spec_version),
    }
}

/// The version as it is listed: an object that has none is given the date when it was added, which never
/// changes.
pub(super) fn version(record: &StoredRecord) -> String {
    record.version.clone().unwrap_or_else(|| record.date_added.timestamp().to_string())
}
