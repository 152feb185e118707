//! Values of dictionaries that are either whole numbers or texts (STIX 2.1 sections 6.7.5 and 6.12).

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::schema::{Kind, Property};

/// A whole number or a text.
///
/// ```
/// use stix_core::values::{Dictionary, IntegerOrString};
///
/// let tags = Dictionary::<IntegerOrString>::new().with("Make", "Nikon").with("XResolution", 4928);
/// assert_eq!(tags.value("XResolution"), Some(IntegerOrString::Integer(4928)));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(untagged)]
pub enum IntegerOrString {
    /// A whole number.
    Integer(i64),
    /// A text.
    String(String),
}

impl From<IntegerOrString> for Value {
    fn from(value: IntegerOrString) -> Self {
        match value {
            IntegerOrString::Integer(number) => number.into(),
            IntegerOrString::String(text) => text.into(),
        }
    }
}

impl Property for IntegerOrString {
    const KIND: &'static Kind = &Kind::IntegerOrString;
}
