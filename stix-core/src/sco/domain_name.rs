//! Domain names (STIX 2.1 section 6.4).

use stix_derive::StixObject;

use crate::{Identifier, ScoCommon};

/// A network domain name.
#[derive(Clone, Debug, PartialEq, StixObject)]
#[stix(type = "domain-name", class = Sco, section = "6.4")]
#[non_exhaustive]
pub struct DomainName {
    /// The properties that every SCO has.
    #[stix(common)]
    pub common: ScoCommon,
    /// The name.
    #[stix(id_contributing)]
    pub value: String,
    /// The addresses and names that it resolves to.
    #[stix(refs("ipv4-addr", "ipv6-addr", "domain-name"))]
    pub resolves_to_refs: Option<Vec<Identifier>>,
}
