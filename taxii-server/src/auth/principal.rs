//! Who is asking, and what that one may do (TAXII 2.1, sections 5.2.1 and 5.4 to 5.8).

use std::sync::Arc;

use crate::storage::{Access, CollectionId, Grants};

/// Who is asking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    name: Option<Arc<str>>,
    grants: Arc<Grants>,
}

impl Principal {
    /// Somebody without credentials.
    pub fn anonymous(grants: Grants) -> Self {
        Self { name: None, grants: Arc::new(grants) }
    }

    /// The owner of an account.
    pub fn account(name: &str, grants: Grants) -> Self {
        Self { name: Some(name.into()), grants: Arc::new(grants) }
    }

    /// The name of the account; nothing for somebody without credentials.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// What may be done with the collection.
    pub fn access(&self, collection: &CollectionId) -> Access {
        self.grants.on(collection)
    }

    /// Whether the objects of the collection may be read.
    pub fn may_read(&self, collection: &CollectionId) -> bool {
        self.access(collection).read
    }

    /// Whether objects may be added to the collection. To delete them, reading must be allowed too.
    pub fn may_write(&self, collection: &CollectionId) -> bool {
        self.access(collection).write
    }
}
