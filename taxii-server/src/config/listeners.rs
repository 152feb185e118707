//! The addresses that the server listens on.

use std::net::SocketAddr;

/// Whether a program that listens on one address keeps itself from listening on the other.
///
/// Port 0 takes a free port, and an unspecified address takes its port on every address of the machine. An unspecified
/// IPv6 address takes it for IPv4, too, unless the system says otherwise.
pub(super) fn overlap(one: SocketAddr, other: SocketAddr) -> bool {
    let covers = |one: SocketAddr, other: SocketAddr| {
        one.ip() == other.ip() || (one.ip().is_unspecified() && (one.is_ipv6() || other.is_ipv4()))
    };
    one.port() == other.port() && one.port() != 0 && (covers(one, other) || covers(other, one))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_overlap_only_with_one_port_and_common_addresses() {
        let cases = [
            ("127.0.0.1:6100", "127.0.0.1:6100", true),
            ("127.0.0.1:6100", "127.0.0.1:6101", false),
            ("127.0.0.1:6100", "127.0.0.2:6100", false),
            ("0.0.0.0:6100", "127.0.0.1:6100", true),
            ("[::]:6100", "127.0.0.1:6100", true),
            ("0.0.0.0:6100", "[::1]:6100", false),
            ("127.0.0.1:0", "127.0.0.1:0", false),
        ];
        for (one, other, expected) in cases {
            let [one, other]: [SocketAddr; 2] = [one, other].map(|text| text.parse().unwrap());
            assert_eq!(overlap(one, other), expected, "{one} {other}");
            assert_eq!(overlap(other, one), expected, "{other} {one}");
        }
    }
}
