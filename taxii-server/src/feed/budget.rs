//! How many requests may still be made: what the service says of its limit, and what the settings allow for a day.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use reqwest::header::HeaderMap;

use super::client::date;
use super::loose_time;
use crate::storage::supervision::{Quota, Spent};

/// The longest wait for the end of a limit that is believed, so that a wrong header does not end a feed.
const LONGEST: Duration = Duration::from_secs(24 * 3600);

/// What is assumed when a service says that nothing is left, but not until when.
const UNSAID: Duration = Duration::from_secs(60);

/// What is left of the requests of one key.
#[derive(Clone, Debug, Default)]
pub(super) struct Budget {
    /// The setting for a day.
    daily: Option<u32>,
    spent: Spent,
    told: Option<Quota>,
}

impl Budget {
    /// With so many requests a day, or with no limit but that of the service.
    pub(super) fn new(daily: Option<u32>) -> Self {
        Self { daily, ..Self::default() }
    }

    /// Goes on from what was spent and told before.
    pub(super) fn resume(&mut self, spent: Spent, told: Option<Quota>) {
        (self.spent, self.told) = (spent, told);
    }

    /// What was spent on the last day of requests.
    pub(super) fn spent(&self) -> Spent {
        self.spent
    }

    /// What the service last said.
    pub(super) fn told(&self) -> Option<Quota> {
        self.told
    }

    /// How long to wait before a request that leaves this share of each limit untouched; nothing when it may be made
    /// now. Some request is allowed in each window, however small its limit.
    pub(super) fn wait(&self, reserve: f64, now: DateTime<Utc>) -> Option<Duration> {
        let used_up = |quota: &Quota| quota.remaining <= kept(quota.limit, reserve);
        let limits = [self.told, self.today(now)].into_iter().flatten();
        // A limit that ends later was noted by a clock that was ahead, by this server or by the one before.
        let left = |quota: Quota| {
            quota
                .reset
                .signed_duration_since(now)
                .to_std()
                .ok()
                .filter(|left| !left.is_zero() && *left <= LONGEST)
        };
        limits.filter(used_up).filter_map(left).max()
    }

    /// Counts a request.
    pub(super) fn spend(&mut self, now: DateTime<Utc>) {
        let day = day(now);
        if self.spent.day != day {
            self.spent = Spent { day, requests: 0 };
        }
        self.spent.requests = self.spent.requests.saturating_add(1);
    }

    /// Takes note of the `X-RateLimit-*` headers of an answer.
    pub(super) fn listen(&mut self, headers: &HeaderMap, now: DateTime<Utc>) {
        let count = |name: &str| u32::try_from(number(headers, name)?.max(0)).ok();
        let Some(remaining) = count("x-ratelimit-remaining") else { return };
        let limit = count("x-ratelimit-limit").unwrap_or(remaining);
        let left = TimeDelta::from_std(reset_in(headers, now).unwrap_or(UNSAID)).unwrap_or_default();
        let reset = now.checked_add_signed(left).unwrap_or(now);
        self.told = Some(Quota { limit, remaining, reset });
    }

    /// The setting for a day as a limit that begins anew at midnight.
    fn today(&self, now: DateTime<Utc>) -> Option<Quota> {
        let spent = if self.spent.day == day(now) { self.spent.requests } else { 0 };
        let limit = self.daily?;
        let reset = DateTime::from_timestamp(day(now).checked_add(1)?.checked_mul(DAY)?, 0)?;
        Some(Quota { limit, remaining: limit.saturating_sub(spent), reset })
    }
}

/// Returns when a limit is lifted, if the answer says: `Retry-After` (RFC 9110, section 10.2.3), else `X-RateLimit-Reset`.
pub(super) fn lifted_in(headers: &HeaderMap, now: DateTime<Utc>) -> Option<Duration> {
    retry_after(headers, now).or_else(|| reset_in(headers, now))
}

/// `Retry-After` is in seconds, or a date by the clock of the service.
fn retry_after(headers: &HeaderMap, now: DateTime<Utc>) -> Option<Duration> {
    if let Some(seconds) = number(headers, "retry-after") {
        return Some(at_most_longest(seconds));
    }
    let text = headers.get("retry-after")?.to_str().ok()?.trim();
    let until = loose_time::of_service(DateTime::parse_from_rfc2822(text).ok()?.to_utc())?;
    let now = date(headers).unwrap_or(now);
    Some(at_most_longest(until.signed_duration_since(now).num_seconds()))
}

