//! What can keep a pattern from being matched. None of it means that the pattern does not match.

use std::error::Error;
use std::fmt;

use crate::Span;

/// The reason why a pattern cannot be matched, although it is one.
///
/// ```
/// use stix_pattern::Pattern;
/// use stix_pattern::matcher::{CompileErrorKind, CompiledPattern};
///
/// let pattern = Pattern::parse(r"[file:name MATCHES '(a(?R)?b)']")?;
/// let error = CompiledPattern::compile(&pattern).unwrap_err();
/// assert_eq!(error.kind(), CompileErrorKind::UnsupportedRegex);
/// let message = "the regular expression `(a(?R)?b)` uses recursion and calls of groups, which this library cannot match";
/// assert_eq!(error.to_string(), message);
/// # Ok::<(), stix_pattern::SyntaxError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompileError {
    kind: CompileErrorKind,
    span: Span,
    subject: String,
    reason: String,
}

/// The sorts of compile errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CompileErrorKind {
    /// What `MATCHES` is given is no regular expression.
    InvalidRegex,
    /// It is one, but has a part that this library cannot match, such as recursion.
    UnsupportedRegex,
    /// The regular expressions of the pattern take too much memory.
    RegexTooLarge,
    /// The `LIKE`s of the pattern have more than 2,000 `_` between two `%`.
    LikeTooLarge,
    /// What `ISSUBSET` or `ISSUPERSET` is given is neither an IP address nor a network.
    InvalidNetwork,
    /// A timestamp names a day that does not exist.
    InvalidTimestamp,
}

impl CompileError {
    pub(crate) fn new(kind: CompileErrorKind, span: Span, subject: &str, reason: impl Into<String>) -> Self {
        Self { kind, span, subject: subject.chars().take(80).collect(), reason: reason.into() }
    }

    /// What sort of error it is.
    #[must_use]
    pub fn kind(&self) -> CompileErrorKind {
        self.kind
    }

    /// The reason, in some words.
    pub(crate) fn reason(&self) -> &str {
        &self.reason
    }

    /// Where the constant stands that is to blame.
    #[must_use]
    pub fn span(&self) -> Span {
        self.span
    }
}

impl fmt::Display for CompileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (subject, reason) = (&self.subject, &self.reason);
        match self.kind {
            CompileErrorKind::InvalidRegex => {
                write!(f, "`{subject}` is not a valid regular expression: {reason}")
            }
            CompileErrorKind::UnsupportedRegex => {
                write!(f, "the regular expression `{subject}` uses {reason}, which this library cannot match")
            }
            CompileErrorKind::RegexTooLarge => {
                write!(f, "the regular expression `{subject}` takes more memory than allowed")
            }
            CompileErrorKind::LikeTooLarge => write!(f, "`{subject}` has too many `_` between two `%`"),
            CompileErrorKind::InvalidNetwork => {
                write!(f, "`{subject}` is neither an IP address nor a network such as `192.0.2.0/24`")
            }
            CompileErrorKind::InvalidTimestamp => write!(f, "`{subject}` is no day or time that exists"),
        }
    }
}

impl Error for CompileError {}

/// Why a match could be neither found nor ruled out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Trouble {
    /// The search took all the steps that [`MatchLimits`](crate::matcher::MatchLimits) allow.
    TooCostly,
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("it takes too many steps to tell whether the pattern matches")
    }
}

impl Error for Trouble {}

/// The reason why an observed-data cannot be matched on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObservationError {
    kind: ObservationErrorKind,
    id: String,
    property: &'static str,
}

/// The sorts of observation errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ObservationErrorKind {
    /// The object is no observed-data.
    NoObservedData,
    /// `first_observed` or `last_observed` is missing or no timestamp.
    MissingInstant,
    /// `last_observed` is before `first_observed`.
    EndsBeforeItStarts,
    /// `number_observed` is missing or not a positive integer.
    MissingCount,
}

impl ObservationError {
    pub(crate) fn new(kind: ObservationErrorKind, id: &str, property: &'static str) -> Self {
        Self { kind, id: id.to_owned(), property }
    }

    /// What sort of error it is.
    #[must_use]
    pub fn kind(&self) -> ObservationErrorKind {
        self.kind
    }

    /// The id of the object; empty if it has none.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The property that is to blame.
    #[must_use]
    pub fn property(&self) -> &str {
        self.property
    }
}

impl fmt::Display for ObservationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (id, property) = (&self.id, self.property);
        match self.kind {
            ObservationErrorKind::NoObservedData => write!(f, "`{id}` is no observed-data"),
            ObservationErrorKind::MissingInstant => {
                write!(f, "the `{property}` of `{id}` is not a timestamp")
            }
            ObservationErrorKind::EndsBeforeItStarts => {
                write!(f, "the `{property}` of `{id}` is before its `first_observed`")
            }
            ObservationErrorKind::MissingCount => {
                write!(f, "the `{property}` of `{id}` is not a positive integer")
            }
        }
    }
}

impl Error for ObservationError {}
