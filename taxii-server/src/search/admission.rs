//! Who may search, and for how long: patterns of others decide what a search costs.

use std::collections::HashSet;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use crate::clock::Clock;

/// How long patterns are tried in one search.
const BUDGET: Duration = Duration::from_secs(1);
/// How long somebody waits for those who search already.
const PATIENCE: Duration = Duration::from_secs(5);

/// Lets half of the cores search at a time, and each caller once.
#[derive(Clone, Debug)]
pub(super) struct Admissions {
    clock: Clock,
    searching: Arc<Mutex<HashSet<String>>>,
    places: Arc<Semaphore>,
    patience: Duration,
}

/// The right to one search, which clones share. It ends when the search does, also one whose client has hung up.
#[derive(Clone, Debug)]
pub struct Admission {
    clock: Clock,
    began: DateTime<Utc>,
    /// The time at which the search is over, by [`Clock::steady`], so that setting the clock changes nothing.
    end: Duration,
    _held: Arc<Held>,
}

#[derive(Debug)]
struct Held {
    _caller: Caller,
    _place: OwnedSemaphorePermit,
}

#[derive(Debug)]
struct Caller {
    name: String,
    searching: Arc<Mutex<HashSet<String>>>,
}

/// A search cannot begin now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SearchRefused {
    /// The caller searches already.
    Searching,
    /// Others take all there is.
    Busy,
}

impl fmt::Display for SearchRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Searching => "your last search has not ended yet",
            Self::Busy => "too many others are searching",
        })
    }
}

impl std::error::Error for SearchRefused {}

impl Admissions {
    pub(super) fn new(clock: Clock) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let places = Arc::new(Semaphore::new((cores / 2).max(1)));
        Self { clock, searching: Arc::default(), places, patience: PATIENCE }
    }

    /// Admits a search of this caller. Its time begins now.
    ///
    /// # Errors
    /// The caller searches already, or too many others do.
    pub(super) async fn admit(&self, caller: &str) -> Result<Admission, SearchRefused> {
        let caller = Caller::enter(caller, &self.searching).ok_or(SearchRefused::Searching)?;
        let place = timeout(self.patience, Arc::clone(&self.places).acquire_owned()).await;
        let Ok(Ok(place)) = place else { return Err(SearchRefused::Busy) };
        let held = Arc::new(Held { _caller: caller, _place: place });
        let end = self.clock.steady().saturating_add(BUDGET);
        Ok(Admission { clock: self.clock.clone(), began: self.clock.now(), end, _held: held })
    }
}

impl Admission {
    /// When the search began.
    pub fn began(&self) -> DateTime<Utc> {
        self.began
    }

    /// Returns whether the time of the search is over.
    pub fn is_over(&self) -> bool {
        self.clock.steady() >= self.end
    }
}

impl Caller {
    fn enter(name: &str, searching: &Arc<Mutex<HashSet<String>>>) -> Option<Self> {
        let mut names = searching.lock().unwrap_or_else(PoisonError::into_inner);
        let entered = names.insert(name.to_owned());
        entered.then(|| Self { name: name.to_owned(), searching: Arc::clone(searching) })
    }
}

impl Drop for Caller {
    fn drop(&mut self) {
        self.searching.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.name);
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    fn admissions(places: usize) -> (Clock, Admissions) {
        let clock = Clock::manual("2026-01-01T00:00:00Z".parse().unwrap());
        let places = Arc::new(Semaphore::new(places));
        let patience = Duration::from_millis(20);
        (clock.clone(), Admissions { places, patience, ..Admissions::new(clock) })
    }

    #[tokio::test]
    async fn caller_searches_once_at_a_time() {
        let (_, admissions) = admissions(2);
        let first = admissions.admit("a").await.unwrap();
        assert_eq!(admissions.admit("a").await.unwrap_err(), SearchRefused::Searching);
        assert!(admissions.admit("b").await.is_ok());
        // The client has hung up, and the patterns are still being tried.
        let under_way = first.clone();
        drop(first);
        assert_eq!(admissions.admit("a").await.unwrap_err(), SearchRefused::Searching);
        drop(under_way);
        assert!(admissions.admit("a").await.is_ok());
    }

    #[tokio::test]
    async fn waiting_caller_is_refused_and_forgotten() {
        let (_, admissions) = admissions(1);
        let first = admissions.admit("a").await.unwrap();
        assert_eq!(admissions.admit("b").await.unwrap_err(), SearchRefused::Busy);
        drop(first);
        assert!(admissions.admit("b").await.is_ok());
    }

    #[tokio::test]
    async fn search_is_over_after_its_time_whatever_the_clock_is_set_to() {
        let (clock, admissions) = admissions(1);
        let admission = admissions.admit("a").await.unwrap();
        assert!(!admission.is_over());
        for days in [-1000, 1000] {
            clock.set(admission.began() + TimeDelta::days(days));
            assert!(!admission.is_over(), "{days}");
        }
        clock.advance(Duration::from_millis(999));
        assert!(!admission.is_over());
        clock.advance(Duration::from_millis(1));
        assert!(admission.is_over());
        clock.set(admission.began() - TimeDelta::seconds(1));
        assert!(admission.is_over(), "it does not begin again");
    }
}
