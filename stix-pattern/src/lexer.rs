//! The tokens of the pattern language (STIX 2.1, section 9.1 and the lexical part of its grammar).
//!
//! The longest possible token wins: `a-1` is one name, and `t'...'`, `h'...'` and `b'...'` are one token each. Text
//! that is no token at all ends the stream as an invalid or unknown one, which no production accepts, so that
//! the parser reports the first mistake of either kind. White space and comments separate tokens and are dropped.

mod blank;
mod constant;
mod eight;
mod keyword;
mod number;
mod operator;

use nom::IResult;
use smallvec::SmallVec;

pub(crate) use self::blank::skip;
pub(crate) use self::constant::is_timestamp;
pub(crate) use self::eight::{end_of_plain, path};
pub(crate) use self::keyword::Keyword;
pub(crate) use self::number::is_float;
pub(crate) use self::operator::comparison_operator;
use crate::span::Span;

/// A token scanner never fails for good: what it cannot read becomes an invalid token.
type Scanned<'a, T> = IResult<&'a str, T, ()>;

/// The tokens of a pattern. Those of one of up to 250 bytes or so take no memory of their own.
pub(crate) type Tokens = SmallVec<[Token; 64]>;

/// A word of the language and where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) kind: TokenKind,
    pub(crate) span: Span,
}

impl Token {
    /// What stands behind the last token.
    pub(crate) const END: Self = Self { kind: TokenKind::End, span: Span::new(0, 0) };
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
    /// A comment without `*/`.
    OpenComment,
    /// A string without its closing quote.
    OpenString,
    /// A string up to a backslash before something other than a quote or a backslash.
    InvalidEscape,
    /// A number with leading zeros.
    LeadingZero,
    /// `h'...'` with something other than pairs of hexadecimal digits.
    InvalidHex,
    /// `b'...'` with something other than padded base64.
    InvalidBinary,
    /// `t'...'` with something other than a timestamp.
    InvalidTimestamp,
    /// The end of the text.
    End,
}

impl TokenKind {
    /// Whether the token went wrong behind its first character.
    pub(crate) fn is_invalid(self) -> bool {
        use TokenKind::{InvalidBinary, InvalidEscape, InvalidHex, InvalidTimestamp};
        use TokenKind::{LeadingZero, OpenComment, OpenString};
        matches!(self, OpenComment | OpenString | InvalidEscape | LeadingZero)
            || matches!(self, InvalidHex | InvalidBinary | InvalidTimestamp)
    }
}

