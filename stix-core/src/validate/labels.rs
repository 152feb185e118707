//! Labels (STIX 2.1 section 3.2): they do not say what a property of its own says.

use super::check::Check;
use super::rule::Rule;
use super::tree::{Json, Members};
use crate::schema::{ObjectDef, PropertyDef};

/// Looks for labels that are terms of the vocabulary of the object's types.
///
/// What a label is for cannot be known; that it is a term of that vocabulary shows it well enough to warn.
pub(super) fn of_types<'c>(def: &'static ObjectDef, members: &'c Members<'c>, check: &mut Check<'c>) {
    let Some(Json::Array(labels)) = members.get("labels") else { return };
    let says_type = |property: &&PropertyDef| property.name.ends_with("_types");
    let Some(property) = def.own.properties.iter().find(says_type) else { return };
    let Some(vocabulary) = property.vocabulary else { return };
    check.member("labels", |check| {
        for (index, label) in labels.iter().enumerate() {
            let Some(label) = label.as_str().filter(|label| vocabulary.terms.contains(label)) else {
                continue;
            };
            let message = format_args!("the label `{label}` is a term of {}", vocabulary.name);
            let help = format_args!("move it to `{}`", property.name).to_string();
            check.item(index, |check| check.problem_with_repair(Rule::TypeLabel, message, help));
        }
    });
}
