//! Corrections of operators and qualifiers.

use super::{Repair, raw};
use crate::edit::Edit;
use crate::error::scene::Scene;
use crate::error::{Expected, words};
use crate::lexer::{Keyword, TokenKind};

pub(super) const REPAIRS: [Repair; 7] = [
    misplaced_not,
    misplaced_exists,
    misspelt_operator,
    unit_of_time,
    missing_times,
    start_before_stop,
    qualifier_inside,
];

const NOT: TokenKind = TokenKind::Keyword(Keyword::Not);

/// `[NOT a:b = 1]`, `[a:b = NOT 1]`
fn misplaced_not(scene: &Scene<'_>) -> Option<Edit> {
    if scene.expects(&[Expected::Exists]) && scene.kind_at(-1) == Some(NOT) {
        let not = scene.span_at(-1)?;
        let operator = scene.span_at(scene.path_end(0)?)?;
        return Some(
            Edit::delete(not.start()..scene.found.span.start()).and(Edit::insert(operator.start(), "NOT ")),
        );
    }
    let behind_operator = scene.found.kind == NOT && scene.expects_constant();
    let operator = scene.span_at(-1).filter(|_| behind_operator)?;
    let text = format!("NOT {}", operator.text(scene.source)?);
    Some(Edit::replace(operator.start()..scene.found.span.end(), text))
}

/// `[a:b EXISTS]`, `[a:b NOT EXISTS]`
fn misplaced_exists(scene: &Scene<'_>) -> Option<Edit> {
    let exists = TokenKind::Keyword(Keyword::Exists);
    if !scene.expects(&[Expected::Operator]) || scene.found.kind != exists {
        return None;
    }
    let (last, not) = if scene.kind_at(-1) == Some(NOT) { (-2, "NOT ") } else { (-1, "") };
    let path = scene.span_at(scene.path_start(last)?)?.to(scene.span_at(last)?);
    let text = format!("{not}EXISTS {}", path.text(scene.source)?);
    Some(Edit::replace(path.start()..scene.found.span.end(), text))
}

/// `=!`, `&&`, `||`, `=>`
fn misspelt_operator(scene: &Scene<'_>) -> Option<Edit> {
    use TokenKind::{Equal, Greater, Less, NotEqual};
    let found = scene.found.span;
    let doubled = scene.source.get(found.end()..).is_some_and(|rest| rest.starts_with(scene.found_text()));
    let end = if doubled { found.end() + found.range().len() } else { found.end() };
    // One mark within a word was not meant to be an operator.
    let is_within = !doubled
        && scene.touches(-1)
        && scene.source.get(end..).is_some_and(|rest| !rest.starts_with(char::is_whitespace));
    match (scene.kind_at(-1), scene.found_text()) {
        (_, "&" | "|") if is_within => return None,
        (_, mark @ ("&" | "|")) if scene.expects_more() => {
            let keyword = if mark == "&" { "AND" } else { "OR" };
            let before = if scene.touches(-1) { " " } else { "" };
            let behind = if scene.source.get(end..)?.starts_with(char::is_whitespace) { "" } else { " " };
            return Some(Edit::replace(found.start()..end, format!("{before}{keyword}{behind}")));
        }
        _ if !scene.expects_constant() || !scene.touches(-1) => return None,
        _ => {}
    }
    let meant = match (scene.kind_at(-1)?, scene.found_text()) {
        (Equal, "!") => "!=",
        (Equal, "<") => "<=",
        (Equal, ">") => ">=",
        (Equal, "~") => "MATCHES",
        (Equal, "=") => "=",
        (NotEqual, "=") => "!=",
        (Less, "=") => "<=",
        (Greater, "=") => ">=",
        _ => return None,
    };
    Some(Edit::replace(scene.span_at(-1)?.start()..found.end(), meant))
}

/// `WITHIN 5 MINUTES`, `WITHIN 5m`
fn unit_of_time(scene: &Scene<'_>) -> Option<Edit> {
    let seconds = words::seconds(scene.found_text())?;
    let total = scene.text_at(-1).parse::<u64>().ok().and_then(|count| count.checked_mul(seconds))?;
    let range = scene.span_at(-1)?.start()..scene.found.span.end();
    scene.expects(&[Expected::Seconds]).then(|| Edit::replace(range, format!("{total} SECONDS")))
}

/// `REPEATS 2`, `REPEATS 2 TIME`
fn missing_times(scene: &Scene<'_>) -> Option<Edit> {
    if !scene.expects(&[Expected::Times]) {
        return None;
    }
    let is_singular = scene.found_text().eq_ignore_ascii_case("TIME");
    let number = scene.span_at(-1)?;
    Some(match is_singular {
        true => Edit::replace(scene.found.span.range(), "TIMES"),
        false => Edit::insert(number.end(), " TIMES"),
    })
}

/// `STOP t'...' START t'...'`
fn start_before_stop(scene: &Scene<'_>) -> Option<Edit> {
    use TokenKind::Timestamp;
    let kinds = [0, 1, 2, 3].map(|at| scene.kind_at(at));
    let stop = Some(TokenKind::Keyword(Keyword::Stop));
    let start = Some(TokenKind::Keyword(Keyword::Start));
    (kinds == [stop, Some(Timestamp), start, Some(Timestamp)]).then(|| {
        let text = format!("START {} STOP {}", scene.text_at(3), scene.text_at(1));
        Some(Edit::replace(scene.found.span.start()..scene.span_at(3)?.end(), text))
    })?
}

/// `[a:b = 1 WITHIN 5 SECONDS]`, `[a:b = 1 FOLLOWEDBY a:c = 2]`
fn qualifier_inside(scene: &Scene<'_>) -> Option<Edit> {
    use TokenKind::{LeftBracket, LeftParenthesis, RightBracket};
    let TokenKind::Keyword(keyword) = scene.found.kind else { return None };
    let start = scene.found.span.start();
    if !scene.expects(&[Expected::MoreBracket]) {
        return None;
    }
    match keyword {
        Keyword::FollowedBy if matches!(scene.kind_at(1), Some(LeftBracket | LeftParenthesis)) => {
            Some(Edit::insert(scene.span_at(-1)?.end(), "]"))
        }
        Keyword::FollowedBy => {
            let behind = scene.span_at(1)?.start();
            Some(Edit::replace(scene.span_at(-1)?.end()..behind, "] FOLLOWEDBY ["))
        }
        Keyword::Repeats | Keyword::Within | Keyword::Start => {
            let close = raw::find(scene.source, start, |kind| kind == RightBracket);
            let qualifiers = scene.source.get(start..close)?.trim_end();
            let text = format!("] {qualifiers}");
            Some(Edit::replace(scene.span_at(-1)?.end()..(close + 1).min(scene.source.len()), text))
        }
        _ => None,
    }
}
