//! The extension for TCP traffic (STIX 2.1 section 6.12.5).

use stix_derive::StixStruct;

use crate::{Custom, values::Hex};

/// What is special about TCP traffic.
#[derive(Clone, Debug, PartialEq, StixStruct)]
#[stix(name = "tcp-ext", section = "6.12.5", any_own)]
#[non_exhaustive]
pub struct TcpExt {
    /// The flags that the source sent, of all packets together.
    pub src_flags_hex: Option<Hex>,
    /// The flags that the destination sent, of all packets together.
    pub dst_flags_hex: Option<Hex>,
    /// The properties that are not declared.
    #[stix(custom)]
    pub custom: Custom,
}
