//! Text from outside, made safe to show on a terminal.
//!
//! A terminal obeys control characters: a name in a feed can set the title of the window, clear the screen or answer in the
//! place of the user. Characters that change the direction of text make a line look like another one. Programs print
//! text from outside through this module.

use std::borrow::Cow;
use std::fmt::{self, Write};

/// A text from outside on one line: each character that is not visible is shown as `�`.
///
/// ```
/// use stix_core::terminal::Printable;
///
/// let name = "evil\u{1b}]0;owned\u{7}\n.example";
/// assert_eq!(Printable(name).to_string(), "evil\u{fffd}]0;owned\u{fffd}\u{fffd}.example");
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Printable<'t>(pub &'t str);

impl fmt::Display for Printable<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|char| f.write_char(visible(char)))
    }
}

/// Returns the character, or `�` for one that controls the terminal, breaks the line or changes the direction of text. A
/// tab becomes a space.
///
/// ```
/// use stix_core::terminal::visible;
///
/// assert_eq!(['a', '\t', '\u{9b}', '\u{202e}'].map(visible), ['a', ' ', '\u{fffd}', '\u{fffd}']);
/// ```
pub fn visible(char: char) -> char {
    match char {
        '\t' => ' ',
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => '\u{fffd}',
        char if char.is_control() => '\u{fffd}',
        char => char,
    }
}

/// Returns the bytes as text of several lines: line feeds and tabs stay, and every other character is made [`visible`].
/// Bytes that are not UTF-8 become `�`.
///
/// ```
/// use stix_core::terminal::visible_lines;
///
/// assert_eq!(visible_lines(b"one\ttwo\n\x1b[2J"), "one\ttwo\n\u{fffd}[2J");
/// ```
pub fn visible_lines(bytes: &[u8]) -> Cow<'_, str> {
    let text = String::from_utf8_lossy(bytes);
    let kept = |char: char| matches!(char, '\n' | '\t') || visible(char) == char;
    if text.chars().all(kept) {
        return text;
    }
    Cow::Owned(text.chars().map(|char| if kept(char) { char } else { visible(char) }).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every character that a terminal, or the layout of text, obeys.
    fn obeyed() -> impl Iterator<Item = char> {
        let control = ('\0'..='\u{9f}').filter(|char| char.is_control());
        control
            .chain("\u{61c}\u{200e}\u{200f}\u{2028}\u{2029}\u{202a}\u{202b}\u{202c}\u{202d}\u{202e}".chars())
            .chain('\u{2066}'..='\u{2069}')
    }

    #[test]
    fn control_and_direction_characters_are_replaced() {
        for char in obeyed() {
            let text = format!("a{char}b");
            assert!(!Printable(&text).to_string().contains(char), "{char:?}");
            let lines = visible_lines(text.as_bytes());
            assert_eq!(lines.contains(char), matches!(char, '\n' | '\t'), "{char:?}");
        }
    }

    #[test]
    fn visible_text_is_kept() {
        for text in ["", "plain", "漢字 e\u{301} — ε 🦀", "{\"a\": [1]}"] {
            assert_eq!(Printable(text).to_string(), text);
            assert!(matches!(visible_lines(text.as_bytes()), Cow::Borrowed(same) if same == text));
        }
    }
}
