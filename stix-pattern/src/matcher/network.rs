//! `ISSUBSET` and `ISSUPERSET` (STIX 2.1, section 9.6.1): networks of IPv4 and IPv6 addresses.

use std::net::IpAddr;

use ipnet::IpNet;

/// Reads an address, or a network in CIDR notation, whose host bits are dropped.
pub(crate) fn parse(text: &str) -> Option<IpNet> {
    if text.contains('/') {
        return text.parse().ok().map(|network: IpNet| network.trunc());
    }
    text.parse().ok().map(|address: IpAddr| IpNet::from(address))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_contain_what_lies_within_them() {
        for (outer, inner, expected) in [
            ("192.0.2.0/24", "192.0.2.7", true),
            ("192.0.2.0/24", "192.0.2.0/24", true),
            ("192.0.2.99/24", "192.0.2.0/25", true),
            ("192.0.2.0/25", "192.0.2.0/24", false),
            ("0.0.0.0/0", "255.255.255.255", true),
            ("192.0.2.7", "192.0.2.7/32", true),
            ("2001:db8::/32", "2001:db8:1::/48", true),
            ("2001:db8::/32", "2001:db9::1", false),
            ("::/0", "192.0.2.7", false),
            ("::1", "0:0:0:0:0:0:0:1/128", true),
        ] {
            assert_eq!(parse(outer).unwrap().contains(&parse(inner).unwrap()), expected, "{outer} {inner}");
        }
        for text in
            ["", "/", "192.0.2", "192.0.2.0/33", "192.0.2.01", "::/129", "::1/-1", "a/8", "1.2.3.4/8/8"]
        {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
