//! Times as feeds write them: RFC 3339 with offsets, spaces or no fraction.

use std::ops::{Range, RangeInclusive};

use chrono::{DateTime, Datelike, NaiveDateTime, Utc};
use stix_core::Timestamp;

/// Reads a time. One that is a STIX timestamp keeps its digits; any other is written in milliseconds.
pub(super) fn read(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if let Ok(time) = text.parse() {
        return Some(time);
    }
    let instant = DateTime::parse_from_rfc3339(text).map(|time| time.to_utc()).ok();
    let naive = || {
        let forms = ["%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f"];
        forms
            .iter()
            .find_map(|form| NaiveDateTime::parse_from_str(text, form).ok())
            .map(|time| time.and_utc())
    };
    instant.or_else(naive).filter(|time| YEARS.contains(&time.year())).map(Timestamp::from_millis)
}

/// The years that a timestamp of STIX can have. Sums of such a time and a duration can be computed.
const YEARS: RangeInclusive<i32> = 0..=9999;

/// Whether sums with a time that the store has kept can be computed.
pub(super) fn is_ordinary(time: DateTime<Utc>) -> bool {
    YEARS.contains(&time.year())
}

/// The years in which a service can say that it answers, or that a feed was read.
const OF_SERVICES: Range<i32> = 1990..2200;

/// Returns a time at which a service says that it answers, if it can be one.
pub(super) fn of_service(time: DateTime<Utc>) -> Option<DateTime<Utc>> {
    Some(time).filter(|time| OF_SERVICES.contains(&time.year()))
}

/// The time as the feed's parameters want it.
pub(super) fn write(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Whatever a service writes, no sum with the longest of durations is beyond what can be computed.
        #[test]
        fn sums_with_any_time_read_can_be_computed(
            year in prop_oneof![-300_000..300_000_i32, -1..10_001_i32],
            rest in "[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,12})?(Z|[+-][0-9]{2}:[0-9]{2})?",
            sign in "[+]?",
        ) {
            let longest = TimeDelta::from_std(crate::duration::LONGEST).unwrap();
            for text in [format!("{year}-{rest}"), format!("{sign}{year:04}-{rest}"), rest.clone()] {
                if let Some(time) = read(&text).map(|time| time.instant()) {
                    prop_assert!(time.checked_add_signed(longest).and(time.checked_sub_signed(longest)).is_some());
                    prop_assert!(of_service(time).is_none_or(|time| (1990..2200).contains(&time.year())));
                }
            }
        }
    }

    #[test]
    fn reads_what_feeds_write() {
        let cases = [
            ("2024-01-15T10:00:00Z", Some("2024-01-15T10:00:00Z")),
            ("2024-01-15T10:00:00.123456Z", Some("2024-01-15T10:00:00.123456Z")),
            ("2024-01-15T10:00:00+00:00", Some("2024-01-15T10:00:00.000Z")),
            ("2024-01-15T12:00:00.5+02:00", Some("2024-01-15T10:00:00.500Z")),
            ("2024-01-15 10:00:00", Some("2024-01-15T10:00:00.000Z")),
            ("2024-01-15 10:00:00.25", Some("2024-01-15T10:00:00.250Z")),
            (" 2024-01-15T10:00:00 ", Some("2024-01-15T10:00:00.000Z")),
            ("2024-02-30T10:00:00Z", None),
            ("yesterday", None),
            ("", None),
        ];
        for (text, expected) in cases {
            assert_eq!(read(text).map(|time| time.to_string()).as_deref(), expected, "{text}");
        }
    }
}
