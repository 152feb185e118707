//! Whether what objects refer to is there (STIX 2.1 section 2.9).

use super::check::Check;
use super::index::Index;
use super::rule::Rule;
use super::tree::{Json, Members};
use super::whole::Found;
use crate::{Identifier, tlp::Tlp};

/// The rules that follow references.
pub(super) const RULES: [Rule; 1] = [Rule::MissingObject];

/// Checks what objects refer to; `found` is told in which document a problem stands.
pub(super) fn check<'c>(index: &Index<'c>, check: &mut Check<'c>, found: &mut Found<'_, 'c>) {
    for object in index.iter() {
        object.look(check, |check| present(object.members, index, check));
        found(object.document, check);
    }
}

/// Checks that every reference in an object, at any depth, is to an object of the text.
fn present<'c>(members: &'c Members<'c>, index: &Index<'c>, check: &mut Check<'c>) {
    for (name, value) in members.iter() {
        let refers = name.ends_with("_ref") || name.ends_with("_refs");
        check.member(name, |check| present_in(value, refers, index, check));
    }
}

fn present_in<'c>(value: &'c Json<'c>, refers: bool, index: &Index<'c>, check: &mut Check<'c>) {
    match value {
        Json::String(id) if refers && !index.has(id) => {
            // The markings of the specification are known to all.
            let Ok(id) = id.parse::<Identifier>() else { return };
            if Tlp::of(&id).is_none() {
                let message = format_args!("`{id}` is not among the objects").to_string();
                check.problem_with_help(
                    Rule::MissingObject,
                    message,
                    "add the object, or leave the reference out",
                );
            }
        }
        Json::Array(items) => {
            for (place, item) in items.iter().enumerate() {
                check.item(place, |check| present_in(item, refers, index, check));
            }
        }
        Json::Object(members) => present(members, index, check),
        _ => {}
    }
}
