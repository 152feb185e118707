//! A place in the text, and what the productions are made of.

use super::MAX_DEPTH;
use crate::error::Expected;
use crate::lexer::{self, Keyword, Token, TokenKind};
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

/// The token that is read next. The tokens are cut off the text one by one, as the productions take them.
#[derive(Debug)]
pub(super) struct Cursor<'a> {
    source: &'a str,
    token: Token,
    /// Where the token before ends.
    end: u32,
    /// How many parentheses are open.
    depth: u32,
    complaint: Option<Complaint>,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(source: &'a str) -> Self {
        let mut cursor = Self { source, token: Token::END, end: 0, depth: 0, complaint: None };
        lexer::next(source, 0, &mut cursor.token);
        cursor
    }

    /// The token at this place; behind the last one, an `End`.
    #[inline(always)]
    pub(super) fn token(&self) -> &Token {
        &self.token
    }

    /// The sort of the token at this place.
    #[inline(always)]
    pub(super) fn kind(&self) -> TokenKind {
        self.token.kind
    }

    /// The text of the token at this place.
    #[inline(always)]
    pub(super) fn text(&self) -> &'a str {
        self.token.span.text(self.source).unwrap_or_default()
    }

    pub(super) fn source(&self) -> &'a str {
        self.source
    }

    /// Where the token at this place begins.
    #[inline(always)]
    pub(super) fn at(&self) -> u32 {
        self.token.span.bounds().0
    }

    /// From `start` to the end of the token before this place.
    #[inline(always)]
    pub(super) fn span_from(&self, start: u32) -> Span {
        Span::new(start, self.end)
    }

    /// Goes on to the next token.
    #[inline]
    pub(super) fn advance(&mut self) {
        self.end = self.token.span.bounds().1;
        lexer::next(self.source, self.end as usize, &mut self.token);
    }

    /// Goes on to the token behind `span`, of which the token at this place is the beginning.
    #[inline]
    pub(super) fn advance_over(&mut self, span: Span) {
        self.end = span.bounds().1;
        lexer::next(self.source, span.end(), &mut self.token);
    }

    /// Goes back to the token that begins at a byte, behind the token that ends at `end`.
    #[cold]
    pub(super) fn go_back(&mut self, at: u32, end: u32) {
        self.end = end;
        lexer::next(self.source, at as usize, &mut self.token);
    }

    /// Where the token before this place ends.
    #[inline(always)]
    pub(super) fn end(&self) -> u32 {
        self.end
    }

    /// Takes a token of this kind.
    #[inline(always)]
    pub(super) fn take(&mut self, kind: TokenKind, expected: Expected) -> Parsed<()> {
        if self.token.kind != kind {
            return Err(self.refuse(expected));
        }
        self.advance();
        Ok(())
    }

    /// Takes a keyword.
    #[inline(always)]
    pub(super) fn take_keyword(&mut self, keyword: Keyword, expected: Expected) -> Parsed<()> {
        self.take(TokenKind::Keyword(keyword), expected)
    }

    /// Takes a `(`, a production and a `)`.
    pub(super) fn group<T>(
        &mut self,
        open: Expected,
        production: fn(&mut Self, &mut T) -> Parsed<()>,
        to: &mut T,
        close: Expected,
    ) -> Parsed<()> {
        if self.token.kind == TokenKind::LeftParenthesis && self.depth >= MAX_DEPTH {
            return Err(self.refuse(Expected::ShallowerNesting));
        }
        self.take(TokenKind::LeftParenthesis, open)?;
        self.depth += 1;
        production(self, to)?;
        self.depth -= 1;
        self.take(TokenKind::RightParenthesis, close)
    }

    /// Says what the grammar wants at this place.
    pub(super) fn refuse(&mut self, expected: Expected) -> Stop {
        self.refuse_at(self.at(), expected)
    }

    /// Says what the grammar wants where the token stands that begins at a place.
    #[cold]
    pub(super) fn refuse_at(&mut self, at: u32, expected: Expected) -> Stop {
        self.complaint = Some(Complaint { expected, at, behind: None });
        Stop
    }

    /// Says what the grammar wants at this place, after all that begins at `behind`.
    #[cold]
    pub(super) fn refuse_behind(&mut self, behind: u32, expected: Expected) -> Stop {
        self.complaint = Some(Complaint { expected, at: self.at(), behind: Some(behind) });
        Stop
    }

    /// Why a production has stopped.
    pub(super) fn complaint(self) -> Complaint {
        let nothing = Complaint { expected: Expected::Pattern, at: 0, behind: None };
        self.complaint.unwrap_or(nothing)
    }
}
