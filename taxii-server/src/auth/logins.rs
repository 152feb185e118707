//! Failed logins: who guesses must wait, whoever logs in rightly need not.
//!
//! Failures count for the name and for the network that they come from. So that nobody slows the owner of an account
//! down by failing under its name or behind the same proxy, a network from which that name logged in before has a count
//! of its own.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::credential::name_for_log;
use super::throttle::Throttle;

/// Counts failed logins.
#[derive(Debug)]
pub(super) struct Logins {
    failures: Throttle<u64>,
    /// Names and networks that belong together, and when they last did. The store knows them too, but for the latest.
    seen: Mutex<HashMap<u64, DateTime<Utc>>>,
    warnings: Throttle<Option<IpAddr>>,
    /// Keys are hashed with a secret of this process: names can be long, and memory is not for keeping them.
    hasher: RandomState,
}

/// A login that is tried.
#[derive(Clone, Copy, Debug)]
pub(super) struct Attempt<'a> {
    /// The name; a token has none.
    pub(super) name: Option<&'a str>,
    /// Where it comes from.
    pub(super) network: Option<IpAddr>,
    /// Whether that name has logged in from there before.
    pub(super) is_known: bool,
}

/// For how long a name and a network belong together after a login.
pub(super) const SEEN_FOR: TimeDelta = TimeDelta::days(30);
const SEEN_CAPACITY: usize = 100_000;

/// How often the log is warned of the failures of a network, in a minute.
const WARNINGS: u32 = 1;

impl Logins {
    /// Lets so many failures through in a minute, for each name and each network; 0 lets all through.
    pub(super) fn new(per_minute: u32) -> Self {
        Self {
            failures: Throttle::new(per_minute),
            seen: Mutex::default(),
            warnings: Throttle::new(WARNINGS),
            hasher: RandomState::new(),
        }
    }

    /// Returns how long a try has to wait since too many have failed; nothing when it need not.
    pub(super) fn wait(&self, attempt: Attempt<'_>, now: DateTime<Utc>) -> Option<Duration> {
        self.keys(attempt).filter_map(|key| self.failures.wait(&key, now)).max()
    }

    /// A login that failed.
    pub(super) fn failed(&self, attempt: Attempt<'_>, now: DateTime<Utc>) {
        for key in self.keys(attempt) {
            self.failures.count(key, now);
        }
    }

    /// A login that did not.
    pub(super) fn succeeded(&self, attempt: Attempt<'_>, now: DateTime<Utc>) {
        let Some(pair) = self.pair(attempt) else { return };
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.len() >= SEEN_CAPACITY {
            seen.retain(|_, last| now.signed_duration_since(*last) < SEEN_FOR);
        }
        if seen.len() < SEEN_CAPACITY {
            seen.insert(pair, now);
        }
    }

    /// Whether this server saw the name log in from that network.
    pub(super) fn has_seen(&self, attempt: Attempt<'_>, now: DateTime<Utc>) -> bool {
        let Some(pair) = self.pair(attempt) else { return false };
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.get(&pair).is_some_and(|last| now.signed_duration_since(*last) < SEEN_FOR)
    }

    /// Warns the operator of logins that are refused, once a minute for each network.
    pub(super) fn warn(&self, attempt: Attempt<'_>, now: DateTime<Utc>) {
        if self.warnings.take(attempt.network, now).is_ok() {
            let network = attempt.network.map(|network| network.to_string());
            let account = attempt.name.and_then(name_for_log);
            tracing::warn!(account, network, "refused logins: too many have failed");
        }
    }

    fn pair(&self, attempt: Attempt<'_>) -> Option<u64> {
        Some(self.hasher.hash_one((attempt.name?, attempt.network?)))
    }

    /// What a failure counts for.
    fn keys(&self, attempt: Attempt<'_>) -> impl Iterator<Item = u64> {
        let own = self.pair(attempt).filter(|_| attempt.is_known);
        let is_own = own.is_some();
        let name = attempt.name.map(|name| self.hasher.hash_one(("name", name)));
        let network = attempt.network.map(|network| self.hasher.hash_one(("network", network)));
        own.into_iter().chain([name, network].into_iter().flatten().filter(move |_| !is_own))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attempt<'a>(name: Option<&'a str>, network: &str) -> Attempt<'a> {
        Attempt { name, network: Some(network.parse().unwrap()), is_known: false }
    }

    #[test]
    fn names_and_networks_are_counted_apart() {
        let logins = Logins::new(2);
        let now = DateTime::UNIX_EPOCH;
        logins.failed(attempt(Some("eve"), "192.0.2.1"), now);
        logins.failed(attempt(Some("eve"), "192.0.2.2"), now);
        let waits = |name, from| logins.wait(attempt(name, from), now).is_some();
        assert!(waits(Some("eve"), "192.0.2.3"), "the name, from anywhere");
        assert!(!waits(Some("bob"), "192.0.2.1"));
        logins.failed(attempt(Some("bob"), "192.0.2.1"), now);
        assert!(waits(Some("carol"), "192.0.2.1"), "the network, with any name");
        assert!(waits(None, "192.0.2.1"), "and with tokens");
        assert!(!waits(Some("bob"), "192.0.2.9"));
    }

    #[test]
    fn failures_of_others_do_not_count_for_a_known_pair() {
        let logins = Logins::new(2);
        let now = DateTime::UNIX_EPOCH;
        let known = Attempt { is_known: true, ..attempt(Some("eve"), "2001:db8::") };
        for guess in 1..10 {
            logins.failed(attempt(Some("eve"), &format!("192.0.2.{guess}")), now);
            logins.failed(attempt(Some("bob"), "2001:db8::"), now);
        }
        assert!(logins.wait(attempt(Some("eve"), "192.0.2.99"), now).is_some());
        assert!(logins.wait(known, now).is_none());
        for _ in 0..2 {
            logins.failed(known, now);
        }
        assert!(logins.wait(known, now).is_some(), "its own mistakes count");
    }

    #[test]
    fn pair_is_known_for_a_month() {
        let logins = Logins::new(2);
        let (eve, now) = (attempt(Some("eve"), "192.0.2.1"), DateTime::UNIX_EPOCH);
        logins.succeeded(eve, now);
        assert!(logins.has_seen(eve, now + TimeDelta::days(29)));
        assert!(!logins.has_seen(eve, now + SEEN_FOR));
        assert!(!logins.has_seen(attempt(Some("eve"), "192.0.2.2"), now));
        assert!(!logins.has_seen(attempt(Some("bob"), "192.0.2.1"), now));
    }
}
