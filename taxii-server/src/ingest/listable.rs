//! What can stand in a block list, and where it is in a pattern (STIX 2.1, section 9).
//!
//! | type | in the list |
//! | --- | --- |
//! | `ipv4`, `ipv6` | addresses, and networks as `192.0.2.0/24`; not the network of all addresses |
//! | `domain` | names in lower case, with other letters than ASCII's in Punycode |
//! | `url` | as it is written if that is printable ASCII, else with `%` escapes; at most 2048 characters |
//! | `email` | addresses of ASCII letters, without quotes and comments |
//! | `md5`, `sha1`, `sha256`, `sha512` | hashes of files, in lower case |
//!
//! What is not plainly of the type is left out.
//!
//! A value is taken from a pattern when it is enough to see that value: from tests with `=` and `IN`, and with `ISSUBSET`
//! for networks, alone or as one of several alternatives. A pattern that asks for more (`AND`, `FOLLOWEDBY`, a qualifier)
//! names no value that could be blocked by itself, and neither does one with `NOT`, `LIKE`, `MATCHES` or an order.

use std::net::{Ipv4Addr, Ipv6Addr};

use ipnet::{Ipv4Net, Ipv6Net};
use stix_pattern::Pattern;
use stix_pattern::ast::ObjectPath;

use crate::ingest::IocType;

/// The longest URL that all firewalls take.
const LONGEST_URL: usize = 2048;

/// The type of the values at a path.
fn type_at(path: &ObjectPath) -> Option<IocType> {
    IocType::at_path(path.object_type(), &path.keys()?)
}

/// The value as it stands in a list of this type; nothing when it is not plainly of the type.
fn entry(listed: IocType, text: &str) -> Option<String> {
    match listed {
        IocType::Ipv4 => ipv4(text),
        IocType::Ipv6 => ipv6(text),
        IocType::Domain => domain(text),
        IocType::Url => url(text),
        IocType::Email => email(text),
        hash_type => hash(text, hash_type.digits()?),
    }
}

/// A value of which one sighting satisfies a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Listable<'p> {
    /// The type of the value.
    pub(crate) ioc: IocType,
    /// The value as it is in the pattern.
    pub(crate) written: &'p str,
}

impl Listable<'_> {
    /// The value as it stands in a list; nothing when it is not plainly of its type.
    pub(crate) fn entry(&self) -> Option<String> {
        entry(self.ioc, self.written)
    }
}

/// Returns the values of which each by itself satisfies the pattern.
pub(crate) fn listables(pattern: &Pattern) -> impl Iterator<Item = Listable<'_>> {
    pattern.values().into_iter().filter_map(|value| {
        let names_value = value.is_alternative() && (value.is_equality() || value.is_within());
        let ioc = type_at(value.path()).filter(|_| names_value)?;
        Some(Listable { ioc, written: value.text()? })
    })
}

/// An address or a network. That of all addresses would close the network of whoever takes the list.
fn ipv4(text: &str) -> Option<String> {
    let network = text.parse().or_else(|_| text.parse::<Ipv4Addr>().map(Ipv4Net::from)).ok()?;
    match network.prefix_len() {
        0 => None,
        32 => Some(network.addr().to_string()),
        _ => Some(network.trunc().to_string()),
    }
}

fn ipv6(text: &str) -> Option<String> {
    let network = text.parse().or_else(|_| text.parse::<Ipv6Addr>().map(Ipv6Net::from)).ok()?;
    match network.prefix_len() {
        0 => None,
        128 => Some(network.addr().to_string()),
        _ => Some(network.trunc().to_string()),
    }
}

/// A name of at least two labels, of which the last is not a number.
fn domain(text: &str) -> Option<String> {
    let name = text.strip_suffix('.').unwrap_or(text);
    if !name.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | '_')) {
        return None;
    }
    let name = match name.is_ascii() {
        true => name.to_ascii_lowercase(),
        false => reqwest::Url::parse(&format!("http://{name}/")).ok()?.host_str()?.to_owned(),
    };
    let label =
        |label: &str| (1..=63).contains(&label.len()) && !label.starts_with('-') && !label.ends_with('-');
    let (_, last) = name.rsplit_once('.')?;
    let number = last.bytes().all(|byte| byte.is_ascii_digit());
    (name.is_ascii() && name.len() <= 253 && !number && name.split('.').all(label)).then_some(name)
}

/// Kept as it is written where a list can hold that: what is normal for one server is another page on the next.
fn url(text: &str) -> Option<String> {
    if text.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return None;
    }
    let parsed = reqwest::Url::parse(text).ok().filter(reqwest::Url::has_host)?;
    let written = if text.is_ascii() { text.to_owned() } else { parsed.to_string() };
    (written.contains("://") && written.len() <= LONGEST_URL).then_some(written)
}

/// An address whose local part is a dot-atom (RFC 5322, section 3.2.3) that does not begin like a comment.
fn email(text: &str) -> Option<String> {
    let (local, host) = text.rsplit_once('@')?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~.".contains(&byte);
    let begins = local.starts_with(|c: char| c.is_ascii_alphanumeric() || "_+-=".contains(c));
    (begins && local.len() <= 64 && local.bytes().all(plain)).then_some(())?;
    Some(format!("{local}@{}", domain(host)?))
}

