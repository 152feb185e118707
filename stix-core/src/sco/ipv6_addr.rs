//! IPv6 addresses (STIX 2.1 section 6.9).

use stix_derive::StixObject;

use crate::{Identifier, ScoCommon};

/// One IPv6 address, or a block of them.
#[derive(Clone, Debug, PartialEq, StixObject)]
#[stix(type = "ipv6-addr", class = Sco, section = "6.9")]
#[non_exhaustive]
pub struct Ipv6Addr {
    /// The properties that every SCO has.
    #[stix(common)]
    pub common: ScoCommon,
    /// The address or the block in CIDR notation.
    #[stix(id_contributing)]
    pub value: String,
    /// The layer 2 addresses that it resolves to.
    #[stix(refs("mac-addr"))]
    pub resolves_to_refs: Option<Vec<Identifier>>,
    /// The autonomous systems that it belongs to.
    #[stix(refs("autonomous-system"))]
    pub belongs_to_refs: Option<Vec<Identifier>>,
}
