//! What a reader can make of values that are written in another way than the specification asks for.

use chrono::{DateTime, NaiveDateTime};

use crate::Timestamp;

/// A time with an offset from UTC, a space or letters in lower case, as the specification writes it; one that has no
/// offset at all is taken for UTC.
///
/// No digit of a second is lost.
pub(super) fn timestamp(text: &str) -> Option<String> {
    // A leap second is no second of the calendar that others know.
    if text.contains(":60") {
        return None;
    }
    let with_offset = DateTime::parse_from_rfc3339(text).ok().map(|time| time.to_utc());
    let without = || {
        Some(
            NaiveDateTime::parse_from_str(&text.replacen(' ', "T", 1), "%Y-%m-%dT%H:%M:%S%.f")
                .ok()?
                .and_utc(),
        )
    };
    let in_millis = Timestamp::from_millis(with_offset.or_else(without)?).to_string();
    let fraction = text.get(19..)?.strip_prefix('.').unwrap_or_default();
    let end = fraction.bytes().position(|byte| !byte.is_ascii_digit()).unwrap_or(fraction.len());
    match fraction.get(..end)? {
        digits if digits.len() > 3 => Some(format!("{}.{digits}Z", in_millis.get(..19)?)),
        _ => Some(in_millis),
    }
}

/// What a reader puts in the place of a required property that is missing.
pub(super) fn missing(name: &str) -> Option<&'static str> {
    Some(match name {
        "spec_version" => "add `\"spec_version\": \"2.1\"`",
        "created" => "add when the object was first stored, not when it is read",
        "modified" => "add the time of `created`, or when the object was last changed",
        "pattern_type" => "add `\"pattern_type\": \"stix\"` if the pattern is one",
        _ => return None,
    })
}

/// What people write so that nobody follows a value, and what it stands for.
const DEFANGED: [(&str, &str); 13] = [
    ("[.]", "."),
    ("(.)", "."),
    ("{.}", "."),
    ("[dot]", "."),
    ("(dot)", "."),
    ("[@]", "@"),
    ("(@)", "@"),
    ("[at]", "@"),
    ("(at)", "@"),
    ("[:]", ":"),
    ("[://]", "://"),
    ("[/]", "/"),
    ("\\.", "."),
];

/// The value that was changed so that nobody follows it by mistake; none if nothing was changed.
pub(super) fn refanged(text: &str) -> Option<String> {
    let mut value = text.to_owned();
    for (defanged, meant) in DEFANGED {
        value = value.replace(defanged, meant);
    }
    for (defanged, meant) in [("hxxp", "http"), ("hXXp", "http"), ("HXXP", "http"), ("fxp:", "ftp:")] {
        if let Some(rest) = value.strip_prefix(defanged) {
            value = format!("{meant}{rest}");
        }
    }
    (value != text).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_keep_their_instant_and_their_digits() {
        for (text, expected) in [
            ("2024-01-15T10:00:00+00:00", "2024-01-15T10:00:00.000Z"),
            ("2024-01-15T10:00:00.5+02:00", "2024-01-15T08:00:00.500Z"),
            ("2024-01-15 10:00:00Z", "2024-01-15T10:00:00.000Z"),
            ("2024-01-15 10:00:00.25", "2024-01-15T10:00:00.250Z"),
            ("2024-01-15T10:00:00", "2024-01-15T10:00:00.000Z"),
            ("2024-01-15t10:00:00.123456z", "2024-01-15T10:00:00.123456Z"),
            ("2024-01-01T00:30:00.1234567891+01:00", "2023-12-31T23:30:00.1234567891Z"),
        ] {
            assert_eq!(timestamp(text).as_deref(), Some(expected), "{text}");
            assert!(expected.parse::<Timestamp>().is_ok());
        }
        for text in ["2024-1-5T10:00:00", "2024-01-15", "1705312800", "2016-12-31T23:59:60+00:00", ""] {
            assert_eq!(timestamp(text), None, "{text}");
        }
    }

    #[test]
    fn values_are_given_back_their_teeth() {
        for (text, expected) in [
            ("hxxps://example[.]com/a", "https://example.com/a"),
            ("example(dot)com", "example.com"),
            ("jane[@]example[.]com", "jane@example.com"),
            ("hxxp[://]example.com", "http://example.com"),
            ("192[.]0[.]2[.]1", "192.0.2.1"),
        ] {
            assert_eq!(refanged(text).as_deref(), Some(expected));
        }
        assert_eq!(refanged("http://example.com/?a[0]=hxxp"), None);
    }
}
