//! The line of a text that a problem is in, with a mark below the place.

use std::fmt;

use stix_core::terminal::visible;
use unicode_width::UnicodeWidthChar;

use crate::output::Styles;

/// The most columns of a line that are shown.
const WIDTH: usize = 80;

/// A text and where its lines begin.
#[derive(Debug)]
pub(crate) struct Lines<'t> {
    text: &'t [u8],
    starts: Vec<usize>,
}

impl<'t> Lines<'t> {
    pub(crate) fn new(text: &'t [u8]) -> Self {
        let ends = text.iter().enumerate().filter(|(_, byte)| **byte == b'\n');
        Self { text, starts: std::iter::once(0).chain(ends.map(|(end, _)| end + 1)).collect() }
    }

    /// The line of this number, from 1, around a column in characters, from 1.
    pub(crate) fn excerpt(&self, line: usize, column: usize) -> Option<Excerpt> {
        let start = *self.starts.get(line.checked_sub(1)?)?;
        let end = self.starts.get(line).copied().unwrap_or(self.text.len());
        let text = self.text.get(start..end)?.trim_ascii_end();
        Some(Excerpt::new(line, text, offset(text, column.saturating_sub(1))))
    }
}

/// The byte offset of a character.
fn offset(text: &[u8], mut characters: usize) -> usize {
    let begins = |byte: &u8| byte & 0xC0 != 0x80;
    let mut offset = 0;
    // Whole blocks are counted at once: the only line of a file may be as long as the file.
    for block in text.chunks(4096) {
        let count = block.iter().filter(|byte| begins(byte)).count();
        if count > characters {
            break;
        }
        characters -= count;
        offset += block.len();
    }
    let rest = text.get(offset..).unwrap_or_default();
    let place = rest.iter().enumerate().filter(|(_, byte)| begins(byte)).nth(characters);
    place.map_or(text.len(), |(place, _)| offset + place)
}

/// As much of a line as fits, and the place in it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Excerpt {
    line: usize,
    text: String,
    /// How many columns are before the mark.
    indent: usize,
    /// How many columns are marked.
    mark: usize,
}

impl Excerpt {
    fn new(line: usize, text: &[u8], place: usize) -> Self {
        let (before, after) = text.split_at(place.min(text.len()));
        // No character has more than four bytes, and few have no width.
        let near = 4 * (WIDTH + 1);
        let before = shown(before.get(before.len().saturating_sub(near)..).unwrap_or_default());
        let after = shown(after.get(..near).unwrap_or(after));
        let right = width(&after).min((WIDTH.saturating_sub(width(&before))).max(WIDTH / 2));
        let (before, cut_before) = last(&before, WIDTH - right);
        let (after, cut_after) = first(&after, right);
        let text = format!(
            "{}{before}{after}{}",
            if cut_before { "…" } else { "" },
            if cut_after { "…" } else { "" }
        );
        let indent = width(before) + usize::from(cut_before);
        Self { line, indent, mark: width(token(after)).max(1), text }
    }

    /// The same with this many columns marked, as far as the text goes.
    pub(crate) fn marking(self, columns: usize) -> Self {
        let most = width(&self.text).saturating_sub(self.indent);
        Self { mark: columns.min(most).max(1), ..self }
    }

    /// The excerpt in a frame, as several lines that end in a line feed.
    pub(crate) fn framed(&self, styles: Styles, mark: anstyle::Style) -> impl fmt::Display {
        fmt::from_fn(move |f| {
            let frame = styles.frame;
            let Self { line, text, indent, .. } = self;
            let margin = " ".repeat(line.to_string().len());
            writeln!(f, " {margin} {frame}|{frame:#}")?;
            writeln!(f, " {frame}{line} |{frame:#} {text}")?;
            let carets = "^".repeat(self.mark);
            writeln!(f, " {margin} {frame}|{frame:#} {:indent$}{mark}{carets}{mark:#}", "")
        })
    }
}

/// The text with every character visible.
fn shown(text: &[u8]) -> String {
    String::from_utf8_lossy(text).chars().map(visible).collect()
}

