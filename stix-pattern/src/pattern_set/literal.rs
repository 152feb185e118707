//! Texts that every match of a regular expression contains, to look for first (STIX 2.1, section 9.6.1, `MATCHES`).

use regex_automata::util::syntax;
use regex_syntax::hir::{Class, Hir, HirKind};

use crate::matcher::regex;
use crate::pcre::{Engine, Subject};

/// More alternatives than this are not worth looking for.
const MOST_LITERALS: usize = 64;

/// Texts of which every match contains one, in any case of its ASCII letters; `None` if there is no such list.
pub(crate) fn required(expression: &str) -> Option<Vec<String>> {
    let translation = regex::translate(expression, Subject::Text).ok()?;
    if translation.engine != Engine::Linear {
        return None;
    }
    let hir = syntax::parse_with(&translation.source, &regex::syntax(Subject::Text)).ok()?;
    required_by(&hir).filter(|literals| shortest(literals) > 0)
}

fn shortest(literals: &[String]) -> usize {
    literals.iter().map(String::len).min().unwrap_or_default()
}

/// Recursion is as deep as the parser lets expressions nest.
fn required_by(hir: &Hir) -> Option<Vec<String>> {
    match hir.kind() {
        HirKind::Repetition(repetition) if repetition.min > 0 => required_by(&repetition.sub),
        HirKind::Capture(capture) => required_by(&capture.sub),
        HirKind::Concat(parts) => of_parts(parts),
        HirKind::Alternation(operands) => {
            let mut all = Vec::new();
            for operand in operands {
                all.extend(required_by(operand)?);
            }
            (all.len() <= MOST_LITERALS).then_some(all)
        }
        _ => fixed(hir).map(|text| vec![text]),
    }
}

/// The best of the texts between parts that are not fixed, and of what these require themselves.
fn of_parts(parts: &[Hir]) -> Option<Vec<String>> {
    let mut best: Option<Vec<String>> = None;
    let mut consider = |literals: Vec<String>| {
        if best.as_ref().is_none_or(|best| shortest(best) < shortest(&literals)) {
            best = Some(literals);
        }
    };
    let mut run = String::new();
    for part in parts {
        if let Some(text) = fixed(part) {
            run.push_str(&text);
            continue;
        }
        consider(vec![std::mem::take(&mut run)]);
        required_by(part).into_iter().for_each(&mut consider);
    }
    consider(vec![run]);
    best
}

/// The one text that a part matches, but for the case of ASCII letters.
fn fixed(part: &Hir) -> Option<String> {
    match part.kind() {
        HirKind::Empty | HirKind::Look(_) => Some(String::new()),
        HirKind::Literal(literal) => String::from_utf8(literal.0.to_vec()).ok(),
        HirKind::Class(Class::Unicode(class)) => {
            let first = class.iter().next()?.start();
            let is_first = |letter: char| letter.eq_ignore_ascii_case(&first);
            let mut ranges = class.iter();
            ranges
                .all(|range| range.start() == range.end() && is_first(range.start()))
                .then(|| first.to_string())
        }
        HirKind::Capture(capture) => fixed(&capture.sub),
        HirKind::Concat(parts) => parts.iter().map(fixed).collect(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_fixed_text_is_required() {
        for (expression, expected) in [
            ("abc", Some(vec!["abc"])),
            ("^a.bcd?e", Some(vec!["bc"])),
            ("x(abc)+y", Some(vec!["abc"])),
            ("(?i)eVIl\\.d", Some(vec!["EVIL.D"])),
            ("(?i)task", Some(vec!["TA"])),
            ("(foo|barr)baz", Some(vec!["foo", "barr"])),
            ("(fo|b)bazz", Some(vec!["bazz"])),
            ("a(b)c", Some(vec!["abc"])),
            ("(abc)?", None),
            ("(a|)", None),
            (".*", None),
            ("[ab]c*", None),
            ("[A-a]", None),
            ("\\w{3}é", Some(vec!["é"])),
            ("(?i)k", None),
            ("(", None),
        ] {
            let expected = expected.map(|texts| texts.into_iter().map(str::to_owned).collect::<Vec<_>>());
            let mut found = required(expression);
            if expression.starts_with("(?i)") {
                found = found.map(|texts| texts.iter().map(|text| text.to_ascii_uppercase()).collect());
            }
            assert_eq!(found, expected, "{expression}");
        }
    }
}
