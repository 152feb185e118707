//! Corrections of quotes and escapes.

use super::{Repair, raw};
use crate::edit::Edit;
use crate::error::Expected;
use crate::error::scene::Scene;
use crate::lexer::{Keyword, TokenKind};

pub(super) const REPAIRS: [Repair; 3] = [wrong_quotes, unescaped_quote, backslash];

/// `"x"`, `“x”`, `` `x` ``
fn wrong_quotes(scene: &Scene<'_>) -> Option<Edit> {
    let closing: &[char] = match scene.found_text() {
        "\"" | "“" | "”" | "„" | "«" | "»" => &['"', '“', '”', '»', '«'],
        "`" | "´" | "‘" | "’" | "‚" => &['\'', '`', '´', '‘', '’'],
        _ => return None,
    };
    let start = scene.found.span.start();
    let is_quote = scene.found.kind == TokenKind::Unknown;
    is_quote.then(|| string_at(scene, -1, start, start, closing)).flatten()
}

/// `'it's'`, `'http://a.example/')'`
fn unescaped_quote(scene: &Scene<'_>) -> Option<Edit> {
    use TokenKind::{HyphenatedWord, Integer, RightParenthesis, String, Unknown, Word};
    let goes_on =
        matches!(scene.found.kind, HyphenatedWord | Integer | RightParenthesis | String | Unknown | Word)
            || scene.found.kind.is_invalid();
    let string = scene.span_at(-1)?;
    // Its last quote does not close it, since what follows does not go on as a pattern.
    let behind_string = scene.kind_at(-1) == Some(String) && scene.touches(-1);
    (behind_string && goes_on).then(|| string_at(scene, -2, string.start(), string.end(), &['\''])).flatten()
}

/// `'C:\Windows'`
fn backslash(scene: &Scene<'_>) -> Option<Edit> {
    let is_string = scene.found_text().starts_with('\'');
    let start = scene.found.span.start();
    (is_string && scene.expects(&[Expected::ValidEscape, Expected::ClosedString]))
        .then(|| string_at(scene, -1, start, start, &['\'']))
        .flatten()
}

/// Returns the string whose opening quote stands at `start`, closed behind `open_to` where the text goes on as a
/// pattern, and with its quotes and backslashes escaped. The operator before it is this far away.
fn string_at(
    scene: &Scene<'_>,
    operator: isize,
    start: usize,
    open_to: usize,
    closing: &[char],
) -> Option<Edit> {
    let source = scene.source;
    let open = source.get(start..)?.chars().next()?.len_utf8();
    let body = source.get(start + open..)?;
    let least = open_to.saturating_sub(start + open);
    let candidates = || {
        let quotes = body.match_indices(closing).filter(|(at, _)| *at >= least);
        quotes.filter(|(at, quote)| body.get(at + quote.len()..).is_some_and(raw::closes))
    };
    let is_escaped = |at: usize| {
        let before = body.get(..at).unwrap_or_default();
        (before.len() - before.trim_end_matches('\\').len()) % 2 == 1
    };
    let is_one = |(at, _): &(usize, &str)| {
        body.get(..*at).is_some_and(|body| !holds_more(body, closing) && !has_stray_quote(body, closing))
    };
    let closed = candidates().find(|(at, _)| !is_escaped(*at)).filter(is_one);
    let (at, quote) = closed.or_else(|| candidates().next().filter(is_one))?;
    let range = start..start + open + at + quote.len();
    let is_expression = scene.kind_at(operator) == Some(TokenKind::Keyword(Keyword::Matches));
    Some(Edit::replace(range, format!("'{}'", escaped(body.get(..at)?, is_expression)?)))
}

/// Returns whether the text between two quotes reads as more than one constant, so that a quote is missing or in the
/// way: an operator stands before a quote, a comma or a bracket at one, or a test follows `AND` or `OR`.
fn holds_more(body: &str, closing: &[char]) -> bool {
    let is_more = |(at, quote): (usize, &str)| {
        let before = body.get(..at).unwrap_or_default();
        // The prefix of a constant belongs to it.
        let before = before
            .strip_suffix(['b', 'h', 't'])
            .filter(|rest| rest.ends_with([' ', '=', '<', '>', '(', ',']));
        let before = before.or_else(|| body.get(..at)).unwrap_or_default().trim_end();
        let after = body.get(at + quote.len()..).unwrap_or_default().trim_start();
        let word = before.rsplit(|c: char| !c.is_ascii_uppercase()).next().unwrap_or_default();
        before.ends_with(['=', '<', '>', ',', '(', '[', ';'])
            || Keyword::from_text(word).is_some()
            || after.starts_with([',', ']', ';', '='])
            || raw::keyword(after).is_some()
    };
    let quotes = body.match_indices(closing).chain(body.match_indices('\''));
    quotes.into_iter().any(is_more)
        || [" AND ", " OR ", " FOLLOWEDBY "].iter().any(|word| {
            body.match_indices(word).any(|(at, _)| body.get(at + word.len()..).is_some_and(raw::begins_test))
        })
}

