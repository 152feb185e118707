//! Deterministic identifiers of cyber-observable objects (STIX 2.1 section 2.9).
//!
//! Producers that saw the same thing give it the same identifier: the UUID (version 5) is made of
//! those properties of the object that contribute to it, in the canonical form of RFC 8785.
//!
//! Where the specification leaves a choice, this module does what most producers do:
//! a timestamp counts without the trailing zeros of its fraction, the name of a hash in the
//! spelling of the vocabulary, and a property with an empty text counts as present.

use serde_json::{Map, Value};
use uuid::{Uuid, uuid};

use crate::{Context, Identifier, IdentifierError, Object, Timestamp};

/// The namespace of the UUIDs.
pub const NAMESPACE: Uuid = uuid!("00abedb4-aa42-466c-9c01-fed23315a9b7");

/// The deterministic identifier of a cyber-observable object, read from its properties.
///
/// There is none if the type defines no contributing property, as `process` does, or if none of
/// them is present. The object's own `id` plays no part.
///
/// ```
/// use serde_json::json;
/// use stix_core::deterministic_id::deterministic_id;
///
/// let address = json!({"type": "ipv4-addr", "value": "198.51.100.3"});
/// let id = address.as_object().and_then(deterministic_id).ok_or("none")?;
/// assert_eq!(id.as_str(), "ipv4-addr--28bb3599-77cd-5a82-a950-b5bc3caf07c4");
///
/// let process = json!({"type": "process", "pid": 1});
/// assert_eq!(process.as_object().and_then(deterministic_id), None);
/// # Ok::<(), &str>(())
/// ```
pub fn deterministic_id(object: &Map<String, Value>) -> Option<Identifier> {
    let object_type = object.get("type")?.as_str()?;
    deterministic_id_of(object_type, &contributing(object_type), object)
}

/// The deterministic identifier of an object of any type, given the names of the contributing
/// properties: for the types that an extension defines (section 7.3).
///
/// There is none if no contributing property is present or the type cannot be in an identifier.
///
/// ```
/// use serde_json::json;
/// use stix_core::deterministic_id::{NAMESPACE, deterministic_id_of};
/// use uuid::Uuid;
///
/// let probe = json!({"type": "x-acme-probe", "serial": "7", "seen": "now"});
/// let id = deterministic_id_of("x-acme-probe", &["serial"], probe.as_object().ok_or("no object")?).ok_or("none")?;
/// assert_eq!(id.uuid(), Uuid::new_v5(&NAMESPACE, br#"{"serial":"7"}"#));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn deterministic_id_of(
    object_type: &str,
    contributing: &[&str],
    object: &Map<String, Value>,
) -> Option<Identifier> {
    let reduced = |name: &&str| Some(((*name).to_owned(), reduce(name, object.get(*name)?)?));
    let parts: Map<String, Value> = contributing.iter().filter_map(reduced).collect();
    if parts.is_empty() {
        return None;
    }
    // No JSON value that was read lacks a canonical form: it holds neither NaN nor half a surrogate.
    let name = serde_json_canonicalizer::to_string(&parts).ok()?;
    Identifier::from_parts(object_type, Uuid::new_v5(&NAMESPACE, name.as_bytes())).ok()
}

/// The identifier for a new cyber-observable object: the deterministic one, else a random one.
///
/// # Errors
/// The name of the type must be one that section 3.8 allows.
///
/// ```
/// use serde_json::json;
/// use stix_core::{Context, deterministic_id::new_id};
///
/// let context = Context::system();
/// let mutex = json!({"name": "m"});
/// let id = new_id(&context, "mutex", mutex.as_object().ok_or("no object")?)?;
/// assert_eq!(id.uuid().get_version_num(), 5);
/// assert_eq!(new_id(&context, "process", &serde_json::Map::new())?.uuid().get_version_num(), 4);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn new_id(
    context: &Context,
    object_type: &str,
    properties: &Map<String, Value>,
) -> Result<Identifier, IdentifierError> {
    match deterministic_id_of(object_type, &contributing(object_type), properties) {
        Some(id) => Ok(id),
        None => context.identifier(object_type),
    }
}

/// The names of the properties that contribute to the identifiers of a type.
///
/// ```
/// assert_eq!(stix_core::deterministic_id::contributing("mutex"), ["name"]);
/// assert!(stix_core::deterministic_id::contributing("malware").is_empty());
/// ```
pub fn contributing(object_type: &str) -> Vec<&'static str> {
    crate::object::def(object_type).into_iter().flat_map(|def| def.id_contributing()).collect()
}

impl Object {
    /// The deterministic identifier, if the object is a cyber-observable object that has one.
    ///
    /// ```
    /// let text = r#"{"type": "mutex", "id": "mutex--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f", "name": "m"}"#;
    /// let object: stix_core::Object = serde_json::from_str(text)?;
    /// let id = object.deterministic_id().ok_or("none")?;
    /// assert_eq!(id.uuid().get_version_num(), 5);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn deterministic_id(&self) -> Option<Identifier> {
        let contributing: Vec<_> = self.def()?.id_contributing().collect();
        if contributing.is_empty() {
            return None;
        }
        deterministic_id_of(self.object_type(), &contributing, serde_json::to_value(self).ok()?.as_object()?)
    }
}

