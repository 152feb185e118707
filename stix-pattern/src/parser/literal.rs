//! Constants (STIX 2.1, section 9.2).

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{GeneralPurpose, GeneralPurposeConfig};
use smallvec::SmallVec;

use super::cursor::{Cursor, Parsed};
use crate::ast::{Binary, Decimal, Literal, Set, StringLiteral, Text, Timestamp, Value};
use crate::error::Expected;
use crate::lexer::{Keyword, TokenKind};
use crate::span::Origin;

/// The grammar does not look at the bits that padding leaves over, as in `AB==`.
const BASE64: GeneralPurpose =
    GeneralPurpose::new(&STANDARD, GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true));

/// `primitiveLiteral : orderableLiteral | BoolLiteral`
pub(super) fn primitive_literal(cursor: &mut Cursor<'_>, expected: Expected) -> Parsed<Literal> {
    literal(cursor, true, expected)
}

/// `orderableLiteral : IntPosLiteral | IntNegLiteral | FloatPosLiteral | FloatNegLiteral | StringLiteral
/// | BinaryLiteral | HexLiteral | TimestampLiteral`, or a boolean where that is accepted
#[inline(always)]
pub(super) fn literal(cursor: &mut Cursor<'_>, accepts_boolean: bool, expected: Expected) -> Parsed<Literal> {
    let start = cursor.at();
    // Most constants are strings.
    let value = match cursor.byte() {
        Some(b'\'') => Value::String(string(cursor, expected)?),
        _ => other_literal(cursor, accepts_boolean, expected)?,
    };
    Ok(Literal { origin: Origin(cursor.span_from(start)), value })
}

/// `StringLiteral`
#[inline]
pub(super) fn string_literal(cursor: &mut Cursor<'_>) -> Parsed<StringLiteral> {
    let start = cursor.at();
    let value = string(cursor, Expected::Text)?;
    Ok(StringLiteral { origin: Origin(cursor.span_from(start)), value })
}

/// `TimestampLiteral`
pub(super) fn timestamp_literal(cursor: &mut Cursor<'_>) -> Parsed<Timestamp> {
    let token = cursor.take(TokenKind::Timestamp, Expected::Timestamp)?;
    Ok(Timestamp::from_checked(body(token)))
}

/// `setLiteral : '(' ')' | '(' primitiveLiteral ( ',' primitiveLiteral )* ')'`
pub(super) fn set_literal(cursor: &mut Cursor<'_>) -> Parsed<Set> {
    let start = cursor.at();
    cursor.take_mark(b'(', Expected::Set)?;
    let mut literals = Vec::new();
    if cursor.byte() != Some(b')') {
        literals.push(primitive_literal(cursor, Expected::SetMember)?);
        while cursor.byte() == Some(b',') {
            cursor.advance_over_mark();
            literals.push(primitive_literal(cursor, Expected::Constant)?);
        }
    }
    cursor.take_mark(b')', Expected::MoreSet)?;
    Ok(Set { origin: Origin(cursor.span_from(start)), literals })
}

/// `IntPosLiteral`, where `expected` says what it is for.
pub(super) fn unsigned(cursor: &mut Cursor<'_>, expected: Expected) -> Parsed<u64> {
    let (kind, end) = cursor.token();
    let digits = cursor.text_to(end);
    if kind != TokenKind::Integer || digits.starts_with('-') {
        return Err(cursor.refuse(expected));
    }
    let value = digits.parse().map_err(|_| cursor.refuse(Expected::UnsignedRange))?;
    cursor.advance_to(end);
    Ok(value)
}

/// What stands between the quotes of a string, without its escapes.
pub(super) fn unescape(text: &str) -> Text {
    let mut unescaped: SmallVec<[u8; 256]> = SmallVec::new();
    let mut rest = text.as_bytes();
    while let Some(backslash) = memchr::memchr(b'\\', rest) {
        let (plain, escape) = rest.split_at(backslash);
        unescaped.extend_from_slice(plain);
        // The lexer has made sure that a backslash is followed by what it stands for.
        unescaped.extend(escape.get(1).copied());
        rest = escape.get(2..).unwrap_or_default();
    }
    unescaped.extend_from_slice(rest);
    std::str::from_utf8(&unescaped).unwrap_or_default().into()
}

/// The value of a constant other than a string.
fn other_literal(cursor: &mut Cursor<'_>, accepts_boolean: bool, expected: Expected) -> Parsed<Value> {
    let (kind, end) = cursor.token();
    let value = match kind {
        TokenKind::Keyword(Keyword::True) if accepts_boolean => Ok(Value::Boolean(true)),
        TokenKind::Keyword(Keyword::False) if accepts_boolean => Ok(Value::Boolean(false)),
        kind => value(kind, cursor.text_to(end), expected),
    };
    let value = value.map_err(|expected| cursor.refuse(expected))?;
    cursor.advance_to(end);
    Ok(value)
}

/// The text of a string.
#[inline(always)]
fn string(cursor: &mut Cursor<'_>, expected: Expected) -> Parsed<Text> {
    let Some((text, end, is_escaped)) = cursor.string() else { return Err(cursor.refuse(expected)) };
    let text = if is_escaped { unescape(text) } else { text.into() };
    cursor.advance_to(end);
    Ok(text)
}

/// The value of a token that is neither a string nor a keyword; or why it has none, even if its form is right.
fn value(kind: TokenKind, token: &str, expected: Expected) -> Result<Value, Expected> {
    Ok(match kind {
        TokenKind::Integer => Value::Integer(token.parse().map_err(|_| Expected::IntegerRange)?),
        TokenKind::Float => Value::Float(float(token)?),
        TokenKind::Binary => Value::Binary(binary(token).ok_or(Expected::Base64)?),
        TokenKind::Hex => Value::Hex(hex(body(token))),
        TokenKind::Timestamp => Value::Timestamp(Timestamp::from_checked(body(token))),
        _ => return Err(expected),
    })
}

/// A float token, unless it is too large for a 64-bit float.
pub(super) fn float(token: &str) -> Result<Decimal, Expected> {
    let decimal = Decimal::from_float_token(token);
    // A float holds up to 308 digits before the point.
    if token.len() < 300 || decimal.to_f64().is_finite() { Ok(decimal) } else { Err(Expected::FloatRange) }
}

fn binary(token: &str) -> Option<Binary> {
    let text = body(token);
    let decoded = match text.contains(['\n', '\r']) {
        true => BASE64.decode(text.replace(['\n', '\r'], "")),
        false => BASE64.decode(text),
    };
    decoded.ok().and_then(Binary::new)
}

fn hex(digits: &str) -> Vec<u8> {
    let value = |digit: u8| char::from(digit).to_digit(16).unwrap_or_default() as u8;
    digits
        .as_bytes()
        .chunks(2)
        .map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | value(*digit)))
        .collect()
}

/// What stands between the quotes behind a prefix.
fn body(token: &str) -> &str {
    delimiters_off(token.get(1..).unwrap_or_default())
}

pub(super) fn delimiters_off(quotation: &str) -> &str {
    quotation.get(1..quotation.len().saturating_sub(1)).unwrap_or_default()
}
