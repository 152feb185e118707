//! Going on behind a mistake whose correction is not certain, to find those that come after it.

use super::raw;
use crate::edit::Edit;
use crate::error::scene::Scene;
use crate::error::{Expected, words};
use crate::lexer::{Keyword, TokenKind};

/// Stands for a test that cannot be read.
const TEST: &str = "x:x = 0";
/// Stands for an observation expression that cannot be read.
const BRACKET: &str = "[x:x = 0]";
/// Stands for a timestamp that cannot be read.
const TIMESTAMP: &str = "t'2020-01-01T00:00:00Z'";

/// A change after which the text can be read a stretch further, whatever it means.
pub(in crate::error) fn bridge(scene: &Scene<'_>) -> Option<Edit> {
    use Expected as E;
    let found = scene.found.span;
    if matches!(scene.found.kind, TokenKind::OpenString | TokenKind::OpenComment) {
        return None;
    }
    match scene.wanted() {
        E::Comparison if words::is_nested_bracket(scene) => {
            let close = raw::closing(scene.source, found.start())?;
            let open = Edit::replace(found.range(), "(");
            Some(open.and(Edit::replace(close..close + 1, ")")))
        }
        E::Constant | E::OrderableConstant | E::Text => Some(constant(scene, "''")),
        E::SetMember => Some(constant(scene, "''")),
        E::Set => Some(constant(scene, "()")),
        E::IntegerRange | E::UnsignedRange | E::FloatRange | E::IndexFromZero => {
            Some(Edit::replace(found.range(), "0"))
        }
        E::Base64 => Some(Edit::replace(found.range(), "''")),
        E::Comparison
        | E::ObjectPath
        | E::Exists
        | E::Colon
        | E::Key
        | E::Index
        | E::IndexEnd
        | E::Operator => test(scene),
        E::MoreBracket | E::MoreComparisonGroup | E::MoreSet => more_tests(scene),
        E::Pattern => Some(pattern(scene)),
        E::MorePattern | E::MoreGroup => Some(more_pattern(scene)),
        E::Count if scene.found.kind != TokenKind::Keyword(Keyword::Times) && ends(scene) => {
            Some(word(scene, "1 TIMES"))
        }
        E::Duration if scene.found.kind != TokenKind::Keyword(Keyword::Seconds) && ends(scene) => {
            Some(word(scene, "1 SECONDS"))
        }
        E::Count | E::Duration => Some(word(scene, "1")),
        E::Times => Some(word(scene, "TIMES")),
        E::Seconds => Some(word(scene, "SECONDS")),
        E::Timestamp => Some(word(scene, TIMESTAMP)),
        E::Stop => Some(Edit::insert(scene.span_at(-1)?.end(), format!(" STOP {TIMESTAMP}"))),
        E::SingleQualifier => {
            let length = if scene.found_text() == "START" { 3 } else { 2 };
            Some(Edit::delete(found.start()..scene.span_at(length)?.end()))
        }
        _ => None,
    }
}

/// A placeholder for what stands where a constant belongs.
fn constant(scene: &Scene<'_>, placeholder: &str) -> Edit {
    let start = scene.found.span.start();
    let end = raw::boundary(scene.source, start);
    let end = start + scene.source.get(start..end).unwrap_or_default().trim_end().len();
    Edit::replace(start..end, placeholder)
}

/// A placeholder for a test, from its first token to where it ends.
fn test(scene: &Scene<'_>) -> Option<Edit> {
    use TokenKind::{LeftBracket, LeftParenthesis};
    let mut first = 0;
    // A list index has brackets too, but a test begins behind one that a path does not.
    while let Some(kind) = scene.kind_at(first - 1) {
        let opens = match kind {
            LeftBracket => scene.path_start(first - 2).is_none(),
            LeftParenthesis | TokenKind::Keyword(Keyword::And | Keyword::Or) => true,
            _ => false,
        };
        if opens {
            break;
        }
        first -= 1;
    }
    let start = scene.span_at(first)?.start();
    let mut end = raw::boundary(scene.source, scene.found.span.start());
    if scene.expects(&[Expected::Index]) && scene.source.get(end..)?.starts_with(']') {
        end = raw::boundary(scene.source, end + 1);
    }
    let end = start + scene.source.get(start..end)?.trim_end().len();
    Some(Edit::replace(start..end, TEST))
}

/// Takes out what stands behind a test, or joins the next one.
fn more_tests(scene: &Scene<'_>) -> Option<Edit> {
    use TokenKind::{End, HyphenatedWord, LeftParenthesis, RightBracket, RightParenthesis, Word};
    let start = scene.found.span.start();
    match scene.found.kind {
        Word | HyphenatedWord if scene.path_end(0).is_some() => Some(Edit::insert(start, "AND ")),
        LeftParenthesis if !scene.expects(&[Expected::MoreSet]) => Some(Edit::insert(start, "AND ")),
        End if scene.expects(&[Expected::MoreBracket]) => Some(Edit::insert(start, "]")),
        RightParenthesis => Some(Edit::delete(scene.found.span.range())),
        End | RightBracket => Some(Edit::insert(start, ")")),
        _ => Some(Edit::delete(start..raw::boundary(scene.source, start))),
    }
}

/// A placeholder for an observation expression, up to the next one or what joins it.
fn pattern(scene: &Scene<'_>) -> Edit {
    let start = scene.found.span.start();
    let end = raw::find(scene.source, start, |kind| is_joint(kind) || kind == TokenKind::LeftBracket);
    let begins = scene.source.get(end..).is_some_and(|rest| rest.starts_with('['));
    Edit::replace(start..end, if begins { "" } else { BRACKET })
}

/// Takes out what stands behind an observation expression, or joins the next one.
fn more_pattern(scene: &Scene<'_>) -> Edit {
    let start = scene.found.span.start();
    let begins = |kind| matches!(kind, TokenKind::LeftBracket | TokenKind::LeftParenthesis);
    if begins(scene.found.kind) {
        return Edit::insert(start, "AND ");
    }
    let end = raw::find(scene.source, scene.found.span.end(), |kind| is_joint(kind) || begins(kind));
    let joins = scene.source.get(end..).is_some_and(|rest| rest.starts_with(['[', '(']));
    Edit::replace(start..end, if joins { "AND " } else { "" })
}

/// A placeholder for the word or number of a qualifier; a keyword that follows is kept.
fn word(scene: &Scene<'_>, placeholder: &str) -> Edit {
    match ends(scene) {
        true => Edit::insert(scene.found.span.start(), format!(" {placeholder} ")),
        false => Edit::replace(scene.found.span.range(), placeholder),
    }
}

/// Whether the word that is found belongs to what comes behind a qualifier.
fn ends(scene: &Scene<'_>) -> bool {
    use TokenKind::{End, Keyword, LeftBracket, RightBracket, RightParenthesis};
    matches!(scene.found.kind, Keyword(_) | End | LeftBracket | RightBracket | RightParenthesis)
}

/// What joins or closes observation expressions.
fn is_joint(kind: TokenKind) -> bool {
    matches!(kind, TokenKind::End | TokenKind::RightParenthesis)
        || matches!(kind, TokenKind::Keyword(Keyword::And | Keyword::Or | Keyword::FollowedBy))
}