/// `X-RateLimit-Reset` is in Unix seconds by the clock of the service, so it is taken against that. Some services write
/// milliseconds, or the seconds that are left.
fn reset_in(headers: &HeaderMap, now: DateTime<Utc>) -> Option<Duration> {
    const FIRST_UNIX: i64 = 1_000_000_000;
    const FIRST_MILLIS: i64 = 100_000_000_000;
    let now = date(headers).unwrap_or(now).timestamp();
    let left = match number(headers, "x-ratelimit-reset")? {
        left @ ..FIRST_UNIX => left,
        seconds @ FIRST_UNIX..FIRST_MILLIS => seconds.saturating_sub(now),
        millis @ FIRST_MILLIS.. => (millis / 1000).saturating_sub(now),
    };
    Some(at_most_longest(left))
}

/// The wait of so many seconds, which are none if they are negative.
fn at_most_longest(seconds: i64) -> Duration {
    Duration::from_secs(seconds.max(0).unsigned_abs()).min(LONGEST)
}

/// How many requests of a limit are left untouched; never all of them.
fn kept(limit: u32, reserve: f64) -> u32 {
    // A share of a count is not greater than the count.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let kept = (f64::from(limit) * reserve.clamp(0.0, 1.0)) as u32;
    kept.min(limit.saturating_sub(1))
}

fn number(headers: &HeaderMap, name: &str) -> Option<i64> {
    headers.get(name)?.to_str().ok()?.trim().parse().ok()
}

const DAY: i64 = 24 * 3600;

