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
    while is_qualifier(cursor.kind()) {
        let start = cursor.at();
        let kind = qualifier(cursor)?;
        if !repeatable && kinds & kind.bit() != 0 {
            return Err(cursor.refuse_at(start, Expected::SingleQualifier));
        }
        kinds |= kind.bit();
        qualifiers.push(Qualifier { origin: Origin(cursor.span_from(start)), kind });
    }
    Ok(qualifiers)
}

/// Whether a qualifier begins with this token.
#[inline]
pub(super) fn is_qualifier(kind: TokenKind) -> bool {
    use Keyword::{Repeats, Start, Within};
    matches!(kind, TokenKind::Keyword(Repeats | Start | Within))
}

/// `qualifier : startStopQualifier | withinQualifier | repeatedQualifier`
fn qualifier(cursor: &mut Cursor<'_>) -> Parsed<QualifierKind> {
    let kind = cursor.kind();
    cursor.advance();
    match kind {
        TokenKind::Keyword(Keyword::Start) => start_stop_qualifier(cursor),
        TokenKind::Keyword(Keyword::Within) => within_qualifier(cursor),
        _ => repeated_qualifier(cursor),
    }
}

/// `startStopQualifier : START TimestampLiteral STOP TimestampLiteral`
fn start_stop_qualifier(cursor: &mut Cursor<'_>) -> Parsed<QualifierKind> {
    let start = timestamp_literal(cursor)?;
    cursor.take_keyword(Keyword::Stop, Expected::Stop)?;
    let stop = timestamp_literal(cursor)?;
    Ok(QualifierKind::StartStop { start, stop })
}

/// `withinQualifier : WITHIN ( IntPosLiteral | FloatPosLiteral ) SECONDS`
fn within_qualifier(cursor: &mut Cursor<'_>) -> Parsed<QualifierKind> {
    let seconds = match cursor.kind() {
        TokenKind::Float => fraction(cursor)?,
        _ => Seconds::whole(unsigned(cursor, Expected::Duration)?),
    };
    cursor.take_keyword(Keyword::Seconds, Expected::Seconds)?;
    Ok(QualifierKind::Within(seconds))
}

/// `repeatedQualifier : REPEATS IntPosLiteral TIMES`
fn repeated_qualifier(cursor: &mut Cursor<'_>) -> Parsed<QualifierKind> {
    let count = unsigned(cursor, Expected::Count)?;
    cursor.take_keyword(Keyword::Times, Expected::Times)?;
    Ok(QualifierKind::Repeats(count))
}

/// `FloatPosLiteral`
fn fraction(cursor: &mut Cursor<'_>) -> Parsed<Seconds> {
    let seconds = match float(cursor.text()).map(Seconds::fraction) {
        Ok(Some(seconds)) => seconds,
        Ok(None) => return Err(cursor.refuse(Expected::Duration)),
        Err(expected) => return Err(cursor.refuse(expected)),
    };
    cursor.advance();
    Ok(seconds)
}
