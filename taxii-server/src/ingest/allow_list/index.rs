//! Finding a value on a list, whatever the number of its entries.

use std::collections::HashSet;
use std::net::IpAddr;

use aho_corasick::AhoCorasick;
use ipnet::IpNet;
use regex_automata::meta::{BuildError, Regex};

use crate::ingest::IocType;
use crate::ingest::special_addresses::network;

/// The entries of a list of one type.
#[derive(Debug)]
pub(super) enum Index {
    /// Values, whole: as they are written, and in lower case.
    Strings(HashSet<String>, HashSet<String>),
    /// Parts of values.
    Substrings(AhoCorasick),
    /// Names of hosts: with all names below them.
    Hosts(HashSet<String>),
    /// Networks.
    Networks(Networks),
    /// Expressions of which one is found in the value.
    Expressions(Regex),
}

/// Ranges of addresses that neither overlap nor touch, in their order, of either family.
#[derive(Debug, Default)]
pub(super) struct Networks {
    v4: Vec<Range>,
    v6: Vec<Range>,
}

/// The first and the last address of a range, as numbers.
type Range = (u128, u128);

impl Index {
    /// An index of entries; the error is a sentence.
    pub(super) fn new(list_type: &str, entries: &[String]) -> Result<Self, String> {
        let lower =
            || entries.iter().map(|entry| entry.trim().to_lowercase()).filter(|entry| !entry.is_empty());
        Ok(match list_type {
            "string" => {
                let written = entries.iter().map(|entry| entry.trim().to_owned());
                Self::Strings(written.collect(), lower().collect())
            }
            "hostname" => Self::Hosts(lower().map(|entry| entry.trim_matches('.').to_owned()).collect()),
            "substring" => {
                let searcher = AhoCorasick::builder().ascii_case_insensitive(true).build(lower());
                Self::Substrings(searcher.map_err(|error| error.to_string())?)
            }
            "cidr" => Self::Networks(Networks::new(entries)?),
            "regex" => {
                let expressions: Vec<&str> = entries.iter().map(|entry| bare(entry)).collect();
                let regex = Regex::new_many(&expressions);
                Self::Expressions(regex.map_err(|error| unreadable(&error, &expressions))?)
            }
            other => {
                return Err(format!(
                    "`type` is `{other}`: expected `string`, `substring`, `hostname`, `cidr` or `regex`"
                ));
            }
        })
    }

    /// Whether an entry is about the value.
    pub(super) fn holds(&self, ioc: IocType, value: &str) -> bool {
        match self {
            // The path of a URL tells upper from lower case.
            Self::Strings(written, _) if ioc == IocType::Url => written.contains(value),
            Self::Strings(_, lower) => lower.contains(&value.to_lowercase()),
            Self::Substrings(searcher) => searcher.is_match(value),
            Self::Hosts(hosts) => host(ioc, value).is_some_and(|host| below(hosts, &host)),
            Self::Networks(networks) => networks.hold(ioc, value),
            Self::Expressions(regex) => regex.is_match(value),
        }
    }
}

/// Which expression cannot be read.
fn unreadable(error: &BuildError, expressions: &[&str]) -> String {
    match error.pattern().and_then(|number| expressions.get(number.as_usize())) {
        Some(expression) => format!("`{expression}` is no regular expression that can be read"),
        None => format!("the regular expressions cannot be read: {error}"),
    }
}

impl Networks {
    fn new(entries: &[String]) -> Result<Self, String> {
        let mut networks = Self::default();
        for entry in entries {
            let network = network(entry.trim());
            let network = network.ok_or_else(|| format!("`{entry}` is no network"))?;
            let (ranges, range) = networks.range(network);
            ranges.push(range);
        }
        merge(&mut networks.v4);
        merge(&mut networks.v6);
        Ok(networks)
    }

    fn range(&mut self, network: IpNet) -> (&mut Vec<(u128, u128)>, (u128, u128)) {
        let range = range(network);
        (if network.addr().is_ipv4() { &mut self.v4 } else { &mut self.v6 }, range)
    }

    /// Those entries that are networks.
    pub(super) fn of_those_that_are(entries: &[String]) -> Self {
        let is_network = |entry: &&String| network(entry.trim()).is_some();
        let entries: Vec<String> = entries.iter().filter(is_network).cloned().collect();
        Self::new(&entries).unwrap_or_default()
    }

    /// The ranges of the family of a value, and its first and last address.
    fn of_value(&self, ioc: IocType, value: &str) -> Option<(&[Range], u128, u128)> {
        let network = match ioc {
            IocType::Ipv4 | IocType::Ipv6 => network(value),
            _ => host(ioc, value).and_then(|host| network(host.trim_matches(['[', ']']))),
        }?;
        let ranges = if network.addr().is_ipv4() { &self.v4 } else { &self.v6 };
        let (first, last) = range(network);
        Some((ranges, first, last))
    }

    /// Whether some address of the value is in a range.
    pub(super) fn touch(&self, ioc: IocType, value: &str) -> bool {
        let Some((ranges, first, last)) = self.of_value(ioc, value) else { return false };
        let after = ranges.partition_point(|(start, _)| *start <= last);
        after.checked_sub(1).and_then(|at| ranges.get(at)).is_some_and(|(_, end)| *end >= first)
    }

