//! The common properties, and which objects have them (STIX 2.1 section 3.2).

use super::check::Check;
use super::identifiers::VERSIONING;
use super::rule::Rule;
use super::tree::Members;
use crate::{
    SdoCommon,
    schema::{Class, Declared, ObjectDef, PropertyDef},
};

/// Whether this is the name of a common property.
pub(super) fn is_common(name: &str) -> bool {
    matches!(
        name,
        "spec_version"
            | "created_by_ref"
            | "created"
            | "modified"
            | "revoked"
            | "labels"
            | "confidence"
            | "lang"
            | "external_references"
            | "object_marking_refs"
            | "granular_markings"
            | "defanged"
            | "extensions"
    )
}

/// The property of this name, for objects of a type without a table: of whatever class they are.
pub(super) fn of_any_class(name: &str) -> Option<&'static PropertyDef> {
    if name == "id" || is_common(name) { SdoCommon::DEF.property(name) } else { None }
}

/// Checks a common property that objects of the type do not have.
pub(super) fn not_applicable(
    name: &str,
    def: &'static ObjectDef,
    members: &Members<'_>,
    check: &mut Check<'_>,
) {
    if def.class == Class::Bundle || is_versioned_observable(name, def, members) || is_extended(members) {
        return;
    }
    let message = format_args!("`{}` has no `{name}`", def.name());
    match (name, def.class) {
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
fn is_versioned_observable(name: &str, def: &'static ObjectDef, members: &Members<'_>) -> bool {
    def.class == Class::Sco
        && VERSIONING.contains(&name)
        && ["created", "modified"].iter().all(|name| members.has(name))
}

/// Whether an extension gives the object more properties beside its own (section 7.3).
fn is_extended(members: &Members<'_>) -> bool {
    let extensions = members.get("extensions").and_then(|extensions| extensions.as_object());
    extensions.is_some_and(|extensions| {
        extensions.iter().any(|(_, extension)| {
            let kind = extension.as_object().and_then(|extension| extension.text("extension_type"));
            kind == Some("toplevel-property-extension")
        })
    })
}
