//! Credentials that were verified a moment ago: hashing a password for each page would be slow.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest, Sha256};

use super::Principal;
use super::credential::Credential;

/// A verified proof of identity. The kind is a part of it: nothing that a header holds can meet the entry of a
/// certificate, whose identities are public.
#[derive(Clone, Copy)]
pub(super) enum Proof<'a> {
    /// A name with its password.
    Password { name: &'a str, password: &'a str },
    /// A token, however it was sent.
    Token(&'a str),
    /// An identity of a certificate whose key the client has proved to hold on this connection.
    Certificate(&'a str),
}

/// Verified credentials. They are known by a hash under a random key of this process, so that neither a credential nor
/// anything to guess it from stays in memory.
pub(super) struct CredentialCache {
    key: [u8; 32],
    entries: Mutex<Entries>,
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

type Key = [u8; 32];

/// The entries of each account, the oldest first, and the account of each entry.
#[derive(Default)]
struct Entries {
    of_account: HashMap<Arc<str>, Vec<(Key, Verified)>>,
    owner: HashMap<Key, Arc<str>>,
}

const LIFETIME: TimeDelta = TimeDelta::seconds(60);
/// More than the secrets that an account uses within a minute, so that no account takes the room of others.
const PER_ACCOUNT: usize = 16;
const CAPACITY: usize = 100_000;

impl<'a> From<&'a Credential> for Proof<'a> {
    fn from(credential: &'a Credential) -> Self {
        match credential {
            Credential::Basic { name, password } => Self::Password { name, password },
            Credential::Token(token) => Self::Token(token),
        }
    }
}

impl Proof<'_> {
    /// The kind, and the parts with the length of each, so that no two proofs have the same bytes.
    fn digest(self, key: &Key) -> Key {
        let (kind, parts): (u8, [&str; 2]) = match self {
            Self::Password { name, password } => (1, [name, password]),
            Self::Token(token) => (2, [token, ""]),
            Self::Certificate(identity) => (3, [identity, ""]),
        };
        let mut digest = Sha256::new().chain_update(key).chain_update([kind]);
        for part in parts {
            digest = digest.chain_update(part.len().to_le_bytes()).chain_update(part);
        }
        digest.finalize().into()
    }
}

impl Verified {
    /// Verified now, with a secret that ends at `end` if it ever does.
    pub(super) fn new(
        principal: Principal,
        revision: i64,
        now: DateTime<Utc>,
        end: Option<DateTime<Utc>>,
    ) -> Self {
        let until = now.checked_add_signed(LIFETIME).unwrap_or(now);
        Self { principal, revision, since: now, until: end.map_or(until, |end| end.min(until)) }
    }

    /// A clock that went backwards makes everything stale.
    fn is_fresh(&self, now: DateTime<Utc>) -> bool {
        (self.since..self.until).contains(&now)
    }
}

impl CredentialCache {
    pub(super) fn new() -> Self {
        Self { key: rand::random(), entries: Mutex::default() }
    }

    /// Returns what the proof turned out to be, if that was within the last minute.
    pub(super) fn get(&self, proof: Proof<'_>, now: DateTime<Utc>) -> Option<Verified> {
        let key = proof.digest(&self.key);
        let entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        let of_account = entries.of_account.get(entries.owner.get(&key)?)?;
        let (_, known) = of_account.iter().find(|(known, _)| *known == key)?;
        known.is_fresh(now).then(|| known.clone())
    }

    /// Keeps a verified proof, in the place of the oldest one of the account if it has many.
    pub(super) fn insert(&self, proof: Proof<'_>, now: DateTime<Utc>, new: Verified) {
        let key = proof.digest(&self.key);
        let Some(name) = new.principal.name().map(Arc::<str>::from) else { return };
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        if entries.owner.len() >= CAPACITY {
            entries.keep_fresh(now);
        }
        if entries.owner.len() < CAPACITY {
            entries.insert(name, key, new);
        }
    }
}

impl Entries {
    fn insert(&mut self, name: Arc<str>, key: Key, new: Verified) {
        if let Some(former) = self.owner.insert(key, Arc::clone(&name))
            && let Some(entries) = self.of_account.get_mut(&former)
        {
            entries.retain(|(known, _)| *known != key);
        }
        let entries = self.of_account.entry(name).or_default();
        entries.push((key, new));
        if entries.len() > PER_ACCOUNT {
            let (oldest, _) = entries.remove(0);
            self.owner.remove(&oldest);
        }
    }

    fn keep_fresh(&mut self, now: DateTime<Utc>) {
        let owner = &mut self.owner;
        self.of_account.retain(|_, entries| {
            entries.retain(|(key, known)| {
                let is_fresh = known.is_fresh(now);
                if !is_fresh {
                    owner.remove(key);
                }
                is_fresh
            });
            !entries.is_empty()
        });
    }
}

impl fmt::Debug for CredentialCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CredentialCache")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::Grants;

    fn verified(name: &str, now: DateTime<Utc>) -> Verified {
        Verified::new(Principal::account(name, Grants::default()), 1, now, None)
    }

    #[test]
    fn kind_and_parts_tell_proofs_apart() {
        let text = "dns:tip.example.com";
        let proofs = [
            Proof::Certificate(text),
            Proof::Token(text),
            Proof::Password { name: text, password: "" },
            Proof::Password { name: "", password: text },
            Proof::Password { name: "dns", password: ":tip.example.com" },
        ];
        let now = DateTime::UNIX_EPOCH;
        for inserted in 0..proofs.len() {
            let cache = CredentialCache::new();
            cache.insert(proofs[inserted], now, verified("tip", now));
            let found = proofs.map(|proof| cache.get(proof, now).is_some());
            assert_eq!(found, std::array::from_fn(|asked| asked == inserted));
        }
    }

    #[test]
    fn one_account_leaves_room_for_others() {
        let now = DateTime::UNIX_EPOCH;
        let cache = CredentialCache::new();
        cache.insert(Proof::Token("quiet"), now, verified("quiet", now));
        let tokens: Vec<String> = (0..1_000).map(|number| number.to_string()).collect();
        for token in &tokens {
            cache.insert(Proof::Token(token), now, verified("loud", now));
        }
        let kept = tokens.iter().filter(|token| cache.get(Proof::Token(token), now).is_some()).count();
        assert_eq!(kept, PER_ACCOUNT);
        assert!(cache.get(Proof::Token("999"), now).is_some(), "the newest stay");
        assert!(cache.get(Proof::Token("quiet"), now).is_some());
        assert_eq!(cache.entries.lock().unwrap().owner.len(), PER_ACCOUNT + 1);
    }

    #[test]
    fn entry_ends_after_a_minute_and_when_the_clock_goes_back() {
        let now = DateTime::UNIX_EPOCH;
        let cache = CredentialCache::new();
        cache.insert(Proof::Token("t"), now, verified("a", now));
        assert!(cache.get(Proof::Token("t"), now + TimeDelta::seconds(59)).is_some());
        assert!(cache.get(Proof::Token("t"), now + TimeDelta::seconds(60)).is_none());
        assert!(cache.get(Proof::Token("t"), now - TimeDelta::seconds(1)).is_none());
    }
}
