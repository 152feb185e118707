//! Comparison expressions (STIX 2.1, sections 9.4 and 9.6).

use nom::Parser;
use nom::branch::alt;
use nom::combinator::{cut, map};
use nom::sequence::{delimited, preceded};

use super::cursor::{Cursor, Joined, Parsed, chain, keyword, nested, select, token};
use super::literal::{orderable_literal, primitive_literal, set_literal, string_literal};
use super::path::object_path;
use crate::ast::{
    ComparisonExpression, ComparisonOperator, ComparisonTest, ObjectPath, Predicate, TextOperator,
};
use crate::error::Expected;
use crate::lexer::{Keyword, TokenKind};
use crate::span::{Origin, Span};

/// `comparisonExpression : comparisonExpressionAnd ( OR comparisonExpressionAnd )*` and
/// `comparisonExpressionAnd : propTest ( AND propTest )*`
pub(super) fn comparison_expression(input: Cursor<'_>) -> Parsed<'_, ComparisonExpression> {
    chain(input, prop_test)
}

/// `propTest : objectPath NOT? predicate | NOT? EXISTS objectPath | '(' comparisonExpression ')'`
fn prop_test(input: Cursor<'_>) -> Parsed<'_, ComparisonExpression> {
    match input.kind() {
        TokenKind::Word | TokenKind::HyphenatedWord => value_test(input),
        TokenKind::Keyword(Keyword::Exists | Keyword::Not) => existence_test(input),
        _ => group(input),
    }
}

/// `group : '(' comparisonExpression ')'`
fn group(input: Cursor<'_>) -> Parsed<'_, ComparisonExpression> {
    let open = token(TokenKind::LeftParenthesis, Expected::Comparison);
    let close = token(TokenKind::RightParenthesis, Expected::MoreComparisonGroup);
    delimited(open, cut(nested(comparison_expression)), cut(close)).parse(input)
}

/// `NOT? EXISTS objectPath`
fn existence_test(input: Cursor<'_>) -> Parsed<'_, ComparisonExpression> {
    let exists = || keyword(Keyword::Exists, Expected::Exists);
    let asserted = map(preceded(exists(), cut(object_path)), |path| (false, path));
    let not_exists = (keyword(Keyword::Not, Expected::Comparison), cut(exists()));
    let denied = map(preceded(not_exists, cut(object_path)), |path| (true, path));
    let (rest, (negated, path)) = alt((asserted, denied)).parse(input)?;
    Ok((rest, test(input.span_to(rest), path, negated, Predicate::Exists)))
}

/// `objectPath NOT? predicate`
#[inline]
fn value_test(input: Cursor<'_>) -> Parsed<'_, ComparisonExpression> {
    let (operator, path) = object_path(input)?;
    let negated = operator.kind() == TokenKind::Keyword(Keyword::Not);
    let operator = if negated { operator.advance() } else { operator };
    let (rest, predicate) = cut(predicate).parse(operator).map_err(|error| {
        error.map(|failure| match failure.expected() {
            // The operator comes after the whole path, not only after its last token.
            Expected::Operator if !negated => failure.behind(input.at()),
            _ => failure,
        })
    })?;
    Ok((rest, test(input.span_to(rest), path, negated, predicate)))
}

/// `predicate : ( '=' | '!=' ) primitiveLiteral | ( '<' | '<=' | '>' | '>=' ) orderableLiteral | IN setLiteral
/// | ( LIKE | MATCHES | ISSUBSET | ISSUPERSET ) StringLiteral`
fn predicate(input: Cursor<'_>) -> Parsed<'_, Predicate> {
    match comparison_operator(input.kind()) {
        Some(operator) => comparison(input, operator),
        None => alt((text_comparison, membership)).parse(input),
    }
}

/// `( '=' | '!=' ) primitiveLiteral | ( '<' | '<=' | '>' | '>=' ) orderableLiteral`
#[inline]
fn comparison(input: Cursor<'_>, operator: ComparisonOperator) -> Parsed<'_, Predicate> {
    let is_ordered = operator.needs_order();
    let constant = move |input| if is_ordered { orderable_literal(input) } else { primitive_literal(input) };
    map(cut(constant), |literal| Predicate::Compare(operator, literal)).parse(input.advance())
}

/// `( LIKE | MATCHES | ISSUBSET | ISSUPERSET ) StringLiteral`
fn text_comparison(input: Cursor<'_>) -> Parsed<'_, Predicate> {
    let operator = select(Expected::Operator, text_operator);
    map((operator, cut(string_literal)), |((operator, _), text)| Predicate::Text(operator, text)).parse(input)
}

/// `IN setLiteral`
fn membership(input: Cursor<'_>) -> Parsed<'_, Predicate> {
    let operator = keyword(Keyword::In, Expected::Operator);
    map(preceded(operator, cut(set_literal)), Predicate::In).parse(input)
}

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

fn text_operator(kind: TokenKind) -> Option<TextOperator> {
    match kind {
        TokenKind::Keyword(Keyword::Like) => Some(TextOperator::Like),
        TokenKind::Keyword(Keyword::Matches) => Some(TextOperator::Matches),
        TokenKind::Keyword(Keyword::IsSubset) => Some(TextOperator::IsSubset),
        TokenKind::Keyword(Keyword::IsSuperset) => Some(TextOperator::IsSuperset),
        _ => None,
    }
}

fn test(span: Span, path: ObjectPath, negated: bool, predicate: Predicate) -> ComparisonExpression {
    ComparisonTest { origin: Origin(span), path, negated, predicate }.into()
}

impl Joined for ComparisonExpression {
    fn tightness(operator: TokenKind) -> Option<u8> {
        match operator {
            TokenKind::Keyword(Keyword::Or) => Some(0),
            TokenKind::Keyword(Keyword::And) => Some(1),
            _ => None,
        }
    }

    fn join(self, operator: TokenKind, other: Self) -> Self {
        match operator {
            TokenKind::Keyword(Keyword::And) => self.and(other),
            _ => self.or(other),
        }
    }

    fn locate(&mut self, span: Span) {
        Self::locate(self, span);
    }
}
