//! Observation expressions (STIX 2.1, section 9.5).

use nom::Parser;
use nom::combinator::cut;
use nom::sequence::{delimited, terminated};

use super::comparison::comparison_expression;
use super::cursor::{Cursor, Joined, Parsed, chain, nested, token};
use super::qualifier::{is_qualifier, qualifiers};
use crate::ast::ObservationExpression;
use crate::error::Expected;
use crate::lexer::{Keyword, TokenKind};
use crate::span::Span;

/// `pattern : observationExpressions EOF`
pub(super) fn pattern(input: Cursor<'_>) -> Parsed<'_, ObservationExpression> {
    terminated(observation_expressions, token(TokenKind::End, Expected::MorePattern)).parse(input)
}

/// `observationExpressions : observationExpressionOr ( FOLLOWEDBY observationExpressionOr )*`,
/// `observationExpressionOr : observationExpressionAnd ( OR observationExpressionAnd )*` and
/// `observationExpressionAnd : observationExpression ( AND observationExpression )*`
fn observation_expressions(input: Cursor<'_>) -> Parsed<'_, ObservationExpression> {
    chain(input, observation_expression)
}

/// `observationExpression : ( bracket | group ) qualifier*`
///
/// Only a bracket is held to one qualifier of a kind; see [`crate::ast::Qualified::qualifiers`].
fn observation_expression(input: Cursor<'_>) -> Parsed<'_, ObservationExpression> {
    let (rest, expression) = match input.kind() {
        TokenKind::LeftBracket => bracket(input)?,
        _ => group(input)?,
    };
    if !is_qualifier(rest.kind()) {
        return Ok((rest, expression));
    }
    let is_group = input.kind() == TokenKind::LeftParenthesis;
    let (end, qualifiers) = qualifiers(rest, is_group)?;
    let mut qualified = expression.qualify_all(qualifiers);
    qualified.locate(input.span_to(end));
    Ok((end, qualified))
}

/// `bracket : '[' comparisonExpression ']'`
#[inline]
fn bracket(input: Cursor<'_>) -> Parsed<'_, ObservationExpression> {
    let open = token(TokenKind::LeftBracket, Expected::Pattern);
    let close = token(TokenKind::RightBracket, Expected::MoreBracket);
    let (rest, comparison) = delimited(open, cut(comparison_expression), cut(close)).parse(input)?;
    let mut bracket = ObservationExpression::from(comparison);
    bracket.locate(input.span_to(rest));
    Ok((rest, bracket))
}

/// `group : '(' observationExpressions ')'`
fn group(input: Cursor<'_>) -> Parsed<'_, ObservationExpression> {
    let open = token(TokenKind::LeftParenthesis, Expected::Pattern);
    let close = token(TokenKind::RightParenthesis, Expected::MoreGroup);
    delimited(open, cut(nested(observation_expressions)), cut(close)).parse(input)
}

impl Joined for ObservationExpression {
    fn tightness(operator: TokenKind) -> Option<u8> {
        match operator {
            TokenKind::Keyword(Keyword::FollowedBy) => Some(0),
            TokenKind::Keyword(Keyword::Or) => Some(1),
            TokenKind::Keyword(Keyword::And) => Some(2),
            _ => None,
        }
    }

    fn join(self, operator: TokenKind, other: Self) -> Self {
        match operator {
            TokenKind::Keyword(Keyword::And) => self.and(other),
            TokenKind::Keyword(Keyword::Or) => self.or(other),
            _ => self.followed_by(other),
        }
    }

    fn locate(&mut self, span: Span) {
        Self::locate(self, span);
    }
}
