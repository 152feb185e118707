//! Object paths (STIX 2.1, section 9.7).

use super::cursor::{Cursor, Parsed};
use super::literal::{delimiters_off, unescape, unsigned};
use crate::ast::{ObjectPath, PlacedStep, PlacedSteps, StepKind, Text};
use crate::error::Expected;
use crate::lexer::TokenKind;
use crate::span::Origin;

/// `objectPath : objectType ':' firstPathComponent objectPathComponent*`
pub(super) fn object_path(cursor: &mut Cursor<'_>) -> Parsed<ObjectPath> {
    known_object_path(cursor).map_or_else(|| any_object_path(cursor), Ok)
}

/// The same for a path through the properties of the object model, as most are. It is found by its text, without
/// taking it apart.
#[inline(always)]
pub(super) fn known_object_path(cursor: &mut Cursor<'_>) -> Option<ObjectPath> {
    cursor.take_known_path().map(|(known, span)| ObjectPath::known(span, known))
}

/// The same for a path of whatever names.
pub(super) fn any_object_path(cursor: &mut Cursor<'_>) -> Parsed<ObjectPath> {
    let start = cursor.at();
    let object_type = Text::name(object_type(cursor)?);
    cursor.take_mark(b':', Expected::Colon)?;
    let mut places = PlacedSteps::new();
    places.push(key(cursor, start)?);
    while let Some(place) = object_path_component(cursor, start)? {
        places.push(place);
    }
    Ok(ObjectPath::new(cursor.span_from(start), object_type, places))
}

/// `objectType : IdentifierWithoutHyphen | IdentifierWithHyphen`
fn object_type<'a>(cursor: &mut Cursor<'a>) -> Parsed<&'a str> {
    let (TokenKind::Word | TokenKind::HyphenatedWord, end) = cursor.token() else {
        return Err(cursor.refuse(Expected::ObjectPath));
    };
    let name = cursor.text_to(end);
    cursor.advance_to(end);
    Ok(name)
}

/// `objectPathComponent : '.' key | '[' index ']'`, if there is one
fn object_path_component(cursor: &mut Cursor<'_>, path: usize) -> Parsed<Option<PlacedStep>> {
    let start = cursor.at();
    let (kind, end) = cursor.token();
    match kind {
        TokenKind::Dot => {
            cursor.advance_to(end);
            key(cursor, path).map(Some)
        }
        TokenKind::LeftBracket => {
            cursor.advance_to(end);
            let kind = index(cursor)?;
            cursor.take_mark(b']', Expected::IndexEnd)?;
            Ok(Some(PlacedStep { kind, within: within(cursor, start, path) }))
        }
        _ => Ok(None),
    }
}

/// `firstPathComponent, key : IdentifierWithoutHyphen | StringLiteral`
fn key(cursor: &mut Cursor<'_>, path: usize) -> Parsed<PlacedStep> {
    let start = cursor.at();
    let (kind, end) = cursor.token();
    let text = cursor.text_to(end);
    let key = match kind {
        TokenKind::Word => Text::name(text),
        TokenKind::String if text.contains('\\') => unescape(delimiters_off(text)),
        TokenKind::String => Text::name(delimiters_off(text)),
        _ => return Err(cursor.refuse(Expected::Key)),
    };
    cursor.advance_to(end);
    Ok(PlacedStep { kind: StepKind::Key(key), within: within(cursor, start, path) })
}

/// Where a step stands that was just read, counted from where its path begins.
fn within(cursor: &Cursor<'_>, start: usize, path: usize) -> Origin {
    Origin(cursor.span_from(start).within(path))
}

/// `index : IntPosLiteral | '*'`
///
/// The grammar takes negative numbers too; section 9.7 does not, and no list has such an element.
fn index(cursor: &mut Cursor<'_>) -> Parsed<StepKind> {
    match cursor.token() {
        (TokenKind::Star, end) => {
            cursor.advance_to(end);
            Ok(StepKind::Star)
        }
        (TokenKind::Integer, _) if cursor.byte() == Some(b'-') => Err(cursor.refuse(Expected::IndexFromZero)),
        _ => unsigned(cursor, Expected::Index).map(StepKind::Index),
    }
}
