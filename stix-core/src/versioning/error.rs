//! Why there is no new version of an object (STIX 2.1 section 3.6).

use std::fmt;

/// Why a new version of an object cannot be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionError {
    kind: VersionErrorKind,
    property: Option<Box<str>>,
    /// What the reader of the changed object said.
    cause: Option<Box<str>>,
}

/// The rules of versioning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum VersionErrorKind {
    /// Objects of the type have no versions.
    NoVersions,
    /// The object lacks a property that versions need.
    NotVersioned,
    /// The object is revoked: no version follows.
    Revoked,
    /// The property is the same in all versions.
    Locked,
    /// The new `modified` is before the old one.
    NotLater,
    /// The new `modified` is no timestamp.
    NotATime,
    /// The changed object is none of its type any more.
    Unreadable,
}

impl VersionError {
    pub(super) fn new(kind: VersionErrorKind) -> Self {
        Self { kind, property: None, cause: None }
    }

    pub(super) fn at(self, property: &str) -> Self {
        Self { property: Some(property.into()), ..self }
    }

    pub(super) fn unreadable(error: serde_json::Error) -> Self {
        Self { cause: Some(error.to_string().into()), ..Self::new(VersionErrorKind::Unreadable) }
    }

    /// Which rule is broken.
    pub fn kind(&self) -> VersionErrorKind {
        self.kind
    }

    /// The property that breaks it.
    pub fn property(&self) -> Option<&str> {
        self.property.as_deref()
    }

    /// What to do instead.
    pub fn help(&self) -> &'static str {
        match self.kind {
            VersionErrorKind::NoVersions | VersionErrorKind::Revoked | VersionErrorKind::Locked => {
                "make a new object, and a `derived-from` relationship to this one"
            }
            VersionErrorKind::NotVersioned => "give the object an `id`, `created` and `modified`",
            VersionErrorKind::NotLater => "leave `modified` alone, and it is set",
            VersionErrorKind::NotATime => "write UTC as `YYYY-MM-DDThh:mm:ss.sssZ`",
            VersionErrorKind::Unreadable => "change the object to one of the same type",
        }
    }
}

impl fmt::Display for VersionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let property = self.property().unwrap_or_default();
        match self.kind {
            VersionErrorKind::NoVersions => f.write_str("objects of this type have no versions"),
            VersionErrorKind::NotVersioned => write!(f, "an object without `{property}` has no versions"),
            VersionErrorKind::Revoked => f.write_str("a revoked object has no further version"),
            VersionErrorKind::Locked => write!(f, "`{property}` is the same in all versions of an object"),
            VersionErrorKind::NotLater => write!(f, "`{property}` is before that of the old version"),
            VersionErrorKind::NotATime => write!(f, "`{property}` is no timestamp"),
            VersionErrorKind::Unreadable => {
                write!(f, "the changed object cannot be read: {}", self.cause.as_deref().unwrap_or_default())
            }
        }
    }
}

impl std::error::Error for VersionError {}
