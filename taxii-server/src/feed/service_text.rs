//! Text of a service, fit for a line of the log and for a message.

use stix_core::terminal::visible;

/// How many characters of a text are shown.
const MOST: usize = 500;

/// Returns the beginning of a text on one line: without control characters, and without those that break a line or change
/// the direction of writing, so that nothing after them looks like a line or a field of ours.
pub(super) fn one_line(text: &str) -> String {
    let parts: Vec<_> = text.split(breaks).filter(|part| !part.is_empty()).collect();
    let mut line = parts.join(" ");
    if let Some((end, _)) = line.char_indices().nth(MOST) {
        line.truncate(end);
        line.push('…');
    }
    line
}

/// Returns whether a character controls the terminal, breaks the line or changes the direction of text.
fn breaks(character: char) -> bool {
    visible(character) != character
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn service_text_stays_on_one_line() {
        let cases = [
            ("no such key", "no such key"),
            ("a\r\n2026-01-01 INFO b", "a 2026-01-01 INFO b"),
            ("\u{1b}[2Jx\u{9b}y\0z", "[2Jx y z"),
            ("a\u{2028}b\u{202e}c\u{61c}d", "a b c d"),
            ("\n", ""),
            ("", ""),
        ];
        for (text, expected) in cases {
            assert_eq!(one_line(text), expected, "{text:?}");
        }
        assert_eq!(one_line(&"é".repeat(501)), format!("{}…", "é".repeat(500)));
        assert_eq!(one_line(&"é".repeat(500)), "é".repeat(500));
    }

    proptest! {
        #[test]
        fn any_text_is_one_short_line(text in "(\\PC|[\\s\\S]){0,1200}") {
            let line = one_line(&text);
            prop_assert!(!line.contains(breaks));
            prop_assert!(line.chars().count() <= MOST + 1);
        }
    }
}
