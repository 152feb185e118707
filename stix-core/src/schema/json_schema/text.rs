//! The schemas of texts: what identifiers, times and terms look like.

use serde_json::{Map, Value, json};

use super::schema;
use crate::{
    Registry,
    id::MAX_TYPE_LENGTH,
    schema::{Class, PropertyDef, Target},
};

/// The name of a type (section 3.8), as far as it is part of an identifier.
const TYPE: &str = "[a-z][a-z0-9]*(-[a-z0-9]+)*";

/// A UUID of the RFC 4122 variant.
const UUID: &str = "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}";

/// The length of `--` and a UUID.
const SUFFIX_LENGTH: usize = 2 + 36;

/// An identifier (section 2.9).
pub(super) fn identifier() -> Map<String, Value> {
    schema([
        ("description", json!("An object type, two hyphens and an RFC 4122 UUID.")),
        ("$comment", json!("STIX 2.1 section 2.9")),
        ("type", json!("string")),
        ("pattern", json!(format!("^{TYPE}--{UUID}$"))),
        ("minLength", json!(3 + SUFFIX_LENGTH)),
        ("maxLength", json!(MAX_TYPE_LENGTH + SUFFIX_LENGTH)),
    ])
}

/// The name of an object type (section 3.8); unlike in an identifier, a hyphen may end it.
pub(super) fn object_type() -> Map<String, Value> {
    schema([
        ("type", json!("string")),
        ("pattern", json!(format!("^{TYPE}-?$"))),
        ("minLength", json!(3)),
        ("maxLength", json!(MAX_TYPE_LENGTH)),
    ])
}

/// A timestamp (section 2.16) with a fraction of a second that looks like this.
pub(super) fn timestamp(fraction: &str) -> Map<String, Value> {
    // Every day that exists, and no other: the months of 31, 30 and 28 days, and leap days.
    let leap_year = "([0-9]{2}(0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)";
    let day = format!(
        "([0-9]{{4}}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)\
         |02-(0[1-9]|1[0-9]|2[0-8]))|{leap_year}-02-29)"
    );
    let time = "([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]";
    schema([
        ("description", json!("A time in UTC, such as `2024-01-15T10:00:00.000Z`.")),
        ("$comment", json!("STIX 2.1 section 2.16")),
        ("type", json!("string")),
        ("pattern", json!(format!("^{day}T{time}{fraction}Z$"))),
    ])
}

/// Pairs of hexadecimal digits (section 2.8).
pub(super) fn hex() -> Map<String, Value> {
    schema([
        ("description", json!("Pairs of hexadecimal digits in lower case.")),
        ("$comment", json!("STIX 2.1 section 2.8")),
        ("type", json!("string")),
        ("pattern", json!("^([0-9a-f]{2})+$")),
    ])
}

/// Base64 with padding and without stray bits at its end (section 2.1).
pub(super) fn binary() -> Map<String, Value> {
    let end = "[A-Za-z0-9+/][AQgw]==|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=";
    schema([
        ("description", json!("Base64 with padding.")),
        ("$comment", json!("STIX 2.1 section 2.1")),
        ("type", json!("string")),
        ("contentEncoding", json!("base64")),
        ("pattern", json!(format!("^([A-Za-z0-9+/]{{4}})*({end})?$"))),
    ])
}

/// What the values of a property, or the items in its list, are restricted to.
pub(super) fn restriction(property: &PropertyDef, registry: &Registry) -> Map<String, Value> {
    let mut restriction = Map::new();
    if let Some(vocabulary) = property.vocabulary {
        // The terms of an open vocabulary are a recommendation.
        let keyword = if vocabulary.open { "examples" } else { "enum" };
        restriction.insert(keyword.into(), json!(vocabulary.terms));
        restriction.insert("$comment".into(), json!(format!("the terms of {}", vocabulary.name)));
    }
    if !property.targets.is_empty() {
        restriction.extend(targets(property.targets, registry));
    }
    restriction
}

/// The types that an identifier may point to. Where a whole class is allowed, types without a
/// table are too, since an extension may define them.
fn targets(targets: &[Target], registry: &Registry) -> Map<String, Value> {
    let named = |name: &'static str| targets.contains(&Target::Type(name));
    let of_class = |class: Class| targets.contains(&Target::Class(class));
    let classes = targets.iter().any(|target| matches!(target, Target::Class(_)));
    if !classes {
        let names: Vec<_> = targets
            .iter()
            .filter_map(|target| match target {
                Target::Type(name) => Some(*name),
                Target::Class(_) => None,
            })
            .collect();
        return schema([("pattern", json!(format!("^({})--", names.join("|"))))]);
    }
    let known = registry.defs().filter(|def| !of_class(def.class)).map(|def| def.name());
    let untabled = NEITHER.into_iter().filter(|name| registry.def(name).is_none());
    let mut names: Vec<_> = known.chain(untabled).filter(|name| !named(name)).collect();
    names.sort_unstable();
    names.dedup();
    schema([("not", json!({"pattern": format!("^({})--", names.join("|"))}))])
}

/// The types that belong to no class that a property names, whether they have a table or not.
const NEITHER: [&str; 3] = ["bundle", "sighting", "language-content"];
