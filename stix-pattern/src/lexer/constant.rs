//! Constants in quotes (STIX 2.1, section 9.2): strings, and bytes and timestamps with their prefixes.

use std::ops::RangeInclusive;

use nom::Parser;
use nom::branch::alt;
use nom::bytes::complete::{tag, take_while_m_n, take_while1};
use nom::character::complete::{anychar, char, digit1, hex_digit0, one_of};
use nom::combinator::{all_consuming, eof, opt, recognize, value, verify};
use nom::multi::many0_count;
use nom::sequence::{delimited, preceded};

use super::{Fault, Scanned, TokenKind, take_bytes_while1};

/// `'` ( ~['\\] | `\'` | `\\` )* `'`
pub(super) fn string(input: &str) -> Scanned<'_, TokenKind> {
    preceded((char('\''), string_body), string_end).parse(input)
}

fn string_body(input: &str) -> Scanned<'_, usize> {
    many0_count(alt((plain, tag("\\'"), tag("\\\\")))).parse(input)
}

/// `~['\\]+`
fn plain(input: &str) -> Scanned<'_, &str> {
    take_bytes_while1(input, |byte| byte != b'\'' && byte != b'\\')
}

/// Where the body of a string stops: at its quote, at the end of the text, or at a wrong escape.
fn string_end(input: &str) -> Scanned<'_, TokenKind> {
    alt((
        value(TokenKind::String, char('\'')),
        value(TokenKind::Invalid(Fault::OpenString), recognize((opt(char('\\')), eof))),
        value(TokenKind::Invalid(Fault::Escape), recognize((char('\\'), anychar))),
    ))
    .parse(input)
}

/// A constant with a prefix; if it is not well formed, an invalid token up to the closing quote.
pub(super) fn prefixed(input: &str) -> Scanned<'_, TokenKind> {
    let whole = alt((
        value(TokenKind::Timestamp, quoted('t', timestamp)),
        value(TokenKind::Hex, quoted('h', hex)),
        value(TokenKind::Binary, quoted('b', base64)),
    ));
    alt((whole, malformed)).parse(input)
}

fn malformed(input: &str) -> Scanned<'_, TokenKind> {
    let (rest, (prefix, string)) = (one_of("bht"), string).parse(input)?;
    let fault = match (string, prefix) {
        (TokenKind::Invalid(fault), _) => fault,
        (_, 'b') => Fault::Binary,
        (_, 'h') => Fault::Hex,
        _ => Fault::Timestamp,
    };
    Ok((rest, TokenKind::Invalid(fault)))
}

fn quoted<'a>(
    prefix: char,
    body: impl Parser<&'a str, Output = &'a str, Error = ()>,
) -> impl Parser<&'a str, Output = &'a str, Error = ()> {
    delimited((char(prefix), char('\'')), body, char('\''))
}

/// Pairs of hexadecimal digits, in either case; possibly none.
fn hex(input: &str) -> Scanned<'_, &str> {
    verify(hex_digit0, |digits: &str| digits.len().is_multiple_of(2)).parse(input)
}

/// Base64 in groups of four with its padding, not empty.
///
/// Section 9.2 lets line feeds stand inside; the grammar does not, and it is the grammar that tools follow.
fn base64(input: &str) -> Scanned<'_, &str> {
    let digits = take_while1(|c: char| c.is_ascii_alphanumeric() || c == '+' || c == '/');
    let padding = take_while_m_n(0, 2, |c| c == '=');
    verify(recognize((digits, padding)), |text: &str| text.len().is_multiple_of(4)).parse(input)
}

/// `YYYY-MM-DDThh:mm:ss[.s+]Z`, with the ranges of the grammar: second 60 passes, and so does 30 February.
fn timestamp(input: &str) -> Scanned<'_, &str> {
    let year = take_while_m_n(4, 4, |c: char| c.is_ascii_digit());
    let date = (year, char('-'), two_digits("01"..="12"), char('-'), two_digits("01"..="31"));
    let hours = (two_digits("00"..="23"), char(':'), two_digits("00"..="59"));
    let seconds = (char(':'), two_digits("00"..="60"), opt((char('.'), digit1)));
    recognize((date, char('T'), hours, seconds, char('Z'))).parse(input)
}

fn two_digits<'a>(range: RangeInclusive<&'static str>) -> impl Parser<&'a str, Output = &'a str, Error = ()> {
    verify(take_while_m_n(2, 2, |c: char| c.is_ascii_digit()), move |digits: &str| range.contains(&digits))
}

/// Whether the whole text is what stands between the quotes of a timestamp.
pub(crate) fn is_timestamp(text: &str) -> bool {
    all_consuming(timestamp).parse(text).is_ok()
}