/// Cuts a pattern into tokens. The last is an `End`; only the one before it may be invalid or unknown.
///
/// Takes time in proportion to the text: each scanner reads a byte a fixed number of times, and the scan stops at the
/// first token that shows that the text cannot be a pattern.
pub(crate) fn tokenize(source: &str, tokens: &mut Tokens) {
    let mut before = 0;
    loop {
        let at = skip(source, before);
        let (kind, end) = token(source, at);
        tokens.push(Token { kind, span: Span::from_range(at..end) });
        before = match kind {
            TokenKind::End => return,
            // Nothing is read behind it.
            kind if kind.is_invalid() || kind == TokenKind::Unknown => source.len(),
            _ => end,
        };
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
    let (kind, end) = token(text, 0);
    let is_word = matches!(kind, TokenKind::Word | TokenKind::HyphenatedWord | TokenKind::Keyword(_));
    (is_word && end == text.len()).then_some(kind)
}

/// The token that begins at this byte, told by that byte, and where it ends.
pub(crate) fn token(source: &str, at: usize) -> (TokenKind, usize) {
    let one = |kind| (kind, at + 1);
    match source.as_bytes().get(at) {
        Some(b'A'..=b'Z' | b'a'..=b'z' | b'_') => word(source, at),
        Some(b'\'') => constant::string(source, at),
        Some(b'[') => one(TokenKind::LeftBracket),
        Some(b']') => one(TokenKind::RightBracket),
        Some(b'(') => one(TokenKind::LeftParenthesis),
        Some(b')') => one(TokenKind::RightParenthesis),
        Some(b':') => one(TokenKind::Colon),
        Some(b',') => one(TokenKind::Comma),
        Some(b'*') => one(TokenKind::Star),
        Some(b'0'..=b'9' | b'+' | b'-' | b'.') => number::number(source, at),
        Some(b'=' | b'!' | b'<' | b'>') => comparison_operator(source, at),
        Some(b'/') if source.as_bytes().get(at + 1) == Some(&b'*') => (TokenKind::OpenComment, source.len()),
        Some(_) => unknown(source, at),
        None => (TokenKind::End, at),
    }
}

/// An identifier or a keyword, or a constant with one of the prefixes `b`, `h` and `t`.
fn word(source: &str, at: usize) -> (TokenKind, usize) {
    let bytes = source.as_bytes();
    let end = end_of_run(bytes, at, WORD);
    let first = bytes.get(at).copied().unwrap_or_default();
    match bytes.get(end) {
        Some(b'-') => (TokenKind::HyphenatedWord, end_of_run(bytes, end, WORD | HYPHEN)),
        Some(b'\'') if end == at + 1 && matches!(first, b'b' | b'h' | b't') => constant::prefixed(source, at),
        // Most words begin as no keyword does.
        _ if !matches!(first, b'A'..=b'W' | b't' | b'f') => (TokenKind::Word, end),
        _ => {
            let keyword = source.get(at..end).and_then(Keyword::from_text);
            (keyword.map_or(TokenKind::Word, TokenKind::Keyword), end)
        }
    }
}

/// What letters, digits and underscores are in [`CLASSES`].
const WORD: u8 = 1;
/// What a hyphen is in [`CLASSES`].
const HYPHEN: u8 = 2;
/// What decimal digits are in [`CLASSES`], beside being part of a word.
const DIGIT: u8 = 4;

/// What each byte is, in bits.
const CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    let mut byte: u8 = 0;
    while byte < 128 {
        let class = if byte.is_ascii_digit() { WORD | DIGIT } else { WORD };
        let class = if byte == b'-' { HYPHEN } else { class };
        if byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-' {
            #[allow(clippy::indexing_slicing, reason = "a byte is within 256, and the compiler runs this")]
            {
                classes[byte as usize] = class;
            }
        }
        byte += 1;
    }
    classes
};

/// Where the bytes of these classes end that begin at `at`.
fn end_of_run(bytes: &[u8], at: usize, classes: u8) -> usize {
    let belongs = |byte: u8| CLASSES.get(usize::from(byte)).is_some_and(|class| class & classes != 0);
    let mut end = at;
    while bytes.get(end).is_some_and(|byte| belongs(*byte)) {
        end += 1;
    }
    end
}

/// Any one character.
fn unknown(source: &str, at: usize) -> (TokenKind, usize) {
    let character = source.get(at..).and_then(|rest| rest.chars().next());
    (TokenKind::Unknown, at + character.map_or(0, char::len_utf8))
}

/// Applies a nom parser at a place: what it yields, and where it stops.
fn scan<'a, T>(
    source: &'a str,
    at: usize,
    scanner: impl Fn(&'a str) -> Scanned<'a, T>,
) -> Option<(T, usize)> {
    let (rest, scanned) = scanner(source.get(at..)?).ok()?;
    Some((scanned, source.len() - rest.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(source: &str) -> Vec<TokenKind> {
        let mut tokens = Tokens::new();
        tokenize(source, &mut tokens);
        tokens.into_iter().map(|token| token.kind).collect()
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
        assert_eq!(kinds(".5 -.5 0.5 + - . 10 -0"), [Float, Float, Float, Unknown, End]);
        assert_eq!(kinds(". 10 -0 +7 /"), [Dot, Integer, Integer, Integer, Unknown, End]);
    }

    #[test]
    fn the_first_invalid_token_ends_the_stream() {
        assert_eq!(kinds("a ! b"), [TokenKind::Word, TokenKind::Unknown, TokenKind::End]);
        assert_eq!(kinds("'a b"), [TokenKind::OpenString, TokenKind::End]);
        assert_eq!(kinds("00 a"), [TokenKind::LeadingZero, TokenKind::End]);
        assert_eq!(kinds("h'abc' a"), [TokenKind::InvalidHex, TokenKind::End]);
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
