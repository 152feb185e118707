//! Corrections of what other languages write: their words for operators, `NULL`, brackets around sets, and quotes or
//! entities of HTML around everything.

use super::{Repair, raw};
use crate::edit::Edit;
use crate::error::Expected;
use crate::error::scene::Scene;
use crate::error::words::{self, Word};
use crate::lexer::{Keyword, TokenKind};

pub(super) const REPAIRS: [Repair; 11] = [
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
];

/// `"[a:b = 1]"`
fn quotes_around(scene: &Scene<'_>) -> Option<Edit> {
    let inner = words::without_quotes_around(scene)?;
    // What is escaped for the quotes is not known for certain.
    (!inner.contains('\\')).then(|| Edit::replace(0..scene.source.len(), inner))
}

/// `[a:b &gt; 5]`, `[a:b = &#39;x&#39;]`
fn entities(scene: &Scene<'_>) -> Option<Edit> {
    let plain = words::without_entities(scene)?;
    Some(Edit::replace(0..scene.source.len(), plain))
}

/// `[a:b = null]`, `[a:b != NULL]`, `[a:b IS NOT NULL]`
fn null(scene: &Scene<'_>) -> Option<Edit> {
    let null = words::null_test(scene)?;
    let path = scene.path_text_before(null.operator)?;
    let end = scene.span_at(null.operator - 1)?.end();
    let is_negated = scene.kind_at(null.operator - 1) == Some(TokenKind::Keyword(Keyword::Not));
    let not = if null.exists != is_negated { "" } else { "NOT " };
    let last = if is_negated { scene.span_at(null.operator - 2)?.end() } else { end };
    let start = last.checked_sub(path.len())?;
    let behind = scene.span_at(null.last)?.end();
    Some(Edit::replace(start..behind, format!("{not}EXISTS {path}")))
}

/// `CONTAINS 'x'`, `STARTS WITH 'x'`, `EQUALS 'x'`, `REGEXP 'x'`
fn word_operator(scene: &Scene<'_>) -> Option<Edit> {
    let (word, length) = words::operator(scene)?;
    let start = scene.found.span.start();
    let end = scene.span_at(length - 1)?.end();
    let constant = scene.neighbour(length)?;
    match word {
        Word::Operator(operator) => Some(Edit::replace(start..end, operator)),
        Word::Wildcards { before, behind } if constant.kind == TokenKind::String => {
            let text = constant.span.text(scene.source)?;
            let text = text.get(1..text.len() - 1)?;
            let is_plain = !text.contains(['%', '_', '*']);
            is_plain
                .then(|| Edit::replace(start..constant.span.end(), format!("LIKE '{before}{text}{behind}'")))
        }
        Word::Wildcards { .. } | Word::Unsure(_) => None,
    }
}

/// `[...] FOLLOWED BY [...]`
fn followed_by(scene: &Scene<'_>) -> Option<Edit> {
    let length = words::followed_by(scene)?;
    let range = scene.found.span.start()..scene.span_at(length - 1)?.end();
    Some(Edit::replace(range, "FOLLOWEDBY"))
}

/// `IN ['a', 'b']`, `IN {'a'}`
fn set_in_brackets(scene: &Scene<'_>) -> Option<Edit> {
    let is_bracket = matches!(scene.found_text(), "[" | "{");
    let start = scene.found.span.start();
    let close =
        raw::closing(scene.source, start).filter(|_| is_bracket && scene.expects(&[Expected::Set]))?;
    Some(Edit::replace(start..start + 1, "(").and(Edit::replace(close..close + 1, ")")))
}

/// `[a:b = 'x' OR 'y']`, `[a:b != 'x' AND 'y']`
fn constants_joined(scene: &Scene<'_>) -> Option<Edit> {
    let joined = words::constants_joined(scene)?;
    let operator = scene.span_at(-3)?;
    let first = scene.text_at(-2);
    let mut constants = vec![first];
    let mut at = 0;
    loop {
        constants.push(scene.text_at(at));
        let goes_on = scene.kind_at(at + 1) == scene.kind_at(-1) && scene.is_constant_at(at + 2);
        if !goes_on {
            break;
        }
        at += 2;
    }
    // Behind the last constant, the operator may belong to another test.
    if scene.kind_at(at + 1) == Some(TokenKind::Colon) || joined.mixes(scene, at + 1) {
        return None;
    }
    let not = if joined.is_negated { "NOT IN" } else { "IN" };
    let range = operator.start()..scene.span_at(at)?.end();
    Some(Edit::replace(range, format!("{not} ({})", constants.join(", "))))
}

/// `[a:b > 5 AND < 9]`
fn operator_alone(scene: &Scene<'_>) -> Option<Edit> {
    let path = words::path_of_operator_alone(scene)?;
    Some(Edit::insert(scene.found.span.start(), format!("{path} ")))
}

/// `[[a:b = 1]]`
fn nested_brackets(scene: &Scene<'_>) -> Option<Edit> {
    let open = scene.found.span.start();
    if !words::is_nested_bracket(scene) || scene.kind_at(-1) != Some(TokenKind::LeftBracket) {
        return None;
    }
    let close = raw::closing(scene.source, open)?;
    let behind = scene.source.get(close + 1..)?.trim_start();
    behind.starts_with(']').then(|| Edit::delete(open..open + 1).and(Edit::delete(close..close + 1)))
}

/// `file:hashes:MD5`
fn colon_in_path(scene: &Scene<'_>) -> Option<Edit> {
    words::is_colon_in_path(scene).then(|| Edit::replace(scene.found.span.range(), "."))
}

/// `[a:b = 'x';]`
fn stray_mark_in_bracket(scene: &Scene<'_>) -> Option<Edit> {
    words::is_stray_in_bracket(scene).then(|| Edit::delete(scene.found.span.range()))
}
