//! Corrections of keywords, object types and paths.

use super::Repair;
use crate::edit::Edit;
use crate::error::Expected;
use crate::error::scene::Scene;
use crate::lexer::{Keyword, TokenKind};

pub(super) const REPAIRS: [Repair; 6] =
    [quoted_name, upper_case_keyword, lower_case_boolean, key_in_brackets, colon_for_dot, single_dot];

/// `hashes.SHA-256`, `a:LAST`
fn quoted_name(scene: &Scene<'_>) -> Option<Edit> {
    let is_name = matches!(scene.found.kind, TokenKind::HyphenatedWord | TokenKind::Keyword(_));
    (is_name && scene.expects(&[Expected::Key]))
        .then(|| Edit::replace(scene.found.span.range(), format!("'{}'", scene.found_text())))
}

/// `[a:b = 1 and a:c = 2]`, `[not EXISTS a:b]`
fn upper_case_keyword(scene: &Scene<'_>) -> Option<Edit> {
    let at = if scene.expects(&[Expected::Colon]) { -1 } else { 0 };
    let upper = scene.text_at(at).to_ascii_uppercase();
    let is_keyword = scene.kind_at(at) == Some(TokenKind::Word) && Keyword::from_text(&upper).is_some();
    let is_name = scene.kind_at(at + 1) == Some(TokenKind::Colon);
    (is_keyword && !is_name).then(|| Some(Edit::replace(scene.span_at(at)?.range(), upper))).flatten()
}

/// `[a:b = TRUE]`
fn lower_case_boolean(scene: &Scene<'_>) -> Option<Edit> {
    let lower = scene.found_text().to_ascii_lowercase();
    let is_boolean = matches!(lower.as_str(), "true" | "false") && scene.found.kind == TokenKind::Word;
    (is_boolean && scene.expects_constant()).then(|| Edit::replace(scene.found.span.range(), lower))
}

/// `a:b['k']`
fn key_in_brackets(scene: &Scene<'_>) -> Option<Edit> {
    let key = match scene.found.kind {
        TokenKind::String => scene.found_text().to_owned(),
        TokenKind::Word | TokenKind::HyphenatedWord => format!("'{}'", scene.found_text()),
        _ => return None,
    };
    let closed = scene.expects(&[Expected::Index]) && scene.kind_at(1) == Some(TokenKind::RightBracket);
    let range = scene.span_at(-1)?.start()..scene.span_at(1)?.end();
    closed.then(|| Edit::replace(range, format!(".{key}")))
}

/// `[a.b = 1]`
fn colon_for_dot(scene: &Scene<'_>) -> Option<Edit> {
    let is_name =
        matches!(scene.kind_at(1), Some(TokenKind::Word | TokenKind::String | TokenKind::HyphenatedWord));
    (is_name && scene.expects(&[Expected::Colon]) && scene.found.kind == TokenKind::Dot)
        .then(|| Edit::replace(scene.found.span.range(), ":"))
}

/// `a:b.[0]`, `a:b..c`
fn single_dot(scene: &Scene<'_>) -> Option<Edit> {
    let is_mark = matches!(scene.found.kind, TokenKind::LeftBracket | TokenKind::Dot);
    (is_mark && scene.expects(&[Expected::Key]) && scene.kind_at(-1) == Some(TokenKind::Dot))
        .then(|| Some(Edit::delete(scene.span_at(-1)?.range())))
        .flatten()
}