    /// Whether all addresses of the value are in a range.
    fn hold(&self, ioc: IocType, value: &str) -> bool {
        let Some((ranges, first, last)) = self.of_value(ioc, value) else { return false };
        let after = ranges.partition_point(|(start, _)| *start <= first);
        after.checked_sub(1).and_then(|at| ranges.get(at)).is_some_and(|(_, end)| last <= *end)
    }
}

/// The first and the last address.
fn range(network: IpNet) -> (u128, u128) {
    let number = |address: IpAddr| match address {
        IpAddr::V4(address) => u128::from(u32::from(address)),
        IpAddr::V6(address) => u128::from(address),
    };
    (number(network.network()), number(network.broadcast()))
}

fn merge(ranges: &mut Vec<(u128, u128)>) {
    ranges.sort_unstable();
    ranges.dedup_by(|(start, end), (_, before)| {
        let joins = *start <= before.saturating_add(1);
        if joins {
            *before = (*before).max(*end);
        }
        joins
    });
}

/// The host that a value names.
fn host(ioc: IocType, value: &str) -> Option<String> {
    match ioc {
        IocType::Domain => Some(value.to_lowercase()),
        IocType::Url => Some(reqwest::Url::parse(value).ok()?.host_str()?.to_lowercase()),
        IocType::Email => Some(value.rsplit_once('@')?.1.to_lowercase()),
        _ => None,
    }
}

/// Whether the name, or one above it, is on the list.
fn below(hosts: &HashSet<String>, host: &str) -> bool {
    let mut name = host.trim_end_matches('.');
    loop {
        if hosts.contains(name) {
            return true;
        }
        match name.split_once('.') {
            Some((_, above)) => name = above,
            None => return false,
        }
    }
}

/// An expression without the slashes that some lists write around it.
fn bare(entry: &str) -> &str {
    let inside = entry.strip_prefix('/').and_then(|entry| entry.strip_suffix('/'));
    inside.unwrap_or(entry)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_found_as_the_type_of_the_list_says() {
        use IocType::{Domain, Email, Ipv4, Ipv6, Md5, Url};
        let cases: &[(&str, &[&str], IocType, &str, bool)] = &[
            ("string", &["Example.com"], Domain, "example.com", true),
            ("string", &["example.com"], Domain, "www.example.com", false),
            ("string", &["http://a.example/B"], Url, "http://a.example/B", true),
            ("string", &["http://a.example/B"], Url, "http://a.example/b", false),
            ("string", &["D41D8CD98F00B204E9800998ECF8427E"], Md5, "d41d8cd98f00b204e9800998ecf8427e", true),
            ("substring", &["/wp-content/"], Url, "http://a.example/WP-content/x", true),
            ("substring", &["/wp-content/"], Url, "http://a.example/", false),
            ("substring", &[], Url, "http://a.example/", false),
            ("hostname", &[".example.com", "b.example"], Domain, "www.example.com", true),
            ("hostname", &[".example.com"], Domain, "example.com", true),
            ("hostname", &["example.com"], Domain, "badexample.com", false),
            ("hostname", &["example.com"], Url, "https://WWW.example.com:8443/a", true),
            ("hostname", &["example.com"], Email, "joe@mail.example.com", true),
            ("hostname", &["com"], Ipv4, "192.0.2.1", false),
            ("cidr", &["10.0.0.0/8", "192.0.2.7"], Ipv4, "10.255.255.255", true),
            ("cidr", &["10.0.0.0/8"], Ipv4, "11.0.0.0", false),
            ("cidr", &["10.0.0.0/8", "192.0.2.7"], Ipv4, "192.0.2.7", true),
            ("cidr", &["10.0.0.0/9", "10.128.0.0/9"], Ipv4, "10.0.0.0/8", true),
            ("cidr", &["10.0.0.0/9"], Ipv4, "10.0.0.0/8", false),
            ("cidr", &["10.0.0.0/8", "10.1.0.0/16"], Ipv4, "10.2.0.1", true),
            ("cidr", &["0.0.0.0/0"], Ipv6, "::1", false),
            ("cidr", &["2001:db8::/32"], Ipv6, "2001:db8::1", true),
            ("cidr", &["10.0.0.0/8"], Url, "http://10.1.2.3/a", true),
            ("cidr", &["2001:db8::/32"], Url, "http://[2001:db8::1]/a", true),
            ("cidr", &["10.0.0.0/8"], Domain, "a.example", false),
            ("regex", &["/^a+\\.example$/"], Domain, "aaa.example", true),
            ("regex", &["zz", "^a+\\.example$"], Domain, "b.example", false),
        ];
        for (list_type, entries, ioc, value, expected) in cases {
            let entries: Vec<String> = entries.iter().map(|entry| (*entry).to_owned()).collect();
            let index = Index::new(list_type, &entries).unwrap();
            assert_eq!(index.holds(*ioc, value), *expected, "{list_type} {entries:?} {value}");
        }
    }
}
