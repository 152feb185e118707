//! Corrected patterns: with one problem mended, or with all.
//!
//! A correction is offered only if the pattern that it leads to has no problem of a rule that the pattern did not break
//! as often before. What a correction brings to light, such as the type of the constant behind a path that was renamed,
//! is mended with it, or the correction is not offered.

use std::collections::HashMap;
use std::ops::Range;

use super::{Checker, Found, PatternProblem, Rule, Validity};
use crate::edit::Edit;

/// The longest pattern, in bytes, of which corrected copies are made.
const LONGEST: usize = 1 << 16;
/// How often the result of corrections is corrected again.
const ROUNDS: usize = 8;
/// The most problems that are mended one by one, each of which costs checking the pattern anew.
const MOST_TRIED: usize = 20;

/// Gives each problem its corrected pattern, and returns the one with all corrections.
pub(super) fn correct(
    checker: &Checker,
    source: &str,
    validity: Validity<'_>,
    found: &mut Found,
) -> Option<String> {
    if source.len() > LONGEST || found.edits.iter().all(Option::is_none) {
        return None;
    }
    let before = Counts::of(&found.problems);
    let edits: Vec<Edit> = found.edits.iter().flatten().cloned().collect();
    let all = apply(checker, source, validity, &before, &edits, Mend::Everything);
    if found.problems.len() > MOST_TRIED {
        // What is right together is right alone.
        for (problem, edit) in found.problems.iter_mut().zip(&found.edits).filter(|_| all.is_some()) {
            problem.fix = edit.as_ref().map(|edit| edit.apply(source));
        }
        return all;
    }
    let mut accepted = Vec::new();
    for (problem, edit) in found.problems.iter_mut().zip(&found.edits) {
        let Some(edit) = edit else { continue };
        problem.fix = apply(checker, source, validity, &before, std::slice::from_ref(edit), Mend::New);
        accepted.extend(problem.fix.is_some().then(|| edit.clone()));
    }
    if accepted.len() == edits.len() && all.is_some() {
        return all;
    }
    while !accepted.is_empty() {
        let some = apply(checker, source, validity, &before, &accepted, Mend::Everything);
        if some.is_some() {
            return some;
        }
        accepted.pop();
    }
    None
}

/// Returns the pattern with all corrections, `None` if there is none to make.
pub(super) fn corrected(checker: &Checker, source: &str, validity: Validity<'_>) -> Option<String> {
    let mut found = checker.find(source, validity);
    correct(checker, source, validity, &mut found)
}

/// Returns the text after its mistakes of syntax were mended in these ranges: the problems that mending brought about
/// are mended too. `None` if that is not certain, so that the text was not meant.
pub(crate) fn settled(text: &str, ranges: &[Range<usize>]) -> Option<String> {
    let checker = Checker::default();
    let (mut text, mut ranges) = (text.to_owned(), ranges.to_vec());
    for _ in 0..ROUNDS {
        let found = checker.find(&text, Validity::default());
        let touches = |problem: &PatternProblem| {
            let span = problem.span.range();
            ranges.iter().any(|range| range.start < span.end && span.start < range.end)
        };
        let caused = found.problems.iter().zip(&found.edits).filter(|(problem, _)| touches(problem));
        let mut edits = Vec::new();
        for (problem, edit) in caused {
            match edit {
                Some(edit) => edits.push(edit),
                None if comes_from_mending(problem.rule) => return None,
                // The value or the name was written so, whatever stands around it.
                None => {}
            }
        }
        let Some(edit) = Edit::merged(edits) else { return Some(text) };
        ranges = ranges.iter().map(|range| edit.after(range.start)..edit.after(range.end)).collect();
        ranges.extend(edit.replaced());
        text = edit.apply(&text);
    }
    None
}

/// Returns whether a problem of this rule where a text was mended shows that something else was meant: a constant of
/// another type, a path that leads on, or backslashes that stand for others.
fn comes_from_mending(rule: Rule) -> bool {
    use Rule::{
        ConstantType, DoubledBackslash, EmptyString, OperatorType, PathExpression, PathShape,
        RegularExpression,
    };
    matches!(rule, ConstantType | DoubledBackslash | EmptyString | OperatorType | PathExpression)
        || matches!(rule, PathShape | RegularExpression)
}

/// Which problems are mended behind the first edits.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mend {
    Everything,
    /// Those that there were not before.
    New,
}

/// Returns the text with the edits and what they bring to light; `None` if a problem is left that was not there
/// before.
fn apply(
    checker: &Checker,
    source: &str,
    validity: Validity<'_>,
    before: &Counts,
    edits: &[Edit],
    mend: Mend,
) -> Option<String> {
    let mut text = Edit::merged(edits)?.apply(source);
    for _ in 0..ROUNDS {
        let found = checker.find(&text, validity);
        found.pattern.as_ref()?;
        let after = Counts::of(&found.problems);
        let wanted =
            |problem: &PatternProblem| mend == Mend::Everything || after.exceeds(before, problem.rule);
        let next = found.problems.iter().zip(&found.edits).filter(|(problem, _)| wanted(problem));
        let edit =
            Edit::merged(next.filter_map(|(_, edit)| edit.as_ref())).filter(|edit| edit.apply(&text) != text);
        match edit {
            Some(edit) => text = edit.apply(&text),
            None => return (after.is_better_than(before) && text != source).then_some(text),
        }
    }
    None
}

/// How many problems of each rule there are.
struct Counts(HashMap<Rule, usize>);

impl Counts {
    fn of(problems: &[PatternProblem]) -> Self {
        let mut counts = HashMap::new();
        for problem in problems {
            *counts.entry(problem.rule).or_insert(0) += 1;
        }
        Self(counts)
    }

    fn get(&self, rule: Rule) -> usize {
        self.0.get(&rule).copied().unwrap_or_default()
    }

    fn exceeds(&self, other: &Self, rule: Rule) -> bool {
        self.get(rule) > other.get(rule)
    }

    fn is_better_than(&self, other: &Self) -> bool {
        let sum = |counts: &Self| counts.0.values().sum::<usize>();
        sum(self) < sum(other) && self.0.keys().all(|rule| !self.exceeds(other, *rule))
    }
}
