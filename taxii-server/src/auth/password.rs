//! Passwords, kept as Argon2id hashes in the PHC string format.

use argon2::password_hash::rand_core::OsRng;
use argon2::password_hash::{Error, PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use argon2::{Argon2, Params};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// A new random password of 24 characters.
pub fn generate() -> String {
    URL_SAFE_NO_PAD.encode(rand::random::<[u8; 18]>())
}

/// The hash of a password. Takes some 20 ms and [`Params::DEFAULT_M_COST`] KiB of memory.
///
/// # Errors
///
/// The operating system gives no random salt.
pub fn hash(password: &str) -> Result<String, Error> {
    let salt = SaltString::generate(&mut OsRng);
    Ok(Argon2::default().hash_password(password.as_bytes(), &salt)?.to_string())
}

/// Whether the password is the one of the hash. Without a hash it is not, after as much work.
pub fn verify(password: &str, hash: Option<&str>) -> bool {
    let Ok(parsed) = PasswordHash::new(hash.unwrap_or(NOBODY)) else { return false };
    let right = Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok();
    right && hash.is_some()
}

/// The place of the hash whose password this is. Takes as long for no hash or one as for [`PASSWORDS`] if none fits;
/// more than that are not looked at.
pub fn find(password: &str, hashes: &[String]) -> Option<usize> {
    (0..PASSWORDS).find(|index| verify(password, hashes.get(*index).map(String::as_str)))
}

/// How many passwords of an account are valid at a time: the one that it has, and the one before it.
pub const PASSWORDS: usize = 2;

/// Stands for the hash of an account that does not exist; costs what [`hash`] costs.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5J3Mgc2FsdA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

const _: () = assert!(Params::DEFAULT_M_COST == 19456 && Params::DEFAULT_T_COST == 2);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_right_password_fits() {
        let password = generate();
        assert_eq!(password.len(), 24);
        let hash = hash(&password).unwrap();
        assert!(verify(&password, Some(&hash)));
        assert!(!verify("other", Some(&hash)));
        assert!(!verify(&password, None));
        assert!(!verify(&password, Some("no hash")));
        let hashes = [super::hash("other").unwrap(), hash];
        assert_eq!(find(&password, &hashes), Some(1));
        assert_eq!(find("neither", &hashes), None);
    }

    #[test]
    fn nobody_costs_what_an_account_costs() {
        let (nobody, account) = (PasswordHash::new(NOBODY).unwrap(), hash("x").unwrap());
        let account = PasswordHash::new(&account).unwrap();
        assert_eq!(nobody.algorithm, account.algorithm);
        assert_eq!(nobody.params.to_string(), account.params.to_string());
        assert_eq!(nobody.hash.unwrap().len(), account.hash.unwrap().len());
    }
}
