//! Days and times that exist (STIX 2.1, section 2.16, which follows RFC 3339).

use std::cmp::Ordering;

/// Whether a timestamp of the right form names a day of the calendar and a time of that day. A leap second is one at
/// the end of June or December only, where all of them have been.
pub(crate) fn exists(timestamp: &str) -> bool {
    let bytes = timestamp.as_bytes();
    let number = |from: usize, to: usize| {
        let digits = bytes.get(from..to).unwrap_or_default();
        digits.iter().fold(0, |number: u32, digit| number * 10 + u32::from(digit.wrapping_sub(b'0')))
    };
    let (year, month, day) = (number(0, 4), number(5, 7), number(8, 10));
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 if is_leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    let time = timestamp.get(5..19).unwrap_or_default();
    let is_leap_second = matches!(time, "06-30T23:59:60" | "12-31T23:59:60");
    day <= days && (number(17, 19) != 60 || is_leap_second)
}

/// Which of two timestamps of the right form is the earlier.
pub(crate) fn order(left: &str, right: &str) -> Ordering {
    parts(left).cmp(&parts(right))
}

/// The seconds, and the digits of the fraction that count.
fn parts(timestamp: &str) -> (&str, &str) {
    let (seconds, fraction) = timestamp.trim_end_matches('Z').split_at_checked(19).unwrap_or((timestamp, ""));
    (seconds, fraction.trim_end_matches('0').trim_end_matches('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_leap_seconds_are_those_of_the_calendar() {
        for real in
            ["2020-02-29T00:00:00Z", "2000-02-29T00:00:00Z", "2016-12-31T23:59:60Z", "2015-06-30T23:59:60.5Z"]
        {
            assert!(exists(real), "{real}");
        }
        for unreal in
            ["2023-02-29T00:00:00Z", "1900-02-29T00:00:00Z", "2023-04-31T00:00:00Z", "2016-12-31T23:58:60Z"]
        {
            assert!(!exists(unreal), "{unreal}");
        }
    }

    #[test]
    fn instants_are_compared_and_not_spellings() {
        assert_eq!(order("2020-01-01T00:00:00Z", "2020-01-01T00:00:00.000Z"), Ordering::Equal);
        assert_eq!(order("2020-01-01T00:00:00.5Z", "2020-01-01T00:00:00.49Z"), Ordering::Greater);
        assert_eq!(order("2020-01-01T00:00:00Z", "2020-01-01T00:00:00.001Z"), Ordering::Less);
    }
}
