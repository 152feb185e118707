//! The memory that request bodies may take, in all and for each account.
//!
//! A body takes its share as it arrives, and gives it back when its objects are stored. Who needs more than is left waits
//! for a moment, since most bodies are done with soon, and is then told to come again.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use crate::config::Config;
use crate::error::{ApiError, ErrorCode};

/// How many bytes are asked for at once.
const STEP: usize = 64 << 10;
/// How long a body waits for others to be done with.
const PATIENCE: Duration = Duration::from_secs(5);

/// The memory for all bodies. Clones share it.
#[derive(Clone, Debug)]
pub(super) struct BodyBudget {
    all: Arc<Semaphore>,
    of_account: usize,
    patience: Duration,
    accounts: Arc<Mutex<HashMap<String, Weak<Semaphore>>>>,
}

/// The memory for the bodies of one account.
#[derive(Debug)]
pub(super) struct AccountBudget {
    all: Arc<Semaphore>,
    own: Arc<Semaphore>,
    patience: Duration,
}

/// A body that is being read, or has been read, with the memory that it holds.
pub(super) struct HeldBody {
    bytes: Vec<u8>,
    budget: AccountBudget,
    own: Vec<OwnedSemaphorePermit>,
    all: Vec<OwnedSemaphorePermit>,
}

impl BodyBudget {
    /// As much memory as the settings say, but always enough for one body of the greatest length.
    pub(super) fn new(config: &Config) -> Self {
        let steps = |bytes: u64| {
            let bytes = usize::try_from(bytes.max(config.max_content_length)).unwrap_or(usize::MAX);
            bytes.div_ceil(STEP).min(Semaphore::MAX_PERMITS)
        };
        Self {
            all: Arc::new(Semaphore::new(steps(config.max_bodies_bytes))),
            of_account: steps(config.max_account_bodies_bytes),
            patience: PATIENCE,
            accounts: Arc::default(),
        }
    }

    /// The memory for the account of this name.
    pub(super) fn of(&self, account: &str) -> AccountBudget {
        let mut accounts = self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        let own = accounts.get(account).and_then(Weak::upgrade).unwrap_or_else(|| {
            accounts.retain(|_, own| own.strong_count() > 0);
            let own = Arc::new(Semaphore::new(self.of_account));
            accounts.insert(account.to_owned(), Arc::downgrade(&own));
            own
        });
        AccountBudget { all: Arc::clone(&self.all), own, patience: self.patience }
    }
}

impl HeldBody {
    /// An empty body.
    pub(super) fn new(budget: AccountBudget) -> Self {
        Self { bytes: Vec::new(), budget, own: Vec::new(), all: Vec::new() }
    }

    /// How many bytes have been read.
    pub(super) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Adds bytes that have arrived, once there is memory for them.
    ///
    /// # Errors
    /// There is none: 429 when the account holds all of its memory, 503 when others do.
    pub(super) async fn extend(&mut self, chunk: &[u8]) -> Result<(), ApiError> {
        let needed = self.bytes.len().saturating_add(chunk.len()).div_ceil(STEP);
        while self.own.len() < needed {
            let own = timeout(self.budget.patience, Arc::clone(&self.budget.own).acquire_owned()).await;
            let own = own.ok().and_then(Result::ok).ok_or_else(|| {
                ApiError::too_many_requests(
                    "the bodies of this account hold `max_account_bodies_bytes`",
                    PATIENCE,
                )
            })?;
            let all = timeout(self.budget.patience, Arc::clone(&self.budget.all).acquire_owned()).await;
            let all = all.ok().and_then(Result::ok).ok_or_else(|| {
                ApiError::new(ErrorCode::Busy)
                    .with_description("the bodies of all requests hold `max_bodies_bytes`: try again")
            })?;
            self.own.push(own);
            self.all.push(all);
        }
        self.bytes.extend_from_slice(chunk);
        Ok(())
    }
}

impl AsRef<[u8]> for HeldBody {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl fmt::Debug for HeldBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HeldBody").field("bytes", &self.bytes.len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn budget(all: u64, of_account: u64) -> BodyBudget {
        let config = Config {
            max_content_length: 1,
            max_bodies_bytes: all,
            max_account_bodies_bytes: of_account,
            ..Config::default()
        };
        BodyBudget { patience: Duration::ZERO, ..BodyBudget::new(&config) }
    }

    #[tokio::test]
    async fn account_that_holds_all_of_its_memory_waits_and_others_do_not() {
        let budget = budget(10 << 20, 1 << 20);
        let mut first = HeldBody::new(budget.of("a"));
        first.extend(&vec![0; 1 << 20]).await.unwrap();
        let mut second = HeldBody::new(budget.of("a"));
        assert_eq!(second.extend(b"x").await.unwrap_err().code(), ErrorCode::TooManyRequests);
        HeldBody::new(budget.of("b")).extend(b"x").await.unwrap();
        // What is held comes back with the body.
        drop(first);
        second.extend(b"x").await.unwrap();
    }

    #[tokio::test]
    async fn body_waits_for_others_to_be_done_with() {
        let budget = BodyBudget { patience: Duration::from_secs(600), ..budget(1, 1) };
        let mut first = HeldBody::new(budget.of("a"));
        first.extend(b"x").await.unwrap();
        let mut second = HeldBody::new(budget.of("a"));
        let waiting = tokio::spawn(async move { second.extend(b"x").await.map(|()| second.len()) });
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished());
        drop(first);
        assert_eq!(waiting.await.unwrap().unwrap(), 1);
    }

    #[tokio::test]
    async fn all_bodies_have_a_bound() {
        let budget = budget(1 << 20, 1 << 20);
        let mut bodies = Vec::new();
        for number in 0..4 {
            let mut body = HeldBody::new(budget.of(&number.to_string()));
            body.extend(&vec![0; 1 << 18]).await.unwrap();
            bodies.push(body);
        }
        let error = HeldBody::new(budget.of("one more")).extend(b"x").await.unwrap_err();
        assert_eq!(error.code(), ErrorCode::Busy);
        bodies.pop();
        HeldBody::new(budget.of("one more")).extend(b"x").await.unwrap();
    }

    #[tokio::test]
    async fn accounts_that_hold_nothing_are_forgotten() {
        let budget = budget(1 << 20, 1 << 20);
        for number in 0..100 {
            HeldBody::new(budget.of(&number.to_string())).extend(b"x").await.unwrap();
        }
        assert!(budget.accounts.lock().unwrap().len() <= 1);
        assert_eq!(budget.all.available_permits(), 16);
    }

    #[tokio::test]
    async fn one_body_of_the_greatest_length_always_fits() {
        let config = Config { max_content_length: 1 << 20, max_bodies_bytes: 1, ..Config::default() };
        let budget = BodyBudget::new(&Config { max_account_bodies_bytes: 1, ..config });
        HeldBody::new(budget.of("a")).extend(&vec![0; 1 << 20]).await.unwrap();
    }
}
