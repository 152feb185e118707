//! Forms of values that several types share (STIX 2.1 chapter 6).

use std::str::FromStr;

use super::check::Check;
use super::rule::Rule;
use super::tree::{Json, Members};
use super::{registries, repair};

/// Whether a text is an address, or a block of them in CIDR notation (RFC 4632, RFC 4291).
pub(crate) fn is_address_or_block<A: FromStr>(text: &str, most_bits: u8) -> bool {
    match text.split_once('/') {
        None => text.parse::<A>().is_ok(),
        Some((address, bits)) => {
            let plain = bits == "0" || (!bits.starts_with(['0', '+']));
            address.parse::<A>().is_ok() && plain && bits.parse::<u8>().is_ok_and(|bits| bits <= most_bits)
        }
    }
}

/// Checks that a number of things, or a distance, is not negative.
pub(crate) fn not_negative<'c>(members: &'c Members<'c>, name: &'c str, check: &mut Check<'c>) {
    let negative = match members.get(name) {
        Some(Json::Integer(number)) => *number < 0,
        Some(Json::Float(number)) => *number < 0.0,
        _ => false,
    };
    if negative {
        let message = format_args!("`{name}` is negative");
        check.member(name, |check| check.problem_with_help(Rule::NegativeAmount, message, "leave it out"));
    }
}

/// The address before a port, of an IPv6 address without its brackets.
pub(crate) fn without_port(text: &str) -> Option<&str> {
    let (address, port) = text.rsplit_once(':')?;
    port.parse::<u16>().ok()?;
    match address.strip_prefix('[') {
        Some(rest) => rest.strip_suffix(']'),
        None => Some(address),
    }
}

/// Media types that many write although they are not registered, and the registered ones.
const USUAL: [(&str, &str); 6] = [
    ("application/x-dosexec", "application/vnd.microsoft.portable-executable"),
    ("application/x-gzip", "application/gzip"),
    ("application/x-javascript", "text/javascript"),
    ("application/x-msdownload", "application/vnd.microsoft.portable-executable"),
    ("application/x-zip-compressed", "application/zip"),
    ("image/jpg", "image/jpeg"),
];

/// Checks that a media type is registered (RFC 6838).
pub(crate) fn media_type<'c>(members: &'c Members<'c>, check: &mut Check<'c>) {
    let Some(text) = members.text("mime_type") else { return };
    if registries::MEDIA_TYPES.spelling(text).is_some() {
        return;
    }
    let usual = USUAL.iter().find(|(usual, _)| usual.eq_ignore_ascii_case(text));
    let message = format_args!("`{text}` is no media type of IANA");
    check.member("mime_type", |check| match (usual, text.split_once(';')) {
        (Some((_, registered)), _) => {
            check.problem_with_help(Rule::MediaType, message, format_args!("write `{registered}`"));
        }
        (None, Some((alone, _))) => {
            check.problem_with_help(Rule::MediaType, message, format_args!("write `{alone}`"));
        }
        (None, None) => {
            check.problem_with_help(Rule::MediaType, message, "write it like `application/pdf`");
        }
    });
}

/// Checks the name of a character set: that which IANA prefers, in whatever case (RFC 2978).
pub(crate) fn character_set<'c>(members: &'c Members<'c>, name: &'c str, check: &mut Check<'c>) {
    let Some(text) = members.text(name) else { return };
    let preferred = registries::CHARACTER_SETS.spelling(text);
    if preferred.is_some_and(|preferred| preferred.eq_ignore_ascii_case(text)) {
        return;
    }
    let message = format_args!("`{text}` is not the name that IANA prefers for a character set");
    check.member(name, |check| match preferred {
        Some(preferred) => {
            check.problem_with_help(Rule::CharacterSet, message, format_args!("write `{preferred}`"));
        }
        None => {
            check.problem_with_help(Rule::CharacterSet, message, "write it like `UTF-8` or `windows-1252`");
        }
    });
}

/// Checks the property `value`; one that was defanged is fine if the object says so, and can be repaired if not.
pub(crate) fn value<'c>(
    members: &'c Members<'c>,
    rule: Rule,
    fits: impl Fn(&str) -> bool,
    problem: impl FnOnce(&str, &mut Check<'c>),
    check: &mut Check<'c>,
) {
    let Some(value) = members.text("value").filter(|value| !fits(value)) else { return };
    match repair::refanged(value).filter(|value| fits(value)) {
        Some(_) if members.get("defanged") == Some(&Json::Bool(true)) => {}
        Some(meant) => {
            let message = format_args!("`{value}` is defanged");
            let help = format_args!("write `{meant}`, or add `\"defanged\": true`").to_string();
            check.member("value", |check| check.problem_with_repair(rule, message, help));
        }
        None => check.member("value", |check| problem(value, check)),
    }
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, Ipv6Addr};

    use super::*;

    #[test]
    fn addresses_and_blocks() {
        for text in ["198.51.100.3", "198.51.100.0/24", "0.0.0.0/0", "192.0.2.1/32"] {
            assert!(is_address_or_block::<Ipv4Addr>(text, 32), "{text}");
        }
        for text in
            ["", "198.51.100.03", "198.51.100", "192.0.2.1/33", "192.0.2.1/", "192.0.2.1/+8", "192.0.2.1/08"]
        {
            assert!(!is_address_or_block::<Ipv4Addr>(text, 32), "{text}");
        }
        for text in ["2001:db8::3", "::", "::ffff:192.0.2.1", "2001:DB8::/96", "::/128"] {
            assert!(is_address_or_block::<Ipv6Addr>(text, 128), "{text}");
        }
        for text in ["fe80::1%eth0", "2001:db8::3/129", "192.0.2.1", ":::"] {
            assert!(!is_address_or_block::<Ipv6Addr>(text, 128), "{text}");
        }
    }
}
