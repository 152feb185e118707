//! Object paths (STIX 2.1, section 9.7).

use nom::Parser;
use nom::branch::alt;
use nom::combinator::cut;
use nom::sequence::{delimited, preceded};

use super::cursor::{Cursor, Parsed, select, token};
use super::literal::{text, unsigned};
use crate::ast::{ObjectPath, Step, StepKind, Steps};
use crate::error::Expected;
use crate::lexer::TokenKind;
use crate::span::Origin;

/// `objectPath : objectType ':' firstPathComponent objectPathComponent*`
pub(super) fn object_path(input: Cursor<'_>) -> Parsed<'_, ObjectPath> {
    let (rest, object_type) = object_type(input)?;
    let colon = token(TokenKind::Colon, Expected::Colon);
    let (mut rest, first) = preceded(cut(colon), cut(key)).parse(rest)?;
    let mut steps = Steps::new();
    steps.push(first);
    while matches!(rest.kind(), TokenKind::Dot | TokenKind::LeftBracket) {
        let (after, step) = object_path_component(rest)?;
        steps.push(step);
        rest = after;
    }
    Ok((rest, ObjectPath { origin: Origin(input.span_to(rest)), object_type: object_type.into(), steps }))
}

/// `objectType : IdentifierWithoutHyphen | IdentifierWithHyphen`
fn object_type(input: Cursor<'_>) -> Parsed<'_, &str> {
    let name = |kind| matches!(kind, TokenKind::Word | TokenKind::HyphenatedWord).then_some(());
    let (rest, (_, token)) = select(Expected::ObjectPath, name).parse(input)?;
    Ok((rest, input.text(token)))
}

/// `objectPathComponent : '.' key | '[' index ']'`
fn object_path_component(input: Cursor<'_>) -> Parsed<'_, Step> {
    let key_step = preceded(token(TokenKind::Dot, Expected::Operator), cut(key));
    alt((key_step, index_step)).parse(input)
}

/// `firstPathComponent, key : IdentifierWithoutHyphen | StringLiteral`
fn key(input: Cursor<'_>) -> Parsed<'_, Step> {
    let (rest, (quoted, token)) = select(Expected::Key, |kind| match kind {
        TokenKind::Word => Some(false),
        TokenKind::String => Some(true),
        _ => None,
    })
    .parse(input)?;
    let kind = match input.text(token) {
        quotation if quoted => StepKind::Key(text(quotation).into()),
        name => StepKind::Key(name.into()),
    };
    Ok((rest, Step { origin: Origin(token.span), kind }))
}

/// `'[' index ']'`
fn index_step(input: Cursor<'_>) -> Parsed<'_, Step> {
    let open = token(TokenKind::LeftBracket, Expected::Operator);
    let close = token(TokenKind::RightBracket, Expected::IndexEnd);
    let (rest, kind) = delimited(open, cut(index), cut(close)).parse(input)?;
    Ok((rest, Step { origin: Origin(input.span_to(rest)), kind }))
}

/// `index : IntPosLiteral | '*'`
///
/// The grammar takes negative numbers too; section 9.7 does not, and no list has such an element.
fn index(input: Cursor<'_>) -> Parsed<'_, StepKind> {
    let (rest, (is_star, token)) = select(Expected::Index, |kind| match kind {
        TokenKind::Star => Some(true),
        TokenKind::Integer => Some(false),
        _ => None,
    })
    .parse(input)?;
    if is_star {
        return Ok((rest, StepKind::Star));
    }
    if input.text(token).starts_with('-') {
        return input.failure(Expected::IndexFromZero);
    }
    let (rest, index) = unsigned(Expected::Index)(input)?;
    Ok((rest, StepKind::Index(index)))
}
