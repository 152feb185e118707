//! Who is asking: HTTP Basic, `Bearer` and `Token` (TAXII 2.1, section 8.2.2; RFC 7235, 7617, 6750).
//!
//! Every failure gets the same answer, and takes as long, whichever part of the credential was wrong.

pub mod credential;
pub mod password;
pub mod permission;
mod remembered;
pub mod token;

use std::sync::Arc;
use std::time::Duration;

use actix_web::web;
use tokio::sync::Semaphore;
use tokio::time::timeout;

use self::credential::Credential;
use self::remembered::Remembered;
use crate::clock::Clock;
use crate::error::{ApiError, ErrorCode};
use crate::storage::Storage;

/// Who is asking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Principal {
    /// Somebody without credentials, where the settings allow it.
    Anonymous,
    /// The owner of an account.
    Account(Arc<str>),
}

/// Finds out who is asking.
#[derive(Debug)]
pub struct Authenticator {
    storage: Arc<dyn Storage>,
    clock: Clock,
    anonymous: bool,
    remembered: Remembered,
    /// Hashing a password takes 19 MiB and all of a core for a while: so many at once.
    hashing: Arc<Semaphore>,
}

/// How long a request waits for its turn to have a password hashed.
const PATIENCE: Duration = Duration::from_secs(10);

impl Authenticator {
    /// An authenticator for the accounts in the store; `anonymous` lets requests without credentials in.
    pub fn new(storage: Arc<dyn Storage>, clock: Clock, anonymous: bool) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let hashing = Arc::new(Semaphore::new(cores));
        Self { storage, clock, anonymous, remembered: Remembered::new(), hashing }
    }

    /// Who sends this `Authorization` header.
    ///
    /// # Errors
    ///
    /// `Unauthenticated` when the credential is missing, malformed or wrong; `Busy` when too many passwords
    /// wait to be checked.
    pub async fn authenticate(&self, header: Option<&[u8]>) -> Result<Principal, ApiError> {
        let refused = || ApiError::new(ErrorCode::Unauthenticated);
        let Some(header) = header else {
            return if self.anonymous { Ok(Principal::Anonymous) } else { Err(refused()) };
        };
        let now = self.clock.now();
        if let Some(name) = self.remembered.get(header, now) {
            return Ok(Principal::Account(name));
        }
        let name: Arc<str> = match Credential::parse(header).ok_or_else(refused)? {
            Credential::Token(token) => self.storage.account_of_token(&token::hash(&token)).await?,
            Credential::Basic { name, password } => self.password(name, password).await?,
        }
        .ok_or_else(refused)?
        .into();
        self.remembered.insert(header, now, Arc::clone(&name));
        Ok(Principal::Account(name))
    }

    /// The name, if the password is that of the account.
    async fn password(&self, name: String, password: String) -> Result<Option<String>, ApiError> {
        let hash = self.storage.password_hash(&name).await?;
        let turn = timeout(PATIENCE, Arc::clone(&self.hashing).acquire_owned()).await;
        let Ok(Ok(turn)) = turn else { return Err(ApiError::new(ErrorCode::Busy)) };
        let right = web::block(move || {
            // Held here, so that a client that hangs up does not give its turn away while hashing goes on.
            let _turn = turn;
            password::verify(&password, hash.as_deref())
        });
        let right = right.await.map_err(|_| ApiError::new(ErrorCode::Internal))?;
        Ok(right.then_some(name))
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;

    use super::*;
    use crate::storage::{self, DateAdded};

    fn basic(user: &str, password: &str) -> Vec<u8> {
        format!("Basic {}", STANDARD.encode(format!("{user}:{password}"))).into_bytes()
    }

    #[tokio::test]
    async fn passwords_and_tokens() {
        let folder = tempfile::tempdir().unwrap();
        let storage = storage::open(&folder.path().join("t.db").into()).await.unwrap();
        let clock = Clock::manual("2026-01-01T00:00:00Z".parse().unwrap());
        let date = DateAdded::from_millis(0);
        assert!(storage.add_account("eve", &password::hash("päss:word").unwrap(), date).await.unwrap());
        assert!(!storage.add_account("eve", "other", date).await.unwrap());
        let token = token::generate();
        assert!(storage.add_token("eve", &token::hash(&token), date).await.unwrap());
        assert!(!storage.add_token("nobody", &token::hash("x"), date).await.unwrap());

        let auth = Authenticator::new(storage.clone(), clock.clone(), false);
        let eve = Principal::Account("eve".into());
        let good = [
            basic("eve", "päss:word"),
            basic("anybody", &token),
            format!("Bearer {token}").into_bytes(),
            format!("token {token}").into_bytes(),
        ];
        for header in &good {
            assert_eq!(auth.authenticate(Some(header)).await.unwrap(), eve);
        }
        let bad = [
            basic("eve", "wrong"),
            basic("bob", "päss:word"),
            b"Bearer nonsense".to_vec(),
            b"Basic".to_vec(),
        ];
        for header in &bad {
            let error = auth.authenticate(Some(header)).await.unwrap_err();
            assert_eq!(error.code(), ErrorCode::Unauthenticated);
        }
        assert!(auth.authenticate(None).await.is_err());

        // What was verified is remembered for a minute, and no longer.
        assert!(storage.remove_account("eve").await.unwrap());
        clock.advance(Duration::from_secs(59));
        assert_eq!(auth.authenticate(Some(&good[0])).await.unwrap(), eve);
        clock.advance(Duration::from_secs(2));
        for header in &good {
            assert!(auth.authenticate(Some(header)).await.is_err());
        }
        let open = Authenticator::new(storage, clock, true);
        assert_eq!(open.authenticate(None).await.unwrap(), Principal::Anonymous);
        assert!(open.authenticate(Some(&good[0])).await.is_err(), "a wrong credential is never anonymous");
    }
}
