//! Corrections of numbers, timestamps, bytes and sets.

use stix_core::schema::Kind;

use super::{Repair, raw};
use crate::ast::ObjectPath;
use crate::check;
use crate::edit::Edit;
use crate::error::Expected;
use crate::error::scene::Scene;
use crate::lexer::{self, TokenKind};

pub(super) const REPAIRS: [Repair; 9] = [
    detached_prefix,
    timestamp_in_quotes,
    timestamp_form,
    base64_form,
    bare_text,
    number_as_text,
    set_of_one,
    last_comma,
    number_form,
];

/// `T'...'`, `t '...'`
fn detached_prefix(scene: &Scene<'_>) -> Option<Edit> {
    let prefix = scene.found_text().to_ascii_lowercase();
    let is_prefix = matches!(prefix.as_str(), "b" | "h" | "t") && scene.kind_at(1) == Some(TokenKind::String);
    let range = scene.found.span.start()..scene.span_at(1)?.start();
    (is_prefix && scene.expects_constant()).then(|| Edit::replace(range, prefix))
}

/// `START '2020-01-01T00:00:00Z'`, which STIX 2.0 wanted.
fn timestamp_in_quotes(scene: &Scene<'_>) -> Option<Edit> {
    let is_string = scene.found.kind == TokenKind::String && scene.expects(&[Expected::Timestamp]);
    let text = is_string.then(|| timestamp_in_utc(scene.found_text().trim_matches('\''))).flatten()?;
    Some(Edit::replace(scene.found.span.range(), format!("t'{text}'")))
}

/// `t'2020-01-01 00:00:00+00:00'`
fn timestamp_form(scene: &Scene<'_>) -> Option<Edit> {
    let is_timestamp = scene.expects(&[Expected::TimestampText]);
    let text =
        is_timestamp.then(|| timestamp_in_utc(scene.found_text().get(1..)?.trim_matches('\''))).flatten()?;
    Some(Edit::replace(scene.found.span.range(), format!("t'{text}'")))
}

/// The timestamp in UTC that `text` means, however it is spelt. What does not name UTC is not taken for it.
pub(crate) fn timestamp_in_utc(text: &str) -> Option<String> {
    let upper = text.trim().to_ascii_uppercase();
    let zones = ["Z", "+00:00", "+0000", "-00:00", "UTC", "GMT"];
    let local = zones.into_iter().find_map(|zone| upper.strip_suffix(zone))?;
    let local = local.trim_end().trim_end_matches('.').replacen(' ', "T", 1);
    Some(local + "Z").filter(|text| lexer::is_timestamp(text))
}

/// `b'AAA'`, `b'_-8='`
fn base64_form(scene: &Scene<'_>) -> Option<Edit> {
    let text = scene.found_text().strip_prefix("b'")?.strip_suffix('\'')?;
    let digits: String = text.split_whitespace().collect();
    let digits = digits.trim_end_matches('=').replace('-', "+").replace('_', "/");
    let padding = ["", "", "==", "="].get(digits.len() % 4)?;
    (scene.expects(&[Expected::Base64]) && digits.len() % 4 != 1)
        .then(|| Edit::replace(scene.found.span.range(), format!("b'{digits}{padding}'")))
}

/// `[a:b = word]`, `[a:b = 1.2.3.4]`
fn bare_text(scene: &Scene<'_>) -> Option<Edit> {
    use TokenKind::{Colon, Float, HyphenatedWord, Integer, Word};
    let is_word = matches!(scene.found.kind, Word | HyphenatedWord);
    let is_number_part = matches!(scene.found.kind, Word | HyphenatedWord | Integer | Float);
    let behind_number = matches!(scene.kind_at(-1), Some(Integer | Float)) && scene.touches(-1);
    let constant = &[Expected::Constant, Expected::OrderableConstant, Expected::Text, Expected::SetMember];
    let is_url = scene.source.get(scene.found.span.end()..).is_some_and(|rest| rest.starts_with("://"));
    let is_padded = scene.found.kind == TokenKind::LeadingZero;
    let is_wanted =
        matches!(scene.wanted(), Expected::Constant | Expected::OrderableConstant | Expected::Text);
    let (start, operator) = if is_padded && is_wanted {
        (scene.found.span.start(), -1)
    } else if is_padded && behind_number {
        (scene.span_at(-1)?.start(), -2)
    } else if is_word && scene.expects(constant) && (scene.kind_at(1) != Some(Colon) || is_url) {
        (scene.found.span.start(), -1)
    } else if is_number_part && behind_number && scene.expects_more() {
        (scene.span_at(-1)?.start(), -2)
    } else {
        return None;
    };
    let rest = scene.source.get(start..)?;
    let is_plain = |c: char| c.is_alphanumeric() || ".-_:/@%?&=+~#".contains(c);
    let (text, rest) = rest.split_at(rest.find(|c| !is_plain(c)).unwrap_or(rest.len()));
    let path = scene.path_before(operator);
    // A number with leading zeros may be one, unless it is compared with strings or timestamps.
    if is_padded && path.as_ref().and_then(check::kind_at).is_none() {
        return None;
    }
    let constant = bare_constant(text, path.as_ref())?;
    raw::closes(rest).then(|| Edit::replace(start..start + text.len(), constant))
}

