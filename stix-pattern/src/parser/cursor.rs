//! A place in the text, and what the productions are made of.

use super::MAX_DEPTH;
use crate::error::Expected;
use crate::known::{self, KnownPath};
use crate::lexer::{self, Keyword, TokenKind};
use crate::span::Span;

/// What a production yields. A mistake stays behind at the cursor, so that a result is as small as it can be.
pub(super) type Parsed<T> = Result<T, Stop>;

/// Nothing more can be read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stop;

/// A mistake, told by places in the text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Complaint {
    pub(super) expected: Expected,
    /// The first byte of the token at which it shows.
    pub(super) at: u32,
    /// The first byte of what it comes after, if that is more than the token before.
    pub(super) behind: Option<u32>,
}

/// The place of the token that is read next. Mostly its first byte tells enough, so that a token is cut off the text
/// only when a production asks for it.
#[derive(Debug)]
pub(super) struct Cursor<'a> {
    source: &'a str,
    /// Where the token begins: the blanks before it are behind us.
    at: usize,
    /// Where the token before ends.
    end: usize,
    /// How many parentheses are open.
    depth: u32,
    complaint: Option<Complaint>,
}

impl<'a> Cursor<'a> {
    #[inline]
    pub(super) fn new(source: &'a str) -> Self {
        Self { source, at: lexer::skip(source, 0), end: 0, depth: 0, complaint: None }
    }

    /// The first byte of the token at this place; none at the end.
    #[inline(always)]
    pub(super) fn byte(&self) -> Option<u8> {
        self.source.as_bytes().get(self.at).copied()
    }

    /// The token at this place and where it ends.
    pub(super) fn token(&self) -> (TokenKind, usize) {
        lexer::token(self.source, self.at)
    }

    /// The keyword at this place, if it is one, and where it ends.
    #[inline]
    pub(super) fn keyword(&self) -> Option<(Keyword, usize)> {
        match self.token() {
            (TokenKind::Keyword(keyword), end) => Some((keyword, end)),
            _ => None,
        }
    }

    /// The comparison operator at this place, if it is a mark, and where it ends.
    #[inline]
    pub(super) fn comparison_mark(&self) -> (TokenKind, usize) {
        lexer::comparison_operator(self.source, self.at)
    }

    /// What stands between the quotes of the string at this place, if there is one, where the string ends, and whether
    /// there is a backslash in it.
    #[inline(always)]
    pub(super) fn string(&self) -> Option<(&'a str, usize, bool)> {
        let start = self.at + 1;
        let end = lexer::end_of_plain(self.source.as_bytes(), start);
        let (close, is_escaped) = match (self.byte()?, self.source.as_bytes().get(end)?) {
            (b'\'', b'\'') => (end, false),
            _ => match self.token() {
                (TokenKind::String, end) => (end - 1, true),
                _ => return None,
            },
        };
        Some((self.source.get(start..close)?, close + 1, is_escaped))
    }

    /// Takes the path through the properties of the object model that is at this place, if it is one.
    #[inline(always)]
    pub(super) fn take_known_path(&mut self) -> Option<(&'static KnownPath, Span)> {
        let (known, end) = known::path_at(self.source, self.at)?;
        let next = lexer::skip(self.source, end);
        // Behind a blank it may go on.
        if matches!(self.source.as_bytes().get(next), Some(b'.' | b'[')) {
            return None;
        }
        let span = Span::from_range(self.at..end);
        (self.at, self.end) = (next, end);
        Some((known, span))
    }

    /// The text from this place to `end`.
    #[inline(always)]
    pub(super) fn text_to(&self, end: usize) -> &'a str {
        self.source.get(self.at..end).unwrap_or_default()
    }

    /// Where the token at this place begins.
    #[inline(always)]
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// From `start` to the end of the token before this place.
    #[inline(always)]
    pub(super) fn span_from(&self, start: usize) -> Span {
        Span::from_range(start..self.end)
    }

    /// Goes on to the token behind the one that ends at `end`.
    #[inline(always)]
    pub(super) fn advance_to(&mut self, end: usize) {
        self.end = end;
        self.at = lexer::skip(self.source, end);
    }

    /// Goes on behind a token of one byte.
    #[inline(always)]
    pub(super) fn advance_over_mark(&mut self) {
        self.advance_to(self.at + 1);
    }

    /// Takes a token of one byte.
    #[inline(always)]
    pub(super) fn take_mark(&mut self, mark: u8, expected: Expected) -> Parsed<()> {
        if self.byte() != Some(mark) {
            return Err(self.refuse(expected));
        }
        self.advance_over_mark();
        Ok(())
    }

    /// Takes a token of this kind.
    pub(super) fn take(&mut self, kind: TokenKind, expected: Expected) -> Parsed<&'a str> {
        let (found, end) = self.token();
        if found != kind {
            return Err(self.refuse(expected));
        }
        let text = self.text_to(end);
        self.advance_to(end);
        Ok(text)
    }

    /// Takes a `(`, a production and a `)`.
    pub(super) fn group<T>(
        &mut self,
        open: Expected,
        production: fn(&mut Self, &mut T) -> Parsed<()>,
        to: &mut T,
        close: Expected,
    ) -> Parsed<()> {
        if self.byte() == Some(b'(') && self.depth >= MAX_DEPTH {
            return Err(self.refuse(Expected::ShallowerNesting));
        }
        self.take_mark(b'(', open)?;
        self.depth += 1;
        production(self, to)?;
        self.depth -= 1;
        self.take_mark(b')', close)
    }

    /// Says what the grammar wants at this place.
    #[cold]
    pub(super) fn refuse(&mut self, expected: Expected) -> Stop {
        self.refuse_at(self.at, expected)
    }

    /// Says what the grammar wants where the token stands that begins at a place.
    #[cold]
    pub(super) fn refuse_at(&mut self, at: usize, expected: Expected) -> Stop {
        self.complain(expected, at, None)
    }

    /// Says what the grammar wants at this place, after all that begins at `behind` or after the token before.
    #[cold]
    pub(super) fn refuse_behind(&mut self, behind: Option<usize>, expected: Expected) -> Stop {
        self.complain(expected, self.at, behind)
    }

    /// Why a production has stopped.
    pub(super) fn complaint(self) -> Complaint {
        let nothing = Complaint { expected: Expected::Pattern, at: 0, behind: None };
        self.complaint.unwrap_or(nothing)
    }

    /// The text is not longer than 4 GiB, which was made sure of.
    #[allow(clippy::cast_possible_truncation)]
    fn complain(&mut self, expected: Expected, at: usize, behind: Option<usize>) -> Stop {
        let behind = behind.map(|behind| behind as u32);
        self.complaint = Some(Complaint { expected, at: at as u32, behind });
        Stop
    }
}
