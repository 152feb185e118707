//! Domain names (STIX 2.1 section 6.4).

use std::net::{IpAddr, Ipv4Addr};

use stix_derive::StixObject;

use crate::{
    Identifier, ScoCommon,
    validate::{self, Check, Members, Rule},
};

/// A network domain name.
///
/// ```
/// use stix_core::sco::{DomainName, Ipv4Addr};
///
/// let address = Ipv4Addr::new("198.51.100.3");
/// let domain = DomainName::new("example.com").with_resolves_to_refs([address.common.id]).validated()?;
/// // Whoever sees the same domain gives it the same identifier.
/// assert_eq!(domain.common.id, DomainName::new("example.com").common.id);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, StixObject)]
#[stix(type = "domain-name", class = Sco, section = "6.4", check = check)]
#[non_exhaustive]
pub struct DomainName {
    /// The properties that every SCO has.
    #[stix(common)]
    pub common: ScoCommon,
    /// The name.
    #[stix(id_contributing)]
    pub value: String,
    /// The addresses and names that it resolves to.
    #[stix(refs("ipv4-addr", "ipv6-addr", "domain-name"))]
    pub resolves_to_refs: Option<Vec<Identifier>>,
}

fn check<'c>(domain: &'c Members<'c>, check: &mut Check<'c>) {
    let fits = |value: &str| is_domain_name(value) && value.parse::<Ipv4Addr>().is_err();
    validate::value(domain, Rule::DomainName, fits, problem, check);
}

fn problem(value: &str, check: &mut Check<'_>) {
    let message = format_args!("`{value}` is no domain name");
    let of_type = |object_type| format!("put it into an object of the type `{object_type}`");
    if let Ok(address) = value.parse::<IpAddr>() {
        let help = of_type(if address.is_ipv4() { "ipv4-addr" } else { "ipv6-addr" });
        check.problem_with_repair(Rule::DomainName, message, help);
    } else if value.contains("://") && validate::is_uri(value) {
        check.problem_with_repair(Rule::DomainName, message, of_type("url"));
    } else {
        check.problem_with_help(Rule::DomainName, message, "write it like `example.com`");
    }
}

/// Labels of at most 63 octets in at most 253, with a dot between them and perhaps at the end.
///
/// The letters are those of RFC 5890 by their form alone. Underscores are let through: the names of services in the
/// DNS begin with one, and they are what is observed.
fn is_domain_name(text: &str) -> bool {
    let text = text.strip_suffix('.').unwrap_or(text);
    text.len() <= 4 * 253 && (!text.is_ascii() || text.len() <= 253) && text.split('.').all(is_label)
}

fn is_label(label: &str) -> bool {
    !label.is_empty()
        && (!label.is_ascii() || label.len() <= 63)
        && !label.starts_with('-')
        && !label.ends_with('-')
        && label.chars().all(|c| match c.is_ascii() {
            true => c.is_ascii_alphanumeric() || matches!(c, '-' | '_'),
            false => !c.is_whitespace() && !c.is_control(),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_made_of_labels() {
        for text in [
            "example.com",
            "example.com.",
            "localhost",
            "xn--bcher-kva.example",
            "bücher.example",
            "_dmarc.example.com",
        ] {
            assert!(is_domain_name(text), "{text}");
        }
        let long = format!("{}.com", "a".repeat(64));
        for text in
            ["", ".", "a..b", "-a.com", "a-.com", "a b.com", "http://a.com", "a.com/x", "*.a.com", &long]
        {
            assert!(!is_domain_name(text), "{text}");
        }
    }
}
