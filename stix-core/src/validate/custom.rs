//! Objects, properties and extensions that the specification does not define (STIX 2.1 sections 7.3 and 11).

use super::check::Check;
use super::common::is_common;
use super::extensions::Extended;
use super::names;
use super::rule::Rule;
use super::tree::Members;
use crate::{
    object,
    schema::{ObjectDef, RESERVED_TYPE},
};

/// Looks at the properties that the table of a type does not have.
pub(super) fn properties<'c>(
    undeclared: &[&'c str],
    def: &'static ObjectDef,
    extended: &Extended,
    check: &mut Check<'c>,
) {
    if extended.has_more_properties {
        return;
    }
    let mut names = undeclared.iter().copied().filter(|name| names::may_be_custom(name));
    let Some(first) = names.next() else { return };
    if check.is_on(Rule::CustomProperty) {
        let list = names.clone().fold(format!("`{first}`"), |list, name| list + ", `" + name + "`");
        let message = format!("no extension defines {list}");
        let help = "put such properties into an extension of the type `property-extension`";
        check.member(first, |check| check.problem_with_help(Rule::CustomProperty, message, help));
    }
    for name in std::iter::once(first).chain(names).filter(|name| !is_of_a_source(name, '_')) {
        let help = match nearest(name, def.properties().map(|property| property.name)) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => format!("write it like `x_example_{}`, after the name of its source", own(name, "x_")),
        };
        check.member(name, |check| unprefixed(name, "x_", &help, check));
    }
}

/// Looks at an object of a type that has no table.
pub(super) fn object<'c>(
    object_type: &str,
    extended: &Extended,
    members: &'c Members<'c>,
    check: &mut Check<'c>,
) {
    if !extended.has_own_content
        && members.iter().all(|(name, _)| is_common(name) || name == "id" || name == "type")
    {
        let message = format_args!("`{object_type}` has no property of its own");
        check.problem(Rule::PropertyRelation, message);
    }
    if extended.class.is_some() || object_type == RESERVED_TYPE {
        return;
    }
    check.member("type", |check| {
        let message = format_args!("no extension defines `{object_type}`");
        let help = "name its definition in `extensions`, with the type `new-sdo`, `new-sco` or `new-sro`";
        check.problem_with_help(Rule::CustomObject, message, help);
        if !is_of_a_source(object_type, '-') {
            let help = match nearest(object_type, object::REGISTRY.iter().map(|def| def.name())) {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => format!(
                    "write it like `x-example-{}`, after the name of its source",
                    own(object_type, "x-")
                ),
            };
            unprefixed(object_type, "x-", &help, check);
        }
    });
}

/// Looks at an extension that has a name instead of a definition, and is not one of the object's type.
pub(super) fn extension(key: &str, check: &mut Check<'_>) {
    let message = format_args!("no extension definition defines `{key}`");
    let owner = object::REGISTRY.iter().find(|def| def.extensions().any(|extension| extension == key));
    if let Some(owner) = owner {
        let help = format_args!("it is an extension of `{}`", owner.name());
        return check.problem_with_help(Rule::CustomExtension, message, help);
    }
    let help = "use the identifier of an extension definition, and the type `property-extension`";
    check.problem_with_help(Rule::CustomExtension, message, help);
    if !is_of_a_source(key.trim_end_matches("-ext"), '-') {
        let help = format!("write it like `x-example-{}`, after the name of its source", own(key, "x-"));
        unprefixed(key, "x-", &help, check);
    }
}

fn unprefixed(name: &str, prefix: &str, help: &str, check: &mut Check<'_>) {
    let message = format_args!("`{name}` does not begin with `{prefix}` and the name of its source");
    check.problem_with_help(Rule::CustomName, message, help);
}

/// A name without the prefix that it may have.
fn own<'n>(name: &'n str, prefix: &str) -> &'n str {
    name.strip_prefix(prefix).unwrap_or(name)
}

/// Whether a name has an `x`, the name of a source and a name of its own.
fn is_of_a_source(name: &str, separator: char) -> bool {
    let rest = name.strip_prefix('x').and_then(|rest| rest.strip_prefix(separator));
    let parts = rest.and_then(|rest| rest.split_once(separator));
    parts.is_some_and(|(source, own)| !source.is_empty() && !own.is_empty())
}

/// The name that was meant, if one is so near that it may well be.
fn nearest(name: &str, names: impl Iterator<Item = &'static str>) -> Option<&'static str> {
    let distances = names.map(|known| (strsim::damerau_levenshtein(name, known), known));
    let (distance, nearest) = distances.min()?;
    (distance <= (nearest.len() / 4).max(1)).then_some(nearest)
}
