//! Object paths (STIX 2.1, section 9.7): which value of an object a test looks at.

use smallvec::SmallVec;

use crate::ast::Text;
use crate::lexer;
use crate::span::{Origin, Span};

/// The steps of a path; hardly ever more than two.
pub(crate) type Steps = SmallVec<[Step; 2]>;

/// An object type and the steps from the object to the value, such as `file:hashes.'SHA-256'`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ObjectPath {
    pub(crate) origin: Origin,
    pub(crate) object_type: Text,
    pub(crate) steps: Steps,
}

impl ObjectPath {
    /// The type of the object that the path starts from.
    #[must_use]
    pub fn object_type(&self) -> &str {
        &self.object_type
    }

    /// The steps, at least one. The first is a key.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// From the object type to the last step.
    #[must_use]
    pub fn span(&self) -> Span {
        self.origin.0
    }
}

/// One step of a path.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Step {
    pub(crate) origin: Origin,
    pub(crate) kind: StepKind,
}

impl Step {
    /// Where the step leads.
    #[must_use]
    pub fn kind(&self) -> &StepKind {
        &self.kind
    }

    /// The name with its quotes, or the index with its brackets; without the dot.
    #[must_use]
    pub fn span(&self) -> Span {
        self.origin.0
    }
}

impl From<StepKind> for Step {
    fn from(kind: StepKind) -> Self {
        Self { origin: Origin::default(), kind }
    }
}

/// Where a step leads.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum StepKind {
    /// `.name` or `.'name'`: to a property, or to a key of a dictionary.
    Key(Text),
    /// `[3]`: to the element of a list at this place, counted from 0.
    Index(u64),
    /// `[*]`: to each element of a list.
    Star,
}

impl StepKind {
    /// Whether a key can stand in a path without quotes.
    pub(crate) fn is_plain_key(key: &str) -> bool {
        lexer::is_property_name(key)
    }
}

impl From<&str> for StepKind {
    fn from(key: &str) -> Self {
        Self::Key(key.into())
    }
}

impl From<u64> for StepKind {
    fn from(index: u64) -> Self {
        Self::Index(index)
    }
}
