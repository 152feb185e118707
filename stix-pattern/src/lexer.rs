//! The tokens of the pattern language (STIX 2.1, section 9.1 and the lexical part of its grammar).
//!
//! The longest possible token wins: `a-1` is one name, and `t'...'`, `h'...'` and `b'...'` are one token each. Text
//! that is no token at all ends the stream as an invalid or unknown one, which no production accepts, so that
//! the parser reports the first mistake of either kind. White space and comments separate tokens and are dropped.

mod blank;
mod constant;
mod keyword;
mod number;

use nom::branch::alt;
use nom::character::complete::anychar;
use nom::combinator::map;
use nom::{IResult, Parser};

pub(crate) use self::constant::is_timestamp;
pub(crate) use self::keyword::Keyword;
pub(crate) use self::number::is_float;
use crate::span::Span;

/// A token scanner never fails for good: what it cannot read becomes an invalid token.
type Scanned<'a, T> = IResult<&'a str, T, ()>;

/// A word of the language and where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) kind: TokenKind,
    pub(crate) span: Span,
}

/// The sorts of tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TokenKind {
    /// `[A-Za-z_][A-Za-z0-9_]*`, unless a keyword.
    Word,
    /// The same with hyphens after the first character: an object type, but no property.
    HyphenatedWord,
    Keyword(Keyword),
    Integer,
    Float,
    String,
    Hex,
    Binary,
    Timestamp,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Colon,
    Dot,
    Comma,
    LeftParenthesis,
    RightParenthesis,
    LeftBracket,
    RightBracket,
    Star,
    /// A character that begins no token.
    Unknown,
    /// A token that went wrong behind its first character.
    Invalid(Fault),
    /// The end of the text.
    End,
}

/// What is wrong with an invalid token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// A comment without `*/`.
    Comment,
    /// A string without its closing quote.
    OpenString,
    /// A string up to a backslash before something other than a quote or a backslash.
    Escape,
    /// A number with leading zeros.
    LeadingZero,
    /// `h'...'` with something other than pairs of hexadecimal digits.
    Hex,
    /// `b'...'` with something other than padded base64.
    Binary,
    /// `t'...'` with something other than a timestamp.
    Timestamp,
}

/// Cuts a pattern into tokens. The last is an `End`; only the one before it may be `Invalid` or `Unknown`.
///
/// Takes time in proportion to the text: each scanner reads a character a fixed number of times, and the scan stops at
/// the first token that shows that the text cannot be a pattern.
pub(crate) fn tokenize(source: &str) -> Vec<Token> {
    // A token with the space behind it takes four to five bytes in patterns from the field.
    let mut tokens = Vec::with_capacity(source.len() / 4 + 2);
    let mut rest = source;
    loop {
        rest = blank::skip(rest);
        let start = offset(source, rest);
        let (after, kind) = token(rest).unwrap_or(("", TokenKind::End));
        tokens.push(Token { kind, span: Span::new(start, offset(source, after)) });
        match kind {
            TokenKind::End => return tokens,
            TokenKind::Invalid(_) | TokenKind::Unknown => rest = "",
            _ => rest = after,
        }
    }
}

/// Whether `text` can name an object type: one identifier, hyphens allowed, that is no keyword.
pub(crate) fn is_object_type(text: &str) -> bool {
    matches!(whole(text), Some(TokenKind::Word | TokenKind::HyphenatedWord))
}

/// Whether `text` can name a property without quotes: one identifier without hyphens that is no keyword.
pub(crate) fn is_property_name(text: &str) -> bool {
    matches!(whole(text), Some(TokenKind::Word))
}

/// The one identifier or keyword that `text` consists of.
fn whole(text: &str) -> Option<TokenKind> {
    word(text).ok().filter(|(rest, _)| rest.is_empty()).map(|(_, kind)| kind)
}

/// The byte offset of `rest`, which is the tail of `source`. The parser has made sure that it fits.
#[allow(clippy::cast_possible_truncation)]
fn offset(source: &str, rest: &str) -> u32 {
    (source.len() - rest.len()) as u32
}

/// One token of any sort, chosen by its first byte.
fn token(input: &str) -> Scanned<'_, TokenKind> {
    match input.bytes().next() {
        Some(b'A'..=b'Z' | b'a'..=b'z' | b'_') => word(input),
        Some(b'0'..=b'9' | b'+' | b'-') => alt((number::number, unknown)).parse(input),
        Some(b'.') if !after(input, 1).starts_with(|c: char| c.is_ascii_digit()) => {
            Ok((after(input, 1), TokenKind::Dot))
        }
        Some(b'.') => number::number(input),
        Some(b'\'') => constant::string(input),
        Some(b'/') => alt((blank::open_comment, unknown)).parse(input),
        Some(b'=' | b'!' | b'<' | b'>') => comparison_operator(input),
        Some(b'[') => Ok((after(input, 1), TokenKind::LeftBracket)),
        Some(b']') => Ok((after(input, 1), TokenKind::RightBracket)),
        Some(b'(') => Ok((after(input, 1), TokenKind::LeftParenthesis)),
        Some(b')') => Ok((after(input, 1), TokenKind::RightParenthesis)),
        Some(b':') => Ok((after(input, 1), TokenKind::Colon)),
        Some(b',') => Ok((after(input, 1), TokenKind::Comma)),
        Some(b'*') => Ok((after(input, 1), TokenKind::Star)),
        Some(_) => unknown(input),
        None => Ok((input, TokenKind::End)),
    }
}

