//! The last gate of block lists: whatever is about to be listed is looked at again, whoever brought it.
//!
//! A list does harm when it names what its reader needs. So values on an allow list that drops them, the operator's own
//! names and networks, special addresses, networks that are too large, public suffixes and odd URLs are left out.

use std::collections::HashSet;
use std::sync::Arc;

use ipnet::IpNet;
use serde::Deserialize;

use crate::ingest::special_addresses::{is_special, network, overlap};
use crate::ingest::{AllowLists, IocType};

/// Settings of the values that block lists may contain.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BlockListSettings {
    /// List special addresses too, such as private ones.
    pub special_addresses: bool,
    /// List domains under which anybody can register names, such as `co.uk` and `github.io`.
    pub public_suffixes: bool,
    /// List URLs of other schemes than `http`, `https` and `ftp`, and with other hosts than names and addresses.
    pub other_urls: bool,
    /// The shortest prefix of an IPv4 network.
    pub shortest_ipv4_prefix: u8,
    /// The shortest prefix of an IPv6 network.
    pub shortest_ipv6_prefix: u8,
}

/// Names and networks of the operator that no block list has in it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NeverBlock {
    /// Domain names, with all names below them: also as hosts of URLs and of mail addresses.
    #[serde(default)]
    pub names: Vec<String>,
    /// Addresses and networks, also as hosts of URLs.
    #[serde(default)]
    pub networks: Vec<String>,
    /// Why, for whoever reads the settings later.
    #[serde(default)]
    pub reason: String,
}

impl Default for BlockListSettings {
    fn default() -> Self {
        Self {
            special_addresses: false,
            public_suffixes: false,
            other_urls: false,
            shortest_ipv4_prefix: 8,
            shortest_ipv6_prefix: 19,
        }
    }
}

impl NeverBlock {
    /// Pushes what cannot work.
    pub(crate) fn check(&self, problems: &mut Vec<String>) {
        for text in self.networks.iter().filter(|text| network(text).is_none()) {
            problems.push(format!(
                "`never_block`: `{text}` is not an address or a network such as `192.0.2.0/24`"
            ));
        }
        for text in self.names.iter().filter(|text| normal_name(text).is_none()) {
            problems.push(format!("`never_block`: `{text}` is not a domain name such as `example.com`"));
        }
    }
}

/// Decides what a block list may have in it.
#[derive(Clone, Debug)]
pub struct Guard {
    settings: BlockListSettings,
    names: Arc<HashSet<String>>,
    networks: Arc<[IpNet]>,
    lists: Arc<AllowLists>,
}

impl Guard {
    /// A guard by these settings and these allow lists.
    pub fn new(settings: BlockListSettings, never: &[NeverBlock], lists: Arc<AllowLists>) -> Self {
        let names =
            never.iter().flat_map(|never| &never.names).filter_map(|name| normal_name(name)).collect();
        let networks =
            never.iter().flat_map(|never| &never.networks).filter_map(|text| network(text)).collect();
        Self { settings, names: Arc::new(names), networks, lists }
    }

    /// Reads allow lists again that have changed.
    pub(super) fn refresh(&self) {
        self.lists.refresh();
    }

    /// Returns whether a value may be listed: `written` as it is in the pattern, `listed` as it would stand in the list.
    pub(super) fn admits(&self, ioc: IocType, written: &str, listed: &str) -> bool {
        let is_harmless = match ioc {
            IocType::Ipv4 | IocType::Ipv6 => {
                network(listed).is_some_and(|network| self.admits_network(&network))
            }
            IocType::Domain => self.admits_domain(listed),
            IocType::Url => self.admits_url(listed),
            IocType::Email => listed.rsplit_once('@').is_some_and(|(_, host)| !self.is_own_name(host)),
            _ => true,
        };
        is_harmless && !self.lists.forbids(ioc, written) && !self.lists.forbids(ioc, listed)
    }

    fn admits_network(&self, network: &IpNet) -> bool {
        let shortest = match network {
            IpNet::V4(_) => self.settings.shortest_ipv4_prefix,
            IpNet::V6(_) => self.settings.shortest_ipv6_prefix,
        };
        network.prefix_len() >= shortest
            && (self.settings.special_addresses || !is_special(network))
            && !self.networks.iter().any(|own| overlap(own, network))
    }

    fn admits_domain(&self, name: &str) -> bool {
        (self.settings.public_suffixes || !is_public_suffix(name)) && !self.is_own_name(name)
    }

