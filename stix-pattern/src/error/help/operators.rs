//! Help with operators and qualifiers.

use super::Advice;
use crate::error::scene::Scene;
use crate::error::{Expected, words};
use crate::lexer::{Keyword, TokenKind};

pub(super) const ADVICE: [Advice; 8] = [
    misplaced_not,
    misplaced_exists,
    misspelt_operator,
    unit_of_time,
    start_before_stop,
    repeated_qualifier,
    qualifier_inside,
    qualifier_number,
];

/// `[NOT a:b = 1]`, `[NOT (a:b = 1)]`, `NOT [a:b = 1]`, `a:b NOT NOT = 1`
fn misplaced_not(scene: &Scene<'_>) -> Option<String> {
    use TokenKind::LeftParenthesis;
    let not = TokenKind::Keyword(Keyword::Not);
    let advice = match (scene.expected, scene.found.kind) {
        (Expected::Exists, LeftParenthesis) => {
            "a group cannot be negated; put `NOT` into each of its comparisons"
        }
        (Expected::Exists, _) => {
            "`NOT` stands between the object path and the operator: `file:name NOT = 'x'`"
        }
        (Expected::Pattern, kind) if kind == not => {
            "an observation expression cannot be negated; put `NOT` into its comparisons: `[file:name NOT = 'x']`"
        }
        (Expected::Operator, kind) if kind == not => "a comparison has at most one `NOT`",
        (_, kind) if kind == not && scene.expects_constant() => {
            "`NOT` stands before the operator: `file:name NOT = 'x'`"
        }
        _ => return None,
    };
    Some(advice.to_owned())
}

/// `[a:b EXISTS]`, `[a:b NOT EXISTS]`, `[EXISTS a:b = 1]`
fn misplaced_exists(scene: &Scene<'_>) -> Option<String> {
    let exists = TokenKind::Keyword(Keyword::Exists);
    if scene.expects(&[Expected::Operator]) && scene.found.kind == exists {
        let behind_not = scene.kind_at(-1) == Some(TokenKind::Keyword(Keyword::Not));
        let not = if behind_not { "NOT " } else { "" };
        return Some(format!("`EXISTS` stands before the object path: `{not}EXISTS file:name`"));
    }
    let behind_path = scene.kind_at(-2) == Some(TokenKind::Colon) && scene.kind_at(-4) == Some(exists);
    (behind_path && scene.expects_more_tests() && scene.found.kind != TokenKind::End)
        .then(|| "`EXISTS` takes an object path and no constant".to_owned())
}

/// `=!`, `&&`, `||`, `=>`
fn misspelt_operator(scene: &Scene<'_>) -> Option<String> {
    use TokenKind::{Equal, Greater, Less, NotEqual};
    let meant = match (scene.kind_at(-1), scene.found_text()) {
        (Some(Equal), "!") if scene.expects_constant() => "!=",
        (Some(Equal), "<") if scene.expects_constant() => "<=",
        (Some(Equal), ">") if scene.expects_constant() => ">=",
        (Some(Equal | NotEqual | Less | Greater), "=" | "==") if scene.expects_constant() => "=",
        (_, "&") if scene.expects_more() => "AND",
        (_, "|") if scene.expects_more() => "OR",
        (_, "~") if scene.expects(&[Expected::Operator]) => "MATCHES",
        (_, "!") if scene.expects(&[Expected::Operator]) => "!=",
        _ => return None,
    };
    Some(format!("did you mean `{meant}`?"))
}

/// `WITHIN 5 MINUTES`, `WITHIN 5`, `REPEATS 2`
fn unit_of_time(scene: &Scene<'_>) -> Option<String> {
    if scene.expects(&[Expected::Times]) {
        return Some("a repetition is written `REPEATS 5 TIMES`".to_owned());
    }
    if !scene.expects(&[Expected::Seconds]) {
        return None;
    }
    let seconds = words::seconds(scene.found_text());
    let total = scene.text_at(-1).parse::<u64>().ok().and_then(|count| count.checked_mul(seconds?));
    match total {
        Some(total) => Some(format!("durations are in seconds: `WITHIN {total} SECONDS`")),
        None => Some("durations are in seconds: `WITHIN 300 SECONDS`".to_owned()),
    }
}

/// `STOP t'...' START t'...'`, `START t'...'`
fn start_before_stop(scene: &Scene<'_>) -> Option<String> {
    let is_stop = scene.found.kind == TokenKind::Keyword(Keyword::Stop) && scene.expects_more();
    (is_stop || scene.expects(&[Expected::Stop]))
        .then(|| "a window of time has both ends in this order: `START t'...' STOP t'...'`".to_owned())
}

/// `[a:b = 1] WITHIN 5 SECONDS WITHIN 6 SECONDS`
fn repeated_qualifier(scene: &Scene<'_>) -> Option<String> {
    let keyword = scene.found_text();
    scene.expects(&[Expected::SingleQualifier]).then(|| {
        format!(
            "the expression has a `{keyword}` already; to bound it again, put it in parentheses with that one"
        )
    })
}

/// `[a:b = 1 WITHIN 5 SECONDS]`, `[a:b = 1 FOLLOWEDBY a:c = 2]`
fn qualifier_inside(scene: &Scene<'_>) -> Option<String> {
    let TokenKind::Keyword(keyword) = scene.found.kind else { return None };
    let text = scene.found_text();
    match keyword {
        Keyword::Repeats | Keyword::Within | Keyword::Start if scene.expects_more_tests() => {
            Some(format!("`{text}` bounds an observation expression and follows its `]`"))
        }
        Keyword::FollowedBy if scene.expects_more_tests() => {
            Some("`FOLLOWEDBY` joins observation expressions: `[...] FOLLOWEDBY [...]`".to_owned())
        }
        _ => None,
    }
}

/// `WITHIN SECONDS`, `REPEATS TIMES`
fn qualifier_number(scene: &Scene<'_>) -> Option<String> {
    match scene.expected {
        Expected::Duration => Some("a bound in time is written `WITHIN 300 SECONDS`".to_owned()),
        Expected::Count => Some("a repetition is written `REPEATS 5 TIMES`".to_owned()),
        _ => None,
    }
}
