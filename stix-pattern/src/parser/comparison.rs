//! Comparison expressions (STIX 2.1, sections 9.4 and 9.6).

use super::chain::{Joined, chain, put};
use super::cursor::{Cursor, Parsed};
use super::literal::{literal, set_literal, string_literal};
use super::path::{any_object_path, known_object_path, object_path};
use crate::ast::{
    Chain, ComparisonExpression, ComparisonOperator, ComparisonTest, ObjectPath, Predicate, TextOperator,
};
use crate::error::Expected;
use crate::lexer::{Keyword, TokenKind};
use crate::span::{Origin, Span};

/// `comparisonExpression : comparisonExpressionAnd ( OR comparisonExpressionAnd )*` and
/// `comparisonExpressionAnd : propTest ( AND propTest )*`
#[inline]
pub(super) fn comparison_expression(cursor: &mut Cursor<'_>, to: &mut ComparisonExpression) -> Parsed<()> {
    chain(cursor, to)
}

/// `group : '(' comparisonExpression ')'`
fn group(cursor: &mut Cursor<'_>, to: &mut ComparisonExpression) -> Parsed<()> {
    cursor.group(Expected::Comparison, comparison_expression, to, Expected::MoreComparisonGroup)
}

/// `NOT? EXISTS objectPath`
fn existence_test(cursor: &mut Cursor<'_>, to: &mut ComparisonExpression) -> Parsed<()> {
    let start = cursor.at();
    let negated = take_not(cursor);
    cursor.take(TokenKind::Keyword(Keyword::Exists), Expected::Exists)?;
    let path = object_path(cursor)?;
    let origin = Origin(cursor.span_from(start));
    put(to, ComparisonTest { origin, path, negated, predicate: Predicate::Exists }.into());
    Ok(())
}

/// `objectPath NOT? predicate`, behind the path, which begins at `start`
#[inline]
fn value_test(
    cursor: &mut Cursor<'_>,
    start: usize,
    path: ObjectPath,
    to: &mut ComparisonExpression,
) -> Parsed<()> {
    let negated = take_not(cursor);
    // The operator comes after the whole path, not only after its last token.
    let predicate = predicate(cursor, if negated { None } else { Some(start) })?;
    let origin = Origin(cursor.span_from(start));
    put(to, ComparisonTest { origin, path, negated, predicate }.into());
    Ok(())
}

/// Takes a `NOT`, if there is one.
#[inline]
fn take_not(cursor: &mut Cursor<'_>) -> bool {
    match cursor.byte() {
        Some(b'N') => {}
        _ => return false,
    }
    let Some((Keyword::Not, end)) = cursor.keyword() else { return false };
    cursor.advance_to(end);
    true
}

/// `predicate : ( '=' | '!=' ) primitiveLiteral | ( '<' | '<=' | '>' | '>=' ) orderableLiteral | IN setLiteral
/// | ( LIKE | MATCHES | ISSUBSET | ISSUPERSET ) StringLiteral`
#[inline(always)]
fn predicate(cursor: &mut Cursor<'_>, behind: Option<usize>) -> Parsed<Predicate> {
    if matches!(cursor.byte(), Some(b'=' | b'!' | b'<' | b'>'))
        && let (mark, end) = cursor.comparison_mark()
        && let Some(operator) = comparison_operator(mark)
    {
        cursor.advance_to(end);
        let accepts_boolean = !operator.needs_order();
        let expected = if accepts_boolean { Expected::Constant } else { Expected::OrderableConstant };
        return Ok(Predicate::Compare(operator, literal(cursor, accepts_boolean, expected)?));
    }
    match cursor.keyword() {
        Some((Keyword::In, end)) => {
            cursor.advance_to(end);
            Ok(Predicate::In(set_literal(cursor)?))
        }
        Some((keyword, end)) if let Some(operator) = text_operator(keyword) => {
            cursor.advance_to(end);
            Ok(Predicate::Text(operator, string_literal(cursor)?))
        }
        _ => Err(cursor.refuse_behind(behind, Expected::Operator)),
    }
}

#[inline]
fn comparison_operator(mark: TokenKind) -> Option<ComparisonOperator> {
    match mark {
        TokenKind::Equal => Some(ComparisonOperator::Equal),
        TokenKind::NotEqual => Some(ComparisonOperator::NotEqual),
        TokenKind::Less => Some(ComparisonOperator::Less),
        TokenKind::LessOrEqual => Some(ComparisonOperator::LessOrEqual),
        TokenKind::Greater => Some(ComparisonOperator::Greater),
        TokenKind::GreaterOrEqual => Some(ComparisonOperator::GreaterOrEqual),
        _ => None,
    }
}

fn text_operator(keyword: Keyword) -> Option<TextOperator> {
    match keyword {
        Keyword::Like => Some(TextOperator::Like),
        Keyword::Matches => Some(TextOperator::Matches),
        Keyword::IsSubset => Some(TextOperator::IsSubset),
        Keyword::IsSuperset => Some(TextOperator::IsSuperset),
        _ => None,
    }
}

impl Joined for ComparisonExpression {
    #[inline]
    fn nothing() -> Self {
        Self::Or(Chain::default())
    }

    /// `propTest : objectPath NOT? predicate | NOT? EXISTS objectPath | '(' comparisonExpression ')'`
    #[inline]
    fn operand(cursor: &mut Cursor<'_>, to: &mut Self) -> Parsed<()> {
        let start = cursor.at();
        if let Some(path) = known_object_path(cursor) {
            return value_test(cursor, start, path, to);
        }
        match cursor.token() {
            (TokenKind::Word | TokenKind::HyphenatedWord, _) => {
                let path = any_object_path(cursor)?;
                value_test(cursor, start, path, to)
            }
            (TokenKind::Keyword(Keyword::Exists | Keyword::Not), _) => existence_test(cursor, to),
            _ => group(cursor, to),
        }
    }

    #[inline]
    fn tightness(operator: Keyword) -> Option<u8> {
        match operator {
            Keyword::Or => Some(0),
            Keyword::And => Some(1),
            _ => None,
        }
    }

    fn join(&mut self, operator: Keyword, other: Self) {
        let left = std::mem::replace(self, Self::nothing());
        let joined = match operator {
            Keyword::And => left.and(other),
            _ => left.or(other),
        };
        put(self, joined);
    }

    fn locate(&mut self, span: Span) {
        Self::locate(self, span);
    }
}
