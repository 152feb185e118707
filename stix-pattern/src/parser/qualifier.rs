//! Qualifiers of observation expressions (STIX 2.1, section 9.5.1).

use super::cursor::{Cursor, Parsed};
use super::literal::{float, timestamp_literal, unsigned};
use crate::ast::{Qualifier, QualifierKind, Seconds};
use crate::error::Expected;
use crate::lexer::{Keyword, TokenKind};
use crate::span::Origin;

/// `qualifier*`, of which no two are of one kind unless `repeatable`.
pub(super) fn qualifiers(cursor: &mut Cursor<'_>, repeatable: bool) -> Parsed<Vec<Qualifier>> {
    let mut kinds = 0;
    let mut qualifiers = Vec::new();
    loop {
        let start = cursor.at();
        let Some(kind) = qualifier(cursor)? else { return Ok(qualifiers) };
        if !repeatable && kinds & kind.bit() != 0 {
            return Err(cursor.refuse_at(start, Expected::SingleQualifier));
        }
        kinds |= kind.bit();
        qualifiers.push(Qualifier { origin: Origin(cursor.span_from(start)), kind });
    }
}

/// Whether the token at this place begins as the qualifiers do. Mostly something else comes next.
#[inline]
pub(super) fn may_be_qualifier(cursor: &Cursor<'_>) -> bool {
    matches!(cursor.byte(), Some(b'R' | b'S' | b'W'))
}

/// `qualifier : startStopQualifier | withinQualifier | repeatedQualifier`, if there is one
fn qualifier(cursor: &mut Cursor<'_>) -> Parsed<Option<QualifierKind>> {
    let Some((keyword, end)) = cursor.keyword() else { return Ok(None) };
    let production = match keyword {
        Keyword::Start => start_stop_qualifier,
        Keyword::Within => within_qualifier,
        Keyword::Repeats => repeated_qualifier,
        _ => return Ok(None),
    };
    cursor.advance_to(end);
    production(cursor).map(Some)
}

/// `startStopQualifier : START TimestampLiteral STOP TimestampLiteral`
fn start_stop_qualifier(cursor: &mut Cursor<'_>) -> Parsed<QualifierKind> {
    let start = timestamp_literal(cursor)?;
    cursor.take(TokenKind::Keyword(Keyword::Stop), Expected::Stop)?;
    let stop = timestamp_literal(cursor)?;
    Ok(QualifierKind::StartStop { start, stop })
}

/// `withinQualifier : WITHIN ( IntPosLiteral | FloatPosLiteral ) SECONDS`
fn within_qualifier(cursor: &mut Cursor<'_>) -> Parsed<QualifierKind> {
    let seconds = match cursor.token() {
        (TokenKind::Float, end) => fraction(cursor, end)?,
        _ => Seconds::whole(unsigned(cursor, Expected::Duration)?),
    };
    cursor.take(TokenKind::Keyword(Keyword::Seconds), Expected::Seconds)?;
    Ok(QualifierKind::Within(seconds))
}

/// `repeatedQualifier : REPEATS IntPosLiteral TIMES`
fn repeated_qualifier(cursor: &mut Cursor<'_>) -> Parsed<QualifierKind> {
    let count = unsigned(cursor, Expected::Count)?;
    cursor.take(TokenKind::Keyword(Keyword::Times), Expected::Times)?;
    Ok(QualifierKind::Repeats(count))
}

/// `FloatPosLiteral`, which ends at `end`
fn fraction(cursor: &mut Cursor<'_>, end: usize) -> Parsed<Seconds> {
    let seconds = match float(cursor.text_to(end)).map(Seconds::fraction) {
        Ok(Some(seconds)) => seconds,
        Ok(None) => return Err(cursor.refuse(Expected::Duration)),
        Err(expected) => return Err(cursor.refuse(expected)),
    };
    cursor.advance_to(end);
    Ok(seconds)
}
