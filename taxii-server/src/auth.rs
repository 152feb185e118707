//! Who is asking: HTTP Basic, `Bearer` and `Token`, and certificates of clients (TAXII 2.1, sections 8.2.2 and 8.3.1;
//! RFC 7235, 7617, 6750).
//!
//! Every failure gets the same answer, and takes as long, whichever part of the credential was wrong. Who fails too
//! often must wait, and so must who asks too often.

pub mod address;
pub mod certificate;
pub mod credential;
mod credential_cache;
mod in_flight;
mod logins;
pub mod password;
pub mod principal;
mod slow_lane;
mod throttle;
pub mod token;
mod uses;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use subtle::ConstantTimeEq;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use self::certificate::ClientCertificate;
use self::credential::Credential;
use self::credential_cache::{CredentialCache, Proof, Verified};
use self::in_flight::InFlight;
pub use self::in_flight::Place;
use self::logins::{Attempt, Logins, SEEN_FOR};
pub use self::principal::Principal;
use self::slow_lane::SlowLane;
use self::throttle::Throttle;
use self::uses::Uses;
use crate::clock::Clock;
use crate::clock::trust::ClockState;
use crate::error::{ApiError, ErrorCode};
use crate::metrics::Metrics;
use crate::off_worker;
use crate::storage::{Account, DateAdded, Grants, Secret, SecretKind, Storage, StorageError};
use crate::wire::Timestamp;

/// Finds out who is asking.
#[derive(Debug)]
pub struct Authenticator {
    storage: Arc<dyn Storage>,
    clock: Clock,
    anonymous: Option<Principal>,
    metrics: Arc<Metrics>,
    verified: CredentialCache,
    logins: Logins,
    requests: Throttle<String>,
    in_flight: InFlight,
    /// Hashing a password takes 19 MiB and all of a core for a while: so many at once.
    hashing: Arc<Semaphore>,
    slow_lane: SlowLane,
    uses: Uses,
    patience: Duration,
}

/// Who is let in, and how often.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    /// What may be done without credentials; nothing when nobody is let in without.
    pub anonymous: Option<Grants>,
    /// How many logins may fail in a minute, of a name and from an address; 0 is no limit.
    pub login_failures: u32,
    /// How many requests an account may make in a minute, and an address without an account; 0 is no limit.
    pub requests: u32,
    /// How many requests of an account may be answered at a time, and of a network without an account; 0 is no limit.
    pub in_flight: u32,
}

/// What comes with a request that says who is asking.
#[derive(Clone, Debug, Default)]
pub struct Shown<'a> {
    /// The header `Authorization`.
    pub authorization: Option<&'a [u8]>,
    /// The certificate of the connection.
    pub certificate: Option<&'a ClientCertificate>,
    /// Where the request comes from.
    pub address: Option<IpAddr>,
}

/// For how long a secret is shown to the operator after its end.
const ENDED_KEPT: Duration = Duration::from_secs(90 * 24 * 60 * 60);

/// How long a request waits for its turn to have a password hashed.
const PATIENCE: Duration = Duration::from_secs(10);

/// When somebody may try again who has as many requests at a time as it may.
const NEXT_PLACE: Duration = Duration::from_secs(1);

/// For how long the store remembers a use of a secret, and how many of an account: more than the networks from which
/// anybody logs in, and little enough to be kept.
const USES_KEPT: (Duration, u32) = (Duration::from_secs(365 * 24 * 60 * 60), 1000);

