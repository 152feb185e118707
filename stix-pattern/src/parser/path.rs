//! Object paths (STIX 2.1, section 9.7).

use super::cursor::{Cursor, Parsed};
use super::literal::{delimiters_off, string, unsigned};
use crate::ast::{ObjectPath, PlacedStep, PlacedSteps, StepKind, Text};
use crate::error::Expected;
use crate::known;
use crate::lexer::TokenKind;
use crate::span::Origin;

/// `objectPath : objectType ':' firstPathComponent objectPathComponent*`
///
/// Most paths are known, and are found by their text without taking it apart.
#[inline]
pub(super) fn object_path(cursor: &mut Cursor<'_>) -> Parsed<ObjectPath> {
    let (start, end) = (cursor.at(), cursor.end());
    if let Some((known, span)) = known::path_at(cursor.source(), start) {
        cursor.advance_over(span);
        if !is_component(cursor.kind()) {
            return Ok(ObjectPath::known(span, known));
        }
        cursor.go_back(start, end);
    }
    any_object_path(cursor)
}

/// The same for a path of whatever names.
pub(super) fn any_object_path(cursor: &mut Cursor<'_>) -> Parsed<ObjectPath> {
    let start = cursor.at();
    let object_type = Text::name(object_type(cursor)?);
    cursor.take(TokenKind::Colon, Expected::Colon)?;
    let mut places = PlacedSteps::new();
    places.push(key(cursor, start)?);
    while is_component(cursor.kind()) {
        places.push(object_path_component(cursor, start)?);
    }
    Ok(ObjectPath::new(cursor.span_from(start), object_type, places))
}

/// `objectType : IdentifierWithoutHyphen | IdentifierWithHyphen`
fn object_type<'a>(cursor: &mut Cursor<'a>) -> Parsed<&'a str> {
    let name = cursor.text();
    match cursor.kind() {
        TokenKind::Word | TokenKind::HyphenatedWord => cursor.advance(),
        _ => return Err(cursor.refuse(Expected::ObjectPath)),
    }
    Ok(name)
}

fn is_component(kind: TokenKind) -> bool {
    matches!(kind, TokenKind::Dot | TokenKind::LeftBracket)
}

/// `objectPathComponent : '.' key | '[' index ']'`
fn object_path_component(cursor: &mut Cursor<'_>, path: u32) -> Parsed<PlacedStep> {
    let start = cursor.at();
    let is_key = cursor.kind() == TokenKind::Dot;
    cursor.advance();
    if is_key {
        return key(cursor, path);
    }
    let kind = index(cursor)?;
    cursor.take(TokenKind::RightBracket, Expected::IndexEnd)?;
    Ok(PlacedStep { kind, within: Origin(cursor.span_from(start).within(path)) })
}

/// `firstPathComponent, key : IdentifierWithoutHyphen | StringLiteral`
fn key(cursor: &mut Cursor<'_>, path: u32) -> Parsed<PlacedStep> {
    let (token, text) = (*cursor.token(), cursor.text());
    let key = match token.kind {
        TokenKind::Word => Text::name(text),
        TokenKind::String if token.is_escaped => string(text, true),
        TokenKind::String => Text::name(delimiters_off(text)),
        _ => return Err(cursor.refuse(Expected::Key)),
    };
    cursor.advance();
    Ok(PlacedStep { kind: StepKind::Key(key), within: Origin(token.span.within(path)) })
}

/// `index : IntPosLiteral | '*'`
///
/// The grammar takes negative numbers too; section 9.7 does not, and no list has such an element.
fn index(cursor: &mut Cursor<'_>) -> Parsed<StepKind> {
    match cursor.kind() {
        TokenKind::Star => {
            cursor.advance();
            Ok(StepKind::Star)
        }
        TokenKind::Integer if cursor.text().starts_with('-') => Err(cursor.refuse(Expected::IndexFromZero)),
        _ => unsigned(cursor, Expected::Index).map(StepKind::Index),
    }
}
