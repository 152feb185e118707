//! When secrets were last used, and from where: noted in memory with each request, and written to the store now and then.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};

use crate::storage::{DateAdded, SecretUse};
use crate::wire::Timestamp;

/// For so long after a use was written no later one is, so that clients that poll each second cost next to nothing.
const WRITTEN_FOR: TimeDelta = TimeDelta::minutes(10);

/// The most uses that are kept in memory. One beyond that is noted with the next request.
const CAPACITY: usize = 100_000;

/// The uses that are still to be written, and those that were written a moment ago.
#[derive(Debug, Default)]
pub(super) struct Uses(Mutex<Noted>);

#[derive(Debug, Default)]
struct Noted {
    waiting: HashMap<Key, DateTime<Utc>>,
    written: HashMap<Key, DateTime<Utc>>,
}

/// The account, the number of the secret, and the network.
type Key = (Arc<str>, i64, IpAddr);

impl Uses {
    /// A use of a secret.
    pub(super) fn note(&self, account: &Arc<str>, secret: i64, network: IpAddr, now: DateTime<Utc>) {
        let mut noted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (Arc::clone(account), secret, network);
        if noted.written.get(&key).is_some_and(|written| is_recent(*written, now)) {
            return;
        }
        if noted.waiting.len() < CAPACITY || noted.waiting.contains_key(&key) {
            noted.waiting.insert(key, now);
        }
    }

    /// Takes what is to be written. If that fails, the next request notes it again.
    pub(super) fn take(&self, now: DateTime<Utc>) -> Vec<SecretUse> {
        let mut noted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        noted.written.retain(|_, written| is_recent(*written, now));
        let use_of = |((account, secret, network), last): (Key, DateTime<Utc>)| SecretUse {
            account: account.as_ref().to_owned(),
            secret,
            network,
            last: DateAdded::from(Timestamp::new(last)),
        };
        noted.waiting.drain().map(use_of).collect()
    }

    /// What was taken is written.
    pub(super) fn wrote(&self, uses: &[SecretUse], now: DateTime<Utc>) {
        let mut noted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for SecretUse { account, secret, network, last: _ } in uses {
            if noted.written.len() < CAPACITY {
                noted.written.insert((account.as_str().into(), *secret, *network), now);
            }
        }
    }
}

/// A clock that went back makes nothing recent.
fn is_recent(written: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    let age = now.signed_duration_since(written);
    age >= TimeDelta::zero() && age < WRITTEN_FOR
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn use_is_written_once_in_a_while() {
        let (uses, start) = (Uses::default(), "2026-01-01T00:00:00Z".parse::<DateTime<Utc>>().unwrap());
        let eve: Arc<str> = "eve".into();
        let note = |seconds: i64| {
            let now = start + TimeDelta::seconds(seconds);
            uses.note(&eve, 7, IpAddr::from([192, 0, 2, 1]), now);
            let taken = uses.take(now);
            uses.wrote(&taken, now);
            taken.len()
        };
        assert_eq!((note(0), note(1), note(599)), (1, 0, 0));
        assert_eq!((note(600), note(601)), (1, 0));
        assert_eq!(note(-5), 1, "the clock went back");
    }

    #[test]
    fn what_could_not_be_written_is_noted_again() {
        let (uses, now) = (Uses::default(), DateTime::UNIX_EPOCH);
        let eve: Arc<str> = "eve".into();
        for _ in 0..2 {
            uses.note(&eve, 7, IpAddr::from([192, 0, 2, 1]), now);
            assert_eq!(uses.take(now).len(), 1);
        }
    }
}
