//! Why a record cannot be used.

use std::fmt;

use crate::ingest::UnusableValue;

/// A record that cannot be used: the cause, which is counted, and what is wrong with just this one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    cause: Cause,
    message: String,
}

/// What kind of thing is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Cause {
    /// It is no record, or lacks what every record has.
    Shape,
    /// It is larger than a record may be.
    Size,
    /// A type that is not known, or that cannot be made anew.
    Type,
    /// The value is not what its type says.
    Value,
    /// A time cannot be read.
    Time,
    /// It is dated in the future.
    Future,
    /// The pattern cannot be read.
    Pattern,
    /// The pattern is in another language.
    Language,
}

impl Cause {
    /// All there are.
    pub(crate) const ALL: [Self; 8] = [
        Self::Shape,
        Self::Size,
        Self::Type,
        Self::Value,
        Self::Time,
        Self::Future,
        Self::Pattern,
        Self::Language,
    ];

    /// The name under which it is counted.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Shape => "shape",
            Self::Size => "size",
            Self::Type => "type",
            Self::Value => "value",
            Self::Time => "time",
            Self::Future => "future",
            Self::Pattern => "pattern",
            Self::Language => "language",
        }
    }

    /// The refusal for this cause.
    pub(super) fn because(self, message: impl fmt::Display) -> Refusal {
        Refusal { cause: self, message: message.to_string() }
    }
}

impl Refusal {
    /// What kind of thing is wrong.
    pub(super) fn cause(&self) -> Cause {
        self.cause
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl From<UnusableValue> for Refusal {
    fn from(error: UnusableValue) -> Self {
        Cause::Value.because(error)
    }
}
