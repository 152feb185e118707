//! Who is asking, and what that one may do (TAXII 2.1, sections 5.2.1 and 5.4 to 5.8).

use std::fmt;
use std::sync::Arc;

use crate::storage::{Access, CollectionId, Grants, Secret, SecretKind};

/// Who is asking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    name: Option<Arc<str>>,
    grants: Arc<Grants>,
    secret: Option<Arc<ShownSecret>>,
}

/// The secret by which somebody was recognised: which one it is, and nothing of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownSecret {
    /// What it is.
    pub kind: SecretKind,
    /// By what the operator names it.
    pub number: i64,
    /// What the operator calls it.
    pub label: String,
}

/// As in `token 2 (laptop)`.
impl fmt::Display for ShownSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind.as_str(), self.number)?;
        if self.label.is_empty() { Ok(()) } else { write!(f, " ({})", self.label) }
    }
}

impl Principal {
    /// Somebody without credentials.
    pub fn anonymous(grants: Grants) -> Self {
        Self { name: None, grants: Arc::new(grants), secret: None }
    }

    /// The owner of an account.
    pub fn account(name: &str, grants: Grants) -> Self {
        Self { name: Some(name.into()), grants: Arc::new(grants), secret: None }
    }

    /// The same, recognised by this secret.
    #[must_use]
    pub fn recognised_by(self, secret: &Secret) -> Self {
        let Secret { number, stored, created: _ } = secret;
        let shown = ShownSecret { kind: stored.kind, number: *number, label: stored.label.clone() };
        Self { secret: Some(Arc::new(shown)), ..self }
    }

    /// The secret by which the owner of an account was recognised.
    pub fn secret(&self) -> Option<&ShownSecret> {
        self.secret.as_deref()
    }

    /// The name of the account; nothing for somebody without credentials.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// A use of the secret, by which it is noted; nothing for somebody without credentials.
    pub(super) fn noted_use(&self) -> Option<(&Arc<str>, i64)> {
        Some((self.name.as_ref()?, self.secret.as_ref()?.number))
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
