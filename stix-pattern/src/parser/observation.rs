//! Observation expressions (STIX 2.1, section 9.5).

use super::chain::{Joined, chain};
use super::comparison::comparison_expression;
use super::cursor::{Cursor, Parsed};
use super::qualifier::{is_qualifier, qualifiers};
use crate::ast::{ComparisonExpression, ObservationExpression};
use crate::error::Expected;
use crate::lexer::{Keyword, TokenKind};
use crate::span::Span;

/// `pattern : observationExpressions EOF`
#[inline]
pub(super) fn pattern(cursor: &mut Cursor<'_>, to: &mut ObservationExpression) -> Parsed<()> {
    observation_expressions(cursor, to)?;
    match cursor.kind() {
        TokenKind::End => Ok(()),
        _ => Err(cursor.refuse(Expected::MorePattern)),
    }
}

/// `observationExpressions : observationExpressionOr ( FOLLOWEDBY observationExpressionOr )*`,
/// `observationExpressionOr : observationExpressionAnd ( OR observationExpressionAnd )*` and
/// `observationExpressionAnd : observationExpression ( AND observationExpression )*`
#[inline]
fn observation_expressions(cursor: &mut Cursor<'_>, to: &mut ObservationExpression) -> Parsed<()> {
    chain(cursor, to)
}

/// `bracket : '[' comparisonExpression ']'`
#[inline]
fn bracket(cursor: &mut Cursor<'_>, to: &mut ObservationExpression) -> Parsed<()> {
    let start = cursor.at();
    // An expression of which nothing was read yet is a bracket.
    let ObservationExpression::Bracket(bracket) = to else { return Err(cursor.refuse(Expected::Pattern)) };
    cursor.advance();
    comparison_expression(cursor, &mut bracket.comparison)?;
    cursor.take(TokenKind::RightBracket, Expected::MoreBracket)?;
    to.locate(cursor.span_from(start));
    Ok(())
}

/// `group : '(' observationExpressions ')'`
fn group(cursor: &mut Cursor<'_>, to: &mut ObservationExpression) -> Parsed<()> {
    cursor.group(Expected::Pattern, observation_expressions, to, Expected::MoreGroup)
}

impl Joined for ObservationExpression {
    #[inline]
    fn nothing() -> Self {
        Self::from(ComparisonExpression::nothing())
    }

    /// `observationExpression : ( bracket | group ) qualifier*`
    ///
    /// Only a bracket is held to one qualifier of a kind; see [`crate::ast::Qualified::qualifiers`].
    #[inline]
    fn operand(cursor: &mut Cursor<'_>, to: &mut Self) -> Parsed<()> {
        let start = cursor.at();
        let is_group = cursor.kind() != TokenKind::LeftBracket;
        if is_group {
            group(cursor, to)?
        } else {
            bracket(cursor, to)?
        };
        if !is_qualifier(cursor.kind()) {
            return Ok(());
        }
        let qualifiers = qualifiers(cursor, is_group)?;
        *to = std::mem::replace(to, Self::nothing()).qualify_all(qualifiers);
        to.locate(cursor.span_from(start));
        Ok(())
    }

    #[inline]
    fn tightness(operator: TokenKind) -> Option<u8> {
        match operator {
            TokenKind::Keyword(Keyword::FollowedBy) => Some(0),
            TokenKind::Keyword(Keyword::Or) => Some(1),
            TokenKind::Keyword(Keyword::And) => Some(2),
            _ => None,
        }
    }

    fn join(&mut self, operator: TokenKind, other: Self) {
        let left = std::mem::replace(self, Self::nothing());
        *self = match operator {
            TokenKind::Keyword(Keyword::And) => left.and(other),
            TokenKind::Keyword(Keyword::Or) => left.or(other),
            _ => left.followed_by(other),
        };
    }

    fn locate(&mut self, span: Span) {
        Self::locate(self, span);
    }
}
