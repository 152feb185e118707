//! Values of `email-addr` (STIX 2.1, section 6.5): the address without the name of its owner.

use super::{Flaw, address, domain_name};
use crate::check::Rule;
use crate::error::quote;

/// What is wrong with the value of an `email-addr`.
pub(super) fn flaw(value: &str) -> Option<Flaw> {
    if is_address(value) {
        return None;
    }
    let quotation = quote(value);
    let flaw = |message| Flaw::new(Rule::EmailAddress, message);
    let inner = value.trim();
    let inner = inner.rsplit_once('<').and_then(|(_, rest)| rest.strip_suffix('>')).unwrap_or(inner);
    let inner = inner.strip_prefix("mailto:").unwrap_or(inner);
    if inner.len() < value.len() && is_address(inner) {
        let message = format!("{quotation} is an e-mail address with something around it");
        let help = "the name of its owner is tested with `email-addr:display_name`";
        return Some(flaw(message).help(help).value(inner));
    }
    if !value.contains('@') {
        let help = "an e-mail address has a name, an `@` and a domain";
        return Some(flaw(format!("{quotation} has no `@`")).help(help));
    }
    let help = "an e-mail address is a name without spaces, one `@` and a domain";
    Some(flaw(format!("{quotation} is no e-mail address")).help(help))
}

/// Whether a text is an address for certain: a name of letters, digits and some marks before a plain domain.
pub(super) fn is_plain(value: &str) -> bool {
    let Some(at) = value.bytes().position(|byte| byte == b'@') else { return false };
    let is_local = value.bytes().take(at).all(is_plain_in_local);
    at > 0 && is_local && value.get(at + 1..).is_some_and(domain_name::is_plain)
}

fn is_plain_in_local(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'+' | b'-')
}

/// Whether a text is an address of RFC 5322, as far as they are in use.
pub(super) fn is_address(value: &str) -> bool {
    let Some((local, domain)) = value.rsplit_once('@') else { return false };
    let literal = domain.strip_prefix('[').and_then(|domain| domain.strip_suffix(']'));
    let is_quoted = local.len() > 2 && local.starts_with('"') && local.ends_with('"');
    let is_local = !local.is_empty()
        && (local.bytes().all(is_plain_in_local)
            || !local.contains(|c: char| c.is_whitespace() || "@<>(),;:\"\\[]".contains(c)));
    (is_local || is_quoted)
        && (domain_name::flaw(domain).is_none()
            || literal.is_some_and(|host| {
                address::is_ipv4(host) || address::is_ipv6(host.trim_start_matches("IPv6:"))
            }))
}
