//! Observation expressions (STIX 2.1, section 9.5).

use super::chain::{Joined, chain, put};
use super::comparison::comparison_expression;
use super::cursor::{Cursor, Parsed};
use super::qualifier::{may_be_qualifier, qualifiers};
use crate::ast::{ComparisonExpression, ObservationExpression};
use crate::error::Expected;
use crate::lexer::Keyword;
use crate::span::{Origin, Span};

/// `pattern : observationExpressions EOF`
#[inline]
pub(super) fn pattern(cursor: &mut Cursor<'_>, to: &mut ObservationExpression) -> Parsed<()> {
    observation_expressions(cursor, to)?;
    match cursor.byte() {
        None => Ok(()),
        Some(_) => Err(cursor.refuse(Expected::MorePattern)),
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
    cursor.advance_over_mark();
    comparison_expression(cursor, &mut bracket.comparison)?;
    cursor.take_mark(b']', Expected::MoreBracket)?;
    bracket.origin = Origin(cursor.span_from(start));
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
        let is_group = cursor.byte() != Some(b'[');
        if is_group {
            group(cursor, to)?
        } else {
            bracket(cursor, to)?
        };
        if !may_be_qualifier(cursor) {
            return Ok(());
        }
        let qualifiers = qualifiers(cursor, is_group)?;
        if qualifiers.is_empty() {
            return Ok(());
        }
        let expression = std::mem::replace(to, Self::nothing());
        put(to, expression.qualify_all(qualifiers));
        to.locate(cursor.span_from(start));
        Ok(())
    }

    #[inline]
    fn tightness(operator: Keyword) -> Option<u8> {
        match operator {
            Keyword::FollowedBy => Some(0),
            Keyword::Or => Some(1),
            Keyword::And => Some(2),
            _ => None,
        }
    }

    fn join(&mut self, operator: Keyword, other: Self) {
        let left = std::mem::replace(self, Self::nothing());
        let joined = match operator {
            Keyword::And => left.and(other),
            Keyword::Or => left.or(other),
            _ => left.followed_by(other),
        };
        put(self, joined);
    }

    fn locate(&mut self, span: Span) {
        Self::locate(self, span);
    }
}
