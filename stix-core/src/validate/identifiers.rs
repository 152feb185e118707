//! Versions and namespaces of the UUIDs in identifiers (STIX 2.1 section 2.9).

use std::collections::HashMap;

use serde_json::{Map, Value};
use uuid::Uuid;

use super::check::Check;
use super::index::{Index, Placed};
use super::rule::Rule;
use super::tree::Members;
use super::whole::Found;
use crate::{
    Identifier,
    deterministic_id::{NAMESPACE, deterministic_id_of},
    schema::{Class, ObjectDef},
};

/// The properties that an object has when it is versioned (section 3.6).
pub(super) const VERSIONING: [&str; 4] = ["created_by_ref", "created", "modified", "revoked"];

/// Checks that the identifier of an object is that of its type, and the UUID in it.
pub(super) fn identifier<'c>(
    object_type: &str,
    def: Option<&'static ObjectDef>,
    members: &'c Members<'c>,
    check: &mut Check<'c>,
) {
    let Some(id) = members.text("id").and_then(|id| id.parse::<Identifier>().ok()) else { return };
    if id.object_type() != object_type {
        let message = format_args!("`{id}` does not start with the object's type `{object_type}`");
        return check.member("id", |check| check.problem(Rule::IdPrefix, message));
    }
    uuid(def, &id, members, check);
}

/// Checks the UUID in the identifier of an object.
fn uuid<'c>(
    def: Option<&'static ObjectDef>,
    id: &Identifier,
    members: &'c Members<'c>,
    check: &mut Check<'c>,
) {
    check.member("id", |check| match def {
        Some(def) if def.class == Class::Sco => observable(def, id, members, check),
        _ => other(def, id, members, check),
    });
}

/// Reports UUIDs that one producer gave to objects of two types.
pub(super) fn reuse<'c>(index: &Index<'c>, check: &mut Check<'c>, found: &mut Found<'_, 'c>) {
    let mut seen: HashMap<&str, &Placed<'c>> = HashMap::with_capacity(index.iter().len());
    for object in index.iter() {
        let Some((object_type, uuid)) = object.id.split_once("--") else { continue };
        let first = *seen.entry(uuid).or_insert(object);
        let first_type = first.id.split_once("--").map_or("", |(first_type, _)| first_type);
        if object_type == first_type {
            continue;
        }
        let creators = [first, object].map(|object| object.members.text("created_by_ref"));
        if !matches!(creators, [Some(one), Some(other)] if one != other) {
            let message =
                format_args!("the UUID of `{}` is also that of `{}`", object.id, first.id).to_string();
            let help = "give each object a UUID of its own";
            object.look(check, |check| {
                check.member("id", |check| check.problem_with_help(Rule::UuidReuse, message, help));
            });
            found(object.document, check);
        }
    }
}

/// Objects other than cyber-observable ones.
fn other(def: Option<&'static ObjectDef>, id: &Identifier, members: &Members<'_>, check: &mut Check<'_>) {
    match id.uuid().get_version_num() {
        4 => {}
        5 => {
            let help = "make it a UUIDv4, or a UUIDv5 in a namespace of your own";
            // An object of a type without a table may be a cyber-observable one, whose identifier is made of an object.
            match def {
                Some(_) => namespace(id, &[named, as_object], members, help, check),
                None if is_new_sco(members) => namespace(id, &[named], members, CONTENT, check),
                None => namespace(id, &[named], members, help, check),
            }
            if def.is_some() {
                let message = format_args!("`{id}` holds a UUIDv5");
                check.problem_with_help(Rule::UuidVersion4, message, "make it a UUIDv4");
            }
        }
        number => {
            let message = format_args!("`{id}` holds a UUIDv{number}");
            check.problem_with_help(Rule::UuidVersion, message, "make it a UUIDv4");
        }
    }
}

