//! How many connections a network may have open, so that one of them does not take all that there are.
//!
//! A network is an IPv4 address or an IPv6 /64, because a host of IPv6 usually has all addresses of one. This machine
//! and the trusted proxies are not counted: many clients come through them.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};

use ipnet::IpNet;

use crate::auth::address;

/// Counts the open connections of each network.
#[derive(Debug)]
pub(super) struct ConnectionLimit {
    /// The most connections of a network; 0 is no limit.
    most: usize,
    proxies: Vec<IpNet>,
    open: Mutex<HashMap<IpAddr, usize>>,
}

/// The right to a connection, which ends with the connection.
#[derive(Debug)]
pub(super) struct Permit {
    limit: Arc<ConnectionLimit>,
    /// The network that it counts for.
    network: Option<IpAddr>,
}

impl ConnectionLimit {
    /// Lets every network have so many connections, except this machine and the proxies, which have no limit.
    pub(super) fn new(most: usize, proxies: &[IpNet]) -> Arc<Self> {
        Arc::new(Self { most, proxies: proxies.to_vec(), open: Mutex::default() })
    }

    /// Takes a permit for a connection from there.
    ///
    /// # Errors
    /// The network has as many connections as it may have.
    pub(super) fn admit(self: &Arc<Self>, peer: Option<SocketAddr>) -> Result<Permit, IpAddr> {
        let network = peer.map(|peer| peer.ip().to_canonical()).filter(|address| self.counts(address));
        let network = network.map(address::network);
        if let Some(network) = network {
            let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
            let count = open.entry(network).or_default();
            if *count >= self.most {
                return Err(network);
            }
            *count = count.saturating_add(1);
        }
        Ok(Permit { limit: Arc::clone(self), network })
    }

    fn counts(&self, address: &IpAddr) -> bool {
        let proxied = || self.proxies.iter().any(|network| network.contains(address));
        self.most > 0 && !address.is_loopback() && !proxied()
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let Some(network) = self.network else { return };
        let mut open = self.limit.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Entry::Occupied(mut count) = open.entry(network) {
            match *count.get() {
                0 | 1 => drop(count.remove()),
                more => *count.get_mut() = more.saturating_sub(1),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peer(address: &str) -> Option<SocketAddr> {
        Some(SocketAddr::new(address.parse().unwrap(), 4711))
    }

    #[test]
    fn network_has_so_many_connections_and_others_have_theirs() {
        let limit = ConnectionLimit::new(2, &["10.0.0.0/8".parse().unwrap()]);
        for (first, second, other) in [
            ("192.0.2.1", "192.0.2.1", "192.0.2.2"),
            ("2001:db8::1", "2001:db8::2", "2001:db8:0:1::1"),
            ("::ffff:198.51.100.1", "198.51.100.1", "198.51.100.2"),
        ] {
            let held = [first, second].map(|address| limit.admit(peer(address)).unwrap());
            assert!(limit.admit(peer(first)).is_err(), "{first}");
            assert!(limit.admit(peer(other)).is_ok(), "{other}");
            drop(held);
            assert!(limit.admit(peer(first)).is_ok(), "{first}");
        }
        assert!(limit.open.lock().unwrap().is_empty(), "networks without connections are forgotten");
    }

    #[test]
    fn this_machine_and_proxies_have_no_limit() {
        let limit = ConnectionLimit::new(1, &["10.0.0.0/8".parse().unwrap()]);
        for address in ["127.0.0.1", "127.9.9.9", "::1", "10.1.2.3", "::ffff:10.1.2.3"] {
            let held: Vec<_> = (0..5).map(|_| limit.admit(peer(address)).unwrap()).collect();
            assert_eq!(held.len(), 5);
        }
        let unlimited = ConnectionLimit::new(0, &[]);
        let held: Vec<_> = (0..5).map(|_| unlimited.admit(peer("192.0.2.1")).unwrap()).collect();
        assert!(unlimited.open.lock().unwrap().is_empty() && held.len() == 5);
    }
}
