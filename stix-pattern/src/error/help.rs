//! What to write instead: the common mistakes, each recognised by one function.

mod brackets;
mod constants;
mod names;
mod operators;

use super::{Expected, Failure};
use crate::lexer::{Token, TokenKind};
use crate::span::Span;

/// Looks for one mistake and says how to mend it.
type Advice = fn(&Scene<'_>) -> Option<String>;

/// Every piece of advice; the first that applies is given, so the narrow ones come before the broad ones.
const ADVICE: [&[Advice]; 4] = [&names::ADVICE, &constants::ADVICE, &operators::ADVICE, &brackets::ADVICE];

/// A mistake and the tokens around it.
pub(super) struct Scene<'a> {
    source: &'a str,
    tokens: &'a [Token],
    failure: Failure,
    pub(super) expected: Expected,
    pub(super) found: Token,
}

impl<'a> Scene<'a> {
    pub(super) fn new(source: &'a str, tokens: &'a [Token], failure: Failure) -> Self {
        let end = Token { kind: TokenKind::End, span: Span::default() };
        let found = tokens.get(failure.at()).copied().unwrap_or(end);
        // A token that is wrong in itself is wrong wherever it stands.
        let expected = match found.kind {
            TokenKind::Invalid(fault) => fault.into(),
            _ => failure.expected(),
        };
        Self { source, tokens, failure, expected, found }
    }

    pub(super) fn help(&self) -> Option<String> {
        ADVICE.iter().copied().flatten().find_map(|advice| advice(self))
    }

    /// The text that the mistake comes after, `None` at the start.
    pub(super) fn after(&self) -> Option<&'a str> {
        let first = self.tokens.get(self.failure.first_before()?)?;
        let last = self.neighbour(-1)?;
        first.span.to(last.span).text(self.source)
    }

    /// The token this far before or behind the one that is found.
    fn neighbour(&self, distance: isize) -> Option<Token> {
        self.tokens.get(self.failure.at().checked_add_signed(distance)?).copied()
    }

    fn kind_at(&self, distance: isize) -> Option<TokenKind> {
        self.neighbour(distance).map(|token| token.kind)
    }

    fn text_at(&self, distance: isize) -> &'a str {
        self.neighbour(distance).and_then(|token| token.span.text(self.source)).unwrap_or_default()
    }

    fn found_text(&self) -> &'a str {
        self.found.span.text(self.source).unwrap_or_default()
    }

    /// Whether nothing stands between the token that is found and the one this far away.
    fn touches(&self, distance: isize) -> bool {
        self.neighbour(distance).is_some_and(|other| {
            other.span.end() == self.found.span.start() || self.found.span.end() == other.span.start()
        })
    }

    fn expects(&self, any_of: &[Expected]) -> bool {
        any_of.contains(&self.expected)
    }

    /// Whether a constant was to come, of any sort.
    fn expects_constant(&self) -> bool {
        use Expected::{Constant, OrderableConstant, Set, SetMember, Text, Timestamp};
        self.expects(&[Constant, OrderableConstant, Text, Set, SetMember, Timestamp])
    }

    /// Whether an expression could have ended here.
    fn expects_more(&self) -> bool {
        use Expected::{MoreBracket, MoreComparisonGroup, MoreGroup, MorePattern};
        self.expects(&[MorePattern, MoreGroup, MoreBracket, MoreComparisonGroup])
    }

    /// Whether a test could have ended here, so that what is found stands inside a bracket.
    fn expects_more_tests(&self) -> bool {
        self.expects(&[Expected::MoreBracket, Expected::MoreComparisonGroup])
    }
}
