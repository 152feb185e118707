//! Properties that belong together, exclude each other, or follow each other in time.

use std::cmp::Ordering;

use super::check::Check;
use super::rule::Rule;
use super::tree::{Json, Members};
use crate::{
    Timestamp,
    schema::{Constraint, StructDef},
};

/// Checks a relation between the properties of a struct.
pub(super) fn constraint(
    constraint: &Constraint,
    own: &StructDef,
    members: &Members<'_>,
    check: &mut Check<'_>,
) {
    let own = || own.properties.iter().map(|property| property.name);
    let is = |name: &str, value: bool| members.get(name) == Some(&Json::Bool(value));
    let lists = |name: &str, term: &str| {
        let items = members.get(name).and_then(Json::as_array).unwrap_or_default();
        items.iter().any(|item| item.as_str() == Some(term))
    };
    let has = |name: &&str| members.has(name);
    let time = |name: &str| members.text(name)?.parse::<Timestamp>().ok();
    let order = |late: &str, early: &str| Some(time(late)?.cmp(&time(early)?));
    let broken = match constraint {
        Constraint::AtLeastOne(names) if !names.iter().any(has) => {
            format!("one of {} must be present", names.join(", "))
        }
        Constraint::ExactlyOne(names) if names.iter().filter(|name| has(name)).count() != 1 => {
            format!("exactly one of {} must be present", names.join(", "))
        }
        Constraint::Requires(first, second) if has(first) && !has(second) => {
            format!("`{first}` needs `{second}`")
        }
        Constraint::NotBefore(late, early) if order(late, early) == Some(Ordering::Less) => {
            format!("`{late}` is before `{early}`")
        }
        Constraint::After(late, early) if order(late, early).is_some_and(Ordering::is_le) => {
            let message = format_args!("`{late}` is not after `{early}`");
            return check.problem_with_repair(
                Rule::PropertyRelation,
                message,
                format_args!("leave `{late}` out"),
            );
        }
        Constraint::RequiredWhen { property, condition, value }
            if is(condition, *value) && !has(property) =>
        {
            format!("`{property}` must be present when `{condition}` is {value}")
        }
        Constraint::ForbiddenWhen { property, condition, value }
            if is(condition, *value) && has(property) =>
        {
            format!("`{property}` must not be present when `{condition}` is {value}")
        }
        Constraint::OnlyWithTerm { property, list, term } if has(property) && !lists(list, term) => {
            format!("`{property}` may be present only when `{list}` has `{term}`")
        }
        Constraint::AnyOwn(others) if !own().chain(others.iter().copied()).any(|name| members.has(name)) => {
            "at least one of its own properties must be present".to_owned()
        }
        Constraint::AnyBesides(excepted)
            if !own().any(|name| !excepted.contains(&name) && members.has(name)) =>
        {
            format!("at least one property besides {} must be present", excepted.join(", "))
        }
        _ => return,
    };
    check.problem(Rule::PropertyRelation, broken);
}
