//! MAC addresses (STIX 2.1 section 6.10).

use stix_derive::StixObject;

use crate::{
    ScoCommon,
    validate::{Check, Members, Rule},
};

/// One media access control address.
///
/// ```
/// use stix_core::sco::MacAddr;
///
/// assert!(MacAddr::new("d2:fb:49:24:37:18").validated().is_ok());
/// let report = MacAddr::new("D2-FB-49-24-37-18").validated().unwrap_err();
/// assert_eq!(report.problems()[0].path(), "/value");
/// ```
#[derive(Clone, Debug, PartialEq, StixObject)]
#[stix(type = "mac-addr", class = Sco, section = "6.10", check = check)]
#[non_exhaustive]
pub struct MacAddr {
    /// The properties that every SCO has.
    #[stix(common)]
    pub common: ScoCommon,
    /// The address in lower case, with colons between its six bytes.
    #[stix(id_contributing)]
    pub value: String,
}

fn check<'c>(address: &'c Members<'c>, check: &mut Check<'c>) {
    let Some(value) = address.text("value") else { return };
    if is_mac(value) {
        return;
    }
    let message = format_args!("`{value}` is no MAC address of six pairs of digits with colons between them");
    let lower = value.to_ascii_lowercase().replace(['-', '.'], ":");
    check.member("value", |check| match is_mac(&lower) {
        true => check.problem_with_repair(Rule::MacAddress, message, format_args!("write `{lower}`")),
        false => check.problem_with_help(Rule::MacAddress, message, "write it like `d2:fb:49:24:37:18`"),
    });
}

fn is_mac(text: &str) -> bool {
    text.len() == 17
        && text.bytes().enumerate().all(|(index, byte)| match index % 3 {
            2 => byte == b':',
            _ => matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
        })
}
