//! Extensions beside the definitions that they follow (STIX 2.1 section 7.3).

use super::check::Check;
use super::common::is_common;
use super::extensions::{TOPLEVEL, is_definition};
use super::index::{Index, Placed};
use super::rule::Rule;
use super::tree::{Json, Members};
use super::whole::Found;

/// The rules that compare extensions with their definitions.
pub(super) const RULES: [Rule; 3] = [Rule::ExtensionType, Rule::Redefinition, Rule::CustomProperty];

/// Checks the extensions of all objects whose definitions are in the same text.
pub(super) fn check<'c>(index: &Index<'c>, check: &mut Check<'c>, found: &mut Found<'_, 'c>) {
    for object in index.iter() {
        let Some(Json::Object(extensions)) = object.members.get("extensions") else { continue };
        object.look(check, |check| {
            for (key, extension) in extensions.iter().filter(|(key, _)| is_definition(key)) {
                check.below(&["extensions", key], |check| of_type(key, extension, index, check));
            }
            more_properties(object, extensions, index, check);
        });
        found(object.document, check);
    }
}

/// The definition of an extension allows the type that the extension has.
fn of_type<'c>(key: &'c str, extension: &'c Json<'c>, index: &Index<'c>, check: &mut Check<'c>) {
    let Some(kind) = extension.as_object().and_then(|extension| extension.text("extension_type")) else {
        return;
    };
    let mut versions = index.versions(key).peekable();
    if versions.peek().is_none() || versions.any(|version| has(version.members, "extension_types", kind)) {
        return;
    }
    let message = format_args!("`{key}` defines no extension of the type `{kind}`");
    let help = "write one of the `extension_types` of the definition";
    check.member("extension_type", |check| check.problem_with_help(Rule::ExtensionType, message, help));
}

/// The properties beside those of an object are those that the definitions of its extensions list.
fn more_properties<'c>(
    object: &Placed<'c>,
    extensions: &'c Members<'c>,
    index: &Index<'c>,
    check: &mut Check<'c>,
) {
    let Some(def) = object.members.text("type").and_then(|name| check.def(name)) else { return };
    let mut definitions = Vec::new();
    for (key, extension) in extensions.iter() {
        if extension.as_object().and_then(|extension| extension.text("extension_type")) != Some(TOPLEVEL) {
            continue;
        }
        let mut versions = index.versions(key).filter(|version| version.members.has("extension_properties"));
        // What is not there or does not list its properties may define any.
        let Some(first) = versions.next() else { return };
        definitions.extend(std::iter::once(first).chain(versions));
    }
    if definitions.is_empty() {
        return;
    }
    for (name, _) in object.members.iter().filter(|(name, _)| *name != "type" && !is_common(name)) {
        let definition = definitions.iter().find(|one| has(one.members, "extension_properties", name));
        check.member(name, |check| match (def.property(name), definition) {
            (Some(_), Some(definition)) => {
                let message = format_args!("`{}` redefines `{name}` of `{}`", definition.id, def.name());
                let help = "give the property of the extension another name";
                check.problem_with_help(Rule::Redefinition, message, help);
            }
            (None, None) => {
                let message = format_args!("the extensions of the object do not define `{name}`");
                let help = "list it in `extension_properties` of the definition";
                check.problem_with_help(Rule::CustomProperty, message, help);
            }
            _ => {}
        });
    }
}

/// Whether a list of texts has this one.
fn has(members: &Members<'_>, list: &str, text: &str) -> bool {
    let items = members.get(list).and_then(Json::as_array).unwrap_or_default();
    items.iter().any(|item| item.as_str() == Some(text))
}
