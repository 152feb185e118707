//! Stretches of the service's time, by which records are asked for.

use chrono::{DateTime, TimeDelta, Utc};

use super::client::Ask;

/// How far the question reaches beyond the end of a window, since services differ in whether the end belongs to it and
/// write whole seconds.
const SEAM: TimeDelta = TimeDelta::seconds(1);

/// A window is not cut into smaller ones than this.
const SMALLEST: TimeDelta = TimeDelta::minutes(1);

/// What was added or changed after `since` and up to `until`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Window {
    /// Nothing means as far back as the service looks.
    pub(super) since: Option<DateTime<Utc>>,
    /// Nothing means up to now.
    pub(super) until: Option<DateTime<Utc>>,
}

/// One of the ends of a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    Oldest,
    Newest,
}

impl Window {
    /// All since then.
    pub(super) fn open(since: Option<DateTime<Utc>>) -> Self {
        Self { since, until: None }
    }

    /// The question for what lies in the window.
    pub(super) fn ask(self, limit: u32) -> Ask {
        let until = self.until.and_then(|until| until.checked_add_signed(SEAM));
        Ask { since: self.since, until, limit, ..Ask::default() }
    }

    /// The part of it that the service looks at.
    pub(super) fn within(self, look_back: Option<DateTime<Utc>>) -> Self {
        Self { since: self.since.max(look_back), ..self }
    }

    /// The part at this end when the window, which ends now at the latest, is cut into so many; nothing when that would
    /// be too small.
    pub(super) fn part(self, end: End, parts: u64, now: DateTime<Utc>) -> Option<Self> {
        let (since, until) = (self.since?, self.until.unwrap_or(now));
        let parts = i32::try_from(parts.max(2)).unwrap_or(i32::MAX);
        if until - since < SMALLEST * 2 {
            return None;
        }
        // Where the records crowd together, what is still too much is cut again.
        let length = ((until - since) / parts).max(SMALLEST);
        Some(match end {
            End::Oldest => Self { until: Some(since + length), ..self },
            End::Newest => Self { since: Some(until - length), ..self },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    #[test]
    fn the_parts_of_a_window_lie_at_its_ends() {
        let open = Window::open(Some(at(0)));
        assert_eq!(open.part(End::Oldest, 3, at(3000)).unwrap().until, Some(at(1000)));
        let newest = open.part(End::Newest, 3, at(3000)).unwrap();
        assert_eq!((newest.since, newest.until), (Some(at(2000)), None));
        let closed = Window { until: Some(at(600)), ..open };
        assert_eq!(closed.part(End::Newest, 2, at(3000)).unwrap().since, Some(at(300)));
        // Not smaller than a minute, however much it holds.
        assert_eq!(closed.part(End::Oldest, u64::MAX, at(3000)).unwrap().until, Some(at(60)));
        assert_eq!(open.part(End::Oldest, 2, at(100)), None);
        assert_eq!(Window::open(None).part(End::Oldest, 2, at(100)), None);
    }

    #[test]
    fn the_question_reaches_beyond_the_end() {
        let window = Window { since: Some(at(0)), until: Some(at(60)) };
        assert_eq!((window.ask(10).since, window.ask(10).until), (Some(at(0)), Some(at(61))));
        assert_eq!(Window::open(None).ask(10), Ask { limit: 10, ..Ask::default() });
    }
}
