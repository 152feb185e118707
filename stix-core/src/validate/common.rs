//! The common properties, and which objects have them (STIX 2.1 section 3.2).

use super::check::Check;
use super::extensions::Extended;
use super::identifiers::VERSIONING;
use super::rule::Rule;
use super::tree::Members;
use crate::{
    ScoCommon, SdoCommon,
    schema::{Class, Declared, ObjectDef, StructDef},
    values::Extensions,
};

/// Whether this is the name of a common property.
pub(super) fn is_common(name: &str) -> bool {
    let tables = [SdoCommon::DEF, ScoCommon::<Extensions>::DEF];
    name != "id" && tables.iter().any(|table| table.property(name).is_some())
}

/// The common properties of the objects of a class.
pub(super) fn of_class(class: Option<Class>) -> &'static StructDef {
    match class {
        Some(Class::Sco) => ScoCommon::<Extensions>::DEF,
        _ => SdoCommon::DEF,
    }
}

/// An object other than an identity says who created it.
pub(super) fn creator(def: &'static ObjectDef, members: &Members<'_>, check: &mut Check<'_>) {
    if matches!(def.class, Class::Sdo | Class::Sro)
        && def.name() != "identity"
        && !members.has("created_by_ref")
    {
        let message = format_args!("`{}` does not say who created it", def.name());
        check.problem_with_help(Rule::Creator, message, "name an identity in `created_by_ref`");
    }
}

/// Checks a common property that no object of the class has; `object_type` has no table.
pub(super) fn not_of_class<'c>(
    name: &str,
    object_type: &str,
    class: Class,
    members: &'c Members<'c>,
    check: &mut Check<'c>,
) {
    if !(class == Class::Sco && is_version_of_observable(name, members)) {
        not_had(name, object_type, class, check);
    }
}

/// Checks a common property that objects of the type do not have.
pub(super) fn not_applicable(
    name: &str,
    def: &'static ObjectDef,
    extended: &Extended,
    members: &Members<'_>,
    check: &mut Check<'_>,
) {
    let versioned = def.class == Class::Sco && is_version_of_observable(name, members);
    if def.class != Class::Bundle && !versioned && !extended.has_more_properties {
        not_had(name, def.name(), def.class, check);
    }
}

fn not_had(name: &str, object_type: &str, class: Class, check: &mut Check<'_>) {
    let message = format_args!("`{object_type}` has no `{name}`");
    match (name, class) {
        ("defanged", _) => {
            check.problem_with_help(Rule::NotApplicable, message, "only cyber-observable objects have it");
        }
        (_, Class::Sco) => {
            check.problem_with_help(Rule::NotApplicable, message, "cyber-observable objects do not have it");
        }
        _ => check.problem(Rule::NotApplicable, message),
    }
}

/// A cyber-observable object may be versioned all the same, with all that versions need (section 3.6).
fn is_version_of_observable(name: &str, members: &Members<'_>) -> bool {
    VERSIONING.contains(&name) && ["created", "modified"].iter().all(|name| members.has(name))
}
