//! Corrections of quotes and escapes.

use super::{Repair, raw};
use crate::edit::Edit;
use crate::error::Expected;
use crate::error::scene::Scene;
use crate::lexer::TokenKind;

pub(super) const REPAIRS: [Repair; 3] = [wrong_quotes, unescaped_quote, backslash];

/// `"x"`, `“x”`, `` `x` ``
fn wrong_quotes(scene: &Scene<'_>) -> Option<Edit> {
    let closing: &[char] = match scene.found_text() {
        "\"" | "“" | "”" | "„" | "«" | "»" => &['"', '“', '”', '»', '«'],
        "`" | "´" | "‘" | "’" | "‚" => &['\'', '`', '´', '‘', '’'],
        _ => return None,
    };
    (scene.found.kind == TokenKind::Unknown)
        .then(|| string_at(scene.source, scene.found.span.start(), closing))
        .flatten()
}

/// `'it's'`
fn unescaped_quote(scene: &Scene<'_>) -> Option<Edit> {
    use TokenKind::{HyphenatedWord, Integer, String, Unknown, Word};
    let goes_on = matches!(scene.found.kind, HyphenatedWord | Integer | String | Unknown | Word)
        || scene.found.kind.is_invalid();
    let behind_string = scene.kind_at(-1) == Some(String) && scene.touches(-1);
    (behind_string && goes_on).then(|| string_at(scene.source, scene.span_at(-1)?.start(), &['\''])).flatten()
}

/// `'C:\Windows'`
fn backslash(scene: &Scene<'_>) -> Option<Edit> {
    let is_string = scene.found_text().starts_with('\'');
    (is_string && scene.expects(&[Expected::ValidEscape, Expected::ClosedString]))
        .then(|| string_at(scene.source, scene.found.span.start(), &['\'']))
        .flatten()
}

/// The string whose opening quote stands at `start`, closed where the text goes on as a pattern, and with its quotes
/// and backslashes escaped.
fn string_at(source: &str, start: usize, closing: &[char]) -> Option<Edit> {
    let open = source.get(start..)?.chars().next()?.len_utf8();
    let body = source.get(start + open..)?;
    let candidates = || {
        let quotes = body.match_indices(closing);
        quotes.filter(|(at, quote)| body.get(at + quote.len()..).is_some_and(raw::closes))
    };
    let is_escaped = |at: usize| {
        let before = body.get(..at).unwrap_or_default();
        (before.len() - before.trim_end_matches('\\').len()) % 2 == 1
    };
    let (at, quote) = candidates().find(|(at, _)| !is_escaped(*at)).or_else(|| candidates().next())?;
    let range = start..start + open + at + quote.len();
    Some(Edit::replace(range, format!("'{}'", escaped(body.get(..at)?))))
}

/// The text with every quote and backslash escaped that is not.
fn escaped(body: &str) -> String {
    let mut escaped = String::with_capacity(body.len() + 4);
    let mut characters = body.chars().peekable();
    while let Some(character) = characters.next() {
        match (character, characters.peek()) {
            ('\\', Some('"')) => {}
            ('\\', Some(next @ ('\\' | '\''))) => {
                escaped.extend(['\\', *next]);
                characters.next();
            }
            ('\\' | '\'', _) => escaped.extend(['\\', character]),
            _ => escaped.push(character),
        }
    }
    escaped
}
