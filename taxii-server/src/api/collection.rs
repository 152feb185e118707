//! `GET /{api-root}/collections/{id}/` (section 5.2).

use actix_web::{HttpResponse, web};

use super::{State, answer};
use crate::auth::Principal;
use crate::config::CollectionSettings;
use crate::error::ApiError;
use crate::storage::CollectionId;
use crate::wire::{Collection, STIX_MEDIA_TYPE};

pub(super) async fn get(
    state: web::Data<State>,
    caller: Principal,
    collection: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    answer(&describe(state.collection(&caller, &collection)?, &caller))
}

/// The collection as the caller sees it.
pub(super) fn describe(settings: &CollectionSettings, caller: &Principal) -> Collection {
    let id = CollectionId::from(settings.id);
    Collection {
        id: settings.id,
        title: settings.title.clone(),
        description: settings.description.clone(),
        alias: settings.alias.clone(),
        can_read: caller.may_read(&id),
        can_write: caller.may_write(&id),
        media_types: vec![STIX_MEDIA_TYPE.to_owned()],
    }
}
