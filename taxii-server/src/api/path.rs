//! What the segments of a path name.

use stix_core::Identifier;
use uuid::Uuid;

use super::State;
use crate::auth::Principal;
use crate::config::CollectionSettings;
use crate::error::{ApiError, ErrorCode};
use crate::storage::CollectionId;

impl State {
    /// The collections that the caller has any right to, in the order of the settings.
    pub(super) fn visible(&self, caller: &Principal) -> impl Iterator<Item = &CollectionSettings> {
        self.config.collections.iter().filter(|collection| caller.access(&collection.id.into()).is_any())
    }

    /// The collection with this identifier or alias.
    ///
    /// One that the caller has no right to is as good as none. Somebody without credentials is told to show some
    /// instead, whichever of the two it is, unless nothing is hidden from everybody.
    pub(super) fn collection(&self, caller: &Principal, name: &str) -> Result<&CollectionSettings, ApiError> {
        let id = name.parse::<Uuid>().ok().filter(|_| name.len() == 36);
        let found = self
            .visible(caller)
            .find(|collection| Some(collection.id) == id || collection.alias.as_deref() == Some(name));
        found.ok_or_else(|| {
            if caller.name().is_none() && self.visible(caller).count() < self.config.collections.len() {
                return ApiError::new(ErrorCode::Unauthenticated);
            }
            ApiError::not_found("there is no such collection")
        })
    }

    /// The collection, if the caller may read it.
    pub(super) fn readable(&self, caller: &Principal, name: &str) -> Result<CollectionId, ApiError> {
        let id = CollectionId::from(self.collection(caller, name)?.id);
        match caller.may_read(&id) {
            true => Ok(id),
            false => Err(ApiError::forbidden("you may not read this collection")),
        }
    }

    /// The collection, if the caller may add objects to it.
    pub(super) fn writable(&self, caller: &Principal, name: &str) -> Result<CollectionId, ApiError> {
        let id = CollectionId::from(self.collection(caller, name)?.id);
        match caller.may_write(&id) {
            true => Ok(id),
            false => Err(ApiError::forbidden("you may not write to this collection")),
        }
    }

    /// The collection, if the caller may delete objects from it: for that both rights are needed (section 5.7).
    pub(super) fn erasable(&self, caller: &Principal, name: &str) -> Result<CollectionId, ApiError> {
        self.readable(caller, name).and(self.writable(caller, name))
    }

    /// Whether the collection has any version of the object; else it is a 404.
    pub(super) async fn known(&self, collection: &CollectionId, object: &str) -> Result<(), ApiError> {
        let known =
            object.parse::<Identifier>().is_ok() && self.storage.has_object(collection, object).await?;
        match known {
            true => Ok(()),
            false => Err(ApiError::not_found("there is no such object in the collection")),
        }
    }
}
