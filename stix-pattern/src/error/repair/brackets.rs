//! Corrections of brackets and parentheses, and of what does not belong into a pattern.

use super::{Repair, raw};
use crate::edit::Edit;
use crate::error::scene::Scene;
use crate::error::{Expected, words};
use crate::lexer::{Keyword, TokenKind};

pub(super) const REPAIRS: [Repair; 5] = [byte_order_mark, braces, missing_start, missing_end, stray_mark];

/// A mark that editors put before a text.
fn byte_order_mark(scene: &Scene<'_>) -> Option<Edit> {
    (scene.found_text() == "\u{feff}").then(|| Edit::delete(scene.found.span.range()))
}

/// `{[a:b = 1]}`
fn braces(scene: &Scene<'_>) -> Option<Edit> {
    let end = scene.source.trim_end();
    let is_braced = scene.found_text() == "{" && scene.expects(&[Expected::Pattern]) && end.ends_with('}');
    is_braced.then(|| Edit::delete(scene.found.span.range()).and(Edit::delete(end.len() - 1..end.len())))
}

/// `a:b = 1`, `a:b = 1]`
fn missing_start(scene: &Scene<'_>) -> Option<Edit> {
    let begins_test = scene.path_end(0).is_some() && scene.expects(&[Expected::Pattern]);
    let start = scene.found.span.start();
    let rest = scene.source.get(start..)?;
    let open = begins_test.then(|| Edit::insert(start, "["))?;
    if rest.contains([']', '[']) {
        return Some(open);
    }
    let is_qualifier =
        |kind| matches!(kind, TokenKind::Keyword(Keyword::Repeats | Keyword::Start | Keyword::Within));
    let end = raw::find(scene.source, start, is_qualifier);
    Some(open.and(Edit::insert(scene.source.get(..end)?.trim_end().len(), "]")))
}

/// `[a:b = 1`, `[a:b = 1 AND [c:d = 2]`, `([a:b = 1]`, `IN (1]`
fn missing_end(scene: &Scene<'_>) -> Option<Edit> {
    use TokenKind::{End, LeftBracket, RightBracket};
    let joins = matches!(scene.kind_at(-1), Some(TokenKind::Keyword(Keyword::And | Keyword::Or)));
    match (scene.expected, scene.found.kind) {
        (Expected::MoreBracket, End) => Some(Edit::insert(scene.span_at(-1)?.end(), "]")),
        (Expected::Comparison, LeftBracket) if joins && !words::is_nested_bracket(scene) => {
            Some(Edit::insert(scene.span_at(-2)?.end(), "]"))
        }
        (Expected::MoreSet, RightBracket) if words::is_enclosed(scene, 1) => {
            Some(Edit::replace(scene.found.span.range(), ")"))
        }
        (Expected::MoreSet, End | RightBracket) => Some(Edit::insert(scene.span_at(-1)?.end(), ")")),
        // A qualifier may have been meant for the group, so only a bracket at the end leaves no doubt.
        (Expected::MoreGroup, End) if scene.kind_at(-1) == Some(RightBracket) => {
            Some(Edit::insert(scene.span_at(-1)?.end(), ")"))
        }
        _ => None,
    }
}

/// `[a:b = 1];`, `[a:b = 1])`
fn stray_mark(scene: &Scene<'_>) -> Option<Edit> {
    let is_mark = matches!(scene.found_text(), ")" | "]" | "}" | ";" | "," | "." | "'" | "\"");
    let is_last = scene.source.get(scene.found.span.end()..).is_some_and(|rest| rest.trim().is_empty());
    (is_mark && is_last && scene.expects(&[Expected::MorePattern]))
        .then(|| Edit::delete(scene.found.span.range()))
}