/// Returns whether a quote that is not escaped stands at an end of a text or beside another one, so that it may have
/// been put there by mistake.
fn has_stray_quote(body: &str, closing: &[char]) -> bool {
    let is_stray = |(at, quote): (usize, &str)| {
        let before = body.get(..at).unwrap_or_default();
        let after = body.get(at + quote.len()..).unwrap_or_default();
        let is_escaped = (before.len() - before.trim_end_matches('\\').len()) % 2 == 1;
        !is_escaped && (before.is_empty() || after.is_empty() || after.starts_with(quote))
    };
    // Quotes of another kind than those around the text are part of it.
    let single = if closing.contains(&'\'') { '\'' } else { '"' };
    body.match_indices(single).any(is_stray)
}

/// Returns the text with every quote and backslash escaped that is not, `None` if it is not certain which are.
fn escaped(body: &str, is_expression: bool) -> Option<String> {
    let is_wrong = |at: usize| !matches!(body.as_bytes().get(at + 1), Some(b'\\' | b'\''));
    let (mut pairs, mut wrong, mut at) = (Vec::new(), false, 0);
    while let Some(found) = body.get(at..).and_then(|rest| rest.find('\\')) {
        at += found;
        if is_wrong(at) {
            wrong = true;
            // A quote that is escaped may be part of the text or a remainder of another language.
            if body
                .get(at + 1..)
                .is_some_and(|rest| rest.starts_with(['"', '`', '´', '‘', '’', '“', '”', '&']))
            {
                return None;
            }
            at += 1;
        } else {
            if body.as_bytes().get(at + 1) == Some(&b'\\') {
                pairs.push(at);
            }
            at += 2;
        }
    }
    // Whoever writes `\\server\share` has escaped nothing, so that the two stand for two.
    let is_unc = wrong && pairs == [0] && !is_expression;
    if wrong && !pairs.is_empty() && !is_unc {
        return None;
    }
    let mut escaped = String::with_capacity(body.len() + 4);
    let mut characters = body.chars().peekable();
    while let Some(character) = characters.next() {
        match (character, characters.peek()) {
            ('\\', Some('\\')) if is_unc => {
                escaped.push_str("\\\\\\\\");
                characters.next();
            }
            ('\\', Some(next @ ('\\' | '\''))) => {
                escaped.extend(['\\', *next]);
                characters.next();
            }
            ('\\' | '\'', _) => escaped.extend(['\\', character]),
            _ => escaped.push(character),
        }
    }
    Some(escaped)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_that_holds_a_test_is_no_string() {
        for body in [
            "a.exe AND file:mime_type = 'text/plain",
            "a.example'; domain-name:value = 'b.example",
            "a.example'- OR domain-name:value = 'b.example",
            "a, 'b",
            "a', b",
            "cmd AND process:pid > 7 OR a",
        ] {
            assert!(holds_more(body, &['\'']), "{body}");
        }
        for body in ["it's", "the 'old' one", "a.txt')", "Salt AND Pepper", "rock 'n' roll, and more"] {
            assert!(!holds_more(body, &['\'']), "{body}");
        }
    }

    #[test]
    fn backslashes_are_escaped_where_that_is_certain() {
        for (body, is_expression, meant) in [
            (r"C:\Windows", false, Some(r"C:\\Windows")),
            (r"\\server\share", false, Some(r"\\\\server\\share")),
            (r"C:\\Windows\x", false, None),
            (r#"run \"a\""#, false, None),
            (r"C:\\Windows", false, Some(r"C:\\Windows")),
            (r"it's C:\x", false, Some(r"it\'s C:\\x")),
            (r"\d+", true, Some(r"\\d+")),
            (r"\\d\s", true, None),
            ("dir\\", false, Some(r"dir\\")),
        ] {
            assert_eq!(escaped(body, is_expression).as_deref(), meant, "{body}");
        }
    }
}
