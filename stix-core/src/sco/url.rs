//! URLs (STIX 2.1 section 6.15).

use stix_derive::StixObject;

use crate::ScoCommon;

/// A uniform resource locator.
#[derive(Clone, Debug, PartialEq, StixObject)]
#[stix(type = "url", class = Sco, section = "6.15")]
#[non_exhaustive]
pub struct Url {
    /// The properties that every SCO has.
    #[stix(common)]
    pub common: ScoCommon,
    /// The address.
    #[stix(id_contributing)]
    pub value: String,
}
