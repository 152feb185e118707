//! Values of `domain-name` (STIX 2.1, section 6.4): labels of letters, digits and hyphens, joined by points.

use super::{Flaw, address, email_address, url};
use crate::check::Rule;
use crate::error::quote;

/// What is wrong with the value of a `domain-name`.
pub(super) fn flaw(value: &str) -> Option<Flaw> {
    if is_name(value) {
        return None;
    }
    let flaw = |message| Flaw::new(Rule::DomainName, message);
    let quotation = quote(value);
    let trimmed = value.trim();
    if trimmed.len() < value.len() && is_name(trimmed) {
        return Some(flaw(format!("{quotation} has white space around the name")).value(trimmed));
    }
    if address::is_ipv4(value) {
        return Some(flaw(format!("{quotation} is an IPv4 address")).path("ipv4-addr:value", value));
    }
    if address::is_ipv6(value) {
        return Some(flaw(format!("{quotation} is an IPv6 address")).path("ipv6-addr:value", value));
    }
    if let Some(host) = url::bare_host(value).filter(|host| is_name(host)) {
        return Some(flaw(format!("{quotation} is a URL")).value(host));
    }
    if value.contains("://") {
        let help = "a URL is tested with `url:value`, and a domain name is only its host";
        return Some(flaw(format!("{quotation} is a URL")).help(help));
    }
    if email_address::is_address(value) {
        return Some(flaw(format!("{quotation} is an e-mail address")).path("email-addr:value", value));
    }
    if let Some((host, port)) = value.rsplit_once(':')
        && is_name(host)
        && port.parse::<u16>().is_ok()
    {
        let help = "ports are tested with `network-traffic:dst_port` and `network-traffic:src_port`";
        return Some(flaw(format!("{quotation} is a name with a port")).help(help).value(host));
    }
    let flaw = flaw(format!("{quotation} is no domain name"));
    Some(match value {
        _ if value.contains(['*', '%']) && !value.contains('/') => flaw.help(super::wildcards(value)),
        _ if value.contains('/') => flaw.help("a path belongs to a URL: `url:value`"),
        _ => flaw.help("a name is of letters, digits and hyphens in parts joined by points"),
    })
}

/// Whether a text is a domain name with more than one part, as one outside a local network has.
pub(super) fn is_domain_name(value: &str) -> bool {
    value.contains('.') && is_name(value)
}

/// Whether a text is a domain name for certain: short, of small letters, digits, hyphens and points, none of these two
/// beside another or at an end, and with a letter last.
pub(super) fn is_plain(name: &str) -> bool {
    let (mut is_plain, mut before) = (name.len() <= 63, MARK);
    for byte in name.bytes() {
        let class = CLASSES.get(usize::from(byte)).copied().unwrap_or(2 * MARK);
        is_plain &= class + before < 2 * MARK;
        before = class;
    }
    is_plain && before == LETTER
}

const LETTER: u8 = 0;
const DIGIT: u8 = 1;
/// Two of them make too much, and one of what is neither.
const MARK: u8 = 4;

/// What each byte is.
const CLASSES: [u8; 256] = {
    let mut classes = [2 * MARK; 256];
    let mut byte = 0;
    while byte < 128 {
        let class = match byte {
            b'a'..=b'z' => LETTER,
            b'0'..=b'9' => DIGIT,
            b'.' | b'-' => MARK,
            _ => 2 * MARK,
        };
        #[allow(clippy::indexing_slicing, reason = "a byte is within 256, and the compiler runs this")]
        {
            classes[byte as usize] = class;
        }
        byte += 1;
    }
    classes
};

/// Whether a text is a domain name; letters of any script, since some tools keep names as they are shown.
fn is_name(value: &str) -> bool {
    let name = value.strip_suffix('.').unwrap_or(value);
    if is_plain(name) {
        return true;
    }
    let is_letter = |c: char| c.is_ascii_alphanumeric() || c == '_' || (!c.is_ascii() && c.is_alphanumeric());
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| is_letter(c) || c == '-')
    };
    let last = name.rsplit('.').next().unwrap_or_default();
    name.len() <= 253 && !last.bytes().all(|byte| byte.is_ascii_digit()) && name.split('.').all(is_label)
}
