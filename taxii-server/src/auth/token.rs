//! Tokens: 256 random bits after a prefix that scanners for leaked secrets can find, kept as SHA-256.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

const PREFIX: &str = "taxii_";

/// A new random token.
pub fn generate() -> String {
    format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>()))
}

/// What is stored of a token: its SHA-256 in hexadecimal digits. No salt or slow hash is needed: a token cannot be guessed.
pub fn hash(token: &str) -> String {
    format!("{:x}", Sha256::digest(token))
}

/// Whether the text has the form of a token.
pub(super) fn looks_like_one(text: &str) -> bool {
    text.strip_prefix(PREFIX).is_some_and(|rest| rest.len() == 43)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_differ_and_are_recognised() {
        let (one, other) = (generate(), generate());
        assert_ne!(one, other);
        assert!(looks_like_one(&one));
        assert_ne!(hash(&one), hash(&other));
        assert!(!looks_like_one("taxii_password"));
    }
}
