//! Comparison expressions (STIX 2.1, sections 9.4 and 9.6).

use super::chain::{Joined, chain};
use super::cursor::{Cursor, Parsed};
use super::literal::{orderable_literal, primitive_literal, set_literal, string_constant, string_literal};
use super::path::object_path;
use crate::ast::{Chain, ComparisonExpression, ComparisonOperator, ComparisonTest, Predicate, TextOperator};
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
    let negated = cursor.kind() == TokenKind::Keyword(Keyword::Not);
    if negated {
        cursor.advance();
    }
    cursor.take_keyword(Keyword::Exists, Expected::Exists)?;
    let mut test = ComparisonTest::exists(object_path(cursor)?);
    test.negated = negated;
    test.origin = Origin(cursor.span_from(start));
    *to = test.into();
    Ok(())
}

/// `objectPath NOT? predicate`
#[inline]
fn value_test(cursor: &mut Cursor<'_>, to: &mut ComparisonExpression) -> Parsed<()> {
    let start = cursor.at();
    *to = ComparisonTest::exists(object_path(cursor)?).into();
    let ComparisonExpression::Test(test) = to else { return Err(cursor.refuse(Expected::Comparison)) };
    test.negated = cursor.kind() == TokenKind::Keyword(Keyword::Not);
    if test.negated {
        cursor.advance();
    }
    if !is_operator(cursor.kind()) {
        // The operator comes after the whole path, not only after its last token.
        return Err(match test.negated {
            true => cursor.refuse(Expected::Operator),
            false => cursor.refuse_behind(start, Expected::Operator),
        });
    }
    predicate(cursor, &mut test.predicate)?;
    test.origin = Origin(cursor.span_from(start));
    Ok(())
}

/// `predicate : ( '=' | '!=' ) primitiveLiteral | ( '<' | '<=' | '>' | '>=' ) orderableLiteral | IN setLiteral
/// | ( LIKE | MATCHES | ISSUBSET | ISSUPERSET ) StringLiteral`
#[inline]
fn predicate(cursor: &mut Cursor<'_>, to: &mut Predicate) -> Parsed<()> {
    let kind = cursor.kind();
    cursor.advance();
    if let Some(operator) = comparison_operator(kind)
        && cursor.kind() == TokenKind::String
    {
        *to = Predicate::Compare(operator, string_constant(cursor));
        return Ok(());
    }
    *to = if let Some(operator) = comparison_operator(kind) {
        let literal =
            if operator.needs_order() { orderable_literal(cursor)? } else { primitive_literal(cursor)? };
        Predicate::Compare(operator, literal)
    } else if let Some(operator) = text_operator(kind) {
        Predicate::Text(operator, string_literal(cursor)?)
    } else {
        Predicate::In(set_literal(cursor)?)
    };
    Ok(())
}

/// Whether a predicate begins with this token.
#[inline]
fn is_operator(kind: TokenKind) -> bool {
    comparison_operator(kind).is_some()
        || text_operator(kind).is_some()
        || kind == TokenKind::Keyword(Keyword::In)
}

#[inline]
fn comparison_operator(kind: TokenKind) -> Option<ComparisonOperator> {
    match kind {
        TokenKind::Equal => Some(ComparisonOperator::Equal),
        TokenKind::NotEqual => Some(ComparisonOperator::NotEqual),
        TokenKind::Less => Some(ComparisonOperator::Less),
        TokenKind::LessOrEqual => Some(ComparisonOperator::LessOrEqual),
        TokenKind::Greater => Some(ComparisonOperator::Greater),
        TokenKind::GreaterOrEqual => Some(ComparisonOperator::GreaterOrEqual),
        _ => None,
    }
}

#[inline]
fn text_operator(kind: TokenKind) -> Option<TextOperator> {
    match kind {
        TokenKind::Keyword(Keyword::Like) => Some(TextOperator::Like),
        TokenKind::Keyword(Keyword::Matches) => Some(TextOperator::Matches),
        TokenKind::Keyword(Keyword::IsSubset) => Some(TextOperator::IsSubset),
        TokenKind::Keyword(Keyword::IsSuperset) => Some(TextOperator::IsSuperset),
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
        match cursor.kind() {
            TokenKind::Word | TokenKind::HyphenatedWord => value_test(cursor, to),
            TokenKind::Keyword(Keyword::Exists | Keyword::Not) => existence_test(cursor, to),
            _ => group(cursor, to),
        }
    }

    #[inline]
    fn tightness(operator: TokenKind) -> Option<u8> {
        match operator {
            TokenKind::Keyword(Keyword::Or) => Some(0),
            TokenKind::Keyword(Keyword::And) => Some(1),
            _ => None,
        }
    }

    fn join(&mut self, operator: TokenKind, other: Self) {
        let left = std::mem::replace(self, Self::nothing());
        *self = match operator {
            TokenKind::Keyword(Keyword::And) => left.and(other),
            _ => left.or(other),
        };
    }

    fn locate(&mut self, span: Span) {
        Self::locate(self, span);
    }
}
