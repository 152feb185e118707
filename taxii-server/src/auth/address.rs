//! The address of a client, also behind proxies.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use ipnet::IpNet;

/// Where a request comes from: the other end of the connection, unless that is a proxy that is trusted. Then it is the
/// last address of `X-Forwarded-For` that no trusted proxy has; what stands before it could be written by anybody.
///
/// ```
/// use taxii_server::auth::address::client;
///
/// let trusted = ["10.0.0.0/8".parse().unwrap()];
/// let header = ["192.0.2.66, 198.51.100.7, 10.0.0.2"];
/// assert_eq!(client("10.0.0.1".parse().unwrap(), header, &trusted).to_string(), "198.51.100.7");
/// assert_eq!(client("192.0.2.1".parse().unwrap(), header, &trusted).to_string(), "192.0.2.1");
/// ```
pub fn client<'a>(
    peer: IpAddr,
    forwarded: impl IntoIterator<Item = &'a str, IntoIter: DoubleEndedIterator>,
    trusted: &[IpNet],
) -> IpAddr {
    let is_trusted = |address: &IpAddr| trusted.iter().any(|network| network.contains(address));
    let peer = peer.to_canonical();
    if !is_trusted(&peer) {
        return peer;
    }
    let mut client = peer;
    for hop in forwarded.into_iter().rev().flat_map(|line| line.rsplit(',')) {
        let Some(address) = parse(hop.trim()) else { break };
        client = address;
        if !is_trusted(&client) {
            break;
        }
    }
    client
}

/// Returns the IPv4 address, or the first address of the IPv6 network of 64 bits, all of which one subscriber has.
///
/// ```
/// use taxii_server::auth::address::network;
///
/// assert_eq!(network("2001:db8::7".parse().unwrap()).to_string(), "2001:db8::");
/// assert_eq!(network("::ffff:192.0.2.1".parse().unwrap()).to_string(), "192.0.2.1");
/// ```
pub fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX)).into(),
        address => address,
    }
}

/// Some proxies write the port too.
fn parse(hop: &str) -> Option<IpAddr> {
    let with_port = || hop.parse::<SocketAddr>().map(|address| address.ip());
    let in_brackets = hop.trim_start_matches('[').trim_end_matches(']');
    in_brackets.parse().or_else(|_| with_port()).ok().map(|address: IpAddr| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hops() {
        let trusted = ["10.0.0.0/8".parse().unwrap(), "::1/128".parse().unwrap()];
        let cases: [(&str, &[&str], &str); 7] = [
            ("10.0.0.1", &[], "10.0.0.1"),
            ("10.0.0.1", &["nonsense"], "10.0.0.1"),
            ("10.0.0.1", &["192.0.2.1, nonsense, 10.0.0.3"], "10.0.0.3"),
            ("10.0.0.1", &["192.0.2.1", "192.0.2.2:4711"], "192.0.2.2"),
            ("::1", &["[2001:db8::1]:443"], "2001:db8::1"),
            ("::1", &["2001:db8::1"], "2001:db8::1"),
            ("::ffff:10.0.0.1", &["::ffff:192.0.2.1"], "192.0.2.1"),
        ];
        for (peer, forwarded, expected) in cases {
            let found = client(peer.parse().unwrap(), forwarded.iter().copied(), &trusted);
            assert_eq!(found.to_string(), expected, "{peer} {forwarded:?}");
        }
    }
}
