//! Help with keywords, object types and paths.

use super::Advice;
use crate::error::Expected;
use crate::error::scene::Scene;
use crate::lexer::{Keyword, TokenKind};

pub(super) const ADVICE: [Advice; 7] = [
    quoted_name,
    keyword_as_type,
    upper_case_keyword,
    lower_case_boolean,
    key_in_brackets,
    dot_for_colon,
    index_number,
];

/// `hashes.SHA-256`, `a:LAST`
fn quoted_name(scene: &Scene<'_>) -> Option<String> {
    let name = scene.found_text();
    match scene.found.kind {
        TokenKind::HyphenatedWord if scene.expects(&[Expected::Key]) => {
            Some(format!("a name with a hyphen is written in quotes: `'{name}'`"))
        }
        TokenKind::Keyword(_) if scene.expects(&[Expected::Key]) => Some(format!(
            "`{name}` is a keyword, and a property of that name is written in quotes: `'{name}'`"
        )),
        _ => None,
    }
}

/// `[IN:b = 1]`
fn keyword_as_type(scene: &Scene<'_>) -> Option<String> {
    let is_type =
        matches!(scene.found.kind, TokenKind::Keyword(_)) && scene.kind_at(1) == Some(TokenKind::Colon);
    is_type.then(|| format!("`{}` is a keyword and cannot be an object type", scene.found_text()))
}

/// `[a:b = 1 and a:c = 2]`, `[not EXISTS a:b]`
fn upper_case_keyword(scene: &Scene<'_>) -> Option<String> {
    let at = if scene.expects(&[Expected::Colon]) { -1 } else { 0 };
    let upper = scene.text_at(at).to_ascii_uppercase();
    let is_keyword = scene.kind_at(at) == Some(TokenKind::Word) && Keyword::from_text(&upper).is_some();
    let is_name = scene.kind_at(at + 1) == Some(TokenKind::Colon);
    (is_keyword && !is_name).then(|| format!("keywords are written in upper case: `{upper}`"))
}

/// `[a:b = TRUE]`
fn lower_case_boolean(scene: &Scene<'_>) -> Option<String> {
    let lower = scene.found_text().to_ascii_lowercase();
    let is_boolean = matches!(lower.as_str(), "true" | "false") && scene.found.kind == TokenKind::Word;
    (is_boolean && scene.expects_constant()).then(|| format!("booleans are written in lower case: `{lower}`"))
}

/// `a:b['k']`
fn key_in_brackets(scene: &Scene<'_>) -> Option<String> {
    let key = scene.found_text();
    let key = match scene.found.kind {
        TokenKind::String | TokenKind::Word => key.to_owned(),
        TokenKind::HyphenatedWord => format!("'{key}'"),
        _ => return None,
    };
    scene
        .expects(&[Expected::Index])
        .then(|| format!("brackets hold a list index; a key follows a dot: `.{key}`"))
}

/// `[a.b = 1]`, `[a = 1]`
fn dot_for_colon(scene: &Scene<'_>) -> Option<String> {
    if !scene.expects(&[Expected::Colon]) {
        return None;
    }
    let object_type = scene.text_at(-1);
    match (scene.found.kind, scene.kind_at(1)) {
        (TokenKind::Dot, Some(TokenKind::Word)) => {
            let property = scene.text_at(1);
            Some(format!("a colon separates the object type from its property: `{object_type}:{property}`"))
        }
        _ => Some("an object path has an object type and a property: `file:name`".to_owned()),
    }
}

/// `a:[0]`, `a:b.[0]`, `a:b[]`, `a:b[-1]`
fn index_number(scene: &Scene<'_>) -> Option<String> {
    let advice = match (scene.expected, scene.found.kind, scene.kind_at(-1)) {
        (Expected::Key, TokenKind::LeftBracket, Some(TokenKind::Dot)) => {
            "a list index follows its list without a dot"
        }
        (Expected::Key, TokenKind::LeftBracket, _) => {
            "a path begins with the name of a property, not with an index"
        }
        (Expected::Key, TokenKind::Dot, Some(TokenKind::Dot)) => "a single dot separates two names",
        (Expected::Key, TokenKind::Star, _) => {
            "`*` stands for every element of a list, and only in brackets: `[*]`"
        }
        (Expected::Index, TokenKind::RightBracket, _) => "`[*]` stands for every element of a list",
        (Expected::IndexFromZero, ..) => {
            "the first element of a list has the index 0; `[*]` stands for every element"
        }
        _ => return None,
    };
    Some(advice.to_owned())
}
