//! Object paths (STIX 2.1, section 9.7).

use nom::Parser;
use nom::combinator::cut;
use nom::sequence::{delimited, preceded};

use super::cursor::{Cursor, Parsed, select, token};
use super::literal::{delimiters_off, string, unsigned};
use crate::ast::{ObjectPath, Step, StepKind, Steps, Text};
use crate::error::Expected;
use crate::lexer::TokenKind;
use crate::span::Origin;

/// `objectPath : objectType ':' firstPathComponent objectPathComponent*`
#[inline]
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
    Ok((
        rest,
        ObjectPath { origin: Origin(input.span_to(rest)), object_type: Text::name(object_type), steps },
    ))
}

/// `objectType : IdentifierWithoutHyphen | IdentifierWithHyphen`
#[inline]
fn object_type(input: Cursor<'_>) -> Parsed<'_, &str> {
    let name = |kind| matches!(kind, TokenKind::Word | TokenKind::HyphenatedWord).then_some(());
    let (rest, (_, token)) = select(Expected::ObjectPath, name).parse(input)?;
    Ok((rest, input.text(token)))
}

/// `objectPathComponent : '.' key | '[' index ']'`
fn object_path_component(input: Cursor<'_>) -> Parsed<'_, Step> {
    match input.kind() {
        TokenKind::Dot => cut(key).parse(input.advance()),
        _ => index_step(input),
    }
}

/// `firstPathComponent, key : IdentifierWithoutHyphen | StringLiteral`
#[inline]
fn key(input: Cursor<'_>) -> Parsed<'_, Step> {
    let (rest, (quoted, token)) = select(Expected::Key, |kind| match kind {
        TokenKind::Word => Some(false),
        TokenKind::String => Some(true),
        _ => None,
    })
    .parse(input)?;
    let key = match input.text(token) {
        // Of the names of the object model, none has a backslash.
        quotation if quoted && !token.is_escaped => Text::name(delimiters_off(quotation)),
        quotation if quoted => string(quotation, true),
        name => Text::name(name),
    };
    Ok((rest, Step { origin: Origin(token.span), kind: StepKind::Key(key) }))
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
