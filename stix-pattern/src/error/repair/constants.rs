//! Corrections of numbers, timestamps, bytes and sets.

use super::{Repair, raw};
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
    let text = is_string.then(|| timestamp(scene.found_text().trim_matches('\''))).flatten()?;
    Some(Edit::replace(scene.found.span.range(), format!("t'{text}'")))
}

/// `t'2020-01-01 00:00:00+00:00'`
fn timestamp_form(scene: &Scene<'_>) -> Option<Edit> {
    let is_timestamp = scene.expects(&[Expected::TimestampText]);
    let text = is_timestamp.then(|| timestamp(scene.found_text().get(1..)?.trim_matches('\''))).flatten()?;
    Some(Edit::replace(scene.found.span.range(), format!("t'{text}'")))
}

/// The timestamp in UTC that `text` means, however it is spelt. What does not name UTC is not taken for it.
fn timestamp(text: &str) -> Option<String> {
    let upper = text.trim().to_ascii_uppercase();
    let local = upper.strip_suffix('Z').or_else(|| upper.strip_suffix("+00:00"))?;
    let local = local.trim_end_matches('.').replacen(' ', "T", 1);
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
    let start = if is_word && scene.expects(constant) && scene.kind_at(1) != Some(Colon) {
        scene.found.span.start()
    } else if is_number_part && behind_number && scene.expects_more() {
        scene.span_at(-1)?.start()
    } else {
        return None;
    };
    let rest = scene.source.get(start..)?;
    let is_plain = |c: char| c.is_alphanumeric() || ".-_:/@%?&=+~#".contains(c);
    let (text, rest) = rest.split_at(rest.find(|c| !is_plain(c)).unwrap_or(rest.len()));
    let prefix = if lexer::is_timestamp(text) { "t" } else { "" };
    (raw::closes(rest) && !is_exponential(text))
        .then(|| Edit::replace(start..start + text.len(), format!("{prefix}'{text}'")))
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

/// `IN 1`
fn set_of_one(scene: &Scene<'_>) -> Option<Edit> {
    use TokenKind::{Binary, Float, Hex, Integer, String, Timestamp};
    let is_constant = matches!(scene.found.kind, Integer | Float | String | Binary | Hex | Timestamp);
    (is_constant && scene.expects(&[Expected::Set]) && scene.kind_at(1) != Some(TokenKind::Comma))
        .then(|| Edit::replace(scene.found.span.range(), format!("({})", scene.found_text())))
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
