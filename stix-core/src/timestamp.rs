//! Timestamps: RFC 3339 in UTC, with the precision that their writer gave (STIX 2.1 section 2.16).

use std::{
    cmp::Ordering,
    fmt,
    hash::{Hash, Hasher},
    str::FromStr,
};

use chrono::{DateTime, Datelike, NaiveDate, SubsecRound, Timelike, Utc};

use crate::schema::{Kind, Property};

/// An instant in UTC that remembers how many digits of a second it was written with.
///
/// Equality, order and hash are those of the instant: `.5Z` equals `.500Z`.
/// Printing gives back the digits that were read, however many.
///
/// ```
/// use stix_core::Timestamp;
///
/// let a: Timestamp = "2024-01-15T10:00:00.5Z".parse()?;
/// let b: Timestamp = "2024-01-15T10:00:00.500Z".parse()?;
/// assert_eq!(a, b);
/// assert_eq!(b.to_string(), "2024-01-15T10:00:00.500Z");
/// # Ok::<(), stix_core::TimestampError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Timestamp {
    instant: DateTime<Utc>,
    /// How many of the nine digits that `instant` can hold were written.
    digits: u8,
    /// The digits after the ninth, as written.
    beyond: Option<Box<str>>,
}

/// How many digits of a second a [`DateTime`] holds.
const HELD_DIGITS: usize = 9;

impl Timestamp {
    /// The instant in milliseconds, as `created` and `modified` are usually written.
    ///
    /// What is finer than a millisecond is cut off.
    pub fn from_millis(instant: DateTime<Utc>) -> Self {
        Self { instant: instant.trunc_subsecs(3), digits: 3, beyond: None }
    }

    /// The instant, to the nanosecond.
    pub fn instant(&self) -> DateTime<Utc> {
        self.instant
    }

    /// How many digits of a second were written.
    ///
    /// ```
    /// use stix_core::Timestamp;
    ///
    /// let time: Timestamp = "2024-01-15T10:00:00.1230Z".parse()?;
    /// assert_eq!(time.precision(), 4);
    /// assert_eq!(Timestamp::from_millis(time.instant()).to_string(), "2024-01-15T10:00:00.123Z");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn precision(&self) -> usize {
        usize::from(self.digits) + self.beyond.as_ref().map_or(0, |digits| digits.len())
    }

    /// A text whose byte order is the order of the instants, for use as a key in a store.
    ///
    /// ```
    /// # use stix_core::Timestamp;
    /// let key = |text: &str| text.parse::<Timestamp>().map(|time| time.sort_key());
    /// assert_eq!(key("2024-01-15T10:00:00.500Z")?, key("2024-01-15T10:00:00.5Z")?);
    /// assert!(key("2024-01-15T10:00:00Z")? < key("2024-01-15T10:00:00.5Z")?);
    /// # Ok::<(), stix_core::TimestampError>(())
    /// ```
    pub fn sort_key(&self) -> String {
        let text = self.to_string();
        let text = text.trim_end_matches('Z');
        match text.contains('.') {
            true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
            false => text.to_owned(),
        }
    }

    fn beyond(&self) -> &str {
        self.beyond.as_deref().unwrap_or_default()
    }
}

impl FromStr for Timestamp {
    type Err = TimestampError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = |kind| TimestampError { kind, text: text.into() };
        let (seconds, fraction) = split(text).ok_or_else(|| error(TimestampErrorKind::Form))?;
        let [year, month, day, hour, minute, second] = seconds;
        let (held, beyond) = fraction.split_at(fraction.len().min(HELD_DIGITS));
        let nanos = decimal(held).unwrap_or_default() * 10_u32.pow((HELD_DIGITS - held.len()) as u32);
        let instant = i32::try_from(year)
            .ok()
            .and_then(|year| NaiveDate::from_ymd_opt(year, month, day))
            .and_then(|date| date.and_hms_nano_opt(hour, minute, second, nanos))
            .ok_or_else(|| error(TimestampErrorKind::Calendar))?;
        Ok(Self {
            instant: instant.and_utc(),
            digits: held.len() as u8,
            beyond: (!beyond.is_empty()).then(|| beyond.into()),
        })
    }
}

