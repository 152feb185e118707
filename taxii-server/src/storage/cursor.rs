//! Dates of adding and the place in a collection that `next` carries (TAXII 2.1, sections 3.4 and 3.5).
//!
//! Dates are whole milliseconds, unique within a collection and strictly increasing in the order of the
//! commits. So one date is a place, and paging by `next` and paging by date are the same thing.

use std::fmt;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::wire::Timestamp;

/// When an object came into a collection: whole milliseconds since 1970-01-01.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DateAdded(i64);

impl DateAdded {
    /// The date with these milliseconds since 1970-01-01.
    pub fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Milliseconds since 1970-01-01.
    pub fn millis(self) -> i64 {
        self.0
    }

    /// The date as it is written on the wire.
    pub fn timestamp(self) -> Timestamp {
        Timestamp::from_millis(self.0)
    }
}

impl From<Timestamp> for DateAdded {
    /// Rounds down: what is after the timestamp is after its whole milliseconds, and the other way round.
    fn from(timestamp: Timestamp) -> Self {
        Self(timestamp.millis())
    }
}

/// A place between two pages: everything up to this date was served.
///
/// On the wire it is base64url of a version byte and the date. It depends on nothing else, neither on the
/// other parameters nor on this process, so it stays good when a client changes `limit`, drops
/// `added_after`, or comes back after a restart.
///
/// ```
/// use taxii_server::storage::{Cursor, DateAdded};
///
/// let cursor = Cursor(DateAdded::from_millis(1_767_225_600_000));
/// assert_eq!(cursor.to_string(), "AQAAAZt22qgA".to_owned());
/// assert_eq!(cursor.to_string().parse(), Ok(cursor));
/// assert!("garbage".parse::<Cursor>().is_err());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor(pub DateAdded);

/// The text is not a `next` of this server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CursorError;

const VERSION: u8 = 1;

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c, d, e, g, h, i] = self.0.0.to_be_bytes();
        f.write_str(&URL_SAFE_NO_PAD.encode([VERSION, a, b, c, d, e, g, h, i]))
    }
}

impl FromStr for Cursor {
    type Err = CursorError;

    fn from_str(text: &str) -> Result<Self, CursorError> {
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| CursorError)?;
        let Some((&VERSION, millis)) = bytes.split_first() else { return Err(CursorError) };
        let date = DateAdded(i64::from_be_bytes(millis.try_into().map_err(|_| CursorError)?));
        // Only dates since 1970 that can be written were ever given out.
        if date.0 < 0 || date.timestamp().millis() != date.0 {
            return Err(CursorError);
        }
        Ok(Self(date))
    }
}

impl fmt::Display for CursorError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected the `next` of an earlier answer")
    }
}

impl std::error::Error for CursorError {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn cursors_survive_the_wire(millis in 0..=253_402_300_799_999_i64) {
            let cursor = Cursor(DateAdded::from_millis(millis));
            prop_assert_eq!(cursor.to_string().parse::<Cursor>(), Ok(cursor));
        }

        #[test]
        fn any_text_is_a_cursor_or_an_error(text in ".{0,20}") {
            if let Ok(cursor) = text.parse::<Cursor>() {
                prop_assert_eq!(cursor.to_string(), text);
            }
        }
    }

    #[test]
    fn garbage_is_refused() {
        let cases = [
            "",
            "1",
            "AQ",
            "AgAAAZt0YNgA",
            "AQAAAZt22qgAAA",
            "AX__________",
            "AQAAAZt0YNg=",
            "AQAA AZt0YNgA",
        ];
        for text in cases {
            assert_eq!(text.parse::<Cursor>(), Err(CursorError), "{text}");
        }
    }
}
