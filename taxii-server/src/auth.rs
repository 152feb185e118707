//! Who is asking: HTTP Basic, `Bearer` and `Token` (TAXII 2.1, section 8.2.2; RFC 7235, 7617, 6750).
//!
//! Every failure gets the same answer, and takes as long, whichever part of the credential was wrong.

pub mod credential;
pub mod password;
pub mod principal;
mod remembered;
pub mod token;

use std::sync::Arc;
use std::time::Duration;

use actix_web::web;
use chrono::{DateTime, Utc};
use subtle::ConstantTimeEq;
use tokio::sync::Semaphore;
use tokio::time::timeout;

use self::credential::Credential;
pub use self::principal::Principal;
use self::remembered::{Remembered, Verified};
use crate::clock::Clock;
use crate::error::{ApiError, ErrorCode};
use crate::storage::{Account, DateAdded, Grants, Secret, SecretKind, Storage};
use crate::wire::Timestamp;

/// Finds out who is asking.
#[derive(Debug)]
pub struct Authenticator {
    storage: Arc<dyn Storage>,
    clock: Clock,
    anonymous: Option<Principal>,
    remembered: Remembered,
    /// Hashing a password takes 19 MiB and all of a core for a while: so many at once.
    hashing: Arc<Semaphore>,
}

/// How long a request waits for its turn to have a password hashed.
const PATIENCE: Duration = Duration::from_secs(10);

impl Authenticator {
    /// An authenticator for the accounts in the store. Requests without credentials are let in if `anonymous` says
    /// what they may do.
    pub fn new(storage: Arc<dyn Storage>, clock: Clock, anonymous: Option<Grants>) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let hashing = Arc::new(Semaphore::new(cores));
        let anonymous = anonymous.map(Principal::anonymous);
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
        let Some(header) = header else { return self.anonymous.clone().ok_or_else(refused) };
        if let Some(known) = self.known(header).await? {
            return Ok(known.principal);
        }
        let verified = match Credential::parse(header).ok_or_else(refused)? {
            Credential::Token(token) => self.owner(SecretKind::Token, &token::hash(&token)).await?,
            Credential::Basic { name, password } => self.password(header, &name, password).await?,
        }
        .ok_or_else(refused)?;
        let principal = verified.principal.clone();
        self.remembered.insert(header, self.clock.now(), verified);
        Ok(principal)
    }

    /// Who it was that showed this credential a moment ago, if nothing has changed since.
    async fn known(&self, credential: &[u8]) -> Result<Option<Verified>, ApiError> {
        let Some(known) = self.remembered.get(credential, self.clock.now()) else { return Ok(None) };
        let name = known.principal.name().unwrap_or_default();
        let revision = self.storage.account_revision(name).await?;
        Ok((revision == Some(known.revision)).then_some(known))
    }

    /// Whose token or certificate it is.
    async fn owner(&self, kind: SecretKind, hash: &str) -> Result<Option<Verified>, ApiError> {
        let Some(name) = self.storage.owner_of(kind, hash).await? else { return Ok(None) };
        let Some(account) = self.storage.account(&name).await? else { return Ok(None) };
        let now = self.clock.now();
        let same = |secret: &&Secret| secret.stored.hash.as_bytes().ct_eq(hash.as_bytes()).into();
        let secret = valid(&account, kind, now).find(same).cloned();
        Ok(secret.map(|secret| verified(account, &secret, now)))
    }

    /// Whose password it is. Somebody who waited for a turn may find that the same was verified meanwhile.
    async fn password(
        &self,
        header: &[u8],
        name: &str,
        password: String,
    ) -> Result<Option<Verified>, ApiError> {
        let turn = timeout(PATIENCE, Arc::clone(&self.hashing).acquire_owned()).await;
        let Ok(Ok(turn)) = turn else { return Err(ApiError::new(ErrorCode::Busy)) };
        if let Some(known) = self.known(header).await? {
            return Ok(Some(known));
        }
        let now = self.clock.now();
        let account = self.storage.account(name).await?;
        // The latest first, since most clients have it.
        let passwords = account.iter().flat_map(|account| valid(account, SecretKind::Password, now).rev());
        let hashes: Vec<_> = passwords.map(|secret| secret.stored.hash.clone()).collect();
        let right = web::block(move || {
            // Held here, so that a client that hangs up does not give its turn away while hashing goes on.
            let _turn = turn;
            password::find(&password, &hashes).and_then(|index| hashes.into_iter().nth(index))
        });
        let right = right.await.map_err(|_| ApiError::new(ErrorCode::Internal))?;
        let Some((account, hash)) = account.zip(right) else { return Ok(None) };
        let secret = account.secrets.iter().find(|secret| secret.stored.hash == hash).cloned();
        Ok(secret.map(|secret| verified(account, &secret, now)))
    }
}

/// The valid secrets of a kind in the order in which they were made.
fn valid(
    account: &Account,
    kind: SecretKind,
    now: DateTime<Utc>,
) -> impl DoubleEndedIterator<Item = &Secret> {
    let now = DateAdded::from(Timestamp::new(now));
    account.secrets.iter().filter(move |secret| secret.stored.kind == kind && secret.is_valid(now))
}

