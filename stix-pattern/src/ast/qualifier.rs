//! Qualifiers of observation expressions (STIX 2.1, section 9.5.1).

use crate::ast::{Decimal, Text, Timestamp};
use crate::span::{Origin, Span};

/// A bound on how often or when an expression matches.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Qualifier {
    pub(crate) origin: Origin,
    pub(crate) kind: QualifierKind,
}

impl Qualifier {
    /// What is bounded.
    #[must_use]
    pub fn kind(&self) -> &QualifierKind {
        &self.kind
    }

    /// From the first keyword to the last.
    #[must_use]
    pub fn span(&self) -> Span {
        self.origin.0
    }
}

impl From<QualifierKind> for Qualifier {
    fn from(kind: QualifierKind) -> Self {
        Self { origin: Origin::default(), kind }
    }
}

/// The three kinds of qualifiers. The grammar lets counts and durations be zero, and a window end before it starts;
/// the specification does not.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum QualifierKind {
    /// `REPEATS 5 TIMES`: the expression matches this many times, on different observations.
    Repeats(u64),
    /// `WITHIN 5 SECONDS`: all the matching observations lie within a span of time.
    Within(Seconds),
    /// `START t'...' STOP t'...'`: they lie in a window of time, its end excluded.
    StartStop {
        /// The first moment of the window.
        start: Timestamp,
        /// The first moment after the window.
        stop: Timestamp,
    },
}

impl QualifierKind {
    /// The keyword that the qualifier begins with.
    #[must_use]
    pub const fn keyword(&self) -> &'static str {
        match self {
            Self::Repeats(_) => "REPEATS",
            Self::Within(_) => "WITHIN",
            Self::StartStop { .. } => "START",
        }
    }

    /// A bit of its own for each kind.
    pub(crate) const fn bit(&self) -> u8 {
        match self {
            Self::Repeats(_) => 1,
            Self::Within(_) => 2,
            Self::StartStop { .. } => 4,
        }
    }
}

/// A duration in seconds: a whole number or one with a fraction, never negative.
///
/// ```
/// use stix_pattern::ast::{Decimal, Seconds};
/// assert_eq!(Seconds::whole(300).as_str(), "300");
/// assert_eq!(Seconds::fraction(Decimal::parse(".5").unwrap()).unwrap().to_f64(), 0.5);
/// assert_eq!(Seconds::fraction(Decimal::parse("-.5").unwrap()), None);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Seconds(Text);

impl Seconds {
    /// A whole number of seconds.
    #[must_use]
    pub fn whole(seconds: u64) -> Self {
        Self(seconds.to_string().into())
    }

    /// A number of seconds with a fraction, `None` if it has a minus sign.
    #[must_use]
    pub fn fraction(seconds: Decimal) -> Option<Self> {
        (!seconds.as_str().starts_with('-')).then(|| Self(seconds.into_text()))
    }

    /// The number in canonical spelling.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The number of seconds, rounded to a 64-bit float.
    #[must_use]
    pub fn to_f64(&self) -> f64 {
        self.0.parse().unwrap_or(f64::NAN)
    }
}
