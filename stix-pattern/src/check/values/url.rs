//! Values of `url` (STIX 2.1, section 6.15): a URL of RFC 3986 with its scheme.

use super::Flaw;
use crate::check::Rule;
use crate::error::quote;

/// What is wrong with the value of a `url`.
pub(super) fn flaw(value: &str) -> Option<Flaw> {
    let has_blank = value.contains(char::is_whitespace);
    if has_scheme(value) && !has_blank {
        return None;
    }
    let trimmed = value.trim();
    if trimmed.len() < value.len() && has_scheme(trimmed) && !trimmed.contains(char::is_whitespace) {
        let message = format!("{} has white space around the URL", quote(value));
        return Some(Flaw::new(Rule::Url, message).value(trimmed));
    }
    if has_blank {
        let message = format!("{} has white space in it", quote(value));
        return Some(Flaw::new(Rule::Url, message).help("a space in a URL is written `%20`"));
    }
    let message = format!("{} has no scheme", quote(value));
    let help =
        "a URL begins with its scheme, such as `http://`; a host alone is tested with `domain-name:value`";
    Some(Flaw::new(Rule::Url, message).help(help))
}

/// Returns whether a text is a URL for certain, and not defanged: of one of the usual schemes, without blanks,
/// brackets and ampersands.
pub(super) fn is_plain(value: &str) -> bool {
    let is_mark = |byte| matches!(byte, b'!'..=b'~') & !matches!(byte, b'[' | b'(' | b'{' | b'\\' | b'&');
    has_usual_scheme(value) && value.bytes().fold(true, |is_plain, byte| is_plain & is_mark(byte))
}

fn has_usual_scheme(value: &str) -> bool {
    value.starts_with("http://") || value.starts_with("https://")
}

/// The host of a URL that has nothing else behind its scheme, but for a slash.
pub(super) fn bare_host(value: &str) -> Option<&str> {
    let (scheme, rest) = value.split_once("://")?;
    let host = rest.strip_suffix('/').unwrap_or(rest);
    let is_bare = !host.is_empty() && !host.contains(['/', '?', '#', '@']);
    (is_bare && has_scheme(value) && !scheme.is_empty()).then_some(host)
}

/// `ALPHA *( ALPHA / DIGIT / "+" / "-" / "." ) ":"`, where a name before a port is not taken for a scheme.
fn has_scheme(value: &str) -> bool {
    if has_usual_scheme(value) {
        return true;
    }
    let Some((scheme, rest)) = value.split_once(':') else { return false };
    let is_scheme = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'));
    let is_port = rest
        .split('/')
        .next()
        .is_some_and(|port| !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit()));
    is_scheme && !rest.is_empty() && !(is_port && scheme.contains('.'))
}