fn verified(account: Account, secret: &Secret, now: DateTime<Utc>) -> Verified {
    let end = secret.stored.expires.and_then(|end| DateTime::from_timestamp_millis(end.millis()));
    let revision = account.revision;
    Verified::new(Principal::account(&account.name, account.grants), revision, now, end)
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;

    use super::*;
    use crate::storage::{self, Access, NewSecret, Scope};

    fn basic(user: &str, password: &str) -> Vec<u8> {
        format!("Basic {}", STANDARD.encode(format!("{user}:{password}"))).into_bytes()
    }

    fn new_password(password: &str) -> NewSecret {
        NewSecret::new(SecretKind::Password, password::hash(password).unwrap())
    }

    fn new_token(token: &str) -> NewSecret {
        NewSecret::new(SecretKind::Token, token::hash(token))
    }

    /// A store with the account `eve`, who reads everything.
    async fn eve(folder: &tempfile::TempDir) -> (Arc<dyn Storage>, Clock, DateAdded) {
        let storage = storage::open(&folder.path().join("t.db").into()).await.unwrap();
        let clock = Clock::manual("2026-01-01T00:00:00Z".parse().unwrap());
        let date = DateAdded::from(Timestamp::new(clock.now()));
        let grants = Grants::from_iter([(Scope::Everywhere, Access::READ)]);
        assert!(storage.add_account("eve", &grants, date).await.unwrap());
        assert!(!storage.add_account("eve", &grants, date).await.unwrap());
        storage.add_secret("eve", &new_password("päss:word"), date).await.unwrap().unwrap();
        (storage, clock, date)
    }

    #[tokio::test]
    async fn passwords_and_tokens() {
        let folder = tempfile::tempdir().unwrap();
        let (storage, clock, date) = eve(&folder).await;
        let token = token::generate();
        assert!(storage.add_secret("eve", &new_token(&token), date).await.unwrap().is_some());
        assert!(storage.add_secret("eve", &new_token(&token), date).await.unwrap().is_none());
        assert!(storage.add_secret("nobody", &new_token("x"), date).await.unwrap().is_none());

        let auth = Authenticator::new(storage.clone(), clock, None);
        let good = [
            basic("eve", "päss:word"),
            basic("anybody", &token),
            format!("Bearer {token}").into_bytes(),
            format!("token {token}").into_bytes(),
        ];
        for header in &good {
            assert_eq!(auth.authenticate(Some(header)).await.unwrap().name(), Some("eve"));
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
    }

    #[tokio::test]
    async fn a_change_of_the_account_is_seen_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let (storage, clock, date) = eve(&folder).await;
        let auth = Authenticator::new(storage.clone(), clock, None);
        let collection = uuid::Uuid::nil().into();
        let header = basic("eve", "päss:word");
        let seen = async || auth.authenticate(Some(&header)).await.map(|eve| eve.access(&collection)).ok();

        assert_eq!(seen().await, Some(Access::READ));
        assert!(storage.grant("eve", Scope::Collection(collection), Access::WRITE).await.unwrap());
        assert_eq!(seen().await, Some(Access::BOTH));
        assert!(storage.revoke("eve", Scope::Everywhere, Access::READ).await.unwrap());
        assert_eq!(seen().await, Some(Access::WRITE));
        assert!(storage.change_password("eve", &new_password("new"), date, date).await.unwrap());
        assert_eq!(seen().await, None);
        assert!(auth.authenticate(Some(&basic("eve", "new"))).await.is_ok());
        assert!(storage.remove_account("eve").await.unwrap());
        assert!(auth.authenticate(Some(&basic("eve", "new"))).await.is_err());
    }

    #[tokio::test]
    async fn secrets_overlap_and_end() {
        let folder = tempfile::tempdir().unwrap();
        let (storage, clock, date) = eve(&folder).await;
        let auth = Authenticator::new(storage.clone(), clock.clone(), None);
        let passes = async |password| auth.authenticate(Some(&basic("eve", password))).await.is_ok();
        assert!(passes("päss:word").await);
        let end = DateAdded::from_millis(date.millis() + 30_000);
        assert!(storage.change_password("eve", &new_password("second"), date, end).await.unwrap());
        assert!(passes("päss:word").await && passes("second").await);
        clock.advance(Duration::from_secs(30));
        assert!(!passes("päss:word").await, "remembered no longer than it is valid");
        assert!(passes("second").await);

        let token = token::generate();
        let ends =
            NewSecret { expires: Some(DateAdded::from_millis(date.millis() + 31_000)), ..new_token(&token) };
        storage.add_secret("eve", &ends, date).await.unwrap().unwrap();
        let bearer = format!("Bearer {token}").into_bytes();
        assert!(auth.authenticate(Some(&bearer)).await.is_ok());
        clock.advance(Duration::from_secs(1));
        assert!(auth.authenticate(Some(&bearer)).await.is_err());
    }

    #[tokio::test]
    async fn without_credentials() {
        let folder = tempfile::tempdir().unwrap();
        let (storage, clock, _) = eve(&folder).await;
        let open = Authenticator::new(storage, clock, Some(Grants::default()));
        assert_eq!(open.authenticate(None).await.unwrap().name(), None);
        assert!(open.authenticate(Some(&basic("eve", "x"))).await.is_err(), "never anonymous");
    }
}
