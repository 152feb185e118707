//! Addresses that are no host of the Internet: blocking them cuts off the network of whoever takes a list.
//!
//! The tables hold the IANA registries of special-purpose addresses (RFC 6890), with multicast. The networks for
//! documentation (RFC 5737, RFC 3849, RFC 9637) are left out: nothing is ever there, so that listing them does no harm,
//! and examples use them.

use std::net::IpAddr;
use std::sync::LazyLock;

use ipnet::IpNet;

/// Networks of special addresses, and where each is defined.
const SPECIAL: [(&str, &str); 36] = [
    ("0.0.0.0/8", "RFC 791: this network"),
    ("10.0.0.0/8", "RFC 1918: private use"),
    ("100.64.0.0/10", "RFC 6598: shared address space"),
    ("127.0.0.0/8", "RFC 1122: loopback"),
    ("169.254.0.0/16", "RFC 3927: link local"),
    ("172.16.0.0/12", "RFC 1918: private use"),
    ("192.0.0.0/24", "RFC 6890: IETF protocol assignments"),
    ("192.31.196.0/24", "RFC 7535: AS112"),
    ("192.52.193.0/24", "RFC 7450: AMT"),
    ("192.88.99.0/24", "RFC 7526: 6to4 relay anycast"),
    ("192.168.0.0/16", "RFC 1918: private use"),
    ("192.175.48.0/24", "RFC 7534: AS112"),
    ("198.18.0.0/15", "RFC 2544: benchmarking"),
    ("224.0.0.0/4", "RFC 5771: multicast"),
    ("240.0.0.0/4", "RFC 1112: reserved, and limited broadcast"),
    ("::/128", "RFC 4291: unspecified"),
    ("::1/128", "RFC 4291: loopback"),
    ("::/96", "RFC 4291: IPv4-compatible"),
    ("::ffff:0:0/96", "RFC 4291: IPv4-mapped"),
    ("::ffff:0:0:0/96", "RFC 7915: IPv4-translated"),
    ("64:ff9b::/96", "RFC 6052: IPv4-IPv6 translation"),
    ("64:ff9b:1::/48", "RFC 8215: IPv4-IPv6 translation"),
    ("100::/64", "RFC 6666: discard only"),
    ("100:0:0:1::/64", "RFC 9780: dummy prefix"),
    ("2001::/32", "RFC 4380: Teredo"),
    ("2001:1::/32", "RFC 7723: anycast"),
    ("2001:2::/48", "RFC 5180: benchmarking"),
    ("2001:3::/32", "RFC 7450: AMT"),
    ("2001:4:112::/48", "RFC 7535: AS112"),
    ("2001:20::/28", "RFC 7343: ORCHIDv2"),
    ("2001:30::/28", "RFC 9374: DRIP"),
    ("2002::/16", "RFC 3056: 6to4"),
    ("5f00::/16", "RFC 9602: segment routing"),
    ("fc00::/7", "RFC 4193: unique local"),
    ("fe80::/10", "RFC 4291: link local"),
    ("ff00::/8", "RFC 4291: multicast"),
];

/// Returns whether a network has special addresses in it, or lies among them.
pub(crate) fn is_special(network: &IpNet) -> bool {
    static NETWORKS: LazyLock<Vec<IpNet>> =
        LazyLock::new(|| SPECIAL.iter().filter_map(|(special, _)| special.parse().ok()).collect());

    NETWORKS.iter().any(|special| overlap(special, network))
}

/// Returns whether two networks of one family have an address in common.
pub(crate) fn overlap(one: &IpNet, other: &IpNet) -> bool {
    one.contains(other) || other.contains(one)
}

/// Reads an address or a network. An IPv4 address that is mapped into IPv6 is the IPv4 address.
pub(crate) fn network(text: &str) -> Option<IpNet> {
    let network = text.parse().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from))?;
    match network {
        IpNet::V6(v6) if v6.prefix_len() == 128 => match v6.addr().to_ipv4_mapped() {
            Some(v4) => Some(IpNet::from(IpAddr::from(v4))),
            None => Some(network),
        },
        network => Some(network),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_a_network() {
        for (network, why) in SPECIAL {
            assert!(
                network.parse::<IpNet>().is_ok_and(|network| network == network.trunc()),
                "{network}: {why}"
            );
        }
    }

    #[test]
    fn special_addresses_are_known() {
        for (text, expected) in [
            ("10.1.2.3", true),
            ("127.0.0.1", true),
            ("169.254.169.254", true),
            ("255.255.255.255", true),
            ("0.0.0.0", true),
            ("8.0.0.0/5", true),
            ("128.0.0.0/1", true),
            ("8.8.8.8", false),
            ("192.0.2.1", false),
            ("198.51.100.0/24", false),
            ("::1", true),
            ("fe80::/10", true),
            ("2000::/3", true),
            ("::ffff:10.0.0.1", true),
            ("::ffff:8.8.8.8", false),
            ("64:ff9b::808:808", true),
            ("2001:db8::1", false),
            ("2606:4700::1", false),
        ] {
            assert_eq!(is_special(&network(text).unwrap()), expected, "{text}");
        }
    }
}
