//! Forms of values that several types share (STIX 2.1 chapter 6).

use std::str::FromStr;

use super::check::Check;
use super::rule::Rule;
use super::tree::Members;

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

/// The kinds of media that IANA registers.
const MEDIA: [&str; 11] = [
    "application",
    "audio",
    "example",
    "font",
    "haptics",
    "image",
    "message",
    "model",
    "multipart",
    "text",
    "video",
];

/// Checks the form of a media type (RFC 6838).
pub(crate) fn media_type<'c>(members: &'c Members<'c>, check: &mut Check<'c>) {
    let Some(text) = members.text("mime_type") else { return };
    let is_mark = |byte: u8| matches!(byte, b'!' | b'#' | b'$' | b'&' | b'-' | b'^' | b'_' | b'.' | b'+');
    let fits = text.split_once('/').is_some_and(|(kind, name)| {
        MEDIA.iter().any(|known| known.eq_ignore_ascii_case(kind))
            && name.starts_with(|c: char| c.is_ascii_alphanumeric())
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || is_mark(byte))
    });
    if !fits {
        let message = format_args!("`{text}` is no media type of IANA");
        let help = "write it like `application/pdf`, without parameters";
        check.member("mime_type", |check| check.problem_with_help(Rule::MediaType, message, help));
    }
}

/// Checks the form of the name of a character set (RFC 2978).
pub(crate) fn character_set<'c>(members: &'c Members<'c>, name: &'c str, check: &mut Check<'c>) {
    let Some(text) = members.text(name) else { return };
    let is_mark = |byte: u8| b"!#$%&'+-^_`{}~:.()".contains(&byte);
    let fits = !text.is_empty()
        && text.len() <= 45
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || is_mark(byte));
    if !fits {
        let message = format_args!("`{text}` is no name of a character set");
        let help = "write the name that IANA prefers, such as `UTF-8` or `windows-1252`";
        check.member(name, |check| check.problem_with_help(Rule::CharacterSet, message, help));
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
