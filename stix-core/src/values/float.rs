//! Numbers (STIX 2.1 section 2.5).

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Number;

use crate::schema::{Kind, Property};

/// A number, kept as it was written: `10` stays apart from `10.0`.
///
/// ```
/// use stix_core::values::Float;
///
/// assert_eq!(Float::try_from(7.5)?.value(), 7.5);
/// assert!(Float::try_from(f64::NAN).is_err());
/// # Ok::<(), stix_core::values::FloatError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Float(Number);

impl Float {
    /// The number.
    pub fn value(&self) -> f64 {
        // Every number of JSON has a nearest double.
        self.0.as_f64().unwrap_or_default()
    }
}

impl TryFrom<f64> for Float {
    type Error = FloatError;

    fn try_from(value: f64) -> Result<Self, Self::Error> {
        let error = FloatError { value, min: f64::MIN, max: f64::MAX };
        Number::from_f64(value).map(Self).ok_or(error)
    }
}

impl From<i32> for Float {
    fn from(value: i32) -> Self {
        Self(value.into())
    }
}

impl fmt::Display for Float {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Property for Float {
    const KIND: &'static Kind = &Kind::Float { min: None, max: None };
}

/// Declares a number in a range.
macro_rules! ranged {
    ($(#[$doc:meta])* $type:ident, $min:literal, $max:literal) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(into = "Float", try_from = "Float")]
        pub struct $type(Float);

        impl $type {
            /// The number, in degrees.
            pub fn value(&self) -> f64 {
                self.0.value()
            }
        }

        impl TryFrom<f64> for $type {
            type Error = FloatError;

            fn try_from(value: f64) -> Result<Self, Self::Error> {
                Float::try_from(value)?.try_into()
            }
        }

        impl TryFrom<Float> for $type {
            type Error = FloatError;

            fn try_from(number: Float) -> Result<Self, Self::Error> {
                match ($min..=$max).contains(&number.value()) {
                    true => Ok(Self(number)),
                    false => Err(FloatError { value: number.value(), min: $min, max: $max }),
                }
            }
        }

        impl From<$type> for Float {
            fn from(number: $type) -> Self {
                number.0
            }
        }

        impl Property for $type {
            const KIND: &'static Kind = &Kind::Float { min: Some($min), max: Some($max) };
        }
    };
}

ranged! {
    /// A latitude in decimal degrees, from -90 to 90; the north is positive (section 4.10).
    Latitude, -90.0, 90.0
}

ranged! {
    /// A longitude in decimal degrees, from -180 to 180; the east is positive (section 4.10).
    Longitude, -180.0, 180.0
}

/// A number out of its range, or none at all.
#[derive(Clone, Debug, PartialEq)]
pub struct FloatError {
    value: f64,
    min: f64,
    max: f64,
}

impl fmt::Display for FloatError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.value.is_finite() {
            true => write!(f, "`{}` is not between {} and {}", self.value, self.min, self.max),
            false => write!(f, "`{}` is no number that JSON can hold", self.value),
        }
    }
}

impl std::error::Error for FloatError {}
