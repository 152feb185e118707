//! How bad it is to break a rule, and what rules are about.

use std::fmt;

/// Whether the specification says MUST or SHOULD.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// A SHOULD is not followed.
    Warning,
    /// A MUST is broken.
    Error,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Warning => "warning",
            Self::Error => "error",
        })
    }
}

/// What a rule is about; groups can be switched on and off together.
///
/// ```
/// use stix_core::validate::{Group, Rule, Severity};
///
/// assert!(Group::ALL.contains(&Rule::Timestamp.group()));
/// assert!(Group::Thorough.is_optional());
/// assert!(Severity::Error > Severity::Warning);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Group {
    /// JSON and the data types of chapter 2.
    Values,
    /// Properties and their relations.
    Properties,
    /// Identifiers and what they point to.
    References,
    /// Versions of objects.
    Versions,
    /// Markings, selectors and languages.
    Markings,
    /// Extensions and custom content.
    Extensions,
    /// Bundles and whole documents.
    Documents,
    /// Vocabularies and enumerations.
    Vocabularies,
    /// What only the tools of OASIS ask for. Off unless it is switched on.
    Oasis,
    /// What costs more time than the rest. Off unless it is switched on.
    Thorough,
}

impl Group {
    /// All groups.
    pub const ALL: [Self; 10] = [
        Self::Values,
        Self::Properties,
        Self::References,
        Self::Versions,
        Self::Markings,
        Self::Extensions,
        Self::Documents,
        Self::Vocabularies,
        Self::Oasis,
        Self::Thorough,
    ];

    /// The stable name.
    pub fn code(self) -> &'static str {
        match self {
            Self::Values => "values",
            Self::Properties => "properties",
            Self::References => "references",
            Self::Versions => "versions",
            Self::Markings => "markings",
            Self::Extensions => "extensions",
            Self::Documents => "documents",
            Self::Vocabularies => "vocabularies",
            Self::Oasis => "oasis",
            Self::Thorough => "thorough",
        }
    }

    /// Whether it is off unless it is switched on.
    pub fn is_optional(self) -> bool {
        matches!(self, Self::Oasis | Self::Thorough)
    }
}
