//! Numbers (STIX 2.1, section 9.2: integer and float constants).

use nom::Parser;
use nom::branch::alt;
use nom::bytes::complete::tag;
use nom::character::complete::{char, digit0, digit1, one_of};
use nom::combinator::{all_consuming, opt, recognize, value};
use nom::sequence::terminated;

use super::{DIGIT, Scanned, TokenKind, end_of_run, scan, unknown};

/// A float, or an integer, or a number with leading zeros; or the dot or the sign that begins none.
///
/// For the grammar `01` is two tokens. No production has two numbers in a row, so nothing is lost by taking them
/// together, and the message is better.
pub(super) fn number(source: &str, at: usize) -> (TokenKind, usize) {
    let bytes = source.as_bytes();
    let end = end_of_run(bytes, at, DIGIT);
    match bytes.get(at) {
        // Most numbers are whole ones without a sign, and most dots stand before a name.
        Some(b'1'..=b'9') if bytes.get(end) != Some(&b'.') => (TokenKind::Integer, end),
        Some(b'.') if !bytes.get(at + 1).is_some_and(u8::is_ascii_digit) => (TokenKind::Dot, at + 1),
        _ => scan(source, at, any).unwrap_or_else(|| unknown(source, at)),
    }
}

fn any(input: &str) -> Scanned<'_, TokenKind> {
    alt((
        value(TokenKind::Float, float),
        value(TokenKind::LeadingZero, leading_zero),
        value(TokenKind::Integer, integer),
    ))
    .parse(input)
}

/// `[+-]? [0-9]* '.' [0-9]+`
fn float(input: &str) -> Scanned<'_, &str> {
    recognize((opt(one_of("+-")), digit0, char('.'), digit1)).parse(input)
}

/// `[+-]? ( '0' | [1-9] [0-9]* )`
fn integer(input: &str) -> Scanned<'_, &str> {
    recognize((opt(one_of("+-")), digit1)).parse(input)
}

fn leading_zero(input: &str) -> Scanned<'_, &str> {
    recognize(terminated((opt(one_of("+-")), tag("0")), digit1)).parse(input)
}

/// Whether the whole text is a float.
pub(crate) fn is_float(text: &str) -> bool {
    all_consuming(float).parse(text).is_ok()
}
