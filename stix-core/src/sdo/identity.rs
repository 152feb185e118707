//! Identities (STIX 2.1 section 4.5).

use stix_derive::StixObject;

use crate::SdoCommon;

/// An individual, an organization, a group, a system or a class of these.
///
/// ```
/// use stix_core::sdo::Identity;
///
/// let acme = Identity::new("ACME").with_identity_class("organization").with_sectors(["energy"]).validated()?;
/// assert_eq!(acme.common.id.object_type(), "identity");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, StixObject)]
#[stix(type = "identity", class = Sdo, section = "4.5")]
#[non_exhaustive]
pub struct Identity {
    /// The properties that every SDO has.
    #[stix(common)]
    pub common: SdoCommon,
    /// The name of the identity.
    pub name: String,
    /// What is to be known about it.
    pub description: Option<String>,
    /// The roles that it plays, such as `CEO`.
    pub roles: Option<Vec<String>>,
    /// What kind of entity it is.
    #[stix(vocabulary(IDENTITY_CLASS_OV))]
    pub identity_class: Option<String>,
    /// The industry sectors that it belongs to.
    #[stix(vocabulary(INDUSTRY_SECTOR_OV))]
    pub sectors: Option<Vec<String>>,
    /// How to reach it.
    pub contact_information: Option<String>,
}
