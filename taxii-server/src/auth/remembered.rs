//! Credentials that were verified a moment ago: hashing a password for each page would be slow.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest, Sha256};

/// Verified `Authorization` headers. They are known by a hash under a random key of this process, so that
/// neither a credential nor anything to guess it from stays in memory.
pub(super) struct Remembered {
    key: [u8; 32],
    verified: Mutex<HashMap<[u8; 32], Verified>>,
}

struct Verified {
    account: Arc<str>,
    since: DateTime<Utc>,
}

const LIFETIME: TimeDelta = TimeDelta::seconds(60);
const CAPACITY: usize = 10_000;

impl Remembered {
    pub(super) fn new() -> Self {
        Self { key: rand::random(), verified: Mutex::default() }
    }

    /// The account whose credential this is, if it was verified within the last minute.
    pub(super) fn get(&self, header: &[u8], now: DateTime<Utc>) -> Option<Arc<str>> {
        let verified = self.verified.lock().unwrap_or_else(PoisonError::into_inner);
        let known = verified.get(&self.digest(header))?;
        known.is_fresh(now).then(|| Arc::clone(&known.account))
    }

    pub(super) fn insert(&self, header: &[u8], now: DateTime<Utc>, account: Arc<str>) {
        let mut verified = self.verified.lock().unwrap_or_else(PoisonError::into_inner);
        if verified.len() >= CAPACITY {
            verified.retain(|_, known| known.is_fresh(now));
        }
        if verified.len() < CAPACITY {
            verified.insert(self.digest(header), Verified { account, since: now });
        }
    }

    fn digest(&self, header: &[u8]) -> [u8; 32] {
        Sha256::new().chain_update(self.key).chain_update(header).finalize().into()
    }
}

impl Verified {
    /// A clock that went backwards makes everything stale.
    fn is_fresh(&self, now: DateTime<Utc>) -> bool {
        (TimeDelta::zero()..LIFETIME).contains(&(now - self.since))
    }
}

impl fmt::Debug for Remembered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Remembered")
    }
}
