//! Constants in quotes (STIX 2.1, section 9.2): strings, and bytes and timestamps with their prefixes.

use std::ops::RangeInclusive;

use nom::Parser;
use nom::branch::alt;
use nom::bytes::complete::{take_while_m_n, take_while1};
use nom::character::complete::{char, digit1, hex_digit0};
use nom::combinator::{all_consuming, opt, recognize, value, verify};
use nom::sequence::delimited;

use super::eight::end_of_plain;
use super::{Scanned, TokenKind, scan, unknown};

/// `'` ( ~['\\] | `\'` | `\\` )* `'`, or a string that is invalid: from where it has no end, or up to a wrong escape.
/// Tells where it ends.
pub(super) fn string(source: &str, at: usize) -> (TokenKind, usize) {
    let bytes = source.as_bytes();
    let mut at = at + 1;
    loop {
        let special = end_of_plain(bytes, at);
        match (bytes.get(special), bytes.get(special + 1)) {
            (Some(b'\''), _) => return (TokenKind::String, special + 1),
            (_, Some(b'\'' | b'\\')) => at = special + 2,
            (_, None) => return (TokenKind::OpenString, source.len()),
            (_, Some(_)) => return (TokenKind::InvalidEscape, unknown(source, special + 1).1),
        }
    }
}

/// A constant with a prefix; if it is not well formed, an invalid token up to the closing quote.
pub(super) fn prefixed(source: &str, at: usize) -> (TokenKind, usize) {
    if let Some(token) = source.as_bytes().get(at..).and_then(|rest| rest.first_chunk())
        && is_whole_seconds(token)
    {
        return (TokenKind::Timestamp, at + token.len());
    }
    scan(source, at, whole).unwrap_or_else(|| malformed(source, at))
}

/// Whether a token is a timestamp without a fraction, as most are, on one of the first 29 days of a month.
fn is_whole_seconds(token: &[u8; 23]) -> bool {
    const FORM: &[u8; 23] = b"t'0000-00-00T00:00:00Z'";
    let is_form = token.iter().zip(FORM).fold(true, |is_form, (byte, form)| {
        is_form & if *form == b'0' { byte.is_ascii_digit() } else { byte == form }
    });
    let [_, _, _, _, _, _, _, m, n, _, d, _, _, h, i, _, u, _, _, s, ..] = token;
    let is_month = matches!((m, n), (b'0', b'1'..=b'9') | (b'1', b'0'..=b'2'));
    let is_hour = *h < b'2' || *h == b'2' && *i < b'4';
    let is_day = *d < b'3' && token.get(10..12) != Some(b"00");
    is_form && is_month && is_day && is_hour && *u < b'6' && *s < b'6'
}

fn whole(input: &str) -> Scanned<'_, TokenKind> {
    alt((
        value(TokenKind::Timestamp, quoted('t', timestamp)),
        value(TokenKind::Hex, quoted('h', hex)),
        value(TokenKind::Binary, quoted('b', base64)),
    ))
    .parse(input)
}

fn malformed(source: &str, at: usize) -> (TokenKind, usize) {
    let (string, end) = string(source, at + 1);
    let kind = match (string, source.as_bytes().get(at)) {
        (kind, _) if kind.is_invalid() => kind,
        (_, Some(b'b')) => TokenKind::InvalidBinary,
        (_, Some(b'h')) => TokenKind::InvalidHex,
        _ => TokenKind::InvalidTimestamp,
    };
    (kind, end)
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

/// Base64 in groups of four with its padding, not empty. Line feeds may stand anywhere, as section 9.2 demands and the
/// grammar does not allow.
fn base64(input: &str) -> Scanned<'_, &str> {
    let text = take_while1(|c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=' | '\n' | '\r'));
    verify(text, |text: &str| {
        let mut marks = text.bytes().filter(|byte| !matches!(byte, b'\n' | b'\r'));
        let digits = marks.by_ref().take_while(|byte| *byte != b'=').count();
        // The first `=` was taken to end the digits.
        let padding = 1 + marks.clone().count();
        let is_padding = marks.all(|byte| byte == b'=') && padding <= 2;
        match digits % 4 {
            0 => digits > 0 && !text.contains('='),
            1 => false,
            rest => text.contains('=') && is_padding && padding == 4 - rest,
        }
    })
    .parse(input)
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
