//! Qualifiers of observation expressions (STIX 2.1, section 9.5.1).

use nom::Parser;
use nom::branch::alt;
use nom::combinator::{cut, map};
use nom::sequence::{delimited, preceded};

use super::cursor::{Cursor, Parsed, keyword, select};
use super::literal::{float, timestamp_literal, unsigned};
use crate::ast::{Qualifier, QualifierKind, Seconds};
use crate::error::Expected;
use crate::lexer::{Keyword, TokenKind};
use crate::span::Origin;

/// `qualifier*`, of which no two are of one kind unless `repeatable`.
pub(super) fn qualifiers(input: Cursor<'_>, repeatable: bool) -> Parsed<'_, Vec<Qualifier>> {
    let mut rest = input;
    let mut kinds = 0;
    let mut qualifiers = Vec::new();
    while is_qualifier(rest.kind()) {
        let (after, qualifier) = qualifier(rest)?;
        if !repeatable && kinds & qualifier.kind.bit() != 0 {
            return rest.failure(Expected::SingleQualifier);
        }
        kinds |= qualifier.kind.bit();
        qualifiers.push(qualifier);
        rest = after;
    }
    Ok((rest, qualifiers))
}

/// Whether a qualifier begins with this token.
pub(super) fn is_qualifier(kind: TokenKind) -> bool {
    use Keyword::{Repeats, Start, Within};
    matches!(kind, TokenKind::Keyword(Repeats | Start | Within))
}

/// `qualifier : startStopQualifier | withinQualifier | repeatedQualifier`
fn qualifier(input: Cursor<'_>) -> Parsed<'_, Qualifier> {
    let (rest, kind) = alt((start_stop_qualifier, within_qualifier, repeated_qualifier)).parse(input)?;
    Ok((rest, Qualifier { origin: Origin(input.span_to(rest)), kind }))
}

/// `startStopQualifier : START TimestampLiteral STOP TimestampLiteral`
fn start_stop_qualifier(input: Cursor<'_>) -> Parsed<'_, QualifierKind> {
    let start = preceded(keyword(Keyword::Start, Expected::MorePattern), cut(timestamp_literal));
    let stop = preceded(cut(keyword(Keyword::Stop, Expected::Stop)), cut(timestamp_literal));
    map((start, stop), |(start, stop)| QualifierKind::StartStop { start, stop }).parse(input)
}

/// `withinQualifier : WITHIN ( IntPosLiteral | FloatPosLiteral ) SECONDS`
fn within_qualifier(input: Cursor<'_>) -> Parsed<'_, QualifierKind> {
    let open = keyword(Keyword::Within, Expected::MorePattern);
    let close = keyword(Keyword::Seconds, Expected::Seconds);
    map(delimited(open, cut(alt((fraction, whole))), cut(close)), QualifierKind::Within).parse(input)
}

/// `repeatedQualifier : REPEATS IntPosLiteral TIMES`
fn repeated_qualifier(input: Cursor<'_>) -> Parsed<'_, QualifierKind> {
    let open = keyword(Keyword::Repeats, Expected::MorePattern);
    let close = keyword(Keyword::Times, Expected::Times);
    map(delimited(open, cut(unsigned(Expected::Count)), cut(close)), QualifierKind::Repeats).parse(input)
}

/// `IntPosLiteral`
fn whole(input: Cursor<'_>) -> Parsed<'_, Seconds> {
    map(unsigned(Expected::Duration), Seconds::whole).parse(input)
}

/// `FloatPosLiteral`
fn fraction(input: Cursor<'_>) -> Parsed<'_, Seconds> {
    let is_float = |kind| (kind == TokenKind::Float).then_some(());
    let (rest, (_, token)) = select(Expected::Duration, is_float).parse(input)?;
    match float(input.text(token)).map(Seconds::fraction) {
        Ok(Some(seconds)) => Ok((rest, seconds)),
        Ok(None) => input.failure(Expected::Duration),
        Err(expected) => input.failure(expected),
    }
}