/// Splits `YYYY-MM-DDThh:mm:ss[.s+]Z` into its numbers and the digits of the fraction.
fn split(text: &str) -> Option<([u32; 6], &str)> {
    const SEPARATORS: [(usize, u8); 5] = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':')];
    let bytes = text.as_bytes();
    if SEPARATORS.iter().any(|(at, separator)| bytes.get(*at) != Some(separator)) {
        return None;
    }
    let number = |range: std::ops::Range<usize>| decimal(text.get(range)?);
    let numbers =
        [number(0..4)?, number(5..7)?, number(8..10)?, number(11..13)?, number(14..16)?, number(17..19)?];
    let fraction = match text.get(19..)?.strip_suffix('Z')? {
        "" => "",
        rest => rest.strip_prefix('.').filter(|digits| !digits.is_empty())?,
    };
    fraction.bytes().all(|byte| byte.is_ascii_digit()).then_some((numbers, fraction))
}

/// A number of up to nine decimal digits; `parse` alone would accept a plus sign.
fn decimal(digits: &str) -> Option<u32> {
    digits.bytes().try_fold(0_u32, |number, byte| match byte {
        b'0'..=b'9' => number.checked_mul(10)?.checked_add(u32::from(byte - b'0')),
        _ => None,
    })
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (date, time) = (self.instant.date_naive(), self.instant.time());
        let mut text = *b"0000-00-00T00:00:00.000000000";
        // By hand, since timestamps are most of what is printed, and formatting takes ten times as long.
        for (place, number) in [
            (0..4, date.year().unsigned_abs()),
            (5..7, date.month()),
            (8..10, date.day()),
            (11..13, time.hour()),
            (14..16, time.minute()),
            (17..19, time.second()),
            (20..29, time.nanosecond()),
        ] {
            fill(text.get_mut(place).unwrap_or_default(), number);
        }
        let end = match usize::from(self.digits) {
            0 => 19,
            digits => 20 + digits,
        };
        let text = text.get(..end).and_then(|text| std::str::from_utf8(text).ok());
        f.write_str(text.ok_or(fmt::Error)?)?;
        f.write_str(self.beyond())?;
        f.write_str("Z")
    }
}

/// Fills a place with the digits of a number.
fn fill(place: &mut [u8], mut number: u32) {
    for digit in place.iter_mut().rev() {
        *digit = b'0' + (number % 10) as u8;
        number /= 10;
    }
}

impl From<DateTime<Utc>> for Timestamp {
    fn from(instant: DateTime<Utc>) -> Self {
        Self::from_millis(instant)
    }
}

impl From<&Self> for Timestamp {
    fn from(timestamp: &Self) -> Self {
        timestamp.clone()
    }
}

impl PartialEq for Timestamp {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Timestamp {}

impl PartialOrd for Timestamp {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Timestamp {
    fn cmp(&self, other: &Self) -> Ordering {
        let (ours, theirs) = (self.beyond().trim_end_matches('0'), other.beyond().trim_end_matches('0'));
        self.instant.cmp(&other.instant).then_with(|| ours.cmp(theirs))
    }
}

impl Hash for Timestamp {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.instant.hash(state);
        self.beyond().trim_end_matches('0').hash(state);
    }
}

impl Property for Timestamp {
    const KIND: &'static Kind = &Kind::Timestamp;
}

crate::values::text_serde!(Timestamp, "a timestamp such as `2024-01-15T10:00:00.000Z`");

/// Why a text is not a timestamp.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimestampError {
    kind: TimestampErrorKind,
    text: Box<str>,
}

