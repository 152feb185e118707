//! The requests of each caller that are being answered at this moment.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Counts the requests of each caller. Clones share the counts.
#[derive(Clone, Debug)]
pub(super) struct InFlight {
    most: u32,
    /// Callers without a request have no entry, so there are never more than connections.
    counts: Arc<Mutex<HashMap<Arc<str>, u32>>>,
}

/// The place of a request, which is given back when the last clone is dropped.
#[derive(Clone, Debug)]
pub struct Place {
    _taken: Option<Arc<Taken>>,
}

#[derive(Debug)]
struct Taken {
    caller: Arc<str>,
    in_flight: InFlight,
}

impl InFlight {
    /// Lets each caller have so many requests at a time; 0 is no limit.
    pub(super) fn new(most: u32) -> Self {
        Self { most, counts: Arc::default() }
    }

    /// A place for one more request of the caller, if there is one.
    pub(super) fn enter(&self, caller: &str) -> Option<Place> {
        if self.most == 0 {
            return Some(Place { _taken: None });
        }
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let caller: Arc<str> = caller.into();
        let count = counts.entry(Arc::clone(&caller)).or_default();
        if *count >= self.most {
            return None;
        }
        *count += 1;
        Some(Place { _taken: Some(Arc::new(Taken { caller, in_flight: self.clone() })) })
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        let mut counts = self.in_flight.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(&self.caller) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                counts.remove(&self.caller);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_caller_has_its_places_and_gives_them_back() {
        let in_flight = InFlight::new(2);
        let first = in_flight.enter("eve").unwrap();
        let (second, copy) = (in_flight.enter("eve").unwrap(), first.clone());
        assert!(in_flight.enter("eve").is_none());
        let other = in_flight.enter("bob").unwrap();
        drop(first);
        assert!(in_flight.enter("eve").is_none(), "a clone holds the place");
        drop(copy);
        drop(in_flight.enter("eve").unwrap());
        drop((second, other));
        assert!(in_flight.counts.lock().unwrap().is_empty());
    }
}
