//! Many versions of many objects: the latest of each, and each version once (section 3.6).

use std::{
    collections::{HashMap, hash_map::Entry},
    hash::Hash,
};

use serde_json::{Map, Value};

use crate::{
    Identifier, Object, Timestamp, object,
    schema::{Class, Kind},
};

/// What has an identifier and a version.
pub trait Versioned {
    /// The identifier; objects without one are told apart from all others.
    fn id(&self) -> Option<Identifier>;

    /// `modified`, else `created`, if it has either.
    fn version(&self) -> Option<Timestamp>;

    /// The object in JSON, if it can be written.
    fn to_json(&self) -> Option<Value>;
}

impl Versioned for Object {
    fn id(&self) -> Option<Identifier> {
        self.id().cloned()
    }

    fn version(&self) -> Option<Timestamp> {
        self.version()
    }

    fn to_json(&self) -> Option<Value> {
        serde_json::to_value(self).ok()
    }
}

impl Versioned for Value {
    fn id(&self) -> Option<Identifier> {
        self.get("id")?.as_str()?.parse().ok()
    }

    fn version(&self) -> Option<Timestamp> {
        let time = |name| self.get(name)?.as_str()?.parse().ok();
        time("modified").or_else(|| time("created"))
    }

    fn to_json(&self) -> Option<Value> {
        Some(self.clone())
    }
}

impl<T: Versioned + ?Sized> Versioned for &T {
    fn id(&self) -> Option<Identifier> {
        (**self).id()
    }

    fn version(&self) -> Option<Timestamp> {
        (**self).version()
    }

    fn to_json(&self) -> Option<Value> {
        (**self).to_json()
    }
}

/// The latest version of each object, in the order in which their first versions came.
///
/// Of several with one `modified` the last counts; objects without an identifier all stay.
///
/// ```
/// use serde_json::json;
/// use stix_core::versioning::latest;
///
/// let campaign = |modified, name| json!({
///     "type": "campaign", "id": "campaign--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f",
///     "created": "2024-01-15T10:00:00.000Z", "modified": modified, "name": name,
/// });
/// let versions = [
///     campaign("2024-01-16T10:00:00.000Z", "new"),
///     campaign("2024-01-15T10:00:00.000Z", "old"),
/// ];
/// let latest = latest(&versions);
/// assert_eq!(latest.len(), 1);
/// assert_eq!(latest[0]["name"], "new");
/// ```
pub fn latest<T: Versioned>(objects: impl IntoIterator<Item = T>) -> Vec<T> {
    let mut first = FirstOf::new();
    for object in objects {
        if let Some((place, object)) = first.add(object.id(), object)
            && let Some(kept) = first.items.get_mut(place)
            && object.version() >= kept.version()
        {
            *kept = object;
        }
    }
    first.items
}

/// Each version of each object once.
///
/// ```
/// use stix_core::versioning::{Conflict, Deduplicated, Versioned, deduplicate};
/// use serde_json::json;
///
/// let old = json!({"id": "tool--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f", "created": "2024-01-15T10:00:00Z"});
/// let mut new = old.clone();
/// new["name"] = json!("VNC");
/// assert_eq!(old.version(), new.version());
/// let Deduplicated { objects, conflicts } = deduplicate([old, new]);
/// let Conflict { kept, left_out } = &conflicts[0];
/// assert_eq!((objects[*kept]["name"].as_str(), left_out.get("name")), (Some("VNC"), None));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Deduplicated<T> {
    /// The versions, in the order in which they came.
    pub objects: Vec<T>,
    /// The versions that were left out although they differ from the ones that stayed.
    pub conflicts: Vec<Conflict<T>>,
}

/// A version that came again with other content, which the specification leaves undefined.
#[derive(Clone, Debug, PartialEq)]
pub struct Conflict<T> {
    /// The place in [`Deduplicated::objects`] of the version that stayed.
    pub kept: usize,
    /// The one that was left out.
    pub left_out: T,
}

