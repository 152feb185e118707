//! `GET /{api-root}/collections/{id}/manifest/` (section 5.3).

use actix_web::{HttpRequest, HttpResponse, web};

use super::filter::{self, MatchField};
use super::{State, page};
use crate::auth::Principal;
use crate::error::ApiError;
use crate::storage::StoredRecord;
use crate::wire::{Manifest, ManifestRecord};

pub(super) async fn get(
    state: web::Data<State>,
    caller: Principal,
    collection: web::Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let collection = state.readable(&caller, &collection)?;
    let query = filter::parse(request.query_string(), &MatchField::ALL, &state.config)?;
    let page = state.storage.records(&collection, &query).await?;
    let next = page::next(&page);
    let mut response = page::answer(&page, &query);
    let objects: Vec<_> = page.rows.into_iter().map(record).collect();
    let objects = (state.config.empty_lists || !objects.is_empty()).then_some(objects);
    let manifest = Manifest { more: next.is_some().then_some(true), next, objects };
    Ok(response.body(serde_json::to_vec(&manifest)?))
}

fn record(record: StoredRecord) -> ManifestRecord {
    ManifestRecord {
        date_added: record.date_added.timestamp(),
        version: version(&record),
        media_type: format!("application/stix+json;version={}", record.spec_version),
        id: record.id,
    }
}

/// The version as it is listed: an object that has none is given the date when it was added, which never
/// changes.
pub(super) fn version(record: &StoredRecord) -> String {
    record.version.clone().unwrap_or_else(|| record.date_added.timestamp().to_string())
}