/// What of a property goes into the canonical form; nothing of null, which STIX does not have.
fn reduce(name: &str, value: &Value) -> Option<Value> {
    match (name, value) {
        (_, Value::Null) => None,
        ("hashes", Value::Object(hashes)) => one_hash(hashes),
        ("start" | "end", Value::String(text)) => Some(shortest_time(text).into()),
        ("extensions", Value::Object(extensions)) => Some(
            extensions
                .iter()
                .map(|(name, extension)| (name.clone(), in_extension(name, extension)))
                .collect(),
        ),
        _ => Some(value.clone()),
    }
}

/// The hashes that may stand for all, the first choice first (sections 6.1, 6.7 and 6.18).
const HASH_CHOICE: [&str; 4] = ["MD5", "SHA-1", "SHA-256", "SHA-512"];

/// The one hash that counts: the specification's choice, else the first, for which it has no rule.
fn one_hash(hashes: &Map<String, Value>) -> Option<Value> {
    let hashes = canonical_names(hashes);
    let chosen = HASH_CHOICE.iter().find_map(|name| hashes.get_key_value(*name));
    let (name, hash) = chosen.or_else(|| hashes.iter().next())?;
    Some(Value::Object(Map::from_iter([(name.clone(), hash.clone())])))
}

fn canonical_names(hashes: &Map<String, Value>) -> Map<String, Value> {
    hashes.iter().map(|(name, hash)| (canonical_name(name).to_owned(), hash.clone())).collect()
}

/// The name of a hash as hash-algorithm-ov spells it (section 10.7).
fn canonical_name(name: &str) -> &str {
    const TERMS: [&str; 8] = ["MD5", "SHA-1", "SHA-256", "SHA-512", "SHA3-256", "SHA3-512", "SSDEEP", "TLSH"];
    let letters = |name: &str| name.replace('-', "").to_ascii_uppercase();
    let written = letters(name);
    TERMS.into_iter().find(|term| letters(term) == written).unwrap_or(name)
}

/// A timestamp without the trailing zeros of its fraction; any other text as it is.
fn shortest_time(text: &str) -> String {
    text.parse::<Timestamp>().map_or_else(|_| text.to_owned(), |time| time.sort_key() + "Z")
}

/// An extension of the specification with the names of its hashes spelled right, but all hashes
/// kept: only those of the object itself are reduced to one.
fn in_extension(name: &str, extension: &Value) -> Value {
    match name {
        "ntfs-ext" | "windows-pebinary-ext" => with_hash_names(extension),
        _ => extension.clone(),
    }
}

fn with_hash_names(value: &Value) -> Value {
    let member = |(name, value): (&String, &Value)| {
        let value = match (name.as_str(), value) {
            ("hashes" | "file_header_hashes", Value::Object(hashes)) => canonical_names(hashes).into(),
            ("time_date_stamp", Value::String(text)) => shortest_time(text).into(),
            (_, value) => with_hash_names(value),
        };
        (name.clone(), value)
    };
    match value {
        Value::Object(members) => members.iter().map(member).collect(),
        Value::Array(items) => items.iter().map(with_hash_names).collect(),
        scalar => scalar.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn id_of(object: Value) -> Option<String> {
        deterministic_id(object.as_object().unwrap()).map(|id| id.to_string())
    }

    #[test]
    fn nothing_to_contribute_gives_nothing() {
        for object in [
            json!({"type": "process", "pid": 1}),
            json!({"type": "artifact", "url": "https://example.com/"}),
            json!({"type": "artifact", "hashes": {}}),
            json!({"type": "mutex", "name": null}),
            json!({"type": "malware", "name": "a"}),
            json!({"value": "192.0.2.1"}),
        ] {
            assert_eq!(id_of(object.clone()), None, "{object}");
        }
    }

    #[test]
    fn the_order_of_properties_and_the_own_id_do_not_matter() {
        let plain = id_of(json!({"type": "software", "name": "a", "vendor": "b"}));
        let other = json!({"vendor": "b", "id": "software--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f",
                           "name": "a", "type": "software"});
        assert!(plain.is_some());
        assert_eq!(id_of(other), plain);
    }

    #[test]
    fn a_type_of_an_extension_names_its_own_properties() {
        let object = json!({"type": "x-acme-probe", "serial": "7", "seen": "now"});
        let id = deterministic_id_of("x-acme-probe", &["serial"], object.as_object().unwrap()).unwrap();
        assert_eq!(id.uuid(), Uuid::new_v5(&NAMESPACE, br#"{"serial":"7"}"#));
    }

    #[test]
    fn a_new_object_without_a_deterministic_id_gets_a_random_one() {
        let uuid = uuid!("8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f");
        let context = Context::new(Default::default, move || uuid);
        let id = new_id(&context, "process", &Map::new()).unwrap();
        assert_eq!(id.uuid(), uuid);
        let mutex = json!({"name": "m"});
        let id = new_id(&context, "mutex", mutex.as_object().unwrap()).unwrap();
        assert_eq!(id.uuid().get_version_num(), 5);
    }
}
