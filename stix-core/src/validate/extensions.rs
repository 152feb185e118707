//! The extensions of an object: their keys, and what they say they are (STIX 2.1 sections 3.2 and 7.3).

use super::check::Check;
use super::rule::Rule;
use super::tree::{Json, Members};
use crate::{Identifier, id::is_object_type, schema::ExtensionKind};

/// What an extension may be.
const TYPES: [&str; 5] =
    ["new-sdo", "new-sco", "new-sro", "property-extension", "toplevel-property-extension"];

/// Checks the extensions of an object.
pub(super) fn object<'c>(members: &'c Members<'c>, check: &mut Check<'c>) {
    let Some(Json::Object(extensions)) = members.get("extensions") else { return };
    for (key, extension) in extensions.iter() {
        check.below(&["extensions", key], |check| {
            if key.parse::<Identifier>().is_ok_and(|id| id.object_type() == "extension-definition") {
                defined(extension, check);
            } else if key.ends_with("-ext") && is_object_type(key) {
                predefined(extension, check);
            } else {
                let message = format_args!("`{key}` names no extension").to_string();
                let help = "use the identifier of an extension definition";
                check.problem_with_help(Rule::ExtensionKey, message, help);
            }
        });
    }
}

/// Checks that an object of a declared type names the definition of its type.
pub(super) fn required<'c>(
    id: &'static str,
    kind: ExtensionKind,
    object_type: &str,
    members: &'c Members<'c>,
    check: &mut Check<'c>,
) {
    let extensions = members.get("extensions").and_then(Json::as_object);
    let found = extensions
        .and_then(|extensions| extensions.get(id))
        .map(|extension| extension.as_object().and_then(|extension| extension.text("extension_type")));
    let help = format!("write `\"{id}\": {{\"extension_type\": \"{}\"}}`", kind.code());
    check.below(&["extensions", id], |check| match found {
        None => {
            let message = format_args!("`{object_type}` needs the extension that defines it").to_string();
            check.problem_with_help(Rule::RequiredProperty, message, help);
        }
        Some(Some(other)) if TYPES.contains(&other) && other != kind.code() => {
            let message = format_args!("`{other}` does not define `{object_type}`").to_string();
            check.member("extension_type", |check| {
                check.problem_with_help(Rule::ExtensionType, message, help);
            });
        }
        Some(_) => {}
    });
}

/// An extension that an extension definition describes.
fn defined<'c>(extension: &'c Json<'c>, check: &mut Check<'c>) {
    let Json::Object(extension) = extension else { return };
    let kind = extension.get("extension_type");
    if kind.and_then(Json::as_str).is_some_and(|kind| TYPES.contains(&kind)) {
        return;
    }
    let help = format!("the types are {}", TYPES.join(", "));
    check.member("extension_type", |check| match kind.and_then(Json::as_str) {
        Some(kind) => {
            let message = format_args!("`{kind}` is no type of extension").to_string();
            check.problem_with_help(Rule::ExtensionType, message, help);
        }
        None => check.problem_with_help(Rule::ExtensionType, "the extension does not say its type", help),
    });
}

/// An extension that the specification names.
fn predefined<'c>(extension: &'c Json<'c>, check: &mut Check<'c>) {
    if extension.as_object().is_some_and(|extension| extension.has("extension_type")) {
        let message = "only the extensions of extension definitions have an `extension_type`";
        check.member("extension_type", |check| {
            check.problem_with_help(Rule::ExtensionType, message, "leave it out");
        });
    }
}
