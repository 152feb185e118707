//! The `timestamp` of TAXII 2.1 (section 2): RFC 3339 in UTC, written with six fractional digits.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use serde::{Serialize, Serializer};

/// An instant as TAXII writes it: `YYYY-MM-DDTHH:MM:SS.ssssssZ`.
///
/// Printing always gives six fractional digits and `Z`. Parsing is more tolerant, because clients are not
/// exact: none to nine digits, and `+00:00` for `Z`. Digits after the sixth are read but not printed.
///
/// ```
/// use taxii_server::wire::Timestamp;
///
/// let timestamp: Timestamp = "2026-01-02T03:04:05.6+00:00".parse().unwrap();
/// assert_eq!(timestamp.to_string(), "2026-01-02T03:04:05.600000Z");
/// assert!("2026-01-02 03:04:05Z".parse::<Timestamp>().is_err());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(DateTime<Utc>);

/// The text is not a timestamp.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimestampError;

impl Timestamp {
    /// The timestamp of an instant.
    pub fn new(instant: DateTime<Utc>) -> Self {
        Self(instant)
    }

    /// The timestamp that is `millis` milliseconds after 1970-01-01; beyond the years 0 to 9999, which cannot
    /// be written, the nearest one.
    pub fn from_millis(millis: i64) -> Self {
        let millis = millis.clamp(MIN_MILLIS, MAX_MILLIS);
        Self(DateTime::from_timestamp_millis(millis).unwrap_or(DateTime::UNIX_EPOCH))
    }

    /// The instant.
    pub fn instant(self) -> DateTime<Utc> {
        self.0
    }

    /// Whole milliseconds since 1970-01-01, rounded down.
    pub fn millis(self) -> i64 {
        self.0.timestamp_millis()
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.format("%Y-%m-%dT%H:%M:%S%.6fZ"))
    }
}

impl FromStr for Timestamp {
    type Err = TimestampError;

    fn from_str(text: &str) -> Result<Self, TimestampError> {
        let (date, rest) = text.split_once('T').ok_or(TimestampError)?;
        let time = rest.strip_suffix('Z').or_else(|| rest.strip_suffix("+00:00")).ok_or(TimestampError)?;
        let (clock, fraction) = match time.split_once('.') {
            Some((_, fraction)) if fraction.is_empty() || fraction.len() > 9 => return Err(TimestampError),
            Some((clock, fraction)) => (clock, fraction),
            None => (time, ""),
        };
        let [year, month, day] = numbers(date, '-', [4, 2, 2])?;
        let [hour, minute, second] = numbers(clock, ':', [2, 2, 2])?;
        let nanos = if fraction.is_empty() { 0 } else { digits(&format!("{fraction:0<9}"), 9)? };
        let year = i32::try_from(year).map_err(|_| TimestampError)?;
        let date = NaiveDate::from_ymd_opt(year, month, day).ok_or(TimestampError)?;
        let time = NaiveTime::from_hms_nano_opt(hour, minute, second, nanos).ok_or(TimestampError)?;
        Ok(Self(date.and_time(time).and_utc()))
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl fmt::Display for TimestampError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected a timestamp such as `2026-01-31T12:00:00.000000Z`")
    }
}

impl std::error::Error for TimestampError {}

const MIN_MILLIS: i64 = -62_167_219_200_000; // 0000-01-01T00:00:00.000Z
const MAX_MILLIS: i64 = 253_402_300_799_999; // 9999-12-31T23:59:59.999Z

/// Three numbers with exactly these many digits.
fn numbers(text: &str, separator: char, lengths: [usize; 3]) -> Result<[u32; 3], TimestampError> {
    let mut parts = text.split(separator);
    let mut numbers = [0; 3];
    for (number, length) in numbers.iter_mut().zip(lengths) {
        *number = digits(parts.next().ok_or(TimestampError)?, length)?;
    }
    if parts.next().is_some() { Err(TimestampError) } else { Ok(numbers) }
}

fn digits(text: &str, length: usize) -> Result<u32, TimestampError> {
    if text.len() != length || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(TimestampError);
    }
    text.parse().map_err(|_| TimestampError)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepted_spellings() {
        let cases = [
            ("2026-01-02T03:04:05Z", "2026-01-02T03:04:05.000000Z"),
            ("2026-01-02T03:04:05.1Z", "2026-01-02T03:04:05.100000Z"),
            ("2026-01-02T03:04:05.123Z", "2026-01-02T03:04:05.123000Z"),
            ("2026-01-02T03:04:05.123456789Z", "2026-01-02T03:04:05.123456Z"),
            ("2026-01-02T03:04:05+00:00", "2026-01-02T03:04:05.000000Z"),
            ("2026-01-02T03:04:05.5+00:00", "2026-01-02T03:04:05.500000Z"),
            ("0000-01-01T00:00:00Z", "0000-01-01T00:00:00.000000Z"),
            ("9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z"),
        ];
        for (text, printed) in cases {
            let timestamp: Timestamp = text.parse().unwrap();
            assert_eq!(timestamp.to_string(), printed, "{text}");
            assert_eq!(printed.parse::<Timestamp>().unwrap().to_string(), printed);
        }
    }

    #[test]
    fn refused_spellings() {
        let cases = [
            "",
            "2026",
            "2026-01-02",
            "2026-01-02T03:04:05",
            "2026-01-02 03:04:05Z",
            "2026-01-02t03:04:05Z",
            "2026-01-02T03:04:05z",
            "2026-01-02T03:04:05.Z",
            "2026-01-02T03:04:05.1234567890Z",
            "2026-01-02T03:04:05+01:00",
            "2026-1-02T03:04:05Z",
            "2026-13-02T03:04:05Z",
            "2026-02-30T03:04:05Z",
            "2026-01-02T24:00:00Z",
            "2026-01-02T03:04:60Z",
            "2026-01-02T03:04:05.1.2Z",
            "2026-01-02T03:04:05.+1Z",
            "1767323045",
        ];
        for text in cases {
            assert_eq!(text.parse::<Timestamp>(), Err(TimestampError), "{text}");
        }
    }

    #[test]
    fn milliseconds_are_rounded_down() {
        let timestamp: Timestamp = "1969-12-31T23:59:59.9995Z".parse().unwrap();
        assert_eq!(timestamp.millis(), -1);
        assert_eq!(Timestamp::from_millis(i64::MAX).to_string(), "9999-12-31T23:59:59.999000Z");
    }
}
