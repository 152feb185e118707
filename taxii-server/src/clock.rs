//! The one place that reads the system's time.
//!
//! Everything that depends on the time is given a [`Clock`], so that a test can choose it.

pub mod trust;

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};

/// A source of the current time; clones of a manual clock share one time.
///
/// ```
/// use taxii_server::clock::Clock;
///
/// let clock = Clock::manual("2026-01-01T00:00:00Z".parse().unwrap());
/// let copy = clock.clone();
/// copy.advance(std::time::Duration::from_secs(60));
/// assert_eq!(clock.now().to_rfc3339(), "2026-01-01T00:01:00+00:00");
/// ```
#[derive(Clone, Debug)]
pub struct Clock(Source);

#[derive(Clone, Debug)]
enum Source {
    System,
    Manual(Arc<ManualTime>),
}

/// Both in microseconds.
#[derive(Debug)]
struct ManualTime {
    wall: AtomicI64,
    /// The time that has passed.
    steady: AtomicI64,
}

impl Clock {
    /// The clock of the system.
    pub fn system() -> Self {
        Self(Source::System)
    }

    /// A clock that stands still until [`Clock::advance`] moves it. It counts microseconds.
    pub fn manual(start: DateTime<Utc>) -> Self {
        let time = ManualTime { wall: AtomicI64::new(start.timestamp_micros()), steady: AtomicI64::new(0) };
        Self(Source::Manual(Arc::new(time)))
    }

    /// The current time.
    #[allow(clippy::disallowed_methods)] // this is the one place
    pub fn now(&self) -> DateTime<Utc> {
        match &self.0 {
            Source::System => Utc::now(),
            Source::Manual(time) => {
                let micros = time.wall.load(Ordering::SeqCst);
                DateTime::from_timestamp_micros(micros).unwrap_or(DateTime::UNIX_EPOCH)
            }
        }
    }

    /// Returns the time that has passed since some moment of this process. It never jumps, whatever the time is set to.
    pub fn steady(&self) -> Duration {
        static START: OnceLock<Instant> = OnceLock::new();
        match &self.0 {
            Source::System => START.get_or_init(Instant::now).elapsed(),
            Source::Manual(time) => {
                Duration::from_micros(u64::try_from(time.steady.load(Ordering::SeqCst)).unwrap_or_default())
            }
        }
    }

    /// Waits so long; a manual clock is moved instead, so that nothing is waited for.
    pub async fn sleep(&self, time: Duration) {
        match &self.0 {
            Source::System => tokio::time::sleep(time).await,
            Source::Manual(_) => {
                self.advance(time);
                tokio::task::yield_now().await;
            }
        }
    }

    /// Lets time pass by a manual clock; does nothing to the clock of the system.
    pub fn advance(&self, by: Duration) {
        if let Source::Manual(time) = &self.0 {
            let by = TimeDelta::from_std(by).ok().and_then(|by| by.num_microseconds()).unwrap_or(i64::MAX);
            time.wall.fetch_add(by, Ordering::SeqCst);
            time.steady.fetch_add(by, Ordering::SeqCst);
        }
    }

    /// Sets a manual clock, also backwards, without any time passing; does nothing to the clock of the system.
    pub fn set(&self, to: DateTime<Utc>) {
        if let Source::Manual(time) = &self.0 {
            time.wall.store(to.timestamp_micros(), Ordering::SeqCst);
        }
    }
}
