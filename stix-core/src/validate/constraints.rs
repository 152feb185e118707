//! Properties that belong together, exclude each other, or follow each other in time.

use std::cmp::Ordering;

use super::check::Check;
use super::rule::Rule;
use super::tree::Members;
use crate::{Timestamp, schema::Constraint};

/// Checks a relation between the properties of a struct.
pub(super) fn constraint(constraint: &Constraint, members: &Members<'_>, check: &mut Check<'_>) {
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
            format!("`{late}` is not after `{early}`")
        }
        _ => return,
    };
    check.problem(Rule::PropertyRelation, broken);
}
