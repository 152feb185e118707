//! The rules that look at all objects of a text together. The objects are indexed only if such a rule is on.

use super::check::{Check, Room};
use super::index::Index;
use super::profile::Levels;
use super::report::Problem;
use super::rule::Rule;
use super::tree::Json;
use super::{identifiers, references, translations, versions};
use crate::Registry;

/// The problems that show between objects, each with the number of the document it stands in, sorted by that.
pub(super) fn problems<'c>(
    documents: impl Iterator<Item = &'c Json<'c>>,
    levels: &'c Levels,
    registry: &'c Registry,
    room: Room,
) -> (Vec<(usize, Problem)>, Room) {
    let mut check = Check::new(levels, registry, room);
    let is_on = |rules: &[_]| rules.iter().any(|rule| check.is_on(*rule));
    let (with_versions, with_references) = (is_on(&versions::RULES), is_on(&references::RULES));
    let (with_translations, with_uuids) = (is_on(&translations::RULES), is_on(&[Rule::UuidReuse]));
    if !(with_versions || with_references || with_translations || with_uuids) {
        return (Vec::new(), room);
    }
    let index = Index::of(documents);
    let mut numbers = Vec::new();
    let mut found = |document, check: &Check<'c>| numbers.resize(check.count(), document);
    if with_versions {
        versions::check(&index, &mut check, &mut found);
    }
    if with_references {
        references::check(&index, &mut check, &mut found);
    }
    if with_translations {
        translations::check(&index, &mut check, &mut found);
    }
    if with_uuids {
        identifiers::reuse(&index, &mut check, &mut found);
    }
    let (problems, room) = check.into_problems();
    let mut problems: Vec<_> = numbers.into_iter().zip(problems).collect();
    problems.sort_by_key(|(document, _)| *document);
    (problems, room)
}
