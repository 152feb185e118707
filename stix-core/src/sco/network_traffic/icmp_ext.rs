//! The extension for ICMP traffic (STIX 2.1 section 6.12.3).

use stix_derive::StixStruct;

use crate::{Custom, values::Hex};

/// What is special about ICMP traffic.
#[derive(Clone, Debug, PartialEq, StixStruct)]
#[stix(name = "icmp-ext", section = "6.12.3")]
#[non_exhaustive]
pub struct IcmpExt {
    /// The type of the message.
    pub icmp_type_hex: Hex,
    /// The code of the message.
    pub icmp_code_hex: Hex,
    /// The properties that are not declared.
    #[stix(custom)]
    pub custom: Custom,
}
