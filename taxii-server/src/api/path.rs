//! What the segments of a path name.

use stix_core::Identifier;
use uuid::Uuid;

use super::State;
use crate::auth::Principal;
use crate::config::CollectionSettings;
use crate::error::ApiError;
use crate::storage::CollectionId;

impl State {
    /// The collection with this identifier or alias.
    pub(super) fn collection(&self, name: &str) -> Result<&CollectionSettings, ApiError> {
        let id = name.parse::<Uuid>().ok().filter(|_| name.len() == 36);
        let mut collections = self.config.collections.iter();
        collections
            .find(|collection| Some(collection.id) == id || collection.alias.as_deref() == Some(name))
            .ok_or_else(|| ApiError::not_found("there is no such collection"))
    }

    /// The collection, if the caller may read it.
    pub(super) fn readable(&self, caller: &Principal, name: &str) -> Result<CollectionId, ApiError> {
        let id = CollectionId::from(self.collection(name)?.id);
        match caller.may_read(&id) {
            true => Ok(id),
            false => Err(ApiError::forbidden("you may not read this collection")),
        }
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