/// An identifier or a keyword, or a constant with one of the prefixes `b`, `h` and `t`.
fn word(input: &str) -> Scanned<'_, TokenKind> {
    let (rest, name) = take_bytes_while1(input, is_word_byte)?;
    if name.starts_with(|c: char| c.is_ascii_digit()) {
        return Err(nom::Err::Error(()));
    }
    match rest.bytes().next() {
        Some(b'-') => {
            let (rest, _) = take_bytes_while1(rest, |byte| byte == b'-' || is_word_byte(byte))?;
            Ok((rest, TokenKind::HyphenatedWord))
        }
        Some(b'\'') if matches!(name, "b" | "h" | "t") => constant::prefixed(input),
        _ => Ok((rest, Keyword::from_text(name).map_or(TokenKind::Word, TokenKind::Keyword))),
    }
}

/// What is left behind so many bytes, which are whole characters.
fn after(input: &str, bytes: usize) -> &str {
    input.get(bytes..).unwrap_or_default()
}

/// nom's `take_while1` without decoding the characters, where the first byte that ends the run is an ASCII one or the
/// run itself is ASCII.
fn take_bytes_while1(input: &str, belongs: impl Fn(u8) -> bool) -> Scanned<'_, &str> {
    let length = input.bytes().position(|byte| !belongs(byte)).unwrap_or(input.len());
    match input.split_at_checked(length) {
        Some((taken, rest)) if length > 0 => Ok((rest, taken)),
        _ => Err(nom::Err::Error(())),
    }
}

fn is_word_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// `=`, `==`, `!=`, `<>`, `<`, `<=`, `>` or `>=`. The longer ones come first.
fn comparison_operator(input: &str) -> Scanned<'_, TokenKind> {
    let mut bytes = input.bytes();
    let (kind, length) = match (bytes.next(), bytes.next()) {
        (Some(b'='), Some(b'=')) => (TokenKind::Equal, 2),
        (Some(b'='), _) => (TokenKind::Equal, 1),
        (Some(b'!'), Some(b'=')) | (Some(b'<'), Some(b'>')) => (TokenKind::NotEqual, 2),
        (Some(b'<'), Some(b'=')) => (TokenKind::LessOrEqual, 2),
        (Some(b'>'), Some(b'=')) => (TokenKind::GreaterOrEqual, 2),
        (Some(b'<'), _) => (TokenKind::Less, 1),
        (Some(b'>'), _) => (TokenKind::Greater, 1),
        _ => return unknown(input),
    };
    Ok((after(input, length), kind))
}

/// Any one character.
fn unknown(input: &str) -> Scanned<'_, TokenKind> {
    map(anychar, |_| TokenKind::Unknown).parse(input)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(source: &str) -> Vec<TokenKind> {
        tokenize(source).into_iter().map(|token| token.kind).collect()
    }

    #[test]
    fn the_longest_token_wins() {
        use TokenKind::*;
        assert_eq!(kinds("a-1 a -1"), [HyphenatedWord, Word, Integer, End]);
        assert_eq!(kinds("<=<><"), [LessOrEqual, NotEqual, Less, End]);
        assert_eq!(kinds("5TIMES"), [Integer, Keyword(super::Keyword::Times), End]);
        assert_eq!(kinds("t'2020-01-01T00:00:00Z' t ''"), [Timestamp, Word, String, End]);
        assert_eq!(kinds("bt'x'"), [Word, String, End]);
        assert_eq!(kinds("1.5.5"), [Float, Float, End]);
        assert_eq!(kinds("1."), [Integer, Dot, End]);
    }

    #[test]
    fn the_first_invalid_token_ends_the_stream() {
        assert_eq!(kinds("a ! b"), [TokenKind::Word, TokenKind::Unknown, TokenKind::End]);
        assert_eq!(kinds("'a b"), [TokenKind::Invalid(Fault::OpenString), TokenKind::End]);
        assert_eq!(kinds("00 a"), [TokenKind::Invalid(Fault::LeadingZero), TokenKind::End]);
        assert_eq!(kinds("h'abc' a"), [TokenKind::Invalid(Fault::Hex), TokenKind::End]);
    }

    #[test]
    fn blanks_of_every_sort_are_dropped() {
        assert_eq!(kinds("\u{85}\u{a0}\u{1680}\u{2003}\u{2028}\u{3000}\u{b}\u{c}"), [TokenKind::End]);
        assert_eq!(kinds("/* a */// b\n/**/"), [TokenKind::End]);
        assert_eq!(kinds("\u{feff}"), [TokenKind::Unknown, TokenKind::End]);
        assert_eq!(kinds("\u{180e}"), [TokenKind::Unknown, TokenKind::End]);
    }

    #[test]
    fn names_are_told_from_keywords() {
        assert!(is_property_name("_x1") && !is_property_name("a-b") && !is_property_name("LAST"));
        assert!(!is_property_name("") && !is_property_name("1a") && !is_property_name("é"));
        assert!(is_object_type("x-a") && !is_object_type("true") && !is_object_type("a b"));
        assert!(!is_object_type("-a") && !is_object_type("t'2020-01-01T00:00:00Z'"));
    }
}