/// Cyber-observable objects: their identifiers are made of their content.
fn observable(def: &'static ObjectDef, id: &Identifier, members: &Members<'_>, check: &mut Check<'_>) {
    let contributing: Vec<_> = def.id_contributing().collect();
    let version = id.uuid().get_version_num();
    let random = !contributing.iter().any(|name| members.has(name));
    match version {
        4 if random => {}
        5 if random && !contributing.is_empty() => {
            let message = format_args!(
                "`{id}` holds a UUIDv5, but none of {} is present to make it of",
                contributing.join(", ")
            );
            check.problem_with_help(Rule::RandomUuid, message, "make it a UUIDv4");
        }
        5 if random => {
            let message = format_args!("`{id}` holds a UUIDv5, but no property contributes to it");
            check.problem_with_help(Rule::UuidVersion, message, "make it a UUIDv4");
        }
        5 => content(def, id, members, check),
        _ if random => {
            let message = format_args!("`{id}` holds a UUIDv{version}");
            check.problem_with_help(Rule::UuidVersion, message, "make it a UUIDv4");
        }
        _ if check.is_on(Rule::UuidVersion) => {
            let message = format_args!("`{id}` holds a UUIDv{version}, not one made of the object's content");
            match recomputed(def, members) {
                Some(right) => {
                    let help = format_args!("write `{right}`").to_string();
                    check.problem_with_help(Rule::UuidVersion, message, help);
                }
                None => check.problem(Rule::UuidVersion, message),
            }
        }
        _ => {}
    }
}

/// Checks a UUIDv5 of a cyber-observable object against its content.
fn content(def: &'static ObjectDef, id: &Identifier, members: &Members<'_>, check: &mut Check<'_>) {
    namespace(id, &[named], members, CONTENT, check);
    let versioned = VERSIONING.iter().all(|name| members.has(name));
    if !(versioned || check.is_on(Rule::DeterministicId)) {
        return;
    }
    let Some(right) = recomputed(def, members) else { return };
    if right.uuid() != id.uuid() {
        let message = format_args!("`{id}` is not made of the properties of the object");
        let help = format_args!("write `{right}`").to_string();
        check.problem_with_help(Rule::DeterministicId, message, help);
    } else if versioned {
        let message = "the object is versioned, so its identifier is not one that all producers share";
        check.problem_with_help(
            Rule::ScoNamespace,
            message,
            "use another namespace, or leave the versions out",
        );
    }
}

/// What to make the identifier of a cyber-observable object of.
const CONTENT: &str = "make it of the contributing properties as a JSON object";

/// Whether an object of a type without a table says that an extension defines it as a cyber-observable one (section 7.3).
fn is_new_sco(members: &Members<'_>) -> bool {
    let extensions = members.get("extensions").and_then(|value| value.as_object());
    extensions.is_some_and(|extensions| {
        let mut values = extensions.iter().filter_map(|(_, value)| value.as_object());
        values.any(|extension| extension.text("extension_type") == Some("new-sco"))
    })
}

/// What producers by mistake make UUIDs of.
type Recipe = fn(&str, &str) -> Uuid;

fn named(_: &str, text: &str) -> Uuid {
    Uuid::new_v5(&NAMESPACE, text.as_bytes())
}

fn as_object(name: &str, text: &str) -> Uuid {
    let object = Map::from_iter([(name.to_owned(), Value::from(text))]);
    let object = serde_json_canonicalizer::to_string(&object).unwrap_or_default();
    Uuid::new_v5(&NAMESPACE, object.as_bytes())
}

/// Reports an identifier in the namespace of cyber-observable objects that is made of something else.
///
/// A UUID does not show its namespace, so only the common mistakes are found.
fn namespace(id: &Identifier, recipes: &[Recipe], members: &Members<'_>, help: &str, check: &mut Check<'_>) {
    const NAMES: [&str; 4] = ["value", "name", "pattern", "path"];
    let Some((name, text)) = NAMES.iter().find_map(|name| Some((*name, members.text(name)?))) else { return };
    if recipes.iter().any(|recipe| recipe(name, text) == id.uuid()) {
        let message = format_args!(
            "`{id}` is made of the property `{name}` in the namespace of cyber-observable objects"
        );
        check.problem_with_help(Rule::ScoNamespace, message, help);
    }
}

/// The identifier that the content gives.
fn recomputed(def: &'static ObjectDef, members: &Members<'_>) -> Option<Identifier> {
    let contributing: Vec<_> = def.id_contributing().collect();
    let parts = contributing.iter().filter_map(|name| Some(((*name).to_owned(), members.get(name)?.into())));
    deterministic_id_of(def.name(), &contributing, &parts.collect())
}
