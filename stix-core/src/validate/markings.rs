//! Markings of objects, of their parts, and marking definitions (STIX 2.1 section 7.2).

use super::check::Check;
use super::language;
use super::rule::Rule;
use super::tree::{Json, Members};
use crate::markings::{Selector, Step};
use crate::tlp::Tlp;

/// Checks the language and the markings that an object bears.
pub(super) fn object<'c>(members: &'c Members<'c>, check: &mut Check<'c>) {
    if let Some(tag) = members.text("lang") {
        check.member("lang", |check| language::tag(tag, check));
    }
    if let Some(Json::Array(refs)) = members.get("object_marking_refs") {
        check.member("object_marking_refs", |check| object_markings(refs, members, check));
    }
    if let Some(Json::Array(markings)) = members.get("granular_markings") {
        check.member("granular_markings", |check| {
            for (index, marking) in markings.iter().enumerate() {
                let Json::Object(marking) = marking else { continue };
                check.item(index, |check| granular(marking, members, check));
            }
        });
    }
}

fn object_markings<'c>(refs: &'c [Json<'c>], object: &'c Members<'c>, check: &mut Check<'c>) {
    for (index, marking) in refs.iter().enumerate() {
        if let Some(id) = marking.as_str() {
            check.item(index, |check| not_itself(id, object, check));
        }
    }
    if check.is_on(Rule::OneTlp) {
        for version in [1, 2] {
            let levels: Vec<_> =
                refs.iter().filter_map(level).filter(|level| level.version() == version).collect();
            if let [first, second, ..] = levels.as_slice() {
                let (first, second) = (first.name(), second.name());
                let message = format_args!("the object is both {first} and {second} of TLP {version}.0");
                check.problem(Rule::OneTlp, message);
            }
        }
    }
}

fn level(id: &Json<'_>) -> Option<Tlp> {
    Tlp::of(&id.as_str()?.parse().ok()?)
}

fn not_itself(id: &str, object: &Members<'_>, check: &mut Check<'_>) {
    if object.text("id") == Some(id) && object.text("type") == Some("marking-definition") {
        check.problem(Rule::SelfMarking, format_args!("the marking `{id}` marks itself"));
    }
}

fn granular<'c>(marking: &'c Members<'c>, object: &'c Members<'c>, check: &mut Check<'c>) {
    if let Some(id) = marking.text("marking_ref") {
        check.member("marking_ref", |check| not_itself(id, object, check));
    }
    if let Some(tag) = marking.text("lang") {
        check.member("lang", |check| language::tag(tag, check));
    }
    if let Some(Json::Array(selectors)) = marking.get("selectors") {
        check.member("selectors", |check| {
            for (index, text) in selectors.iter().enumerate() {
                let Some(text) = text.as_str() else { continue };
                check.item(index, |check| selector(text, object, check));
            }
        });
    }
}

/// Checks that a selector is one, and leads to something (section 7.2.3.1).
fn selector(text: &str, object: &Members<'_>, check: &mut Check<'_>) {
    let selector: Selector = match text.parse() {
        Ok(selector) => selector,
        Err(error) => return check.problem_with_help(Rule::Selector, &error, error.help()),
    };
    let mut steps = selector.steps().iter();
    let first = match steps.next() {
        Some(Step::Property(name)) => object.get(name).ok_or(format!("the object has no `{name}`")),
        _ => return,
    };
    if let Err(why) = first.and_then(|value| steps.try_fold(value, follow).map(drop)) {
        check.problem(Rule::Selector, format_args!("selector `{text}` leads to nothing: {why}"));
    }
}

/// One step of a selector, or why there is nothing to step on.
fn follow<'v, 'a>(value: &'v Json<'a>, step: &Step) -> Result<&'v Json<'a>, String> {
    match (step, value) {
        (Step::Property(name), Json::Object(members)) => {
            members.get(name).ok_or_else(|| format!("there is no `{name}`"))
        }
        (Step::Index(index), Json::Array(items)) => items
            .get(*index)
            .ok_or_else(|| format!("the list has {} items, and they are counted from 0", items.len())),
        (Step::Property(name), other) => Err(format!("{} has no property `{name}`", other.kind())),
        (Step::Index(index), other) => Err(format!("{} has no item {index}", other.kind())),
    }
}
