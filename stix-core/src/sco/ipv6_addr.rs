//! IPv6 addresses (STIX 2.1 section 6.9).

use std::net;

use stix_derive::StixObject;

use crate::{
    Identifier, ScoCommon,
    validate::{self, Check, Members, Rule},
};

/// One IPv6 address, or a block of them.
///
/// ```
/// use stix_core::sco::{AutonomousSystem, Ipv6Addr};
///
/// let system = AutonomousSystem::new(15139);
/// let address = Ipv6Addr::new("2001:db8::3").with_belongs_to_refs([system.common.id]).validated()?;
/// assert_eq!(address.value, "2001:db8::3");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, StixObject)]
#[stix(type = "ipv6-addr", class = Sco, section = "6.9", check = check)]
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

/// A value is an address, or a block of them in CIDR notation.
fn check<'c>(address: &'c Members<'c>, check: &mut Check<'c>) {
    let fits = |value: &str| validate::is_address_or_block::<net::Ipv6Addr>(value, 128);
    let problem = |value: &str, check: &mut Check<'c>| {
        let message = format_args!("`{value}` is neither an IPv6 address nor a block of them");
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
                "write it like `2001:db8::3` or `2001:db8::/96`",
            ),
        }
    };
    validate::value(address, Rule::IpAddress, fits, problem, check);
}
