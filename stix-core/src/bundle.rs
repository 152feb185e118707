//! Bundles (STIX 2.1 chapter 8): reading them whole or object by object, and building them.

use std::{io::Read, str::FromStr};

use stix_derive::{StixObject, StixStruct};

use crate::{Context, Custom, Identifier, Object, Timestamp, schema::Common};

mod builder;
mod limits;
mod read_error;
mod reader;
mod scanner;

pub use builder::{BundleBuilder, Merged};
pub use limits::{LimitKind, Limits};
pub use read_error::{Position, ReadError, ReadErrorKind};
pub use reader::{BundleItem, BundleReader};

/// The properties of a bundle that all objects have.
///
/// ```
/// use stix_core::{Bundle, bundle::BundleCommon};
///
/// let text = r#"{"type": "bundle", "id": "bundle--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f", "x_note": 1}"#;
/// let BundleCommon { id, custom, .. } = text.parse::<Bundle>()?.common;
/// assert_eq!((id.object_type(), custom["x_note"].as_i64()), ("bundle", Some(1)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, StixStruct)]
#[stix(name = "common properties of bundle", section = "8")]
#[non_exhaustive]
pub struct BundleCommon {
    /// The identifier of the bundle, which nothing may refer to.
    pub id: Identifier,
    /// The properties that are not declared.
    #[stix(custom)]
    pub custom: Custom,
}

impl Common for BundleCommon {
    fn id(&self) -> &Identifier {
        &self.id
    }

    fn undeclared(&self) -> &Custom {
        &self.custom
    }

    fn created(&self) -> Option<&Timestamp> {
        None
    }

    fn modified(&self) -> Option<&Timestamp> {
        None
    }
}

/// A container of objects, without a meaning of its own.
#[derive(Clone, Debug, PartialEq, StixObject)]
#[stix(type = "bundle", class = Bundle, section = "8", no_new)]
#[non_exhaustive]
pub struct Bundle {
    /// The properties that all objects have.
    #[stix(common)]
    pub common: BundleCommon,
    /// The objects in the bundle.
    pub objects: Option<Vec<Object>>,
}

impl Bundle {
    /// A bundle of these objects; without any, the property `objects` is left out.
    ///
    /// # Errors
    /// The context must give UUIDs of RFC 4122.
    pub fn new_in(context: &Context, objects: Vec<Object>) -> Result<Self, crate::IdentifierError> {
        let common = BundleCommon { id: context.identifier("bundle")?, custom: Custom::new() };
        Ok(Self { common, objects: (!objects.is_empty()).then_some(objects) })
    }

    pub(crate) fn from_members(id: Identifier, objects: Option<Vec<Object>>, custom: Custom) -> Self {
        Self { common: BundleCommon { id, custom }, objects }
    }

    /// Reads a bundle from UTF-8 text, within the default [`Limits`].
    ///
    /// # Errors
    /// The text must be a bundle in JSON, with objects that have what their types ask for.
    ///
    /// ```
    /// use stix_core::Bundle;
    ///
    /// let text = br#"{"type": "bundle", "id": "bundle--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f", "objects": []}"#;
    /// assert_eq!(Bundle::from_slice(text)?.objects, Some(vec![]));
    /// assert!(Bundle::from_slice(b"[]").is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn from_slice(text: &[u8]) -> Result<Self, ReadError> {
        Self::from_reader(text)
    }

    /// Reads a bundle from UTF-8 text, within the default [`Limits`].
    ///
    /// All its objects are held in memory; [`BundleReader`] visits them one by one.
    ///
    /// # Errors
    /// See [`Bundle::from_slice`]; and the input must be readable.
    ///
    /// ```
    /// use std::io::Cursor;
    /// use stix_core::Bundle;
    ///
    /// let file = Cursor::new(r#"{"type": "bundle", "id": "bundle--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f"}"#);
    /// assert_eq!(Bundle::from_reader(file)?.common.id.object_type(), "bundle");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn from_reader(input: impl Read) -> Result<Self, ReadError> {
        Self::from_reader_in(input, Limits::default())
    }

    /// Reads a bundle from UTF-8 text, within these limits.
    ///
    /// # Errors
    /// See [`Bundle::from_reader`].
    pub fn from_reader_in(input: impl Read, limits: Limits) -> Result<Self, ReadError> {
        BundleReader::new(input, limits).bundle()
    }
}

/// Reads a bundle, within the default [`Limits`].
///
/// ```
/// use stix_core::Bundle;
///
/// let text = r#"{"type": "bundle", "id": "bundle--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f"}"#;
/// assert_eq!(text.parse::<Bundle>()?.objects, None);
///
/// let error = "{\"type\": \"bundle\",\n \"id\": 1}".parse::<Bundle>().unwrap_err();
/// assert_eq!(error.message(), "the bundle has no `id` that is a string");
/// # Ok::<(), stix_core::bundle::ReadError>(())
/// ```
impl FromStr for Bundle {
    type Err = ReadError;

    fn from_str(text: &str) -> Result<Self, ReadError> {
        Self::from_slice(text.as_bytes())
    }
}