fn day(now: DateTime<Utc>) -> i64 {
    now.timestamp().div_euclid(DAY)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use reqwest::header::{HeaderName, HeaderValue};

    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_767_225_600 + seconds, 0).unwrap()
    }

    fn headers(values: &[(&'static str, &str)]) -> HeaderMap {
        values.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    #[test]
    fn nothing_is_asked_when_nothing_is_left_until_the_reset() {
        let mut budget = Budget::new(None);
        assert_eq!(budget.wait(0.0, at(0)), None, "nothing was said yet");
        let reset = at(60).timestamp().to_string();
        let told = |remaining| {
            headers(&[
                ("x-ratelimit-limit", "10"),
                ("x-ratelimit-remaining", remaining),
                ("x-ratelimit-reset", &reset),
            ])
        };
        budget.listen(&told("5"), at(0));
        assert_eq!(budget.wait(0.0, at(0)), None);
        assert_eq!(budget.wait(0.5, at(0)), Some(Duration::from_secs(60)), "half is kept");
        budget.listen(&told("0"), at(20));
        assert_eq!(budget.wait(0.0, at(20)), Some(Duration::from_secs(40)));
        assert_eq!(budget.wait(0.0, at(60)), None);
    }

    #[test]
    fn the_reset_is_by_the_clock_of_the_service_and_never_absurd() {
        let cases = [
            // An hour ahead, and so is the reset.
            ("Thu, 01 Jan 2026 01:00:00 GMT", at(3630).timestamp().to_string(), 30),
            ("Thu, 01 Jan 2026 00:00:00 GMT", at(30).timestamp_millis().to_string(), 30),
            ("Thu, 01 Jan 2026 00:00:00 GMT", "30".to_owned(), 30),
            ("Thu, 01 Jan 2026 00:00:00 GMT", "99999999999".to_owned(), 86_400),
            ("Thu, 01 Jan 2026 00:00:00 GMT", at(-30).timestamp().to_string(), 0),
        ];
        for (date, reset, expected) in cases {
            let headers = headers(&[("date", date), ("x-ratelimit-reset", &reset)]);
            assert_eq!(lifted_in(&headers, at(0)), Some(Duration::from_secs(expected)), "{reset}");
        }
        let both = headers(&[("retry-after", "7"), ("x-ratelimit-reset", "30")]);
        assert_eq!(lifted_in(&both, at(0)), Some(Duration::from_secs(7)));
        assert_eq!(lifted_in(&headers(&[]), at(0)), None);
    }

    #[test]
    fn retry_after_is_read_as_seconds_and_as_date() {
        let cases = [
            ("7", Some(7)),
            ("-7", Some(0)),
            ("9223372036854775807", Some(86_400)),
            ("Thu, 01 Jan 2026 00:02:00 GMT", Some(60)),
            ("Thu, 01 Jan 2026 00:00:00 GMT", Some(0)),
            ("Sun, 01 Jan 2034 00:00:00 GMT", Some(86_400)),
            ("Fri, 31 Dec 9999 23:59:59 GMT", None),
            ("Wed, 31 Dec 262142 23:59:59 +0000", None),
            ("99999999999999999999", None),
            ("soon", None),
        ];
        for (text, expected) in cases {
            let headers = headers(&[("date", "Thu, 01 Jan 2026 00:01:00 GMT"), ("retry-after", text)]);
            assert_eq!(lifted_in(&headers, at(0)), expected.map(Duration::from_secs), "{text}");
        }
    }

    /// A clock that was years ahead for a moment, or a row that another version has kept.
    #[test]
    fn limit_that_ends_in_years_is_not_waited_for() {
        for reset in [at(86_401), at(4 * 365 * 86_400), DateTime::<Utc>::MAX_UTC, DateTime::<Utc>::MIN_UTC] {
            let mut budget = Budget::new(None);
            budget.resume(Spent::default(), Some(Quota { limit: 10, remaining: 0, reset }));
            assert_eq!(budget.wait(0.0, at(0)), None, "{reset}");
        }
    }

    proptest! {
        /// Whatever a service says and a store has kept, and whatever the clock shows, nothing is waited for longer than a day.
        #[test]
        fn any_headers_and_times_give_a_bounded_wait(
            values in proptest::collection::vec("([0-9]{0,20}|-[0-9]{1,19}|[ -~]{0,40}|[A-Z][a-z]{2}, [0-3][0-9] Jan [0-9]{4,6} [0-2][0-9]:00:00 GMT)", 5),
            now in any_time(),
            reset in any_time(),
            (limit, remaining, day, requests, daily) in any::<(u32, u32, i64, u32, Option<u32>)>(),
            reserve in any::<f64>(),
        ) {
            let names = ["date", "retry-after", "x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"];
            let headers = names.into_iter().zip(&values).filter_map(|(name, value)| {
                Some((HeaderName::from_static(name), HeaderValue::from_str(value).ok()?))
            }).collect();
            prop_assert!(lifted_in(&headers, now).is_none_or(|wait| wait <= LONGEST));
            let mut budget = Budget::new(daily);
            budget.resume(Spent { day, requests }, Some(Quota { limit, remaining, reset }));
            prop_assert!(budget.wait(reserve, now).is_none_or(|wait| wait <= LONGEST));
            budget.spend(now);
            budget.listen(&headers, now);
            prop_assert!(budget.wait(reserve, now).is_none_or(|wait| wait <= LONGEST));
        }
    }

    /// Any time of chrono, its extremes and those near now more often.
    fn any_time() -> impl Strategy<Value = DateTime<Utc>> {
        let (least, most) = (DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC);
        prop_oneof![
            Just(least),
            Just(most),
            (0..200_000_i64).prop_map(at),
            (least.timestamp()..=most.timestamp())
                .prop_map(|seconds| DateTime::from_timestamp(seconds, 0).unwrap()),
        ]
    }

    #[test]
    fn a_day_has_so_many_requests_also_after_a_restart() {
        let mut budget = Budget::new(Some(4));
        (0..2).for_each(|_| budget.spend(at(0)));
        assert_eq!(budget.wait(0.0, at(0)), None);
        assert_eq!(budget.wait(0.5, at(0)), Some(Duration::from_secs(86_400)));
        let mut restarted = Budget::new(Some(4));
        restarted.resume(budget.spent(), None);
        (0..2).for_each(|_| restarted.spend(at(10)));
        assert_eq!(restarted.wait(0.0, at(10)), Some(Duration::from_secs(86_390)));
        assert_eq!(restarted.wait(0.5, at(86_400)), None);
    }

    #[test]
    fn a_small_limit_leaves_one_request() {
        assert_eq!([kept(1, 0.5), kept(1, 1.0), kept(10, 0.25), kept(0, 0.5)], [0, 0, 2, 0]);
    }
}