impl Authenticator {
    /// An authenticator for the accounts in the store.
    pub fn new(storage: Arc<dyn Storage>, clock: Clock, rules: Rules, metrics: Arc<Metrics>) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            storage,
            clock,
            anonymous: rules.anonymous.map(Principal::anonymous),
            metrics,
            verified: CredentialCache::new(),
            logins: Logins::new(rules.login_failures),
            requests: Throttle::new(rules.requests),
            in_flight: InFlight::new(rules.in_flight),
            hashing: Arc::new(Semaphore::new(cores)),
            slow_lane: SlowLane::new(PATIENCE),
            uses: Uses::default(),
            patience: PATIENCE,
        }
    }

    /// Who sends a request that comes with this. A header goes before a certificate.
    ///
    /// # Errors
    ///
    /// `Unauthenticated` when the credential is missing, malformed or wrong; `TooManyRequests` when too many were wrong;
    /// `Busy` when too many passwords wait to be checked.
    pub async fn authenticate(&self, shown: &Shown<'_>) -> Result<Principal, ApiError> {
        let principal = match (shown.authorization, shown.certificate) {
            (Some(header), _) => self.by_header(header, shown.address).await?,
            (None, certificate) => {
                let owner = match certificate {
                    Some(certificate) => self.by_certificate(certificate).await?,
                    None => None,
                };
                let nobody = || ApiError::new(ErrorCode::Unauthenticated);
                owner.or_else(|| self.anonymous.clone()).ok_or_else(nobody)?
            }
        };
        if let (Some((account, secret)), Some(address)) = (principal.noted_use(), shown.address) {
            self.uses.note(account, secret, address::network(address), self.clock.now());
        }
        Ok(principal)
    }

    /// Whose the credential in the header is.
    async fn by_header(&self, header: &[u8], address: Option<IpAddr>) -> Result<Principal, ApiError> {
        let unnamed = Attempt { name: None, network: address.map(address::network), is_known: false };
        let Some(credential) = Credential::parse(header) else { return self.refuse(unnamed) };
        let proof = Proof::from(&credential);
        if let Some(known) = self.known(proof).await? {
            return Ok(known.principal);
        }
        let (attempt, found) = match &credential {
            // Trying a token costs nothing, and no number of tries finds one: only failures wait.
            Credential::Token(token) => (unnamed, self.owner(SecretKind::Token, &token::hash(token)).await?),
            Credential::Basic { name, password } => {
                let attempt = self.recognise(Attempt { name: Some(name), ..unnamed }).await?;
                (attempt, self.password(name, password, attempt).await?)
            }
        };
        let Some(found) = found else { return self.refuse(attempt) };
        let now = self.clock.now();
        self.logins.succeeded(attempt, now);
        let principal = found.principal.clone();
        self.verified.insert(proof, now, found);
        Ok(principal)
    }

    /// Finds out whether the name has logged in from that network before, here or at another server of the store.
    async fn recognise<'a>(&self, attempt: Attempt<'a>) -> Result<Attempt<'a>, ApiError> {
        let now = self.clock.now();
        let Attempt { name: Some(name), network: Some(network), .. } = attempt else { return Ok(attempt) };
        if self.logins.has_seen(attempt, now) {
            return Ok(Attempt { is_known: true, ..attempt });
        }
        let since = now.checked_sub_signed(SEEN_FOR).unwrap_or(DateTime::UNIX_EPOCH);
        let is_known = self.storage.was_used_from(name, network, date(since)).await?;
        Ok(Attempt { is_known, ..attempt })
    }

    /// Counts a login that failed, and says so.
    fn refuse(&self, attempt: Attempt<'_>) -> Result<Principal, ApiError> {
        let now = self.clock.now();
        if let Some(wait) = self.logins.wait(attempt, now) {
            return Err(self.throttled(attempt, wait));
        }
        self.logins.failed(attempt, now);
        self.metrics.login_failed();
        Err(ApiError::new(ErrorCode::Unauthenticated))
    }

    /// The answer to a login that is refused since too many have failed.
    fn throttled(&self, attempt: Attempt<'_>, wait: Duration) -> ApiError {
        self.logins.warn(attempt, self.clock.now());
        self.metrics.login_throttled();
        ApiError::too_many_requests("too many logins have failed", wait)
    }

    /// Whose certificate it is. Many clients have one for other servers, so an unknown one is as good as none.
    async fn by_certificate(&self, certificate: &ClientCertificate) -> Result<Option<Principal>, ApiError> {
        for identity in certificate.identities() {
            let proof = Proof::Certificate(identity);
            if let Some(known) = self.known(proof).await? {
                return Ok(Some(known.principal));
            }
            if let Some(found) = self.owner(SecretKind::Certificate, identity).await? {
                let principal = found.principal.clone();
                self.verified.insert(proof, self.clock.now(), found);
                return Ok(Some(principal));
            }
        }
        Ok(None)
    }

    /// Counts a request of the caller, and gives it the place that it holds until its answer is sent.
    ///
    /// # Errors
    /// `TooManyRequests` when the caller asks more often than it may, or more at a time.
    pub fn admit(&self, principal: &Principal, address: Option<IpAddr>) -> Result<Place, ApiError> {
        let address = || address.map(|address| address::network(address).to_string());
        // A name has no colon.
        let key = principal.name().map(str::to_owned).or_else(|| Some(format!("address:{}", address()?)));
        let key = key.unwrap_or_default();
        let refused = |description, wait| {
            self.metrics.request_throttled();
            ApiError::too_many_requests(description, wait)
        };
        let place = self.in_flight.enter(&key);
        let place = place.ok_or_else(|| refused("you ask more at a time than you may", NEXT_PLACE))?;
        let taken = self.requests.take(key, self.clock.now());
        taken.map_err(|wait| refused("you ask more often than you may", wait))?;
        Ok(place)
    }

    /// Who it was that showed this credential a moment ago, if nothing has changed since.
    async fn known(&self, proof: Proof<'_>) -> Result<Option<Verified>, ApiError> {
        let Some(known) = self.verified.get(proof, self.clock.now()) else { return Ok(None) };
        let name = known.principal.name().unwrap_or_default();
        let revision = self.storage.account_revision(name).await?;
        Ok((revision == Some(known.revision)).then_some(known))
    }

    /// Whose token or certificate it is.
    async fn owner(&self, kind: SecretKind, hash: &str) -> Result<Option<Verified>, ApiError> {
        let Some(name) = self.storage.owner_of(kind, hash).await? else { return Ok(None) };
        let now = self.clock.now();
        let Some(account) = self.storage.valid_account(&name, date(now)).await? else { return Ok(None) };
        let same = |secret: &&Secret| secret.stored.hash.as_bytes().ct_eq(hash.as_bytes()).into();
        let secret = valid(&account, kind, now).find(same).cloned();
        Ok(secret.map(|secret| verified(account, &secret, now)))
    }

    /// Whose password it is. Somebody who waited for a turn may find that the same was verified meanwhile.
    ///
    /// When too many logins have failed, tries go through the slow lane. A right password is let in there, too: those who
    /// fail and the owner of an account may share a name or an address.
    async fn password(
        &self,
        name: &str,
        password: &str,
        attempt: Attempt<'_>,
    ) -> Result<Option<Verified>, ApiError> {
        let mut turn = self.hashing_turn().await?;
        if let Some(known) = self.known(Proof::Password { name, password }).await? {
            return Ok(Some(known));
        }
        // Asked only now, so that a burst of guesses does not pass before the first has failed.
        let mut lane = None;
        if let Some(wait) = self.logins.wait(attempt, self.clock.now()) {
            drop(turn);
            let entered = self.slow_lane.enter(attempt.network).await;
            lane = Some(entered.ok_or_else(|| self.throttled(attempt, wait))?);
            turn = self.hashing_turn().await?;
        }
        let now = self.clock.now();
        let account = self.storage.valid_account(name, date(now)).await?;
        // The latest first, since most clients have it.
        let passwords = account.iter().flat_map(|account| valid(account, SecretKind::Password, now).rev());
        let hashes: Vec<_> = passwords.map(|secret| secret.stored.hash.clone()).collect();
        let password = password.to_owned();
        let (right, lane) = off_worker::run(move || {
            // Held here, so that a client that hangs up does not give its turn away while hashing goes on.
            let _turn = turn;
            (password::find(&password, &hashes).and_then(|index| hashes.into_iter().nth(index)), lane)
        })
        .await;
        let Some((account, hash)) = account.zip(right) else {
            if let Some(lane) = lane {
                lane.failed();
            }
            return Ok(None);
        };
        let secret = account.secrets.iter().find(|secret| secret.stored.hash == hash).cloned();
        Ok(secret.map(|secret| verified(account, &secret, now)))
    }

    /// Waits for a turn to have a password hashed.
    async fn hashing_turn(&self) -> Result<OwnedSemaphorePermit, ApiError> {
        match timeout(self.patience, Arc::clone(&self.hashing).acquire_owned()).await {
            Ok(Ok(turn)) => Ok(turn),
            _ => Err(ApiError::new(ErrorCode::Busy)),
        }
    }

    /// Writes down which secrets were used since the last time, and from where.
    ///
    /// # Errors
    /// The store failed; what was to be written is noted again with the next request.
    pub async fn write_uses(&self) -> Result<(), StorageError> {
        let now = self.clock.now();
        let uses = self.uses.take(now);
        if uses.is_empty() {
            return Ok(());
        }
        self.storage.note_uses(&uses).await?;
        self.uses.wrote(&uses, now);
        Ok(())
    }

    /// Forgets uses that were written down long ago, and secrets that ended long ago, as far as the clock is trusted.
    ///
    /// # Errors
    /// The store failed.
    pub async fn forget(&self) -> Result<(), StorageError> {
        let ClockState::Trusted(time) = ClockState::of(self.clock.now(), self.storage.known_time().await?)
        else {
            return Ok(());
        };
        let (age, most) = USES_KEPT;
        if let Some(before) = time.minus(age) {
            self.storage.forget_uses(before, most).await?;
        }
        if let Some(before) = time.minus(ENDED_KEPT) {
            self.storage.forget_secrets(before).await?;
        }
        Ok(())
    }
}

