//! Points in time (STIX 2.1, section 2.16) as numbers, so that they can be compared and added.

/// A point in time in UTC, to the nanosecond.
///
/// ```
/// use stix_pattern::matcher::Instant;
///
/// let instant = Instant::parse("2020-01-31T12:00:00.5Z").unwrap();
/// assert_eq!(Instant::parse("2020-01-31T12:00:00.500Z"), Some(instant));
/// assert_eq!(instant.nanoseconds(), 1_580_472_000_500_000_000);
/// assert_eq!(Instant::parse("2020-02-30T12:00:00Z"), None);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(i128);

const NANOSECONDS: i128 = 1_000_000_000;

impl Instant {
    /// The instant this many nanoseconds after (or before) the start of 1970. `None` more than about five hundred
    /// thousand years away from it.
    #[must_use]
    pub fn from_nanoseconds(nanoseconds: i128) -> Option<Self> {
        (nanoseconds.unsigned_abs() < 1 << 94).then_some(Self(nanoseconds))
    }

    /// Reads `YYYY-MM-DDThh:mm:ss[.s+]Z`; `None` for other text, and for a day that does not exist. Digits beyond
    /// the ninth of a second are dropped, and a leap second is the first second of the next minute.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        let (head, tail) = bytes.split_at_checked(19)?;
        let separators = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':')];
        if separators.iter().any(|(at, separator)| head.get(*at) != Some(separator)) {
            return None;
        }
        let field = |from: usize, to: usize| head.get(from..to).and_then(number);
        let (year, month, day) = (field(0, 4)?, field(5, 7)?, field(8, 10)?);
        let (hour, minute, second) = (field(11, 13)?, field(14, 16)?, field(17, 19)?);
        if day == 0 || day > days_of_month(year, month)? || hour > 23 || minute > 59 || second > 60 {
            return None;
        }
        let seconds = ((days_before(year, month, day) * 24 + hour) * 60 + minute) * 60 + second;
        Some(Self(i128::from(seconds) * NANOSECONDS + i128::from(fraction(tail)?)))
    }

    /// How many nanoseconds after the start of 1970 it is.
    #[must_use]
    pub const fn nanoseconds(self) -> i128 {
        self.0
    }
}

/// The nanoseconds that `.s+Z` or `Z` stands for.
fn fraction(tail: &[u8]) -> Option<i64> {
    let digits = match tail.strip_suffix(b"Z")? {
        b"" => return Some(0),
        tail => tail.strip_prefix(b".")?,
    };
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let padded = digits.iter().copied().chain(std::iter::repeat(b'0'));
    Some(padded.take(9).fold(0, |value, digit| value * 10 + i64::from(digit - b'0')))
}

fn number(digits: &[u8]) -> Option<i64> {
    digits
        .iter()
        .try_fold(0, |value, digit| digit.is_ascii_digit().then(|| value * 10 + i64::from(digit - b'0')))
}

fn days_of_month(year: i64, month: i64) -> Option<i64> {
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => Some(31),
        4 | 6 | 9 | 11 => Some(30),
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => Some(29),
        2 => Some(28),
        _ => None,
    }
}

/// The days from 1970-01-01 to the given one, in the Gregorian calendar. Counting years from March puts the leap day
/// last, which makes the days before a month a linear function of it.
fn days_before(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    year * 365 + leap_days + (month * 153 + 2) / 5 + day - 1 - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(text: &str) -> i128 {
        Instant::parse(text).unwrap().nanoseconds() / NANOSECONDS
    }

    #[test]
    fn instants_count_from_1970() {
        for (text, expected) in [
            ("1970-01-01T00:00:00Z", 0),
            ("1969-12-31T23:59:59Z", -1),
            ("2000-02-29T00:00:00Z", 951_782_400),
            ("2000-03-01T00:00:00Z", 951_868_800),
            ("0001-01-01T00:00:00Z", -62_135_596_800),
            ("9999-12-31T23:59:59Z", 253_402_300_799),
            ("2016-12-31T23:59:60Z", 1_483_228_800),
        ] {
            assert_eq!(seconds(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_instant_is_refused() {
        for text in [
            "",
            "2020-01-01",
            "2020-01-01T00:00:00",
            "2020-01-01T00:00:00.Z",
            "2020-01-01 00:00:00Z",
            "2020-01-01T00:00:00+00:00",
            "2020-13-01T00:00:00Z",
            "2020-00-01T00:00:00Z",
            "2020-01-00T00:00:00Z",
            "2021-02-29T00:00:00Z",
            "1900-02-29T00:00:00Z",
            "2020-01-01T24:00:00Z",
            "2020-01-01T00:60:00Z",
            "2020-01-01T00:00:61Z",
            "+020-01-01T00:00:00Z",
            "2020-01-01T00:00:0éZ",
        ] {
            assert_eq!(Instant::parse(text), None, "{text}");
        }
    }
}
