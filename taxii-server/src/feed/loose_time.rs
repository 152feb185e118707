//! Times as feeds write them: RFC 3339 with offsets, spaces or no fraction.

use chrono::{DateTime, NaiveDateTime, Utc};
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
    instant.or_else(naive).map(Timestamp::from_millis)
}

/// The time as the feed's parameters want it.
pub(super) fn write(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
}

#[cfg(test)]
mod tests {
    use super::*;

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
