//! A place among the tokens, and the parsers that the productions are made of.

use nom::combinator::cut;
use nom::error::{ErrorKind, ParseError};
use nom::{IResult, Parser};

use super::MAX_DEPTH;
use crate::error::{Expected, Failure};
use crate::lexer::{Keyword, Token, TokenKind};
use crate::span::Span;

/// What a production yields.
pub(super) type Parsed<'a, T> = IResult<Cursor<'a>, T, Failure>;

/// A pattern and its tokens.
#[derive(Debug)]
pub(super) struct Text<'a> {
    pub(super) source: &'a str,
    pub(super) tokens: &'a [Token],
}

/// The input of the parsers: the text, how many of its tokens are read, and how many parentheses are open.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cursor<'a> {
    text: &'a Text<'a>,
    at: u32,
    depth: u32,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(text: &'a Text<'a>) -> Self {
        Self { text, at: 0, depth: 0 }
    }

    /// The number of tokens before this place.
    pub(super) fn at(self) -> u32 {
        self.at
    }

    /// The token at this place; behind the last one, an `End`.
    #[inline(always)]
    pub(super) fn peek(self) -> Token {
        self.text.tokens.get(self.at as usize).copied().unwrap_or(Token::END)
    }

    fn span(self) -> Span {
        self.text.tokens.get(self.at as usize).map_or(Span::default(), |token| token.span)
    }

    /// The sort of the token at this place.
    #[inline(always)]
    pub(super) fn kind(self) -> TokenKind {
        self.text.tokens.get(self.at as usize).map_or(TokenKind::End, |token| token.kind)
    }

    #[inline(always)]
    pub(super) fn advance(self) -> Self {
        Self { at: self.at + 1, ..self }
    }

    /// The text of a token.
    #[inline(always)]
    pub(super) fn text(self, token: Token) -> &'a str {
        token.span.text(self.text.source).unwrap_or_default()
    }

    /// From the token at this place to the last one before `end`.
    #[inline(always)]
    pub(super) fn span_to(self, end: Self) -> Span {
        let last = Self { at: end.at.saturating_sub(1), ..end };
        self.span().to(last.span())
    }

    /// Says what the grammar wants at this place; an alternative may still be found.
    pub(super) fn error<T>(self, expected: Expected) -> Parsed<'a, T> {
        Err(nom::Err::Error(Failure::new(expected, self.at)))
    }

    /// The same where there is no alternative.
    pub(super) fn failure<T>(self, expected: Expected) -> Parsed<'a, T> {
        Err(nom::Err::Failure(Failure::new(expected, self.at)))
    }
}

impl<'a> ParseError<Cursor<'a>> for Failure {
    fn from_error_kind(input: Cursor<'a>, _: ErrorKind) -> Self {
        Self::new(Expected::Pattern, input.at)
    }

    fn append(_: Cursor<'a>, _: ErrorKind, other: Self) -> Self {
        other
    }
}

/// One token that `choose` finds a meaning for.
#[inline(always)]
pub(super) fn select<'a, T>(
    expected: Expected,
    choose: impl Fn(TokenKind) -> Option<T>,
) -> impl Parser<Cursor<'a>, Output = (T, Token), Error = Failure> {
    move |input: Cursor<'a>| match choose(input.kind()) {
        Some(meaning) => Ok((input.advance(), (meaning, input.peek()))),
        None => input.error(expected),
    }
}

/// One token of this kind.
#[inline(always)]
pub(super) fn token<'a>(
    kind: TokenKind,
    expected: Expected,
) -> impl Parser<Cursor<'a>, Output = Token, Error = Failure> {
    move |input: Cursor<'a>| {
        if input.kind() == kind { Ok((input.advance(), input.peek())) } else { input.error(expected) }
    }
}

/// One keyword.
#[inline(always)]
pub(super) fn keyword<'a>(
    keyword: Keyword,
    expected: Expected,
) -> impl Parser<Cursor<'a>, Output = Token, Error = Failure> {
    token(TokenKind::Keyword(keyword), expected)
}

/// A parser for what stands between parentheses, one level deeper. Called behind the opening one.
#[inline(always)]
pub(super) fn nested<'a, T>(
    mut parser: impl Parser<Cursor<'a>, Output = T, Error = Failure>,
) -> impl Parser<Cursor<'a>, Output = T, Error = Failure> {
    move |input: Cursor<'a>| {
        if input.depth >= MAX_DEPTH {
            return Cursor { at: input.at.saturating_sub(1), ..input }.failure(Expected::ShallowerNesting);
        }
        let (rest, output) = parser.parse(Cursor { depth: input.depth + 1, ..input })?;
        Ok((Cursor { depth: input.depth, ..rest }, output))
    }
}

/// `operand ( operator operand )*`, joined by how tight the operators bind and among equals from the left. A loop, so
/// that a chain may be of any length.
#[inline(always)]
pub(super) fn chain<'a, T: Joined>(
    input: Cursor<'a>,
    operand: impl Fn(Cursor<'a>) -> Parsed<'a, T> + Copy,
) -> Parsed<'a, T> {
    let (rest, first) = operand(input)?;
    // By far most operands stand alone.
    match T::tightness(rest.kind()) {
        None => Ok((rest, first)),
        Some(_) => chain_from(input, rest, first, operand, 0),
    }
}

/// Goes on behind the first operand, which begins at `start`, with operators that bind at least as tight as `loosest`.
/// Recurses once for each level of tightness, at most.
fn chain_from<'a, T: Joined>(
    start: Cursor<'a>,
    mut rest: Cursor<'a>,
    mut left: T,
    operand: impl Fn(Cursor<'a>) -> Parsed<'a, T> + Copy,
    loosest: u8,
) -> Parsed<'a, T> {
    loop {
        let operator = rest.kind();
        let Some(tightness) = T::tightness(operator).filter(|tightness| *tightness >= loosest) else {
            return Ok((rest, left));
        };
        let next = rest.advance();
        let (after, right) = cut(operand).parse(next)?;
        let (after, right) = chain_from(next, after, right, operand, tightness + 1)?;
        left = left.join(operator, right);
        left.locate(start.span_to(after));
        rest = after;
    }
}

/// An expression that operators join to larger ones.
pub(super) trait Joined: Sized {
    /// How tight an operator binds, from 0 on; `None` if the token is no operator.
    fn tightness(operator: TokenKind) -> Option<u8>;

    /// `self operator other`
    fn join(self, operator: TokenKind, other: Self) -> Self;

    /// Says where it stands.
    fn locate(&mut self, span: Span);
}
