//! MAC addresses (STIX 2.1 section 6.10).

use stix_derive::StixObject;

use crate::ScoCommon;

/// One media access control address.
#[derive(Clone, Debug, PartialEq, StixObject)]
#[stix(type = "mac-addr", class = Sco, section = "6.10")]
#[non_exhaustive]
pub struct MacAddr {
    /// The properties that every SCO has.
    #[stix(common)]
    pub common: ScoCommon,
    /// The address in lower case, with colons between its six bytes.
    #[stix(id_contributing)]
    pub value: String,
}
