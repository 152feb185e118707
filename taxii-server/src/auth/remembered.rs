//! Credentials that were verified a moment ago: hashing a password for each page would be slow.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest, Sha256};

use super::Principal;

/// Verified credentials. They are known by a hash under a random key of this process, so that neither a credential nor
/// anything to guess it from stays in memory.
pub(super) struct Remembered {
    key: [u8; 32],
    verified: Mutex<HashMap<[u8; 32], Verified>>,
}

/// What a credential turned out to be.
#[derive(Clone, Debug)]
pub(super) struct Verified {
    /// Whose it is.
    pub(super) principal: Principal,
    /// The revision of the account at that time: with another one nothing here holds any more.
    pub(super) revision: i64,
    since: DateTime<Utc>,
    until: DateTime<Utc>,
}

const LIFETIME: TimeDelta = TimeDelta::seconds(60);
const CAPACITY: usize = 10_000;

impl Verified {
    /// Verified now, with a secret that ends at `end` if it ever does.
    pub(super) fn new(
        principal: Principal,
        revision: i64,
        now: DateTime<Utc>,
        end: Option<DateTime<Utc>>,
    ) -> Self {
        let until = now + LIFETIME;
        Self { principal, revision, since: now, until: end.map_or(until, |end| end.min(until)) }
    }

    /// A clock that went backwards makes everything stale.
    fn is_fresh(&self, now: DateTime<Utc>) -> bool {
        (self.since..self.until).contains(&now)
    }
}

impl Remembered {
    pub(super) fn new() -> Self {
        Self { key: rand::random(), verified: Mutex::default() }
    }

    /// What the credential turned out to be, if that was within the last minute.
    pub(super) fn get(&self, credential: &[u8], now: DateTime<Utc>) -> Option<Verified> {
        let verified = self.verified.lock().unwrap_or_else(PoisonError::into_inner);
        verified.get(&self.digest(credential)).filter(|known| known.is_fresh(now)).cloned()
    }

    pub(super) fn insert(&self, credential: &[u8], now: DateTime<Utc>, new: Verified) {
        let mut verified = self.verified.lock().unwrap_or_else(PoisonError::into_inner);
        if verified.len() >= CAPACITY {
            verified.retain(|_, known| known.is_fresh(now));
        }
        if verified.len() < CAPACITY {
            verified.insert(self.digest(credential), new);
        }
    }

    fn digest(&self, credential: &[u8]) -> [u8; 32] {
        Sha256::new().chain_update(self.key).chain_update(credential).finalize().into()
    }
}

impl fmt::Debug for Remembered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Remembered")
    }
}
