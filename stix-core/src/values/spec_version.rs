//! The version of the specification that an object follows (STIX 2.1 section 3.2).

use std::{fmt, str::FromStr};

use crate::schema::{Kind, Property};

/// `2.1`: the one version that a typed object can have.
///
/// ```
/// use stix_core::{SpecVersion, values::SpecVersionError};
///
/// assert_eq!("2.1".parse(), Ok(SpecVersion));
/// assert_eq!(SpecVersion::TEXT, "2.1");
/// let error: SpecVersionError = "2.0".parse::<SpecVersion>().unwrap_err();
/// assert_eq!(error.to_string(), "specification version `2.0` is not `2.1`");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct SpecVersion;

impl SpecVersion {
    /// The text of the property.
    pub const TEXT: &'static str = "2.1";
}

impl fmt::Display for SpecVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(Self::TEXT)
    }
}

impl FromStr for SpecVersion {
    type Err = SpecVersionError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            Self::TEXT => Ok(Self),
            other => Err(SpecVersionError { text: other.into() }),
        }
    }
}

impl Property for SpecVersion {
    const KIND: &'static Kind = &Kind::SpecVersion;
}

super::text_serde!(SpecVersion, "the text `2.1`");

/// Another version than 2.1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpecVersionError {
    text: Box<str>,
}

impl fmt::Display for SpecVersionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "specification version `{}` is not `2.1`", self.text)
    }
}

impl std::error::Error for SpecVersionError {}
