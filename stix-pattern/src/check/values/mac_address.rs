//! Values of `mac-addr` (STIX 2.1, section 6.10): six pairs of lower-case digits joined by colons.

use super::Flaw;
use crate::check::Rule;
use crate::error::quote;

/// What is wrong with the value of a `mac-addr`.
pub(super) fn flaw(value: &str) -> Option<Flaw> {
    if is_mac(value) {
        return None;
    }
    let flaw = Flaw::new(Rule::MacAddress, format!("{} is not written as MAC addresses are", quote(value)));
    let digits: Vec<u8> =
        value.trim().bytes().filter(|byte| !matches!(byte, b':' | b'-' | b'.' | b' ')).collect();
    if digits.len() != 12 || !digits.iter().all(u8::is_ascii_hexdigit) {
        return Some(flaw.help("a MAC address is six pairs of hexadecimal digits joined by colons"));
    }
    let pairs = digits.chunks(2).map(|pair| String::from_utf8_lossy(pair).to_ascii_lowercase());
    Some(flaw.value(pairs.collect::<Vec<_>>().join(":")))
}

fn is_mac(value: &str) -> bool {
    value.len() == 17
        && value.bytes().enumerate().all(|(at, byte)| match at % 3 {
            2 => byte == b':',
            _ => matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
        })
}
