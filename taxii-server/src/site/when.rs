//! Times and numbers as people read them.

use chrono::{DateTime, TimeDelta, Utc};

/// An instant, told by how long ago it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct When {
    instant: DateTime<Utc>,
    now: DateTime<Utc>,
}

impl When {
    /// An instant as it is seen now.
    pub(super) fn new(instant: DateTime<Utc>, now: DateTime<Utc>) -> Self {
        Self { instant, now }
    }

    /// How long ago it was, or how long it will take.
    pub(super) fn ago(&self) -> String {
        let past = self.now - self.instant;
        match past.num_seconds() {
            ..-10 => format!("in {}", span(-past)),
            // Dates of adding run a little ahead of the clock.
            -10..10 => "just now".to_owned(),
            10.. => format!("{} ago", span(past)),
        }
    }

    /// The element of HTML. There is nothing in it that comes from outside.
    pub(super) fn html(&self) -> String {
        let exact = self.instant.format("%Y-%m-%d %H:%M:%S UTC");
        let machine = self.instant.format("%Y-%m-%dT%H:%M:%SZ");
        format!("<time datetime=\"{machine}\" title=\"{exact}\">{}</time>", self.ago())
    }
}

/// The date and time of an instant, to the minute.
pub(super) fn minute(instant: DateTime<Utc>) -> String {
    instant.format("%Y-%m-%d %H:%M").to_string()
}

/// A length of time in the greatest unit of which there are at least two.
pub(super) fn span(length: TimeDelta) -> String {
    let seconds = length.num_seconds().max(0);
    let units = [(86_400, "days"), (3600, "hours"), (60, "minutes")];
    match units.into_iter().find(|(unit, _)| seconds >= 2 * unit) {
        Some((unit, name)) => {
            format!("{} {name}", grouped(u64::try_from(seconds / unit).unwrap_or_default()))
        }
        None if seconds == 1 => "1 second".to_owned(),
        None => format!("{seconds} seconds"),
    }
}

/// A number with commas between thousands.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_numbers_in_words() {
        let cases = [
            (0, "just now"),
            (-5, "just now"),
            (10, "10 seconds ago"),
            (119, "119 seconds ago"),
            (120, "2 minutes ago"),
            (7_199, "119 minutes ago"),
            (7_200, "2 hours ago"),
            (172_800, "2 days ago"),
            (-7_200, "in 2 hours"),
            (172_800_000, "2,000 days ago"),
        ];
        let now = DateTime::from_timestamp_millis(1_767_225_600_000).unwrap();
        for (seconds, text) in cases {
            assert_eq!(When::new(now - TimeDelta::seconds(seconds), now).ago(), text);
        }
        let numbers = [(0, "0"), (999, "999"), (1000, "1,000"), (1_234_567, "1,234,567")];
        for (number, text) in numbers {
            assert_eq!(grouped(number), text);
        }
    }
}
