//! Help with what other languages write.

use super::Advice;
use crate::error::Expected;
use crate::error::scene::Scene;
use crate::error::words::{self, Word};
use crate::lexer::{Keyword, TokenKind};
use crate::parser;

pub(super) const ADVICE: [Advice; 12] = [
    quotes_around,
    entities,
    null,
    word_operator,
    followed_by,
    set_in_brackets,
    constants_joined,
    operator_alone,
    nested_brackets,
    colon_in_path,
    stray_mark_in_bracket,
    mark_between_tests,
];

/// `"[a:b = 1]"`
fn quotes_around(scene: &Scene<'_>) -> Option<String> {
    let inner = words::without_quotes_around(scene)?;
    let escaped = if inner.contains('\\') { " and what was escaped for their sake" } else { "" };
    Some(format!("remove the quotes around the pattern{escaped}"))
}

/// `[a:b &gt; 5]`
fn entities(scene: &Scene<'_>) -> Option<String> {
    words::without_entities(scene)?;
    Some("write the marks themselves and not the entities of HTML".to_owned())
}

/// `[a:b = null]`
fn null(scene: &Scene<'_>) -> Option<String> {
    let Some(null) = words::null_test(scene) else {
        let is_null = scene.expects_constant() && words::is_null_at(scene, 0);
        return is_null.then(|| "there is no null; `NOT EXISTS` tests that a property is missing".to_owned());
    };
    let path = scene.path_text_before(null.operator).unwrap_or("file:name");
    let is_negated = scene.kind_at(null.operator - 1) == Some(TokenKind::Keyword(Keyword::Not));
    let not = if null.exists != is_negated { "" } else { "NOT " };
    Some(format!("there is no null; write `{not}EXISTS {path}`"))
}

/// `CONTAINS 'x'`
fn word_operator(scene: &Scene<'_>) -> Option<String> {
    let (word, length) = words::operator(scene)?;
    let constant = scene.text_at(length);
    Some(match word {
        Word::Operator(operator) => format!("write `{operator}`"),
        Word::Wildcards { before, behind } => match scene.kind_at(length) {
            Some(TokenKind::String) if !constant.contains(['%', '_', '*']) => {
                format!("write `LIKE '{before}{}{behind}'`", constant.trim_matches('\''))
            }
            _ => format!("write `LIKE '{before}...{behind}'`, in which `%` is any text"),
        },
        Word::Unsure(">=") => "write two tests: `file:size >= 1 AND file:size <= 9`".to_owned(),
        Word::Unsure(operator) => format!("use `{operator}`, which minds the case of letters"),
    })
}

/// `FOLLOWED BY`
fn followed_by(scene: &Scene<'_>) -> Option<String> {
    words::followed_by(scene).map(|_| "`FOLLOWEDBY` is one word".to_owned())
}

/// `IN ['a', 'b']`
fn set_in_brackets(scene: &Scene<'_>) -> Option<String> {
    let is_bracket = scene.expects(&[Expected::Set]) && matches!(scene.found_text(), "[" | "{");
    is_bracket.then(|| "the values of a set are in parentheses: `('a', 'b')`".to_owned())
}

/// `[a:b = 'x' OR 'y']`
fn constants_joined(scene: &Scene<'_>) -> Option<String> {
    let is_constant = scene.expects(&[Expected::Comparison]) && scene.is_constant_at(0);
    let path = scene.path_text_before(-3).filter(|_| is_constant && scene.is_constant_at(-2))?;
    // What stands for a test that could not be read is not repeated.
    if path == "x:x" {
        return None;
    }
    Some(match words::constants_joined(scene) {
        Some(joined) => {
            let not = if joined.is_negated { "NOT " } else { "" };
            format!("list the values, `{path} {not}IN (..., ...)`, or repeat the path")
        }
        None => {
            format!("repeat the path and the operator: `{path} {} {}`", scene.text_at(-3), scene.found_text())
        }
    })
}

/// `[a:b > 5 AND < 9]`
fn operator_alone(scene: &Scene<'_>) -> Option<String> {
    let path = words::path_of_operator_alone(scene)?;
    Some(format!("repeat the path: `{path} {} {}`", scene.found_text(), scene.text_at(1)))
}

/// `[[a:b = 1]]`, `[a:b = 1 AND [a:c = 2]]`
fn nested_brackets(scene: &Scene<'_>) -> Option<String> {
    words::is_nested_bracket(scene)
        .then(|| "brackets do not stand inside brackets; parentheses group comparisons".to_owned())
}

/// `file:hashes:MD5`
fn colon_in_path(scene: &Scene<'_>) -> Option<String> {
    words::is_colon_in_path(scene).then(|| format!("a dot leads on in a path: `.{}`", scene.text_at(1)))
}

/// `[a:b = 'x';]`
fn stray_mark_in_bracket(scene: &Scene<'_>) -> Option<String> {
    let rest = scene.source.get(scene.found.span.end()..)?;
    let is_parenthesis = scene.expects(&[Expected::MoreBracket])
        && scene.found.kind == TokenKind::RightParenthesis
        && rest.trim_start().starts_with(']');
    (is_parenthesis || words::is_stray_in_bracket(scene))
        .then(|| format!("remove the `{}`", scene.found_text()))
}

/// `[a:b = 'x'; a:c = 'y']`, `[a:b = 'x'- OR a:c = 'y']`
fn mark_between_tests(scene: &Scene<'_>) -> Option<String> {
    let is_mark = matches!(scene.found.kind, TokenKind::Unknown | TokenKind::Comma);
    if !is_mark || !scene.expects_more_tests() {
        return None;
    }
    let rest = scene.source.get(scene.found.span.end()..)?.trim_start();
    let word = rest.split(|mark: char| !mark.is_ascii_alphanumeric()).next()?;
    let joins = matches!(Keyword::from_text(word), Some(Keyword::And | Keyword::Or));
    let mark = scene.found_text();
    if joins && matches!(mark, "-" | ";" | "," | "." | "+" | "*") {
        return Some(format!("remove the `{mark}`"));
    }
    let begins_test = matches!(mark, ";" | ",") && parser::object_path(rest).is_some();
    begins_test.then(|| format!("join comparisons with `AND` or `OR`, not with `{mark}`"))
}
