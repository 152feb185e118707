//! Software (STIX 2.1 section 6.14).

use stix_derive::StixObject;

use crate::ScoCommon;

/// Software, with the operating systems.
#[derive(Clone, Debug, PartialEq, StixObject)]
#[stix(type = "software", class = Sco, section = "6.14")]
#[non_exhaustive]
pub struct Software {
    /// The properties that every SCO has.
    #[stix(common)]
    pub common: ScoCommon,
    /// The name of the software.
    #[stix(id_contributing)]
    pub name: String,
    /// The Common Platform Enumeration name, in version 2.3.
    #[stix(id_contributing)]
    pub cpe: Option<String>,
    /// The identifier of its software identification tag.
    #[stix(id_contributing)]
    pub swid: Option<String>,
    /// The languages that it supports, as RFC 5646 tags.
    pub languages: Option<Vec<String>>,
    /// The name of its vendor.
    #[stix(id_contributing)]
    pub vendor: Option<String>,
    /// Its version.
    #[stix(id_contributing)]
    pub version: Option<String>,
}
