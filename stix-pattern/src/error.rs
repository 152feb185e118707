//! What is wrong with the text of a pattern, and where.
//!
//! An error is a value. [`std::fmt::Display`] writes it as one sentence; drawing it beside the text is left to
//! whoever holds the text, who has the [span](SyntaxError::span) for it.

mod expected;
mod help;
mod quote;
mod recovery;
mod repair;
mod scene;
mod words;

use std::error::Error;
use std::fmt;

pub(crate) use self::expected::{Expected, Failure};
pub(crate) use self::quote::quote;
pub(crate) use self::recovery::{Mistake, diagnose};
pub(crate) use self::repair::timestamp_in_utc;
use self::scene::Scene;
use crate::lexer::TokenKind;
use crate::span::Span;

/// A mistake for which a text is not a pattern.
///
/// ```
/// let error = stix_pattern::Pattern::parse("[ipv4-addr:value '1.2.3.4']").unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "expected a comparison operator after `ipv4-addr:value`, found `'1.2.3.4'` at character 18"
/// );
/// assert_eq!(error.span().range(), 17..26);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError(Box<Details>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Details {
    kind: SyntaxErrorKind,
    expected: &'static str,
    after: Option<String>,
    found: String,
    span: Span,
    line: usize,
    column: usize,
    character: usize,
    help: Option<String>,
    fix: Option<String>,
}

/// The sorts of syntax errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SyntaxErrorKind {
    /// The text stops, or goes on, where the grammar wants something else.
    UnexpectedToken,
    /// A string without its closing quote.
    UnterminatedString,
    /// A backslash in a string before something other than a quote or a backslash.
    InvalidEscape,
    /// A `b'...'` that is not padded base64.
    InvalidBinary,
    /// An `h'...'` that is not pairs of hexadecimal digits.
    InvalidHex,
    /// A `t'...'` that is not a timestamp.
    InvalidTimestamp,
    /// A number with leading zeros.
    LeadingZero,
    /// A number that 64 bits cannot hold.
    NumberOutOfRange,
    /// A list index below zero.
    NegativeIndex,
    /// A second qualifier of one kind behind a bracket.
    DuplicateQualifier,
    /// A `/*` without `*/`.
    UnterminatedComment,
    /// More open parentheses than [`MAX_DEPTH`](crate::MAX_DEPTH).
    NestedTooDeeply,
    /// A text of 4 GiB or more.
    TooLong,
}

impl SyntaxError {
    /// Completes what the parser knows about a mistake with what the tokens around it tell. `place` leads from a byte
    /// of the text that was parsed, which may be a mended one, to the byte of `source` that it comes from.
    fn new(source: &str, scene: &Scene<'_>, place: impl Fn(usize) -> usize) -> Self {
        let expected = scene.expected;
        let found = match expected {
            Expected::ValidEscape => escape(scene.source, scene.found.span),
            _ => scene.found.span,
        };
        let span = Span::from_range(place(found.start())..place(found.end()));
        let before = source.get(..span.start()).unwrap_or_default();
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Self(Box::new(Details {
            kind: expected.kind(),
            expected: expected.phrase(),
            after: scene.after().filter(|_| expected.kind() == SyntaxErrorKind::UnexpectedToken).map(quote),
            found: match scene.found.kind {
                TokenKind::End if expected == Expected::ShorterPattern => "a longer one".to_owned(),
                TokenKind::End => "the end of the pattern".to_owned(),
                _ => quote(found.text(scene.source).unwrap_or_default()),
            },
            line: 1 + before.matches('\n').count(),
            column: 1 + before.get(line_start..).unwrap_or_default().chars().count(),
            character: 1 + before.chars().count(),
            help: help::help(scene),
            fix: None,
            span,
        }))
    }

    /// What sort of mistake it is.
    #[must_use]
    pub fn kind(&self) -> SyntaxErrorKind {
        self.0.kind
    }

    /// What the grammar wants at this place, as a phrase: ``a comparison operator``, `` `AND`, `OR` or `]` ``.
    #[must_use]
    pub fn expected(&self) -> &str {
        self.0.expected
    }

    /// What stands there instead: the text in backticks, shortened if it is long, or `the end of the pattern`.
    #[must_use]
    pub fn found(&self) -> &str {
        &self.0.found
    }

    /// Where it stands, in bytes.
    #[must_use]
    pub fn span(&self) -> Span {
        self.0.span
    }

    /// The line, counted from 1.
    #[must_use]
    pub fn line(&self) -> usize {
        self.0.line
    }

    /// The character (code point) in its line, counted from 1.
    #[must_use]
    pub fn column(&self) -> usize {
        self.0.column
    }

    /// The character (code point) in the whole text, counted from 1.
    #[must_use]
    pub fn character(&self) -> usize {
        self.0.character
    }

    /// What to write instead, if the mistake is a common one.
    #[must_use]
    pub fn help(&self) -> Option<&str> {
        self.0.help.as_deref()
    }

    /// The whole pattern with this mistake and all others corrected, if there is no doubt about any of them. It
    /// parses.
    ///
    /// ```
    /// let error = stix_pattern::Pattern::parse("[file:name = \"it's\"] WITHIN 5 MINUTES").unwrap_err();
    /// assert_eq!(error.fix(), Some(r"[file:name = 'it\'s'] WITHIN 300 SECONDS"));
    /// ```
    #[must_use]
    pub fn fix(&self) -> Option<&str> {
        self.0.fix.as_deref()
    }
}

impl fmt::Display for SyntaxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected {}", self.0.expected)?;
        if let Some(after) = &self.0.after {
            write!(f, " after {after}")?;
        }
        write!(f, ", found {} at character {}", self.0.found, self.0.character)
    }
}

impl Error for SyntaxError {}

/// The backslash and the character behind it with which the token of an invalid escape ends.
#[allow(clippy::cast_possible_truncation)]
fn escape(source: &str, token: Span) -> Span {
    let backslash =
        token.text(source).and_then(|text| text.char_indices().rev().nth(1)).map_or(0, |(at, _)| at);
    Span::new((token.start() + backslash) as u32, token.end() as u32)
}
