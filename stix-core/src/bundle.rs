//! Bundles (STIX 2.1 chapter 8).

use stix_derive::{StixObject, StixStruct};

use crate::{Context, Custom, Identifier, Object, Timestamp, schema::Common};

/// The properties of a bundle that all objects have.
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

    fn created(&self) -> Option<&Timestamp> {
        None
    }

    fn modified(&self) -> Option<&Timestamp> {
        None
    }
}

/// A container of objects, without a meaning of its own.
#[derive(Clone, Debug, PartialEq, StixObject)]
#[stix(type = "bundle", class = Bundle, section = "8")]
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
}
