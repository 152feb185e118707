//! Durations as they are written in the settings: a whole number and a unit, as in `500ms`, `2s`, `10m`,
//! `12h`, `30d`.

use std::fmt;
use std::time::Duration;

use chrono::TimeDelta;
use serde::de::Visitor;
use serde::{Deserialize, Deserializer};

/// The longest duration of a setting. With it no sum of a time and a duration is beyond what can be computed.
pub const LONGEST: Duration = Duration::from_secs(36_500 * 24 * 60 * 60);

/// Reads a duration, which is at most [`LONGEST`].
///
/// ```
/// use std::time::Duration;
/// use taxii_server::duration::parse;
///
/// assert_eq!(parse("10m"), Ok(Duration::from_secs(600)));
/// assert!(parse("10").is_err());
/// ```
pub fn parse(text: &str) -> Result<Duration, String> {
    let expected =
        || format!("expected a duration such as `500ms`, `2s`, `10m`, `12h` or `30d`, not `{text}`");
    let digits = text.trim_end_matches(|character: char| character.is_ascii_alphabetic());
    let unit: u64 = match text.get(digits.len()..).unwrap_or_default() {
        "ms" => 1,
        "s" => 1000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return Err(expected()),
    };
    let count: u64 = digits.parse().map_err(|_| expected())?;
    let duration = count.checked_mul(unit).map(Duration::from_millis).ok_or_else(expected)?;
    match duration > LONGEST {
        true => Err(format!("`{text}` is longer than `36500d`, a hundred years")),
        false => Ok(duration),
    }
}

/// Returns a length of time in its two greatest units.
///
/// ```
/// use chrono::TimeDelta;
/// use taxii_server::duration::in_words;
///
/// for (seconds, text) in [(0, "0 s"), (59, "59 s"), (61, "1 min 1 s"), (7300, "2 h 1 min"), (90_000, "1 d 1 h")] {
///     assert_eq!(in_words(TimeDelta::seconds(seconds)), text);
/// }
/// ```
pub fn in_words(length: TimeDelta) -> String {
    let seconds = length.num_seconds();
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds} s"),
        (0, 0, minutes) => format!("{minutes} min {} s", seconds % 60),
        (0, hours, minutes) => format!("{hours} h {minutes} min"),
        (days, hours, _) => format!("{days} d {hours} h"),
    }
}

/// For `#[serde(deserialize_with = "...")]` of a duration that may be missing.
pub fn optional<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Duration>, D::Error> {
    deserialize(deserializer).map(Some)
}

/// For `#[serde(deserialize_with = "...")]` of a duration, or the word `never`.
pub fn or_never<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Duration>, D::Error> {
    match String::deserialize(deserializer)?.as_str() {
        "never" => Ok(None),
        text => parse(text)
            .map(Some)
            .map_err(|problem| serde::de::Error::custom(format!("{problem}, or `never`"))),
    }
}

/// For `#[serde(with = "...")]`.
pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    struct Text;

    impl Visitor<'_> for Text {
        type Value = Duration;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a duration in quotes such as \"5m\"")
        }

        fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Duration, E> {
            parse(text).map_err(E::custom)
        }
    }

    deserializer.deserialize_str(Text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units() {
        let cases = [
            ("0s", Some(0)),
            ("500ms", Some(500)),
            ("2s", Some(2000)),
            ("1d", Some(86_400_000)),
            ("", None),
            ("s", None),
            ("1.5s", None),
            ("-1s", None),
            ("1 s", None),
            ("1w", None),
            ("99999999999999999999d", None),
            ("999999999999999999d", None),
            ("36500d", Some(36_500 * 86_400_000)),
            ("36501d", None),
        ];
        for (text, millis) in cases {
            assert_eq!(parse(text).ok(), millis.map(Duration::from_millis), "{text}");
        }
    }
}
