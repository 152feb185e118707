//! Confidence (STIX 2.1 section 3.2 and appendix A).

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::schema::{Kind, Property};

/// How sure the creator is that the content is right: a whole number from 0 to 100.
///
/// Zero is a value of its own and not the same as no confidence given.
///
/// ```
/// use stix_core::Confidence;
///
/// assert_eq!(Confidence::new(85)?.value(), 85);
/// assert!(Confidence::new(101).is_err());
/// # Ok::<(), stix_core::ConfidenceError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "u8", try_from = "i64")]
pub struct Confidence(u8);

impl Confidence {
    /// "Low" on the scale None, Low, Medium, High of appendix A.
    ///
    /// ```
    /// use stix_core::Confidence;
    ///
    /// assert!(Confidence::LOW < Confidence::MEDIUM && Confidence::MEDIUM < Confidence::HIGH);
    /// ```
    pub const LOW: Self = Self(15);
    /// "Medium" on the same scale.
    pub const MEDIUM: Self = Self(50);
    /// "High" on the same scale.
    pub const HIGH: Self = Self(85);

    /// Takes a number from 0 to 100.
    ///
    /// # Errors
    /// Any other number is refused.
    pub fn new(value: i64) -> Result<Self, ConfidenceError> {
        value.try_into()
    }

    /// The number.
    pub fn value(self) -> u8 {
        self.0
    }
}

impl TryFrom<i64> for Confidence {
    type Error = ConfidenceError;

    fn try_from(value: i64) -> Result<Self, Self::Error> {
        u8::try_from(value).ok().filter(|number| *number <= 100).map(Self).ok_or(ConfidenceError { value })
    }
}

impl From<Confidence> for u8 {
    fn from(confidence: Confidence) -> Self {
        confidence.0
    }
}

impl Property for Confidence {
    const KIND: &'static Kind = &Kind::Integer { min: Some(0), max: Some(100) };
}

/// A number that is no confidence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfidenceError {
    value: i64,
}

impl fmt::Display for ConfidenceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "confidence `{}` is not a whole number from 0 to 100", self.value)
    }
}

impl std::error::Error for ConfidenceError {}
