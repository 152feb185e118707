//! Constants (STIX 2.1, section 9.2).

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{GeneralPurpose, GeneralPurposeConfig};
use nom::Parser;
use nom::branch::alt;
use nom::combinator::{cut, map};
use nom::sequence::preceded;

use super::cursor::{Cursor, Parsed, select, token};
use crate::ast::{Binary, Decimal, Literal, Set, StringLiteral, Text, Timestamp, Value};
use crate::error::Expected;
use crate::lexer::{Keyword, Token, TokenKind};
use crate::span::Origin;

/// The grammar does not look at the bits that padding leaves over, as in `AB==`.
const BASE64: GeneralPurpose =
    GeneralPurpose::new(&STANDARD, GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true));

/// `primitiveLiteral : orderableLiteral | BoolLiteral`
pub(super) fn primitive_literal(input: Cursor<'_>) -> Parsed<'_, Literal> {
    literal(input, Expected::Constant, |kind| is_orderable(kind) || is_boolean(kind))
}

/// `orderableLiteral : IntPosLiteral | IntNegLiteral | FloatPosLiteral | FloatNegLiteral | StringLiteral
/// | BinaryLiteral | HexLiteral | TimestampLiteral`
pub(super) fn orderable_literal(input: Cursor<'_>) -> Parsed<'_, Literal> {
    literal(input, Expected::OrderableConstant, is_orderable)
}

/// `StringLiteral`
pub(super) fn string_literal(input: Cursor<'_>) -> Parsed<'_, StringLiteral> {
    map(token(TokenKind::String, Expected::Text), |token| StringLiteral {
        origin: Origin(token.span),
        value: string(input.text(token), token.is_escaped),
    })
    .parse(input)
}

/// `TimestampLiteral`
pub(super) fn timestamp_literal(input: Cursor<'_>) -> Parsed<'_, Timestamp> {
    let timestamp = token(TokenKind::Timestamp, Expected::Timestamp);
    map(timestamp, |token| Timestamp::from_checked(body(input.text(token)))).parse(input)
}

/// `setLiteral : '(' ')' | '(' primitiveLiteral ( ',' primitiveLiteral )* ')'`
pub(super) fn set_literal(input: Cursor<'_>) -> Parsed<'_, Set> {
    let open = token(TokenKind::LeftParenthesis, Expected::Set);
    let close = token(TokenKind::RightParenthesis, Expected::SetMember);
    let empty = map(close, |_| Vec::new());
    let (rest, literals) = preceded(open, cut(alt((empty, set_members)))).parse(input)?;
    Ok((rest, Set { origin: Origin(input.span_to(rest)), literals }))
}

/// `primitiveLiteral ( ',' primitiveLiteral )* ')'`
fn set_members(input: Cursor<'_>) -> Parsed<'_, Vec<Literal>> {
    let (mut rest, first) =
        literal(input, Expected::SetMember, |kind| is_orderable(kind) || is_boolean(kind))?;
    let mut literals = vec![first];
    while rest.kind() == TokenKind::Comma {
        let (after, literal) = cut(primitive_literal).parse(rest.advance())?;
        literals.push(literal);
        rest = after;
    }
    let (rest, _) = token(TokenKind::RightParenthesis, Expected::MoreSet).parse(rest)?;
    Ok((rest, literals))
}

/// `IntPosLiteral`, where `expected` says what it is for.
pub(super) fn unsigned<'a>(expected: Expected) -> impl Fn(Cursor<'a>) -> Parsed<'a, u64> {
    move |input| {
        let (rest, token) = token(TokenKind::Integer, expected).parse(input)?;
        match input.text(token) {
            negative if negative.starts_with('-') => input.failure(expected),
            digits => digits
                .parse()
                .map_or_else(|_| input.failure(Expected::UnsignedRange), |value| Ok((rest, value))),
        }
    }
}

/// What stands between the quotes of a string, without its escapes.
pub(super) fn string(quotation: &str, is_escaped: bool) -> Text {
    let text = delimiters_off(quotation);
    if is_escaped { unescape(text).into() } else { text.into() }
}

fn unescape(text: &str) -> String {
    let mut unescaped = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        // The lexer has made sure that a backslash is followed by what it stands for.
        unescaped.extend(if character == '\\' { characters.next() } else { Some(character) });
    }
    unescaped
}

#[inline]
fn literal(
    input: Cursor<'_>,
    expected: Expected,
    accepts: impl Fn(TokenKind) -> bool,
) -> Parsed<'_, Literal> {
    let (rest, (_, token)) = select(expected, |kind| accepts(kind).then_some(())).parse(input)?;
    match value(token, input.text(token)) {
        Ok(value) => Ok((rest, Literal { origin: Origin(token.span), value })),
        Err(expected) => input.failure(expected),
    }
}

/// The value of a token, or why it has none although its form is right.
#[inline]
fn value(Token { kind, is_escaped, .. }: Token, token: &str) -> Result<Value, Expected> {
    Ok(match kind {
        TokenKind::Integer => Value::Integer(token.parse().map_err(|_| Expected::IntegerRange)?),
        TokenKind::Float => Value::Float(float(token)?),
        TokenKind::Binary => Value::Binary(binary(token).ok_or(Expected::Base64)?),
        TokenKind::Hex => Value::Hex(hex(body(token))),
        TokenKind::Timestamp => Value::Timestamp(Timestamp::from_checked(body(token))),
        TokenKind::Keyword(keyword) => Value::Boolean(keyword == Keyword::True),
        _ => Value::String(string(token, is_escaped)),
    })
}

/// A float token, unless it is too large for a 64-bit float.
pub(super) fn float(token: &str) -> Result<Decimal, Expected> {
    let decimal = Decimal::from_float_token(token);
    // A float holds up to 308 digits before the point.
    if token.len() < 300 || decimal.to_f64().is_finite() { Ok(decimal) } else { Err(Expected::FloatRange) }
}

fn binary(token: &str) -> Option<Binary> {
    BASE64.decode(body(token)).ok().and_then(Binary::new)
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

fn is_orderable(kind: TokenKind) -> bool {
    use TokenKind::{Binary, Float, Hex, Integer, String, Timestamp};
    matches!(kind, Integer | Float | String | Binary | Hex | Timestamp)
}

fn is_boolean(kind: TokenKind) -> bool {
    matches!(kind, TokenKind::Keyword(Keyword::True | Keyword::False))
}
