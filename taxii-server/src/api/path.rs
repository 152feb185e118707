//! What the segments of a path name.

use stix_core::Identifier;

use super::State;
use crate::auth::Principal;
use crate::config::{ApiRootSettings, CollectionSettings};
use crate::error::{ApiError, ErrorCode};
use crate::storage::CollectionId;

impl State {
    /// The API root of the request, if the caller has any right in it.
    pub(super) fn enter(&self, caller: &Principal) -> Result<&ApiRootSettings, ApiError> {
        match self.visible(caller).next() {
            Some(_) => Ok(&self.root),
            None => Err(self.nothing_at(caller)),
        }
    }

    /// Checks that the caller has any right in the API root of the request, if the request is for one.
    pub(super) fn may_enter(&self, caller: &Principal) -> Result<(), ApiError> {
        match self.root.path.as_str() {
            "" => Ok(()),
            _ => self.enter(caller).map(drop),
        }
    }

    /// What is said of an API root that is not there, or not for the caller: neither tells which. Somebody without
    /// credentials is told to show some, unless nothing at all is hidden from everybody.
    pub(super) fn nothing_at(&self, caller: &Principal) -> ApiError {
        let may_see = |collection: &CollectionSettings| caller.access(&collection.id.into()).is_any();
        match caller.name() {
            None if !self.config.all_collections().all(may_see) => ApiError::new(ErrorCode::Unauthenticated),
            _ => nothing_here(),
        }
    }

    /// The collections of the API root that the caller has any right to, in the order of the settings.
    pub(super) fn visible(&self, caller: &Principal) -> impl Iterator<Item = &CollectionSettings> {
        visible(&self.root, caller)
    }

    /// Whether the collection is one of the API root.
    pub(super) fn is_here(&self, id: &CollectionId) -> bool {
        self.root.collections.iter().any(|collection| collection.id == id.uuid())
    }

    /// What is said of what is not there, or not for the caller. Somebody without credentials is told to show some,
    /// whichever of the two it is, unless nothing is hidden from everybody.
    fn hidden(&self, caller: &Principal, description: &str) -> ApiError {
        if caller.name().is_none() && self.visible(caller).count() < self.root.collections.len() {
            return ApiError::new(ErrorCode::Unauthenticated);
        }
        ApiError::not_found(description)
    }

    /// The collection with this identifier or alias.
    ///
    /// One that the caller has no right to is as good as none, and so is one of another API root.
    pub(super) fn collection(&self, caller: &Principal, name: &str) -> Result<&CollectionSettings, ApiError> {
        let found = self.visible(caller).find(|collection| collection.is_named(name));
        found.ok_or_else(|| self.hidden(caller, "there is no such collection"))
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

/// Says that nothing is at a path.
pub(super) fn nothing_here() -> ApiError {
    ApiError::not_found("there is nothing at this path; discovery is at `/taxii2/`")
}

/// The collections of an API root that the caller has any right to.
pub(super) fn visible<'a>(
    root: &'a ApiRootSettings,
    caller: &Principal,
) -> impl Iterator<Item = &'a CollectionSettings> {
    root.collections.iter().filter(|collection| caller.access(&collection.id.into()).is_any())
}