/// The rules that a timestamp can break.
///
/// ```
/// use stix_core::{Timestamp, timestamp::TimestampErrorKind};
///
/// let error = "2023-02-29T00:00:00Z".parse::<Timestamp>().unwrap_err();
/// assert_eq!(error.kind(), TimestampErrorKind::Calendar);
/// assert!(!error.help().is_empty());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TimestampErrorKind {
    /// The text is not of the form `YYYY-MM-DDThh:mm:ss[.s+]Z`.
    Form,
    /// The form is right, the day or the time does not exist.
    ///
    /// The second 60 counts as such: RFC 3339 knows leap seconds, but no widely used STIX
    /// implementation reads one.
    Calendar,
}

impl TimestampError {
    /// Which rule is broken.
    pub fn kind(&self) -> TimestampErrorKind {
        self.kind
    }

    /// What to write instead.
    pub fn help(&self) -> &'static str {
        match self.kind {
            TimestampErrorKind::Form => {
                "write UTC as `YYYY-MM-DDThh:mm:ss.sssZ`, with capital T and Z and without an offset"
            }
            TimestampErrorKind::Calendar => "write a day and a time that exist",
        }
    }
}

impl fmt::Display for TimestampError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.kind {
            TimestampErrorKind::Form => "is not of the form `YYYY-MM-DDThh:mm:ss.sssZ`",
            TimestampErrorKind::Calendar => "is no day or time that exists",
        };
        write!(f, "timestamp `{}` {what}", self.text)
    }
}

impl std::error::Error for TimestampError {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn keeps_every_written_digit() {
        for text in [
            "2024-01-15T10:00:00Z",
            "2024-01-15T10:00:00.0Z",
            "2024-01-15T10:00:00.500Z",
            "2024-02-29T23:59:59.123456789Z",
            "2024-01-15T10:00:00.1234567890123Z",
            "0001-01-01T00:00:00.000Z",
            "9999-12-31T23:59:59.999Z",
        ] {
            assert_eq!(read(text).to_string(), text);
        }
    }

    #[test]
    fn compares_instants() {
        assert_eq!(read("2024-01-15T10:00:00Z"), read("2024-01-15T10:00:00.000Z"));
        assert_eq!(read("2024-01-15T10:00:00.123456789Z"), read("2024-01-15T10:00:00.1234567890Z"));
        assert!(read("2024-01-15T10:00:00.123456789Z") < read("2024-01-15T10:00:00.1234567891Z"));
        assert!(read("2024-01-15T10:00:00.9Z") < read("2024-01-15T10:00:01Z"));
    }

    #[test]
    fn names_the_broken_rule() {
        use TimestampErrorKind::{Calendar, Form};
        for (text, kind) in [
            ("", Form),
            ("2024-01-15", Form),
            ("2024-01-15T10:00:00", Form),
            ("2024-01-15 10:00:00Z", Form),
            ("2024-01-15t10:00:00z", Form),
            ("2024-01-15T10:00:00+00:00", Form),
            ("2024-01-15T10:00:00.Z", Form),
            ("2024-01-15T10:00:00.+5Z", Form),
            ("+024-01-15T10:00:00Z", Form),
            ("2024-1-15T10:00:00Z", Form),
            ("2023-02-29T10:00:00Z", Calendar),
            ("2024-13-01T10:00:00Z", Calendar),
            ("2016-12-31T23:59:60Z", Calendar),
            ("2024-01-15T24:00:00Z", Calendar),
        ] {
            assert_eq!(text.parse::<Timestamp>().unwrap_err().kind(), kind, "{text}");
        }
    }

    proptest! {
        #[test]
        fn sort_keys_order_as_instants(a in "20[0-9]{2}-0[1-9]-0[1-9]T1[0-9]:0[0-9]:0[0-9](\\.[0-9]{1,12})?Z",
                                       b in "20[0-9]{2}-0[1-9]-0[1-9]T1[0-9]:0[0-9]:0[0-9](\\.[0-9]{1,12})?Z") {
            let (a, b) = (read(&a), read(&b));
            prop_assert_eq!(a.cmp(&b), a.sort_key().cmp(&b.sort_key()));
        }

        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,40}") {
            if let Ok(time) = text.parse::<Timestamp>() {
                prop_assert_eq!(time.to_string(), text);
            }
        }
    }
}
