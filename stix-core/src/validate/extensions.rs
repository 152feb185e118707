//! The extensions of an object, and extension definitions (STIX 2.1 sections 3.2 and 7.3).

use super::check::Check;
use super::rule::Rule;
use super::tree::{Json, Members};
use super::{common, custom, names};
use crate::{
    Identifier,
    id::is_object_type,
    schema::{Class, ExtensionDef, ExtensionKind, ObjectDef},
    vocab::EXTENSION_TYPE_ENUM,
};

/// The type of extension that adds properties beside those of an object.
pub(super) const TOPLEVEL: &str = "toplevel-property-extension";

/// What its extensions make of an object.
#[derive(Debug, Default)]
pub(super) struct Extended {
    /// The class of the object, if an extension defines its type.
    pub(super) class: Option<Class>,
    /// Whether there may be more properties beside those of the object than the tables know of.
    pub(super) has_more_properties: bool,
    /// Whether an extension says more than of which type it is.
    pub(super) has_own_content: bool,
    /// The declared extensions whose properties stand beside those of the object.
    pub(super) added: Vec<&'static ExtensionDef>,
}

impl Extended {
    pub(super) fn of(members: &Members<'_>, check: &Check<'_>) -> Self {
        let mut extended = Self::default();
        let Some(Json::Object(extensions)) = members.get("extensions") else { return extended };
        for (key, extension) in extensions.iter() {
            let declared = check.extension(key).filter(|def| def.kind == ExtensionKind::ToplevelProperty);
            extended.added.extend(declared);
            let Json::Object(extension) = extension else { continue };
            let kind = extension.text("extension_type");
            extended.class = extended.class.or(kind.and_then(class));
            extended.has_more_properties |= kind == Some(TOPLEVEL) && declared.is_none();
            extended.has_own_content |= extension.iter().any(|(name, _)| name != "extension_type");
        }
        extended.has_more_properties |= extended.class.is_some();
        extended
    }

    /// Whether a declared extension adds a property of this name.
    pub(super) fn adds(&self, name: &str) -> bool {
        self.added.iter().any(|def| def.own.property(name).is_some())
    }
}

/// The class of objects that a type of extension defines.
fn class(extension_type: &str) -> Option<Class> {
    match extension_type {
        "new-sdo" => Some(Class::Sdo),
        "new-sco" => Some(Class::Sco),
        "new-sro" => Some(Class::Sro),
        _ => None,
    }
}

/// Whether the key of an extension is the identifier of an extension definition.
pub(super) fn is_definition(key: &str) -> bool {
    key.parse::<Identifier>().is_ok_and(|id| id.object_type() == "extension-definition")
}

/// Checks the extensions of an object.
pub(super) fn object<'c>(def: Option<&'static ObjectDef>, members: &'c Members<'c>, check: &mut Check<'c>) {
    let Some(Json::Object(extensions)) = members.get("extensions") else { return };
    for (key, extension) in extensions.iter() {
        check.below(&["extensions", key], |check| {
            if is_definition(key) {
                defined(def, extension, check);
            } else if key.ends_with("-ext") && is_object_type(key) {
                named(def, key, extension, check);
            } else {
                let message = format_args!("`{key}` names no extension");
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
        Some(Some(other)) if EXTENSION_TYPE_ENUM.terms.contains(&other) && other != kind.code() => {
            let message = format_args!("`{other}` does not define `{object_type}`").to_string();
            check.member("extension_type", |check| {
                check.problem_with_help(Rule::ExtensionType, message, help);
            });
        }
        Some(_) => {}
    });
}

/// An extension that an extension definition describes.
fn defined<'c>(def: Option<&'static ObjectDef>, extension: &'c Json<'c>, check: &mut Check<'c>) {
    let Json::Object(extension) = extension else { return };
    let kind = extension.get("extension_type");
    let help = || format!("the types are {}", EXTENSION_TYPE_ENUM.terms.join(", "));
    check.member("extension_type", |check| match kind.and_then(Json::as_str) {
        Some(kind) if !EXTENSION_TYPE_ENUM.terms.contains(&kind) => {
            let message = format_args!("`{kind}` is no type of extension");
            check.problem_with_help(Rule::ExtensionType, message, help());
        }
        Some(kind) => {
            if let (Some(def), Some(_)) = (def.filter(|def| def.definition().is_none()), class(kind)) {
                let message =
                    format_args!("`{}` is defined by the specification, not by an extension", def.name());
                check.problem_with_help(Rule::Redefinition, message, "write `property-extension`");
            }
        }
        None => check.problem_with_help(Rule::ExtensionType, "the extension does not say its type", help()),
    });
}

/// An extension that has a name: of the specification, or of somebody else.
fn named<'c>(def: Option<&'static ObjectDef>, key: &'c str, extension: &'c Json<'c>, check: &mut Check<'c>) {
    if !def.is_some_and(|def| def.extensions().any(|known| known == key)) {
        custom::extension(key, check);
    }
    if extension.as_object().is_some_and(|extension| extension.has("extension_type")) {
        let message = "only the extensions of extension definitions have an `extension_type`";
        check.member("extension_type", |check| {
            check.problem_with_help(Rule::ExtensionType, message, "leave it out");
        });
    }
}

/// Checks an extension definition.
pub(crate) fn extension_definition<'c>(members: &'c Members<'c>, check: &mut Check<'c>) {
    if !members.has("description") {
        let message = "the extension definition has no `description`";
        let help = "say what the extension conveys, and what it is for";
        check.problem_with_help(Rule::ExtensionDescription, message, help);
    }
    let types = members.get("extension_types").and_then(Json::as_array).unwrap_or_default();
    let Some(Json::Array(properties)) = members.get("extension_properties") else {
        if types.iter().any(|kind| kind.as_str() == Some(TOPLEVEL)) {
            let message = "the extension adds properties, but does not say which";
            let help = "list their names in `extension_properties`";
            check.problem_with_help(Rule::ExtensionProperties, message, help);
        }
        return;
    };
    check.member("extension_properties", |check| {
        for (index, name) in properties.iter().enumerate() {
            let Some(name) = name.as_str() else { continue };
            check.item(index, |check| added(name, check));
        }
    });
}

/// Checks the name of a property that an extension adds to objects.
fn added(name: &str, check: &mut Check<'_>) {
    if common::is_common(name) || matches!(name, "type" | "id") {
        let message = format_args!("`{name}` is a common property, which no extension defines");
        check.problem_with_help(
            Rule::Redefinition,
            message,
            "give the property of the extension another name",
        );
    } else {
        names::may_name_property(name, &[], check);
    }
}
