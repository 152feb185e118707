//! Failed logins: who guesses must wait, whoever logs in rightly need not.
//!
//! Failures count for the name and for the address that they come from. So that nobody locks the owner of an account
//! out by failing under its name or behind the same proxy, an address from which that name logged in before has a count
//! of its own.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

pub(super) use super::address::network;
use super::throttle::Throttle;

/// Counts failed logins.
#[derive(Debug)]
pub(super) struct Logins {
    failures: Throttle<u64>,
    /// Names and addresses that belong together, and when they last did.
    seen: Mutex<HashMap<u64, DateTime<Utc>>>,
    /// Keys are hashed with a secret of this process: names can be long, and memory is not for keeping them.
    hasher: RandomState,
}

const SEEN_FOR: TimeDelta = TimeDelta::days(7);
const SEEN_CAPACITY: usize = 100_000;

impl Logins {
    /// Lets so many failures through in a minute, for each name and each address; 0 lets all through.
    pub(super) fn new(per_minute: u32) -> Self {
        Self { failures: Throttle::new(per_minute), seen: Mutex::default(), hasher: RandomState::new() }
    }

    /// How long to wait before the next try. A token has no name.
    pub(super) fn wait(
        &self,
        name: Option<&str>,
        address: Option<IpAddr>,
        now: DateTime<Utc>,
    ) -> Option<Duration> {
        self.keys(name, address, now).filter_map(|key| self.failures.wait(&key, now)).max()
    }

    /// A login that failed.
    pub(super) fn failed(&self, name: Option<&str>, address: Option<IpAddr>, now: DateTime<Utc>) {
        for key in self.keys(name, address, now) {
            self.failures.count(key, now);
        }
    }

    /// A login that did not.
    pub(super) fn succeeded(&self, name: &str, address: Option<IpAddr>, now: DateTime<Utc>) {
        let Some(address) = address else { return };
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.len() >= SEEN_CAPACITY {
            seen.retain(|_, last| now - *last < SEEN_FOR);
        }
        if seen.len() < SEEN_CAPACITY {
            seen.insert(self.hasher.hash_one((name, network(address))), now);
        }
    }

    fn keys(
        &self,
        name: Option<&str>,
        address: Option<IpAddr>,
        now: DateTime<Utc>,
    ) -> impl Iterator<Item = u64> {
        let network = address.map(network);
        let both = name.zip(network).map(|both| self.hasher.hash_one(both));
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let both = both.filter(|both| seen.get(both).is_some_and(|last| now - *last < SEEN_FOR));
        let apart = both.is_none();
        let name = both.or_else(|| name.map(|name| self.hasher.hash_one(("name", name))));
        let network = network.filter(|_| apart).map(|network| self.hasher.hash_one(("address", network)));
        name.into_iter().chain(network)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> Option<IpAddr> {
        Some(text.parse().unwrap())
    }

    #[test]
    fn names_and_addresses_are_counted_apart() {
        let logins = Logins::new(2);
        let now = DateTime::UNIX_EPOCH;
        logins.failed(Some("eve"), address("192.0.2.1"), now);
        logins.failed(Some("eve"), address("192.0.2.2"), now);
        let waits = |name, from| logins.wait(name, address(from), now).is_some();
        assert!(waits(Some("eve"), "192.0.2.3"), "the name, from anywhere");
        assert!(!waits(Some("bob"), "192.0.2.1"));
        logins.failed(Some("bob"), address("192.0.2.1"), now);
        assert!(waits(Some("carol"), "192.0.2.1"), "the address, with any name");
        assert!(waits(None, "192.0.2.1"), "and with tokens");
        assert!(!waits(Some("bob"), "192.0.2.9"));
    }

    #[test]
    fn an_owner_is_not_locked_out_by_others() {
        let logins = Logins::new(2);
        let now = DateTime::UNIX_EPOCH;
        logins.succeeded("eve", address("2001:db8::1"), now);
        for guess in 1..10 {
            logins.failed(Some("eve"), address(&format!("192.0.2.{guess}")), now);
        }
        assert!(logins.wait(Some("eve"), address("192.0.2.99"), now).is_some());
        assert!(logins.wait(Some("eve"), address("2001:db8::99"), now).is_none(), "the same network");
        for _ in 0..2 {
            logins.failed(Some("eve"), address("2001:db8::1"), now);
        }
        assert!(logins.wait(Some("eve"), address("2001:db8::1"), now).is_some(), "its own mistakes count");
    }
}