    fn admits_url(&self, text: &str) -> bool {
        let Ok(url) = reqwest::Url::parse(text) else { return false };
        let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']).to_ascii_lowercase();
        if let Some(address) = network(&host) {
            return self.admits_network(&address);
        }
        let is_name = host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte))
            && host.bytes().any(|byte| byte.is_ascii_alphanumeric())
            && !host.starts_with('.');
        // What a browser makes of it is not what a firewall reads: the text itself must have no wildcard in its host.
        let authority = text
            .split_once("://")
            .map_or("", |(_, rest)| rest.split(['/', '?', '#']).next().unwrap_or_default());
        let is_plain =
            matches!(url.scheme(), "http" | "https" | "ftp") && is_name && !authority.contains('*');
        let is_whole_site = url.path() == "/" && url.query().is_none();
        let is_suffix = is_whole_site && is_public_suffix(&host) && !self.settings.public_suffixes;
        (is_plain || self.settings.other_urls) && !is_suffix && !self.is_own_name(&host)
    }

    /// Whether the name, or one above it, is of the operator.
    fn is_own_name(&self, name: &str) -> bool {
        let Some(name) = normal_name(name) else { return false };
        let mut rest = name.as_str();
        loop {
            if self.names.contains(rest) {
                return true;
            }
            match rest.split_once('.') {
                Some((_, above)) => rest = above,
                None => return false,
            }
        }
    }
}

/// Whether anybody can register names below this one (<https://publicsuffix.org>, both parts of the list).
fn is_public_suffix(name: &str) -> bool {
    let name = name.trim_end_matches('.');
    psl::suffix(name.as_bytes())
        .is_some_and(|suffix| suffix.is_known() && suffix.as_bytes() == name.as_bytes())
}

/// A name in lower case, in ASCII, without dots around it.
fn normal_name(text: &str) -> Option<String> {
    let name = text.trim().trim_matches('.');
    let url = reqwest::Url::parse(&format!("http://{name}/")).ok()?;
    let host = url.host_str()?.to_ascii_lowercase();
    (!name.is_empty() && url.path() == "/" && network(host.trim_matches(['[', ']'])).is_none())
        .then_some(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guard(settings: BlockListSettings) -> Guard {
        let never = NeverBlock {
            names: vec!["Corp.example".to_owned(), "bücher.example".to_owned()],
            networks: vec!["203.0.113.7".to_owned(), "2001:db8:1::/48".to_owned()],
            reason: String::new(),
        };
        Guard::new(settings, &[never], Arc::default())
    }

    #[test]
    fn what_does_harm_is_left_out() {
        use IocType::{Domain, Email, Ipv4, Ipv6, Md5, Url};
        let cases = [
            (Ipv4, "192.0.2.1", true),
            (Ipv4, "8.8.8.0/24", true),
            (Ipv4, "10.0.0.1", false),
            (Ipv4, "0.0.0.0/1", false),
            (Ipv4, "9.0.0.0/7", false),
            (Ipv4, "203.0.113.7", false),
            (Ipv4, "203.0.113.0/24", false),
            (Ipv6, "2606:4700::1", true),
            (Ipv6, "2000::/3", false),
            (Ipv6, "2600::/18", false),
            (Ipv6, "::ffff:10.0.0.1", false),
            (Ipv6, "2001:db8:1::5", false),
            (Ipv6, "2001:db8::/32", false),
            (Domain, "bad.example", true),
            (Domain, "co.uk", false),
            (Domain, "github.io", false),
            (Domain, "evil.github.io", true),
            (Domain, "corp.example", false),
            (Domain, "a.b.corp.example", false),
            (Domain, "notcorp.example", true),
            (Domain, "xn--bcher-kva.example", false),
            (Url, "http://bad.example/a", true),
            (Url, "ftp://bad.example/", true),
            (Url, "http://192.0.2.1:8080/a", true),
            (Url, "http://10.0.0.1/a", false),
            (Url, "http://[::1]/", false),
            (Url, "http://0x7f.1/", false),
            (Url, "http://*/", false),
            (Url, "http://*.com/", false),
            (Url, "http://.*/", false),
            (Url, "javascript://x/%0aalert(1)", false),
            (Url, "data://x/y", false),
            (Url, "http://github.io/", false),
            (Url, "http://github.io/evil", true),
            (Url, "https://www.corp.example/login", false),
            (Url, "https://user@corp.example/", false),
            (Email, "a@bad.example", true),
            (Email, "a@mail.corp.example", false),
            (Md5, "d41d8cd98f00b204e9800998ecf8427e", true),
        ];
        for (ioc, value, expected) in cases {
            assert_eq!(guard(BlockListSettings::default()).admits(ioc, value, value), expected, "{value}");
        }
    }

    #[test]
    fn settings_open_the_gate_but_not_for_what_is_the_operators() {
        let open = BlockListSettings {
            special_addresses: true,
            public_suffixes: true,
            other_urls: true,
            shortest_ipv4_prefix: 1,
            shortest_ipv6_prefix: 1,
        };
        let guard = guard(open);
        for (ioc, value) in [
            (IocType::Ipv4, "10.0.0.0/8"),
            (IocType::Domain, "co.uk"),
            (IocType::Url, "gopher://bad.example/"),
        ] {
            assert!(guard.admits(ioc, value, value), "{value}");
        }
        for (ioc, value) in [
            (IocType::Ipv4, "128.0.0.0/1"),
            (IocType::Domain, "corp.example"),
            (IocType::Url, "gopher://corp.example/"),
        ] {
            assert!(!guard.admits(ioc, value, value), "{value}");
        }
    }
}
