//! Help with strings, numbers and the other constants.

use stix_core::schema::Kind;

use super::Advice;
use crate::check;
use crate::error::Expected;
use crate::error::scene::Scene;
use crate::lexer::{self, Keyword, TokenKind};

pub(super) const ADVICE: [Advice; 10] = [
    wrong_quotes,
    unescaped_quote,
    malformed,
    timestamp_in_quotes,
    detached_prefix,
    path_on_the_right,
    quoted_constant,
    set_in_parentheses,
    number_form,
    path_on_the_left,
];

/// `"x"`, `“x”`, `` `x` ``
fn wrong_quotes(scene: &Scene<'_>) -> Option<String> {
    let is_quote =
        matches!(scene.found_text(), "\"" | "`" | "´" | "‘" | "’" | "‚" | "“" | "”" | "„" | "«" | "»");
    (is_quote && scene.found.kind == TokenKind::Unknown)
        .then(|| "strings are written in straight single quotes: `'...'`".to_owned())
}

/// `'it's'`, `'http://a.example/')'`
fn unescaped_quote(scene: &Scene<'_>) -> Option<String> {
    use TokenKind::{Comma, HyphenatedWord, Integer, RightParenthesis, String, Unknown, Word};
    let behind_string = scene.kind_at(-1) == Some(String) && scene.touches(-1);
    let goes_on = matches!(
        scene.found.kind,
        Comma | HyphenatedWord | Integer | RightParenthesis | String | Unknown | Word
    );
    if !behind_string || !goes_on {
        return None;
    }
    if scene.text_at(-1).contains(" AND ") || scene.text_at(-1).contains(" OR ") {
        return Some("close the string before it goes on: a quote is missing".to_owned());
    }
    // Without another quote, the one before is where the string was to end.
    let rest = scene.source.get(scene.found.span.start()..)?;
    let in_bracket = rest.split(']').next().unwrap_or_default();
    let is_open = in_bracket.matches('\'').count() % 2 == 1;
    let is_doubled = scene.found.kind == String && scene.text_at(-1) != "''";
    (is_open || is_doubled).then(|| "a quote inside a string is written `\\'`".to_owned())
}

/// What is wrong inside a token.
fn malformed(scene: &Scene<'_>) -> Option<String> {
    let advice = match scene.expected {
        Expected::ClosedString => "a string ends with `'`; a quote inside it is written `\\'`",
        Expected::ValidEscape if scene.kind_at(-1) == Some(TokenKind::Keyword(Keyword::Matches)) => {
            r"a backslash of an expression is written `\\` in a string, and one of a path `\\\\`"
        }
        Expected::ValidEscape => "a backslash inside a string is written `\\\\`",
        Expected::Base64 => "binary constants are in the standard alphabet, padded with `=`, without blanks",
        Expected::HexDigits => "each byte is written as two hexadecimal digits: `h'00ff'`",
        Expected::TimestampText => "timestamps are in UTC and end in `Z`: `t'2020-01-31T23:59:59Z'`",
        Expected::NoLeadingZero => {
            "identifiers that only look like numbers are strings: put them in single quotes"
        }
        Expected::ClosedComment => "a comment begins with `/*` and ends with `*/`",
        _ => return None,
    };
    Some(advice.to_owned())
}

/// `START '2020-01-01T00:00:00Z'`, which STIX 2.0 wanted.
fn timestamp_in_quotes(scene: &Scene<'_>) -> Option<String> {
    if scene.found.kind != TokenKind::String || !scene.expects(&[Expected::Timestamp]) {
        return None;
    }
    let text = scene.found_text();
    match lexer::is_timestamp(text.trim_matches('\'')) {
        true => Some(format!("a timestamp has the prefix `t` since STIX 2.1: `t{text}`")),
        false => Some("a timestamp has the prefix `t` since STIX 2.1: `t'2020-01-31T23:59:59Z'`".to_owned()),
    }
}

/// `T'...'`, `t '...'`
fn detached_prefix(scene: &Scene<'_>) -> Option<String> {
    let prefix = scene.found_text().to_ascii_lowercase();
    let is_prefix = matches!(prefix.as_str(), "b" | "h" | "t") && scene.kind_at(1) == Some(TokenKind::String);
    (is_prefix && scene.expects_constant())
        .then(|| format!("the prefix is a lower-case letter directly before the quote: `{prefix}'...'`"))
}

/// `[a:b = c:d]`
fn path_on_the_right(scene: &Scene<'_>) -> Option<String> {
    let is_path = matches!(scene.found.kind, TokenKind::Word | TokenKind::HyphenatedWord)
        && scene.kind_at(1) == Some(TokenKind::Colon)
        && !scene.source.get(scene.found.span.end()..).is_some_and(|rest| rest.starts_with("://"));
    (is_path && scene.expects_constant()).then(|| {
        "an object path stands on the left of an operator only: no two values of an object can be compared".to_owned()
    })
}