/// Returns the constant that a text without quotes stands for, at the end of this path.
fn bare_constant(text: &str, path: Option<&ObjectPath>) -> Option<String> {
    if is_exponential(text) || is_reserved(text) {
        return None;
    }
    let quoted = || format!("'{text}'");
    let kind = path.and_then(check::kind_at);
    match kind {
        Some(Kind::Integer { .. }) => {
            let number = check::as_number(text)?;
            path.is_some_and(|path| path.object_type() == "autonomous-system").then(|| number.to_owned())
        }
        Some(Kind::Timestamp) => timestamp_in_utc(text).map(|text| format!("t'{text}'")),
        Some(Kind::Boolean | Kind::Float { .. }) => None,
        Some(_) => Some(quoted()),
        // A number with a unit, or a time: there is no telling what it is compared with.
        None if is_quantity(text) || timestamp_in_utc(text).is_some() => None,
        None => Some(quoted()),
    }
}

/// Words that stand for more than their letters in other languages.
fn is_reserved(text: &str) -> bool {
    const WORDS: [&str; 9] = ["null", "none", "nil", "undefined", "nan", "yes", "no", "on", "off"];
    WORDS.iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// `1KB`, `0x1F`, `5m`
fn is_quantity(text: &str) -> bool {
    let letters = text.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
    letters.len() < text.len()
        && letters.len() <= 3
        && letters.bytes().all(|byte| byte.is_ascii_alphabetic())
        && !letters.is_empty()
        || text.starts_with("0x")
}

/// `1e5`, which is a number elsewhere.
fn is_exponential(text: &str) -> bool {
    text.contains(['e', 'E']) && text.parse::<f64>().is_ok()
}

/// `[a:b LIKE 5]`
fn number_as_text(scene: &Scene<'_>) -> Option<Edit> {
    let is_number = matches!(scene.found.kind, TokenKind::Integer | TokenKind::Float);
    let closed = scene.source.get(scene.found.span.end()..).is_some_and(raw::closes);
    (is_number && closed && scene.expects(&[Expected::Text]))
        .then(|| Edit::replace(scene.found.span.range(), format!("'{}'", scene.found_text())))
}

/// `IN 1`, `IN 'a', 'b'`
fn set_of_one(scene: &Scene<'_>) -> Option<Edit> {
    if !scene.expects(&[Expected::Set]) || !scene.is_constant_at(0) {
        return None;
    }
    let mut last = 0;
    while scene.kind_at(last + 1) == Some(TokenKind::Comma) && scene.is_constant_at(last + 2) {
        last += 2;
    }
    let range = scene.found.span.start()..scene.span_at(last)?.end();
    Some(Edit::insert(range.start, "(").and(Edit::insert(range.end, ")")))
}

/// `IN (1,)`
fn last_comma(scene: &Scene<'_>) -> Option<Edit> {
    let is_last = scene.expects(&[Expected::Constant])
        && scene.found.kind == TokenKind::RightParenthesis
        && scene.kind_at(-1) == Some(TokenKind::Comma);
    is_last.then(|| Some(Edit::delete(scene.span_at(-1)?.range()))).flatten()
}

/// `- 5`, `1.`
fn number_form(scene: &Scene<'_>) -> Option<Edit> {
    use TokenKind::{Dot, Integer};
    let start = scene.found.span.start();
    let sign = scene.found_text();
    if scene.expects_constant() && matches!(sign, "+" | "-") {
        let number = scene.source.get(scene.found.span.end()..)?;
        let gap = number.len() - number.trim_start().len();
        let kept = if sign == "-" { "-" } else { "" };
        return (gap > 0).then(|| Edit::replace(start..scene.found.span.end() + gap, kept));
    }
    let is_point = scene.found.kind == Dot && scene.kind_at(-1) == Some(Integer) && scene.touches(-1);
    let closed = scene
        .source
        .get(scene.found.span.end()..)
        .is_some_and(|rest| !rest.starts_with('.') && raw::closes(rest));
    (is_point && closed && scene.expects_more()).then(|| Edit::replace(scene.found.span.range(), ".0"))
}
