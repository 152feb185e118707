//! A mistake with what stands around it.

use super::{Expected, Failure};
use crate::ast::ObjectPath;
use crate::lexer::{Keyword, Token, TokenKind};
use crate::parser;
use crate::span::Span;

/// A mistake and the tokens around it.
pub(super) struct Scene<'a> {
    pub(super) source: &'a str,
    tokens: &'a [Token],
    failure: Failure,
    pub(super) expected: Expected,
    pub(super) found: Token,
}

impl<'a> Scene<'a> {
    pub(super) fn new(source: &'a str, tokens: &'a [Token], failure: Failure) -> Self {
        let found = tokens.get(failure.at()).copied().unwrap_or(Token::END);
        // A token that is wrong in itself is wrong wherever it stands.
        let expected = Expected::of_invalid(found.kind).unwrap_or(failure.expected());
        Self { source, tokens, failure, expected, found }
    }

    /// The text that the mistake comes after, `None` at the start.
    pub(super) fn after(&self) -> Option<&'a str> {
        let first = self.tokens.get(self.failure.first_before()?)?;
        let last = self.neighbour(-1)?;
        first.span.to(last.span).text(self.source)
    }

    /// The token this far before or behind the one that is found.
    pub(super) fn neighbour(&self, distance: isize) -> Option<Token> {
        self.tokens.get(self.failure.at().checked_add_signed(distance)?).copied()
    }

    pub(super) fn kind_at(&self, distance: isize) -> Option<TokenKind> {
        self.neighbour(distance).map(|token| token.kind)
    }

    pub(super) fn text_at(&self, distance: isize) -> &'a str {
        self.neighbour(distance).and_then(|token| token.span.text(self.source)).unwrap_or_default()
    }

    pub(super) fn found_text(&self) -> &'a str {
        self.found.span.text(self.source).unwrap_or_default()
    }

    /// Whether nothing stands between the token that is found and the one this far away.
    pub(super) fn touches(&self, distance: isize) -> bool {
        self.neighbour(distance).is_some_and(|other| {
            other.span.end() == self.found.span.start() || self.found.span.end() == other.span.start()
        })
    }

    pub(super) fn expects(&self, any_of: &[Expected]) -> bool {
        any_of.contains(&self.expected)
    }

    /// Whether a constant was to come, of any sort.
    pub(super) fn expects_constant(&self) -> bool {
        use Expected::{Constant, OrderableConstant, Set, SetMember, Text, Timestamp};
        self.expects(&[Constant, OrderableConstant, Text, Set, SetMember, Timestamp])
    }

    /// Whether an expression could have ended here.
    pub(super) fn expects_more(&self) -> bool {
        use Expected::{MoreBracket, MoreComparisonGroup, MoreGroup, MorePattern};
        self.expects(&[MorePattern, MoreGroup, MoreBracket, MoreComparisonGroup])
    }

    /// Whether a test could have ended here, so that what is found stands inside a bracket.
    pub(super) fn expects_more_tests(&self) -> bool {
        self.expects(&[Expected::MoreBracket, Expected::MoreComparisonGroup])
    }

    /// What the grammar wants here, also where the token is wrong in itself.
    pub(super) fn wanted(&self) -> Expected {
        self.failure.expected()
    }

    /// Where the token this far away stands.
    pub(super) fn span_at(&self, distance: isize) -> Option<Span> {
        self.neighbour(distance).map(|token| token.span)
    }

    /// The distance to the first token of the path that ends at `last`.
    pub(super) fn path_start(&self, last: isize) -> Option<isize> {
        use TokenKind::{Colon, Dot, HyphenatedWord, Integer, LeftBracket, RightBracket, Star, String, Word};
        let mut at = last;
        while self.kind_at(at)? != Colon {
            let belongs = matches!(
                self.kind_at(at)?,
                Dot | Integer | LeftBracket | RightBracket | Star | String | Word
            );
            at = belongs.then(|| at.checked_sub(1)).flatten()?;
        }
        matches!(self.kind_at(at - 1)?, Word | HyphenatedWord).then_some(at - 1)
    }

    /// Returns the path that ends before the operator this far away, with or without a `NOT` between them.
    pub(super) fn path_before(&self, operator: isize) -> Option<ObjectPath> {
        parser::object_path(self.path_text_before(operator)?)
    }

    /// Returns the text of that path.
    pub(super) fn path_text_before(&self, operator: isize) -> Option<&'a str> {
        let not = TokenKind::Keyword(Keyword::Not);
        let last = if self.kind_at(operator - 1)? == not { operator - 2 } else { operator - 1 };
        self.span_at(self.path_start(last)?)?.to(self.span_at(last)?).text(self.source)
    }

    /// Returns whether a constant stands this far away.
    pub(super) fn is_constant_at(&self, distance: isize) -> bool {
        use TokenKind::{Binary, Float, Hex, Integer, String, Timestamp};
        let is_boolean =
            matches!(self.kind_at(distance), Some(TokenKind::Keyword(Keyword::True | Keyword::False)));
        is_boolean
            || matches!(self.kind_at(distance), Some(Binary | Float | Hex | Integer | String | Timestamp))
    }

    /// The distance to the token behind the path that begins at `first`.
    pub(super) fn path_end(&self, first: isize) -> Option<isize> {
        use TokenKind::{Colon, Dot, HyphenatedWord, Integer, LeftBracket, RightBracket, Star, String, Word};
        let is_path =
            matches!(self.kind_at(first)?, Word | HyphenatedWord) && self.kind_at(first + 1)? == Colon;
        let mut at = is_path.then_some(first + 2)?;
        while matches!(self.kind_at(at)?, Dot | Integer | LeftBracket | RightBracket | Star | String | Word) {
            at += 1;
        }
        Some(at)
    }
}
