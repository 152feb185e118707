//! How often something may happen: a bucket for each key, which what happens fills and time empties at an even pace.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

/// Buckets for so many events, each of which a minute empties. A bucket is kept as the time when it will be empty.
#[derive(Debug)]
pub(super) struct Throttle<K> {
    per_minute: u32,
    empty_at: Mutex<HashMap<K, DateTime<Utc>>>,
}

/// Beyond this, keys are let through uncounted: better than to let memory grow, or to refuse everybody.
const CAPACITY: usize = 100_000;

impl<K: Eq + Hash> Throttle<K> {
    /// A throttle that lets so many events through at once, and so many in a minute; 0 lets all through.
    pub(super) fn new(per_minute: u32) -> Self {
        Self { per_minute, empty_at: Mutex::default() }
    }

    /// How long to wait until there is room for one more event.
    pub(super) fn wait(&self, key: &K, now: DateTime<Utc>) -> Option<Duration> {
        let pace = self.pace()?;
        let empty_at = self.empty_at.lock().unwrap_or_else(PoisonError::into_inner);
        room_in(*empty_at.get(key)?, pace, now)
    }

    /// An event that has happened.
    pub(super) fn count(&self, key: K, now: DateTime<Utc>) {
        let Some(pace) = self.pace() else { return };
        let mut empty_at = self.empty_at.lock().unwrap_or_else(PoisonError::into_inner);
        fill(&mut empty_at, key, pace, now);
    }

    /// An event that wants to happen: it is counted, or has to wait so long.
    pub(super) fn take(&self, key: K, now: DateTime<Utc>) -> Result<(), Duration> {
        let Some(pace) = self.pace() else { return Ok(()) };
        let mut empty_at = self.empty_at.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(wait) = empty_at.get(&key).and_then(|at| room_in(*at, pace, now)) {
            return Err(wait);
        }
        fill(&mut empty_at, key, pace, now);
        Ok(())
    }

    /// The time in which one event runs out of a bucket.
    fn pace(&self) -> Option<TimeDelta> {
        TimeDelta::minutes(1).checked_div(i32::try_from(self.per_minute).ok()?)
    }
}

/// How long until a bucket that will be empty then has room.
fn room_in(empty_at: DateTime<Utc>, pace: TimeDelta, now: DateTime<Utc>) -> Option<Duration> {
    // A clock that went backwards must not lock anybody out for longer than a full bucket does.
    let filled = (empty_at - now).min(TimeDelta::minutes(1));
    (filled + pace - TimeDelta::minutes(1)).to_std().ok().filter(|wait| !wait.is_zero())
}

fn fill<K: Eq + Hash>(empty_at: &mut HashMap<K, DateTime<Utc>>, key: K, pace: TimeDelta, now: DateTime<Utc>) {
    if empty_at.len() >= CAPACITY {
        empty_at.retain(|_, at| *at > now);
    }
    if empty_at.len() < CAPACITY || empty_at.contains_key(&key) {
        let at = empty_at.entry(key).or_insert(now);
        *at = (*at).clamp(now, now + TimeDelta::minutes(1)) + pace;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_at_once_and_then_at_an_even_pace() {
        let throttle = Throttle::new(3);
        let start: DateTime<Utc> = "2026-01-01T00:00:00Z".parse().unwrap();
        for _ in 0..3 {
            assert_eq!(throttle.take("a", start), Ok(()));
        }
        assert_eq!(throttle.take("a", start), Err(Duration::from_secs(20)));
        assert_eq!(throttle.take("b", start), Ok(()));
        let later = start + TimeDelta::seconds(15);
        assert_eq!(throttle.wait(&"a", later), Some(Duration::from_secs(5)));
        let later = start + TimeDelta::seconds(20);
        assert_eq!(throttle.take("a", later), Ok(()));
        assert_eq!(throttle.take("a", later), Err(Duration::from_secs(20)));
        // The clock goes an hour back.
        assert_eq!(throttle.wait(&"a", start - TimeDelta::hours(1)), Some(Duration::from_secs(20)));
    }

    #[test]
    fn zero_is_no_limit() {
        let throttle = Throttle::new(0);
        let now = DateTime::UNIX_EPOCH;
        assert!((0..1000).all(|_| throttle.take((), now).is_ok()));
    }
}