/// `[a:b = word]`, `[a:b LIKE 5]`, `[a:b > true]`
fn quoted_constant(scene: &Scene<'_>) -> Option<String> {
    use TokenKind::{Float, HyphenatedWord, Integer, Keyword, Word};
    let text = scene.found_text();
    match (scene.expected, scene.found.kind) {
        (Expected::OrderableConstant, Keyword(_)) => {
            Some("booleans are compared with `=` and `!=` only".to_owned())
        }
        (Expected::Text, Integer | Float) => {
            Some(format!("`{}` takes a string: `'{text}'`", scene.text_at(-1)))
        }
        (Expected::Text, _) => Some(format!("`{}` takes a string in single quotes", scene.text_at(-1))),
        (Expected::Set, _) => None,
        (_, Word | HyphenatedWord) if scene.expects_constant() && is_boolean(scene) => {
            Some("a boolean is `true` or `false`".to_owned())
        }
        (_, Word | HyphenatedWord) if scene.expects_constant() => {
            Some(format!("strings are written in single quotes: `'{text}'`"))
        }
        _ => None,
    }
}

/// Returns whether the path before the operator leads to a boolean.
fn is_boolean(scene: &Scene<'_>) -> bool {
    scene
        .path_before(-1)
        .and_then(|path| check::kind_at(&path))
        .is_some_and(|kind| matches!(kind, Kind::Boolean))
}

/// `IN 1`, `IN (1,)`, `IN ((1))`
fn set_in_parentheses(scene: &Scene<'_>) -> Option<String> {
    use TokenKind::{Comma, Float, Integer, LeftParenthesis, RightParenthesis, String};
    match (scene.expected, scene.found.kind) {
        (Expected::Set, Integer | Float | String) => {
            Some(format!("the values of a set are in parentheses: `({})`", scene.found_text()))
        }
        (Expected::Set, _) => Some("the values of a set are in parentheses: `('a', 'b')`".to_owned()),
        (Expected::Constant, RightParenthesis) if scene.kind_at(-1) == Some(Comma) => {
            Some("no comma follows the last value of a set".to_owned())
        }
        (Expected::SetMember, LeftParenthesis) => Some("a set holds constants, not further sets".to_owned()),
        (Expected::Constant | Expected::OrderableConstant, LeftParenthesis) => {
            Some("only `IN` takes a set in parentheses".to_owned())
        }
        _ => None,
    }
}

/// `1.`, `1e5`, numbers that are too large
fn number_form(scene: &Scene<'_>) -> Option<String> {
    use TokenKind::{Dot, Float, Integer, Word};
    let behind_number = matches!(scene.kind_at(-1), Some(Integer | Float)) && scene.touches(-1);
    let has_exponent = scene.found_text().starts_with(['e', 'E']);
    match (scene.expected, scene.found.kind) {
        (_, TokenKind::Unknown) if scene.expects_constant() && matches!(scene.found_text(), "+" | "-") => {
            Some("a sign stands directly before its number".to_owned())
        }
        (_, Dot) if behind_number => Some("a decimal point is followed by at least one digit".to_owned()),
        (_, Word)
            if behind_number && scene.expects_more() && !has_exponent && is_unit(scene.found_text()) =>
        {
            Some("numbers have no unit; write the number of bytes or seconds itself".to_owned())
        }
        (_, Word) if behind_number && has_exponent => {
            Some("numbers are written without an exponent".to_owned())
        }
        (_, Integer | Float) if behind_number && scene.expects_more() => {
            Some("a constant with several points is a string: put it in single quotes".to_owned())
        }
        (Expected::Index, Float) => Some("a list index is a whole number".to_owned()),
        (Expected::Count, Float) => Some("an expression matches a whole number of times".to_owned()),
        (Expected::Count | Expected::Duration, Integer | Float) => {
            Some("leave out the minus sign".to_owned())
        }
        _ => None,
    }
}

/// `KB`, `ms`
fn is_unit(text: &str) -> bool {
    const UNITS: [&str; 14] =
        ["b", "k", "kb", "kib", "m", "mb", "mib", "g", "gb", "gib", "s", "ms", "h", "d"];
    UNITS.iter().any(|unit| text.eq_ignore_ascii_case(unit))
}

/// `['x' = a:b]`
fn path_on_the_left(scene: &Scene<'_>) -> Option<String> {
    use TokenKind::{Binary, Float, Hex, Integer, String, Timestamp};
    let is_constant = matches!(scene.found.kind, Integer | Float | String | Binary | Hex | Timestamp);
    (is_constant && scene.expects(&[Expected::Comparison, Expected::ObjectPath])).then(|| {
        "a comparison begins with an object path such as `file:name`; the constant comes last".to_owned()
    })
}
