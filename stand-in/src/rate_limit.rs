//! The rate limit: so many requests a key and window, counted in the three `X-RateLimit-*` headers.

use std::{cmp::Reverse, collections::HashMap, time::Duration};

use chrono::{DateTime, DurationRound, TimeDelta, Utc};

use crate::auth::KeyTier;

/// How many requests a key may make in a window. A window begins with the first request of a key and is
/// replaced by the first one after its end. Every request counts, a refused one too.
///
/// The documented numbers contradict each other, so the default is out of the way: 1,000,000 a minute.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RateLimit {
    /// Requests a window with the Free key, and with a missing, unknown or expired one.
    pub free: u32,
    /// Requests a window with the Pro key.
    pub pro: u32,
    /// The length of the window.
    pub window: Duration,
    /// Requests a day (UTC) with each key, beside those a window; any number by default.
    pub daily: Option<u32>,
    /// Whether a 429 also carries `Retry-After`, in seconds. The documentation promises none.
    pub retry_after: bool,
}

impl RateLimit {
    /// The same number for both tiers, without `Retry-After`.
    #[must_use]
    pub fn new(requests: u32, window: Duration) -> Self {
        Self { free: requests, pro: requests, window, daily: None, retry_after: false }
    }

    /// The same limit with another number for the Free tier.
    #[must_use]
    pub fn with_free(mut self, requests: u32) -> Self {
        self.free = requests;
        self
    }

    /// The same limit, and so many requests a day.
    #[must_use]
    pub fn with_daily(mut self, requests: u32) -> Self {
        self.daily = Some(requests);
        self
    }

    /// The same limit, saying `Retry-After` in a 429.
    #[must_use]
    pub fn with_retry_after(mut self) -> Self {
        self.retry_after = true;
        self
    }
}

impl Default for RateLimit {
    fn default() -> Self {
        Self::new(1_000_000, Duration::from_secs(60))
    }
}

/// What is left to a key after a request; the headers say so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Quota {
    pub(crate) limit: u32,
    pub(crate) remaining: u32,
    /// When the window ends, in Unix seconds, rounded up.
    pub(crate) reset: i64,
    /// Whether this request was one too many.
    pub(crate) exceeded: bool,
}

/// The windows that are open, by key.
#[derive(Debug, Default)]
pub(crate) struct Limiter {
    windows: HashMap<KeyTier, Window>,
    days: HashMap<KeyTier, Window>,
}

#[derive(Clone, Copy, Debug)]
struct Window {
    began: DateTime<Utc>,
    used: u32,
}

impl Limiter {
    /// Counts one request. Of two limits the headers tell the one of which less is left.
    pub(crate) fn take(&mut self, key: KeyTier, rules: &RateLimit, now: DateTime<Utc>) -> Quota {
        let length = TimeDelta::from_std(rules.window).unwrap_or(TimeDelta::MAX);
        let limit = if key == KeyTier::Pro { rules.pro } else { rules.free };
        let window = self.windows.entry(key).or_insert(Window { began: now, used: 0 });
        // A window from the future is left over from before the clock was set back.
        if now - window.began >= length || window.began > now {
            *window = Window { began: now, used: 0 };
        }
        let in_window = window.take(limit, length);
        let midnight = now.duration_trunc(TimeDelta::days(1)).unwrap_or(now);
        let day = self.days.entry(key).or_insert(Window { began: midnight, used: 0 });
        if day.began != midnight {
            *day = Window { began: midnight, used: 0 };
        }
        let in_day = day.take(rules.daily.unwrap_or(u32::MAX), TimeDelta::days(1));
        let tightness = |quota: &Quota| (quota.exceeded, Reverse(quota.remaining));
        if tightness(&in_day) > tightness(&in_window) { in_day } else { in_window }
    }
}

impl Window {
    /// Counts one request.
    fn take(&mut self, limit: u32, length: TimeDelta) -> Quota {
        let exceeded = self.used >= limit;
        self.used = self.used.saturating_add(1);
        let remaining = limit.saturating_sub(self.used);
        Quota { limit, remaining, reset: reset(self.began, length), exceeded }
    }
}

/// The end of a window in Unix seconds, rounded up so that who waits for it has waited long enough.
fn reset(began: DateTime<Utc>, length: TimeDelta) -> i64 {
    let end = began.checked_add_signed(length).unwrap_or(DateTime::<Utc>::MAX_UTC);
    end.timestamp() + i64::from(end.timestamp_subsec_nanos() > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_down_refuses_and_starts_again() {
        let rules = RateLimit::new(2, Duration::from_secs(10));
        let start = DateTime::from_timestamp(1_000, 500_000_000).unwrap();
        let mut limiter = Limiter::default();
        let mut take = |key, seconds| limiter.take(key, &rules, start + TimeDelta::seconds(seconds));

        let first = take(KeyTier::Pro, 0);
        assert_eq!(first, Quota { limit: 2, remaining: 1, reset: 1_011, exceeded: false });
        assert!(!take(KeyTier::Pro, 1).exceeded);
        assert!(take(KeyTier::Pro, 9).exceeded);
        assert!(!take(KeyTier::Free, 9).exceeded, "keys do not share a window");
        assert_eq!(take(KeyTier::Pro, 10), Quota { limit: 2, remaining: 1, reset: 1_021, exceeded: false });
    }

    #[test]
    fn a_day_ends_at_midnight_and_the_tighter_limit_is_told() {
        let rules = RateLimit::new(2, Duration::from_secs(60)).with_daily(3);
        let evening = DateTime::from_timestamp(86_400 - 120, 0).unwrap();
        let mut limiter = Limiter::default();
        let mut take = |seconds| limiter.take(KeyTier::Pro, &rules, evening + TimeDelta::seconds(seconds));

        assert_eq!((take(0).limit, take(0).remaining), (2, 0));
        assert_eq!(take(60), Quota { limit: 3, remaining: 0, reset: 86_400, exceeded: false });
        let refused = take(61);
        assert_eq!((refused.exceeded, refused.reset), (true, 86_400));
        assert_eq!(take(120), Quota { limit: 2, remaining: 1, reset: 86_460, exceeded: false });
    }
}