fn date(time: DateTime<Utc>) -> DateAdded {
    DateAdded::from(Timestamp::new(time))
}

/// The valid secrets of a kind in the order in which they were made.
fn valid(
    account: &Account,
    kind: SecretKind,
    now: DateTime<Utc>,
) -> impl DoubleEndedIterator<Item = &Secret> {
    let now = date(now);
    account.secrets.iter().filter(move |secret| secret.stored.kind == kind && secret.is_valid(now))
}

fn verified(account: Account, secret: &Secret, now: DateTime<Utc>) -> Verified {
    let end = secret.stored.expires.and_then(|end| DateTime::from_timestamp_millis(end.millis()));
    let revision = account.revision;
    Verified::new(Principal::account(&account.name, account.grants).recognised_by(secret), revision, now, end)
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

    fn authenticator(storage: &Arc<dyn Storage>, clock: &Clock, rules: Rules) -> Authenticator {
        Authenticator::new(storage.clone(), clock.clone(), rules, Arc::default())
    }

    /// What comes with a request from some address.
    fn header(header: &[u8]) -> Shown<'_> {
        let address = Some(IpAddr::from([192, 0, 2, 1]));
        Shown { authorization: Some(header), address, ..Shown::default() }
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

        let auth = authenticator(&storage, &clock, Rules::default());
        let good = [
            basic("eve", "päss:word"),
            basic("anybody", &token),
            format!("Bearer {token}").into_bytes(),
            format!("token {token}").into_bytes(),
        ];
        for shown in &good {
            assert_eq!(auth.authenticate(&header(shown)).await.unwrap().name(), Some("eve"));
        }
        let bad = [
            basic("eve", "wrong"),
            basic("bob", "päss:word"),
            b"Bearer nonsense".to_vec(),
            b"Basic".to_vec(),
        ];
        for shown in &bad {
            let error = auth.authenticate(&header(shown)).await.unwrap_err();
            assert_eq!(error.code(), ErrorCode::Unauthenticated);
        }
        assert!(auth.authenticate(&Shown::default()).await.is_err());
    }

    #[tokio::test]
    async fn a_change_of_the_account_is_seen_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let (storage, clock, date) = eve(&folder).await;
        let auth = authenticator(&storage, &clock, Rules::default());
        let collection = uuid::Uuid::nil().into();
        let shown = basic("eve", "päss:word");
        let seen = async || auth.authenticate(&header(&shown)).await.map(|eve| eve.access(&collection)).ok();

        assert_eq!(seen().await, Some(Access::READ));
        assert!(storage.grant("eve", Scope::Collection(collection), Access::WRITE).await.unwrap());
        assert_eq!(seen().await, Some(Access::BOTH));
        assert!(storage.revoke("eve", Scope::Everywhere, Access::READ).await.unwrap());
        assert_eq!(seen().await, Some(Access::WRITE));
        assert!(storage.change_password("eve", &new_password("new"), date, date).await.unwrap());
        assert_eq!(seen().await, None);
        assert!(auth.authenticate(&header(&basic("eve", "new"))).await.is_ok());
        assert!(storage.remove_account("eve").await.unwrap());
        assert!(auth.authenticate(&header(&basic("eve", "new"))).await.is_err());
    }

    #[tokio::test]
    async fn secrets_overlap_and_end() {
        let folder = tempfile::tempdir().unwrap();
        let (storage, clock, date) = eve(&folder).await;
        let auth = authenticator(&storage, &clock, Rules::default());
        let passes = async |password| auth.authenticate(&header(&basic("eve", password))).await.is_ok();
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
        assert!(auth.authenticate(&header(&bearer)).await.is_ok());
        clock.advance(Duration::from_secs(1));
        assert!(auth.authenticate(&header(&bearer)).await.is_err());
    }

    #[tokio::test]
    async fn without_credentials() {
        let folder = tempfile::tempdir().unwrap();
        let (storage, clock, _) = eve(&folder).await;
        let open =
            authenticator(&storage, &clock, Rules { anonymous: Some(Grants::default()), ..Rules::default() });
        assert_eq!(open.authenticate(&Shown::default()).await.unwrap().name(), None);
        assert!(open.authenticate(&header(&basic("eve", "x"))).await.is_err(), "never anonymous");
    }

    #[tokio::test]
    async fn who_guesses_must_wait() {
        let folder = tempfile::tempdir().unwrap();
        let (storage, clock, date) = eve(&folder).await;
        let rules = Rules { login_failures: 3, ..Rules::default() };
        let auth = authenticator(&storage, &clock, rules);
        let code = async |shown: Vec<u8>| auth.authenticate(&header(&shown)).await.err().map(|e| e.code());
        for _ in 0..3 {
            assert_eq!(code(basic("eve", "wrong")).await, Some(ErrorCode::Unauthenticated));
        }
        assert_eq!(code(basic("eve", "wrong")).await, Some(ErrorCode::TooManyRequests));
        assert_eq!(code(basic("eve", "päss:word")).await, None, "a right one is let in, whoever fails");
        assert_eq!(
            code(basic("eve", "wrong")).await,
            Some(ErrorCode::Unauthenticated),
            "now it is known there"
        );
        assert_eq!(code(b"Bearer wrong".to_vec()).await, Some(ErrorCode::TooManyRequests));
        let token = token::generate();
        storage.add_secret("eve", &new_token(&token), date).await.unwrap().unwrap();
        assert_eq!(code(format!("Bearer {token}").into_bytes()).await, None, "a right token never waits");
        clock.advance(Duration::from_secs(20));
        assert_eq!(code(basic("eve", "päss:word")).await, None);
    }

    #[tokio::test]
    async fn who_waits_too_long_for_a_turn_is_told_so() {
        let folder = tempfile::tempdir().unwrap();
        let (storage, clock, _) = eve(&folder).await;
        let mut auth = authenticator(&storage, &clock, Rules::default());
        auth.patience = Duration::from_millis(10);
        let turns = u32::try_from(auth.hashing.available_permits()).unwrap();
        let all = Arc::clone(&auth.hashing).acquire_many_owned(turns).await.unwrap();
        let shown = basic("eve", "päss:word");
        let error = auth.authenticate(&header(&shown)).await.unwrap_err();
        assert_eq!(error.code(), ErrorCode::Busy);
        let answer = actix_web::ResponseError::error_response(&error);
        assert_eq!(answer.status().as_u16(), 503);
        assert_eq!(answer.headers().get("retry-after").unwrap(), "1");
        drop(all);
        assert!(auth.authenticate(&header(&shown)).await.is_ok());
    }

    #[tokio::test]
    async fn certificates_are_known_by_their_hash_or_a_name() {
        let folder = tempfile::tempdir().unwrap();
        let (storage, clock, date) = eve(&folder).await;
        let key = rcgen::generate_simple_self_signed(["tip.example.com".to_owned()]).unwrap();
        let certificate = ClientCertificate::new(key.cert.der());
        let shown = Shown { certificate: Some(&certificate), ..Shown::default() };
        for identity in certificate.identities() {
            let auth = authenticator(&storage, &clock, Rules::default());
            assert!(auth.authenticate(&shown).await.is_err());
            let secret = NewSecret::new(SecretKind::Certificate, identity.clone());
            let number = storage.add_secret("eve", &secret, date).await.unwrap().unwrap();
            assert_eq!(auth.authenticate(&shown).await.unwrap().name(), Some("eve"));
            assert!(storage.remove_secret("eve", number).await.unwrap());
            assert!(auth.authenticate(&shown).await.is_err());
        }
        assert_eq!(certificate.identities()[1], "dns:tip.example.com");
    }
}
