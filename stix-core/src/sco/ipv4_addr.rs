//! IPv4 addresses (STIX 2.1 section 6.8).

use std::net;

use stix_derive::StixObject;

use crate::{
    Identifier, ScoCommon,
    validate::{self, Check, Members, Rule},
};

/// One IPv4 address, or a block of them.
///
/// ```
/// use stix_core::sco::Ipv4Addr;
///
/// let block = Ipv4Addr::new("198.51.100.0/24").validated()?;
/// assert_eq!(block.value, "198.51.100.0/24");
/// assert!(Ipv4Addr::new("198.51.100.256").validated().is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, StixObject)]
#[stix(type = "ipv4-addr", class = Sco, section = "6.8", check = check)]
#[non_exhaustive]
pub struct Ipv4Addr {
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

/// A value is an address, or a block of them in CIDR notation.
fn check<'c>(address: &'c Members<'c>, check: &mut Check<'c>) {
    let fits = |value: &str| validate::is_address_or_block::<net::Ipv4Addr>(value, 32);
    let problem = |value: &str, check: &mut Check<'c>| {
        let message = format_args!("`{value}` is neither an IPv4 address nor a block of them");
        match validate::without_port(value).filter(|address| fits(address)) {
            Some(address) => {
                let help = format_args!(
                    "write `{address}`; a port is one of an object of the type `network-traffic`"
                );
                check.problem_with_repair(Rule::IpAddress, message, help);
            }
            None => check.problem_with_help(
                Rule::IpAddress,
                message,
                "write it like `198.51.100.3` or `198.51.100.0/24`",
            ),
        }
    };
    validate::value(address, Rule::IpAddress, fits, problem, check);
}
