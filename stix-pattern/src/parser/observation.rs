//! Observation expressions (STIX 2.1, section 9.5).

use nom::Parser;
use nom::branch::alt;
use nom::combinator::cut;
use nom::sequence::{delimited, terminated};

use super::comparison::comparison_expression;
use super::cursor::{Cursor, Joined, Parsed, left_associative, nested, token};
use super::qualifier::qualifiers;
use crate::ast::ObservationExpression;
use crate::error::Expected;
use crate::lexer::{Keyword, TokenKind};
use crate::span::Span;

/// `pattern : observationExpressions EOF`
pub(super) fn pattern(input: Cursor<'_>) -> Parsed<'_, ObservationExpression> {
    terminated(observation_expressions, token(TokenKind::End, Expected::MorePattern)).parse(input)
}

/// `observationExpressions : observationExpressionOr ( FOLLOWEDBY observationExpressionOr )*`
fn observation_expressions(input: Cursor<'_>) -> Parsed<'_, ObservationExpression> {
    left_associative(
        input,
        observation_expression_or,
        Keyword::FollowedBy,
        ObservationExpression::followed_by,
    )
}

/// `observationExpressionOr : observationExpressionAnd ( OR observationExpressionAnd )*`
fn observation_expression_or(input: Cursor<'_>) -> Parsed<'_, ObservationExpression> {
    left_associative(input, observation_expression_and, Keyword::Or, ObservationExpression::or)
}

/// `observationExpressionAnd : observationExpression ( AND observationExpression )*`
fn observation_expression_and(input: Cursor<'_>) -> Parsed<'_, ObservationExpression> {
    left_associative(input, observation_expression, Keyword::And, ObservationExpression::and)
}

/// `observationExpression : ( bracket | group ) qualifier*`
///
/// Only a bracket is held to one qualifier of a kind; see [`crate::ast::Qualified::qualifiers`].
fn observation_expression(input: Cursor<'_>) -> Parsed<'_, ObservationExpression> {
    let is_group = input.kind() == TokenKind::LeftParenthesis;
    let (rest, expression) = alt((bracket, group)).parse(input)?;
    let (end, qualifiers) = qualifiers(rest, is_group)?;
    if qualifiers.is_empty() {
        return Ok((end, expression));
    }
    let mut qualified = expression.qualify_all(qualifiers);
    qualified.locate(input.span_to(end));
    Ok((end, qualified))
}

/// `bracket : '[' comparisonExpression ']'`
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
    fn locate(&mut self, span: Span) {
        Self::locate(self, span);
    }
}
