//! Help with brackets, parentheses and what does not belong into a pattern.

use super::Advice;
use crate::error::Expected;
use crate::error::scene::Scene;
use crate::lexer::TokenKind;

pub(super) const ADVICE: [Advice; 8] = [
    byte_order_mark,
    empty_bracket,
    missing_start,
    missing_end,
    missing_operator,
    stray_mark,
    dangling_operator,
    flatter_nesting,
];

/// A mark that editors put before a text.
fn byte_order_mark(scene: &Scene<'_>) -> Option<String> {
    (scene.found_text() == "\u{feff}").then(|| "remove the byte order mark".to_owned())
}

/// `[]`
fn empty_bracket(scene: &Scene<'_>) -> Option<String> {
    let is_empty =
        scene.kind_at(-1) == Some(TokenKind::LeftBracket) && scene.found.kind == TokenKind::RightBracket;
    (is_empty && scene.expects(&[Expected::Comparison]))
        .then(|| "a bracket holds at least one comparison: `[file:name = 'x']`".to_owned())
}

/// `a:b = 1`, `{[a:b = 1]}`, `# [a:b = 1]`, and no text at all
fn missing_start(scene: &Scene<'_>) -> Option<String> {
    let at_start = scene.expects(&[Expected::Pattern]) && scene.kind_at(-1).is_none();
    at_start.then(|| "a pattern is written like `[file:name = 'x']`".to_owned())
}

/// `[a:b = 1`, `([a:b = 1]`, `[(a:b = 1]`, `[a:b = 1 AND [c:d = 2]`
fn missing_end(scene: &Scene<'_>) -> Option<String> {
    let behind_operator = matches!(scene.kind_at(-1), Some(TokenKind::Keyword(_)));
    if scene.expects(&[Expected::Comparison]) && scene.found.kind == TokenKind::LeftBracket && behind_operator
    {
        return Some(format!("close with `]` what is open before `{}`", scene.text_at(-1)));
    }
    let close = match (scene.expected, scene.found.kind) {
        (Expected::MoreBracket, TokenKind::End) => "]",
        (Expected::MoreGroup, TokenKind::End) => ")",
        (Expected::MoreComparisonGroup | Expected::MoreSet, TokenKind::End | TokenKind::RightBracket) => ")",
        _ => return None,
    };
    Some(format!("close with `{close}` what is open"))
}

/// `[a:b = 1] [c:d = 2]`, `[a:b = 1 a:c = 2]`, `[a:b 1]`
fn missing_operator(scene: &Scene<'_>) -> Option<String> {
    use TokenKind::{Float, Integer, String};
    let begins = matches!(
        scene.found.kind,
        TokenKind::Word | TokenKind::HyphenatedWord | TokenKind::LeftBracket | TokenKind::LeftParenthesis
    );
    match scene.expected {
        Expected::MorePattern | Expected::MoreGroup if begins => {
            Some("join observation expressions with `AND`, `OR` or `FOLLOWEDBY`".to_owned())
        }
        Expected::MoreBracket | Expected::MoreComparisonGroup if begins => {
            Some("join comparisons with `AND` or `OR`".to_owned())
        }
        Expected::Operator if matches!(scene.found.kind, Integer | Float | String) => {
            Some("an operator such as `=` stands between an object path and a constant".to_owned())
        }
        _ => None,
    }
}

/// `[a:b = 1];`, `[a:b = 1])`
fn stray_mark(scene: &Scene<'_>) -> Option<String> {
    let is_mark = !matches!(scene.found.kind, TokenKind::End | TokenKind::Keyword(_));
    (is_mark && scene.expects(&[Expected::MorePattern]))
        .then(|| format!("remove the `{}` behind the pattern", scene.found_text().escape_debug()))
}

/// `[a:b = 1] AND`, `[a:b = 1 OR]`, `[a:b = 1] AND OR [c:d = 2]`
fn dangling_operator(scene: &Scene<'_>) -> Option<String> {
    use TokenKind::{End, RightBracket, RightParenthesis};
    let behind_operator = scene.expects(&[Expected::Pattern, Expected::Comparison])
        && matches!(scene.kind_at(-1), Some(TokenKind::Keyword(_)));
    let ends = matches!(scene.found.kind, End | RightBracket | RightParenthesis | TokenKind::Keyword(_));
    (behind_operator && ends)
        .then(|| format!("`{}` joins two expressions, and the second is missing", scene.text_at(-1)))
}

/// `((((...))))`
fn flatter_nesting(scene: &Scene<'_>) -> Option<String> {
    scene
        .expects(&[Expected::ShallowerNesting])
        .then(|| "leave out the parentheses that only surround another pair or a single bracket".to_owned())
}
