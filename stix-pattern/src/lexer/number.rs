//! Numbers (STIX 2.1, section 9.2: integer and float constants).

use nom::Parser;
use nom::branch::alt;
use nom::bytes::complete::tag;
use nom::character::complete::{char, digit0, digit1, one_of};
use nom::combinator::{all_consuming, opt, recognize, value};
use nom::sequence::terminated;

use super::{Fault, Scanned, TokenKind};

/// A float, or an integer, or a number with leading zeros.
///
/// For the grammar `01` is two tokens. No production has two numbers in a row, so nothing is lost by taking them
/// together, and the message is better.
pub(super) fn number(input: &str) -> Scanned<'_, TokenKind> {
    alt((
        value(TokenKind::Float, float),
        value(TokenKind::Invalid(Fault::LeadingZero), leading_zero),
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
