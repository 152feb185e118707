//! Names of hosts.

use std::net::IpAddr;

/// Returns whether the host of a URL is this machine.
///
/// ```
/// use taxii_server::host::is_loopback;
///
/// assert!(["localhost", "127.0.0.1", "[::1]"].into_iter().all(is_loopback));
/// assert!(!is_loopback("db.example.com"));
/// ```
pub fn is_loopback(host: &str) -> bool {
    let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
    address.map_or(host == "localhost", |address| address.is_loopback())
}
