//! Whole numbers in a range (STIX 2.1 section 2.9).

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::schema::{Kind, Property};

/// A whole number from `MIN` to `MAX`.
///
/// ```
/// use stix_core::values::Port;
///
/// assert_eq!(Port::from(443_u16).value(), 443);
/// assert!(Port::new(65_536).is_err());
/// # Ok::<(), stix_core::values::RangeError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "i64", try_from = "i64")]
pub struct Integer<const MIN: i64, const MAX: i64>(i64);

/// A number of a port, from 0 to 65535.
pub type Port = Integer<0, 65_535>;
/// A size or a number of things: not negative.
pub type NonNegative = Integer<0, { i64::MAX }>;
/// How often something was sighted: from 0 to 999 999 999.
pub type SightingCount = Integer<0, 999_999_999>;
/// How often something was observed: from 1 to 999 999 999.
pub type ObservationCount = Integer<1, 999_999_999>;

impl<const MIN: i64, const MAX: i64> Integer<MIN, MAX> {
    /// Takes a number of the range.
    ///
    /// # Errors
    /// Any other number is refused.
    ///
    /// ```
    /// use stix_core::values::Integer;
    ///
    /// let percent = Integer::<0, 100>::new(7)?;
    /// assert_eq!(percent.value(), 7);
    /// assert!(Integer::<0, 100>::new(101).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(value: i64) -> Result<Self, RangeError> {
        value.try_into()
    }

    /// The number.
    pub fn value(self) -> i64 {
        self.0
    }
}

impl<const MIN: i64, const MAX: i64> TryFrom<i64> for Integer<MIN, MAX> {
    type Error = RangeError;

    fn try_from(value: i64) -> Result<Self, Self::Error> {
        match (MIN..=MAX).contains(&value) {
            true => Ok(Self(value)),
            false => Err(RangeError { value, min: MIN, max: MAX }),
        }
    }
}

impl<const MIN: i64, const MAX: i64> From<Integer<MIN, MAX>> for i64 {
    fn from(number: Integer<MIN, MAX>) -> Self {
        number.0
    }
}

impl From<u16> for Port {
    fn from(value: u16) -> Self {
        Self(value.into())
    }
}

impl From<u32> for NonNegative {
    fn from(value: u32) -> Self {
        Self(value.into())
    }
}

impl From<u16> for SightingCount {
    fn from(value: u16) -> Self {
        Self(value.into())
    }
}

impl From<std::num::NonZeroU16> for ObservationCount {
    fn from(value: std::num::NonZeroU16) -> Self {
        Self(value.get().into())
    }
}

impl<const MIN: i64, const MAX: i64> fmt::Display for Integer<MIN, MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<const MIN: i64, const MAX: i64> Property for Integer<MIN, MAX> {
    const KIND: &'static Kind =
        &Kind::Integer { min: Some(MIN), max: if MAX == i64::MAX { None } else { Some(MAX) } };
}

/// A whole number out of its range.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RangeError {
    value: i64,
    min: i64,
    max: i64,
}

impl fmt::Display for RangeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.max {
            i64::MAX => write!(f, "`{}` is less than {}", self.value, self.min),
            max => write!(f, "`{}` is not between {} and {max}", self.value, self.min),
        }
    }
}

impl std::error::Error for RangeError {}