fn hash(text: &str, digits: usize) -> Option<String> {
    let hexadecimal = text.len() == digits && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    hexadecimal.then(|| text.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_patterns() {
        let cases: [(&str, &[(&str, &str)]); 19] = [
            ("[ipv4-addr:value = '192.0.2.1']", &[("ipv4", "192.0.2.1")]),
            ("[ipv4-addr:value ISSUBSET '192.0.2.1/24']", &[("ipv4", "192.0.2.0/24")]),
            ("[ipv4-addr:value ISSUPERSET '192.0.2.0/24']", &[]),
            (
                "[ipv4-addr:value IN ('192.0.2.1', '192.0.2.2/32', 'x', 7)]",
                &[("ipv4", "192.0.2.1"), ("ipv4", "192.0.2.2")],
            ),
            (
                "[ipv4-addr:value = '192.0.2.1' OR domain-name:value = 'E.Example']",
                &[("ipv4", "192.0.2.1"), ("domain", "e.example")],
            ),
            (
                "[ipv4-addr:value = '192.0.2.1'] OR [ipv4-addr:value = '192.0.2.2']",
                &[("ipv4", "192.0.2.1"), ("ipv4", "192.0.2.2")],
            ),
            ("[ipv4-addr:value = '192.0.2.1' AND ipv4-addr:x_a = 1]", &[]),
            ("[ipv4-addr:value = '192.0.2.1'] AND [ipv4-addr:value = '192.0.2.2']", &[]),
            ("[ipv4-addr:value = '192.0.2.1'] FOLLOWEDBY [ipv4-addr:value = '192.0.2.2']", &[]),
            ("[ipv4-addr:value = '192.0.2.1'] REPEATS 2 TIMES", &[]),
            ("[ipv4-addr:value NOT = '192.0.2.1']", &[]),
            ("[ipv4-addr:value != '192.0.2.1']", &[]),
            ("[domain-name:value LIKE '%.example']", &[]),
            (
                "[file:hashes.MD5 = 'D41D8CD98F00B204E9800998ECF8427E']",
                &[("md5", "d41d8cd98f00b204e9800998ecf8427e")],
            ),
            ("[file:hashes.'SHA-1' = 'd41d8cd98f00b204e9800998ecf8427e']", &[]),
            (
                "[file:hashes.md5 = 'd41d8cd98f00b204e9800998ecf8427e']",
                &[("md5", "d41d8cd98f00b204e9800998ecf8427e")],
            ),
            ("[url:value = 'https://E.example/it\\'s?a=b#c']", &[("url", "https://E.example/it's?a=b#c")]),
            ("[email-message:from_ref.value = 'a@b.example']", &[]),
            ("[network-traffic:dst_ref.value = '192.0.2.1']", &[]),
        ];
        for (text, expected) in cases {
            let pattern = Pattern::parse(text).unwrap();
            let lists = IocType::in_patterns();
            let found: Vec<_> = lists
                .flat_map(|listed| {
                    let of_type = listables(&pattern).filter(|value| value.ioc == listed);
                    let entries: Vec<_> = of_type.filter_map(|value| value.entry()).collect();
                    entries.into_iter().map(move |value| (listed.name(), value))
                })
                .collect();
            let found: Vec<_> = found.iter().map(|(listed, value)| (*listed, value.as_str())).collect();
            assert_eq!(found, expected, "{text}");
        }
    }

    #[test]
    fn entries_are_what_a_list_can_hold() {
        use IocType::{Domain, Email, Ipv4, Ipv6, Url};
        let cases = [
            (Ipv4, "0.0.0.0/0", None),
            (Ipv4, "192.0.2.1\n10.0.0.0/8", None),
            (Ipv4, " 192.0.2.1", None),
            (Ipv4, "999.0.2.1", None),
            (Ipv4, "192.0.2.1:80", None),
            (Ipv6, "2001:DB8:0::1", Some("2001:db8::1")),
            (Ipv6, "2001:db8::1/32", Some("2001:db8::/32")),
            (Ipv6, "::/0", None),
            (Domain, "bücher.example.", Some("xn--bcher-kva.example")),
            (Domain, "a_b.example", Some("a_b.example")),
            (Domain, "example", None),
            (Domain, "192.0.2.1", None),
            (Domain, "-a.example", None),
            (Domain, "*.example", None),
            (Domain, "a.example # b", None),
            (Domain, "a.exa\u{202e}mple", None),
            (Url, "http://e.example/\u{202e}gpj", Some("http://e.example/%E2%80%AEgpj")),
            (Url, "http://e.example/a b", None),
            (Url, "http://e.example/\u{0}", None),
            (Url, "http://e.example/\r\nx", None),
            (Url, "javascript:alert(1)", None),
            (Url, "=HYPERLINK(1)", None),
            (Email, "Joe+x@E.example", Some("Joe+x@e.example")),
            (Email, "=1@e.example", Some("=1@e.example")),
            (Email, "#a@e.example", None),
            (Email, "\"a b\"@e.example", None),
            (Email, "a@b@e.example", None),
            (Email, "@e.example", None),
        ];
        for (listed, text, expected) in cases {
            assert_eq!(entry(listed, text).as_deref(), expected, "{text:?}");
        }
        assert_eq!(entry(Url, &format!("http://e.example/{}", "a".repeat(LONGEST_URL))), None);
    }
}