fn width(text: &str) -> usize {
    text.chars().map(|char| char.width().unwrap_or(0)).sum()
}

/// The beginning of the text that fits, and whether more follows.
fn first(text: &str, columns: usize) -> (&str, bool) {
    let mut used = 0;
    let cut = text.char_indices().find(|(_, char)| {
        used += char.width().unwrap_or(0);
        used > columns
    });
    cut.map_or((text, false), |(end, _)| (text.split_at(end).0, true))
}

/// The end of the text that fits, and whether more precedes.
fn last(text: &str, columns: usize) -> (&str, bool) {
    let mut used = 0;
    let cut = text.char_indices().rev().find(|(_, char)| {
        used += char.width().unwrap_or(0);
        used > columns
    });
    cut.map_or((text, false), |(end, char)| (text.split_at(end + char.len_utf8()).1, true))
}

/// The string that the text begins with, or else its first character.
fn token(text: &str) -> &str {
    let Some(rest) = text.strip_prefix('"') else {
        return text.split_at(text.chars().next().map_or(0, char::len_utf8)).0;
    };
    let mut escaped = false;
    let end = rest.char_indices().find(|(_, char)| {
        let ends = *char == '"' && !escaped;
        escaped = !escaped && *char == '\\';
        ends
    });
    end.map_or(text, |(end, _)| text.split_at(end + 2).0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(text: &str, line: usize, column: usize) -> String {
        let excerpt = Lines::new(text.as_bytes()).excerpt(line, column).unwrap();
        let styles = Styles::default();
        let drawn = excerpt.framed(styles, styles.error).to_string();
        drawn.lines().skip(1).map(|line| line.trim_end().to_owned() + "\n").collect()
    }

    #[test]
    fn the_name_of_a_member_is_marked() {
        assert_eq!(drawn("{\r\n  \"a\\\"b\": 1\r\n}", 2, 3), " 2 |   \"a\\\"b\": 1\n   |   ^^^^^^\n");
    }

    #[test]
    fn one_character_is_marked_elsewhere_and_after_the_end() {
        assert_eq!(drawn("[1, 22]", 1, 5), " 1 | [1, 22]\n   |     ^\n");
        assert_eq!(drawn("[1", 1, 3), " 1 | [1\n   |   ^\n");
        assert_eq!(drawn("", 1, 1), " 1 |\n   | ^\n");
    }

    #[test]
    fn wide_characters_and_those_without_width_keep_the_mark_in_place() {
        assert_eq!(
            drawn("[\"漢字e\u{301}\", \"b\"]", 1, 10),
            " 1 | [\"漢字e\u{301}\", \"b\"]\n   |           ^^^\n"
        );
    }

    #[test]
    fn characters_that_control_the_terminal_are_not_printed() {
        let line = drawn("\u{1b}[31m\t\u{202e}x", 1, 1);
        assert!(line.starts_with(" 1 | \u{fffd}[31m \u{fffd}x\n"), "{line}");
    }

    #[test]
    fn long_lines_are_cut_on_both_sides() {
        let text = format!("[{}\"here\"{}]", "1234567, ".repeat(10_000), ", 1234567".repeat(10_000));
        let excerpt = Lines::new(text.as_bytes()).excerpt(1, 90_002).unwrap();
        assert_eq!((excerpt.indent, excerpt.mark), (41, 6));
        assert_eq!(excerpt.text.chars().count(), 82);
        assert!(excerpt.text.starts_with("…") && excerpt.text.ends_with("…"));
        let start: String = excerpt.text.chars().skip(excerpt.indent).take(6).collect();
        assert_eq!(start, "\"here\"");
        assert_eq!(drawn(&text, 1, 2).find('…').map(|at| at > 70), Some(true));
    }

    #[test]
    fn a_place_deep_in_a_long_line_of_wide_characters_is_found() {
        let text = "漢".repeat(50_000) + "!";
        assert_eq!(offset(text.as_bytes(), 50_000), 150_000);
        assert_eq!(offset(text.as_bytes(), 49_999), 149_997);
        assert_eq!(offset(text.as_bytes(), 60_000), 150_001);
    }
}
