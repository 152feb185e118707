//! White space and comments. Comments are in the grammar only, not in the text of STIX 2.1.

use nom::Parser;
use nom::branch::alt;
use nom::bytes::complete::{tag, take_till, take_until, take_while1};
use nom::multi::many0_count;
use nom::sequence::{delimited, preceded};

use super::{Scanned, scan};

/// Where white space and comments end that begin at `at`.
#[inline]
pub(crate) fn skip(source: &str, at: usize) -> usize {
    let bytes = source.as_bytes();
    // By far most tokens are followed by at most one space.
    let at = if bytes.get(at) == Some(&b' ') { at + 1 } else { at };
    match bytes.get(at) {
        Some(b'!'..=b'.' | b'0'..=b'~') | None => at,
        _ => scan(source, at, blanks).map_or(at, |(_, end)| end),
    }
}

fn blanks(input: &str) -> Scanned<'_, usize> {
    many0_count(alt((take_while1(is_white_space), block_comment, line_comment))).parse(input)
}

/// `'/*' .*? '*/'`; does not nest.
fn block_comment(input: &str) -> Scanned<'_, &str> {
    delimited(tag("/*"), take_until("*/"), tag("*/")).parse(input)
}

/// `'//' ~[\r\n]*`
fn line_comment(input: &str) -> Scanned<'_, &str> {
    preceded(tag("//"), take_till(|c| matches!(c, '\r' | '\n'))).parse(input)
}

/// The white space of the grammar. A byte order mark is not among it.
fn is_white_space(c: char) -> bool {
    matches!(c, '\t'..='\r' | ' ' | '\u{85}' | '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}')
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202f}' | '\u{205f}' | '\u{3000}')
}
