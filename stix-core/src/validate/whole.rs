//! The rules that look at all objects of a text together. The objects are indexed only if such a rule is on.

use super::check::{Check, Room};
use super::index::Index;
use super::profile::Levels;
use super::report::Problem;
use super::rule::Rule;
use super::tree::Json;
use super::{definitions, identifiers, references, relations, translations, versions};
use crate::Registry;

/// Looks at all objects; the function is told in which document the problems stand that were found last.
type Pass<'c> = fn(&Index<'c>, &mut Check<'c>, &mut Found<'_, 'c>);
pub(super) type Found<'f, 'c> = dyn FnMut(usize, &Check<'c>) + 'f;

/// The problems that show between objects, each with the number of the document it stands in, sorted by that.
pub(super) fn problems<'c>(
    documents: impl Iterator<Item = &'c Json<'c>>,
    levels: &'c Levels,
    registry: &'c Registry,
    room: Room,
) -> (Vec<(usize, Problem)>, Room) {
    let mut check = Check::new(levels, registry, room);
    let passes: [(&[Rule], Pass<'c>); 6] = [
        (&versions::RULES, versions::check),
        (&references::RULES, references::check),
        (&translations::RULES, translations::check),
        (&[Rule::UuidReuse], identifiers::reuse),
        (&definitions::RULES, definitions::check),
        (&relations::RULES, relations::check),
    ];
    let mut passes =
        passes.into_iter().filter(|(rules, _)| rules.iter().any(|rule| levels.is_on(*rule))).peekable();
    if passes.peek().is_none() {
        return (Vec::new(), room);
    }
    let index = Index::of(documents);
    let mut numbers = Vec::new();
    for (_, pass) in passes {
        pass(&index, &mut check, &mut |document, check| numbers.resize(check.count(), document));
    }
    let (problems, room) = check.into_problems();
    let mut problems: Vec<_> = numbers.into_iter().zip(problems).collect();
    problems.sort_by_key(|(document, _)| *document);
    (problems, room)
}
