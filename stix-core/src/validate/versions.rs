//! Versions of an object, in one document or in several of one text (STIX 2.1 section 3.6).

use serde_json::Value;

use super::check::Check;
use super::index::{Index, Placed};
use super::rule::Rule;
use super::tree::{Json, Members};
use super::whole::Found;
use crate::{
    Timestamp,
    schema::Class,
    versioning::{LOCKED, same_content},
};

/// The rules that compare objects which share an identifier.
pub(super) const RULES: [Rule; 5] = [
    Rule::LockedProperty,
    Rule::VersionContent,
    Rule::ObservableContent,
    Rule::DuplicateObject,
    Rule::AfterRevoked,
];

/// Checks the objects that share an identifier. What is wrong is said of the later one of the text, and
/// `found` is told in which document that stands.
pub(super) fn check<'c>(index: &Index<'c>, check: &mut Check<'c>, found: &mut Found<'_, 'c>) {
    for group in index.shared() {
        let Some((first, later)) = group.split_first() else { continue };
        for object in later {
            object.look(check, |check| locked(first, object, check));
            found(object.document, check);
        }
        let mut by_time: Vec<_> = group.iter().map(|object| (object.time("modified"), *object)).collect();
        // The sort is stable: versions of one time stay in the order of the text.
        by_time.sort_by(|(left, _), (right, _)| left.cmp(right));
        for same in by_time.chunk_by(|(left, _), (right, _)| left == right) {
            let Some(((_, first), later)) = same.split_first() else { continue };
            for (_, object) in later {
                object.look(check, |check| same_version(first, object, check));
                found(object.document, check);
            }
        }
        after_revoked(&by_time, check, found);
    }
}

/// What no version changes.
fn locked<'c>(first: &Placed<'c>, object: &Placed<'c>, check: &mut Check<'c>) {
    for name in LOCKED.into_iter().filter(|name| !first.agrees(object, name)) {
        let message = format!("`{name}` is not what another version of `{}` says", object.id);
        check.member(name, |check| match first.members.text(name) {
            Some(text) => {
                let help = format_args!("write `{text}`, or give the object an identifier of its own");
                check.problem_with_help(Rule::LockedProperty, message, help);
            }
            None => {
                let help = "leave it out, or give the object an identifier of its own";
                check.problem_with_help(Rule::LockedProperty, message, help);
            }
        });
    }
}

/// Two objects with one identifier and one `modified`, or none.
fn same_version<'c>(first: &Placed<'c>, object: &Placed<'c>, check: &mut Check<'c>) {
    let id = object.id;
    if content_agrees(first.members, object.members) {
        let message = format_args!("this version of `{id}` stands twice").to_string();
        return check.problem_with_help(Rule::DuplicateObject, message, "leave one of them out");
    }
    let modified = object.members.has("modified");
    let class = object.members.text("type").and_then(|name| check.def(name)).map(|def| def.class);
    // Of the types without a table, those without versions are cyber-observable objects or like them.
    if !modified && class.is_none_or(|class| class == Class::Sco) {
        let message = format_args!("`{id}` stands twice with different properties").to_string();
        check.problem_with_help(
            Rule::ObservableContent,
            message,
            "put the properties of both into one object",
        );
    } else {
        let message = match modified {
            true => format!("`{id}` stands twice with one `modified` and different properties"),
            false => format!("`{id}` stands twice with different properties, and its type has no versions"),
        };
        let help = match modified {
            true => "give the later version a later `modified`",
            false => "give one of them another identifier",
        };
        check.problem_with_help(Rule::VersionContent, message, help);
    }
}

fn content_agrees(left: &Members<'_>, right: &Members<'_>) -> bool {
    let value = |members: &Members<'_>| -> Value {
        members.iter().map(|(name, value)| (name.to_owned(), Value::from(value))).collect()
    };
    left == right || same_content(&value(left), &value(right))
}

/// A revoked object has no later version.
fn after_revoked<'c>(
    by_time: &[(Option<Timestamp>, &Placed<'c>)],
    check: &mut Check<'c>,
    found: &mut Found<'_, 'c>,
) {
    let revoked = |object: &Placed<'c>| object.members.get("revoked").and_then(Json::as_bool) == Some(true);
    let Some((Some(end), _)) = by_time.iter().find(|(time, object)| time.is_some() && revoked(object)) else {
        return;
    };
    for (time, object) in by_time {
        if time.as_ref().is_some_and(|time| time > end) {
            let message = format!("`{}` was revoked at `{end}`, and has a later version", object.id);
            let help = "give what is valid again an identifier of its own";
            object.look(check, |check| {
                check.member("modified", |check| check.problem_with_help(Rule::AfterRevoked, message, help));
            });
            found(object.document, check);
        }
    }
}