/// Keeps one of each version of an object, where the first of them stood.
///
/// Versions are the same if their identifiers are and `modified` (else `created`) is the same
/// instant. Where one comes again with other content, in the sense of [`same_content`], the last
/// stays and the other is reported.
///
/// ```
/// use serde_json::json;
/// use stix_core::versioning::deduplicate;
///
/// let mutex = json!({"type": "mutex", "id": "mutex--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f", "name": "a"});
/// let mut other = mutex.clone();
/// other["name"] = "b".into();
/// let once = deduplicate([&mutex, &mutex, &other]);
/// assert_eq!(once.objects, [&other]);
/// assert_eq!(once.conflicts[0].left_out["name"], "a");
/// ```
pub fn deduplicate<T: Versioned>(objects: impl IntoIterator<Item = T>) -> Deduplicated<T> {
    let mut first = FirstOf::new();
    let mut conflicts = Vec::new();
    for object in objects {
        let key = object.id().map(|id| (id, object.version()));
        if let Some((kept, object)) = first.add(key, object)
            && let Some(stayed) = first.items.get_mut(kept)
            && differ(&object, stayed)
        {
            conflicts.push(Conflict { kept, left_out: std::mem::replace(stayed, object) });
        }
    }
    Deduplicated { objects: first.items, conflicts }
}

/// Whether two objects say the same: member by member, whatever the order of members, the form of
/// numbers, the precision of times, and whether a default value is written or left out.
///
/// ```
/// use serde_json::json;
/// use stix_core::versioning::same_content;
///
/// let tool = |extra: &str| serde_json::from_str(&format!(r#"{{"type": "tool", "name": "a"{extra}}}"#));
/// assert!(same_content(&tool("")?, &tool(r#", "revoked": false"#)?));
/// assert!(!same_content(&tool("")?, &tool(r#", "revoked": true"#)?));
/// # Ok::<(), serde_json::Error>(())
/// ```
pub fn same_content(left: &Value, right: &Value) -> bool {
    let canonical = |value: &Value| match value {
        Value::Object(members) => serde_json_canonicalizer::to_string(&normal_form(members)),
        other => serde_json_canonicalizer::to_string(other),
    };
    left == right || matches!((canonical(left), canonical(right)), (Ok(left), Ok(right)) if left == right)
}

fn differ<T: Versioned>(left: &T, right: &T) -> bool {
    let both = left.to_json().zip(right.to_json());
    both.is_none_or(|(left, right)| !same_content(&left, &right))
}

/// The members without those that say the default, and times without trailing zeros.
fn normal_form(members: &Map<String, Value>) -> Map<String, Value> {
    let object_type = members.get("type").and_then(Value::as_str).unwrap_or_default();
    let def = object::def(object_type);
    let is_default = |name: &str, value: &Value| match (name, value) {
        ("revoked" | "defanged", Value::Bool(false)) => true,
        ("summary", Value::Bool(false)) => object_type == "sighting",
        ("spec_version", Value::String(version)) => {
            version == "2.1" && def.is_some_and(|def| def.class == Class::Sco)
        }
        _ => false,
    };
    let is_time = |name: &str| match def.and_then(|def| def.property(name)) {
        Some(property) => matches!(property.kind, Kind::Timestamp),
        None => matches!(name, "created" | "modified"),
    };
    let members = members.iter().filter(|(name, value)| !is_default(name, value));
    members
        .map(|(name, value)| match value.as_str().and_then(|text| text.parse::<Timestamp>().ok()) {
            Some(time) if is_time(name) => (name.clone(), time.sort_key().into()),
            _ => (name.clone(), value.clone()),
        })
        .collect()
}

/// The first item of each key, in the order in which they came.
struct FirstOf<K, T> {
    places: HashMap<K, usize>,
    items: Vec<T>,
}

impl<K: Eq + Hash, T> FirstOf<K, T> {
    fn new() -> Self {
        Self { places: HashMap::new(), items: Vec::new() }
    }

    /// Adds an item; if its key has one already, gives the place of that and the item back.
    fn add(&mut self, key: Option<K>, item: T) -> Option<(usize, T)> {
        if let Some(key) = key {
            match self.places.entry(key) {
                Entry::Occupied(kept) => return Some((*kept.get(), item)),
                Entry::Vacant(place) => place.insert(self.items.len()),
            };
        }
        self.items.push(item);
        None
    }
}
