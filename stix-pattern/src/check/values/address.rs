//! Values of `ipv4-addr` and `ipv6-addr` (STIX 2.1, sections 6.8 and 6.9): an address, or a network in CIDR notation.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::{Flaw, domain_name, url};
use crate::check::Rule;
use crate::error::quote;

/// What is wrong with the value of an `ipv4-addr`.
pub(super) fn ipv4(value: &str) -> Option<Flaw> {
    if is_plain_ipv4(value) {
        return None;
    }
    if let Some(flaw) = bits(value, is_ipv4, 32) {
        return flaw;
    }
    if is_ipv6(value) {
        let message = format!("{} is an IPv6 address", quote(value));
        return Some(Flaw::new(Rule::IpAddress, message).path("ipv6-addr:value", value));
    }
    if let Some(flaw) = around(value, is_ipv4) {
        return Some(flaw);
    }
    if domain_name::is_domain_name(value) {
        let message = format!("{} is a domain name", quote(value));
        return Some(Flaw::new(Rule::IpAddress, message).path("domain-name:value", value));
    }
    let flaw = Flaw::new(Rule::IpAddress, format!("{} is no IPv4 address", quote(value)));
    Some(match value {
        _ if value.contains(['*', '%']) => flaw.help(super::wildcards(value)),
        _ if has_leading_zero(value) => flaw.help("the numbers of an address have no leading zeros"),
        _ => flaw.help("an address is four numbers from 0 to 255 joined by points"),
    })
}

/// What is wrong with the value of an `ipv6-addr`.
pub(super) fn ipv6(value: &str) -> Option<Flaw> {
    if is_ipv6(value) {
        return None;
    }
    if let Some(flaw) = bits(value, is_ipv6, 128) {
        return flaw;
    }
    if is_ipv4(value) {
        let message = format!("{} is an IPv4 address", quote(value));
        return Some(Flaw::new(Rule::IpAddress, message).path("ipv4-addr:value", value));
    }
    if let Some(flaw) = around(value, is_ipv6) {
        return Some(flaw);
    }
    let flaw = Flaw::new(Rule::IpAddress, format!("{} is no IPv6 address", quote(value)));
    Some(flaw.help(
        "an address is eight groups of hexadecimal digits joined by colons, with `::` for a run of zeros",
    ))
}

pub(super) fn is_ipv4(value: &str) -> bool {
    value.parse::<Ipv4Addr>().is_ok()
}

pub(super) fn is_ipv6(value: &str) -> bool {
    value.parse::<Ipv6Addr>().is_ok()
}

/// Returns whether a text is an IPv4 address.
pub(super) fn is_plain_ipv4(value: &str) -> bool {
    let (mut marks, mut number, mut is_empty) = (0, 0, true);
    for byte in value.bytes() {
        match byte {
            b'0'..=b'9' if is_empty || number > 0 => {
                number = number * 10 + u32::from(byte - b'0');
                is_empty = false;
            }
            b'.' if marks < 3 && !is_empty => (marks, number, is_empty) = (marks + 1, 0, true),
            _ => return false,
        }
        if number > 255 {
            return false;
        }
    }
    !is_empty && marks == 3
}

/// Of an address with a number of bits behind it, what is wrong with that number.
fn bits(value: &str, is_address: fn(&str) -> bool, most: u32) -> Option<Option<Flaw>> {
    let (_, bits) = value.split_once('/').filter(|(address, _)| is_address(address))?;
    let is_number = !bits.is_empty() && bits.bytes().all(|byte| byte.is_ascii_digit());
    if is_number && bits.parse::<u32>().is_ok_and(|bits| bits <= most) {
        return Some(None);
    }
    let message = match is_number {
        true => format!("`{value}` has a prefix of more than {most} bits"),
        false => format!("what follows the `/` of {} is no number of bits", quote(value)),
    };
    Some(Some(Flaw::new(Rule::CidrBits, message).help(format!("the number of bits is 0 to {most}"))))
}

/// An address with something around it: blanks, a port, brackets, or the rest of a URL.
fn around(value: &str, is_address: fn(&str) -> bool) -> Option<Flaw> {
    let flaw = |message| Flaw::new(Rule::IpAddress, message);
    let trimmed = value.trim();
    if trimmed.len() < value.len() && is_address(trimmed) {
        return Some(flaw(format!("{} has white space around the address", quote(value))).value(trimmed));
    }
    if let Some(host) = url::bare_host(value).map(without_brackets).filter(|host| is_address(host)) {
        return Some(flaw(format!("{} is an address in a URL", quote(value))).value(host));
    }
    let (host, port) = value.rsplit_once(':').unwrap_or((value, "1"));
    // The groups of an IPv6 address look like ports, so that one with a port stands in brackets.
    let has_port = port.parse::<u16>().is_ok() && (host.ends_with(']') || !host.contains(':'));
    if has_port && host.len() < value.len() && is_address(without_brackets(host)) {
        let help = "ports are tested with `network-traffic:dst_port` and `network-traffic:src_port`";
        let flaw = flaw(format!("{} is an address with a port", quote(value))).help(help);
        return Some(flaw.value(without_brackets(host)));
    }
    let inner = without_brackets(value);
    (inner.len() < value.len() && is_address(inner))
        .then(|| flaw(format!("{} has brackets around the address", quote(value))).value(inner))
}

fn without_brackets(host: &str) -> &str {
    host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host)
}

fn has_leading_zero(value: &str) -> bool {
    let mut parts = value.split('.');
    let is_number = |part: &str| part.parse::<u8>().is_ok();
    parts.clone().all(is_number) && parts.any(|part| part.len() > 1 && part.starts_with('0'))
}
