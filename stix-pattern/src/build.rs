//! Patterns made by program. Quotes and escapes are written when the pattern is printed, so no caller has to.

use std::error::Error;
use std::fmt;

use crate::MAX_DEPTH;
use crate::ast::{
    ComparisonExpression, ComparisonOperator, ComparisonTest, ObjectPath, ObservationExpression, PlacedStep,
    PlacedSteps, StepKind, Value,
};
use crate::lexer;
use crate::pattern::Pattern;
use crate::span::{Origin, Span};

/// A pattern that tests whether the value at a path equals a constant: the commonest pattern there is.
///
/// ```
/// use stix_pattern::build;
///
/// let address = build::equals("ipv4-addr", ["value"], "192.0.2.1")?;
/// assert_eq!(address.to_string(), "[ipv4-addr:value = '192.0.2.1']");
///
/// let name = build::equals("file", ["name"], r"it's C:\temp")?;
/// assert_eq!(name.to_string(), r"[file:name = 'it\'s C:\\temp']");
///
/// let hash = build::equals("file", ["hashes", "SHA-256"], "00ff")?;
/// assert_eq!(hash.to_string(), "[file:hashes.'SHA-256' = '00ff']");
/// # Ok::<(), build::BuildError>(())
/// ```
///
/// # Errors
///
/// The same as [`object_path`].
pub fn equals<S: Into<StepKind>>(
    object_type: &str,
    path: impl IntoIterator<Item = S>,
    value: impl Into<Value>,
) -> Result<Pattern, BuildError> {
    let path = object_path(object_type, path)?;
    let test = ComparisonTest::compare(path, ComparisonOperator::Equal, value.into())?;
    Pattern::new(ObservationExpression::from(ComparisonExpression::from(test)))
}

/// An object path from its type and its steps; a `&str` is a key.
///
/// ```
/// use stix_pattern::ast::StepKind;
/// use stix_pattern::build::object_path;
///
/// let path = object_path("email-message", ["to_refs".into(), StepKind::Star, "value".into()])?;
/// assert_eq!(path.to_string(), "email-message:to_refs[*].value");
/// # Ok::<(), stix_pattern::build::BuildError>(())
/// ```
///
/// # Errors
///
/// When the object type is not an identifier or is a keyword, when there are no steps, and when the first is no key.
pub fn object_path<S: Into<StepKind>>(
    object_type: &str,
    steps: impl IntoIterator<Item = S>,
) -> Result<ObjectPath, BuildError> {
    if !lexer::is_object_type(object_type) {
        return Err(BuildError::new(BuildErrorKind::InvalidObjectType, object_type));
    }
    let placed = |step: S| PlacedStep { kind: step.into(), within: Origin::default() };
    let steps: PlacedSteps = steps.into_iter().map(placed).collect();
    match steps.first().map(|step| &step.kind) {
        Some(StepKind::Key(_)) => Ok(ObjectPath::new(Span::default(), object_type.into(), steps)),
        _ => Err(BuildError::new(BuildErrorKind::PathWithoutProperty, object_type)),
    }
}

/// The reason why no pattern can be built of what was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BuildError {
    kind: BuildErrorKind,
    subject: String,
}

/// The sorts of build errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum BuildErrorKind {
    /// The object type is not an identifier, or is a keyword of the language.
    InvalidObjectType,
    /// A path has no steps, or does not begin with a property.
    PathWithoutProperty,
    /// A boolean is compared with `<`, `<=`, `>` or `>=`.
    OrderedBoolean,
    /// Printing takes more nested parentheses than the parser accepts.
    NestedTooDeeply,
}

impl BuildError {
    fn new(kind: BuildErrorKind, subject: &str) -> Self {
        Self { kind, subject: subject.to_owned() }
    }

    pub(crate) fn ordered_boolean(operator: ComparisonOperator) -> Self {
        Self::new(BuildErrorKind::OrderedBoolean, operator.as_str())
    }

    pub(crate) fn nested_too_deeply() -> Self {
        Self::new(BuildErrorKind::NestedTooDeeply, "")
    }

    /// What sort of error it is.
    #[must_use]
    pub fn kind(&self) -> BuildErrorKind {
        self.kind
    }
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let subject = &self.subject;
        match self.kind {
            BuildErrorKind::InvalidObjectType => write!(f, "`{subject}` cannot be the object type of a path"),
            BuildErrorKind::PathWithoutProperty => {
                write!(f, "a path from `{subject}` has to begin with the name of a property")
            }
            BuildErrorKind::OrderedBoolean => {
                write!(f, "booleans have no order and cannot be compared by `{subject}`")
            }
            BuildErrorKind::NestedTooDeeply => {
                write!(f, "the expression takes more than {MAX_DEPTH} nested parentheses")
            }
        }
    }
}

impl Error for BuildError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unusable_types_and_paths_are_refused() {
        let refused =
            |object_type, path: &[&str]| equals(object_type, path.iter().copied(), "x").unwrap_err();
        assert_eq!(refused("ipv4 addr", &["value"]).kind(), BuildErrorKind::InvalidObjectType);
        assert_eq!(refused("true", &["value"]).to_string(), "`true` cannot be the object type of a path");
        assert_eq!(refused("file", &[]).kind(), BuildErrorKind::PathWithoutProperty);
        assert_eq!(object_path("file", [0]).unwrap_err().kind(), BuildErrorKind::PathWithoutProperty);
    }

    #[test]
    fn booleans_are_not_ordered() {
        let path = object_path("file", ["is_hidden"]).unwrap();
        let error = ComparisonTest::compare(path, ComparisonOperator::Less, true.into()).unwrap_err();
        assert_eq!(error.to_string(), "booleans have no order and cannot be compared by `<`");
    }
}
