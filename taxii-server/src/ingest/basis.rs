//! What objects are made of besides what sources say, as a digest: when it is another, what is stored is made anew.

use std::hash::{Hash, Hasher};

use sha2::{Digest, Sha256};

use super::{AllowLists, FeedRules, Retention};

/// Raised whenever the code makes another object of the same contributions and settings.
const MAPPING_VERSION: u32 = 2;

/// The SHA-256 of the rules of all feeds, the allow-lists, when objects end and leave, and the version of the mapping.
pub(super) fn basis(rules: &[FeedRules], lists: &AllowLists, retention: &Retention) -> Vec<u8> {
    let mut digest = Sum(Sha256::new());
    let Retention { unseen_after, expire_after, .. } = retention;
    (MAPPING_VERSION, rules, lists, unseen_after, expire_after).hash(&mut digest);
    digest.0.finalize().to_vec()
}

/// Takes what is hashed into a SHA-256.
struct Sum(Sha256);

impl Hasher for Sum {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The first bytes of the sum.
    fn finish(&self) -> u64 {
        let sum = self.0.clone().finalize();
        sum.iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte))
    }
}
