//! Versions of objects (STIX 2.1 section 3.6).
//!
//! A version is told apart by its identifier and `modified`. Only the creator of an object makes
//! new versions of it, which no program can check; what can be checked is checked here.
//!
//! The functions work on typed objects, on [`Object`](crate::Object) and on JSON values alike.

mod collection;
mod error;

use chrono::TimeDelta;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};

use crate::{Context, Identifier, Timestamp, deterministic_id::contributing, object, schema::Class};

pub use collection::{Conflict, Deduplicated, Versioned, deduplicate, latest, same_content};
pub use error::{VersionError, VersionErrorKind};

/// The properties that are the same in all versions of an object.
///
/// ```
/// use stix_core::versioning::LOCKED;
///
/// assert!(LOCKED.contains(&"created") && !LOCKED.contains(&"modified"));
/// ```
pub const LOCKED: [&str; 4] = ["type", "id", "created", "created_by_ref"];

/// Makes a new version of an object: a copy with the given changes and a later `modified`.
///
/// If the changes set `modified`, that time is kept; else it becomes the present, or a millisecond
/// after the old one if that is later still. Whether the changed object is valid is left to the
/// validator.
///
/// # Errors
/// The object must be of a type that has versions and must not be revoked. The changes must leave
/// alone the properties of [`LOCKED`], those that contribute to a deterministic identifier, and
/// must not set `modified` to a time before the old one.
///
/// ```
/// use stix_core::{Context, Identifier, sdo::Vulnerability, versioning::new_version};
///
/// let context = Context::system();
/// let first = Vulnerability::new_in(&context, "CVE-2024-0001");
///
/// let second = new_version(&first, &context, |object| object.description = Some("Worse than it looked.".into()))?;
/// assert_eq!(second.common.created, first.common.created);
/// assert!(second.common.modified > first.common.modified);
///
/// let other_id: Identifier = "vulnerability--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f".parse()?;
/// let refused = new_version(&first, &context, |object| object.common.id = other_id).unwrap_err();
/// assert_eq!(refused.property(), Some("id"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn new_version<T>(object: &T, context: &Context, change: impl FnOnce(&mut T)) -> Result<T, VersionError>
where
    T: Clone + Serialize + DeserializeOwned,
{
    let old = members(object)?;
    let old_modified = versioned_at(&old)?;
    let mut changed = object.clone();
    change(&mut changed);
    let mut new = members(&changed)?;
    check_locked(&old, &new)?;
    let modified = next_modified(&old_modified, new.get("modified"), context)?;
    new.insert("modified".into(), modified.to_string().into());
    serde_json::from_value(Value::Object(new)).map_err(VersionError::unreadable)
}

/// Makes the last version of an object: it says that the creator no longer holds it to be valid.
///
/// # Errors
/// The object must be of a type that has versions and must not be revoked already.
///
/// ```
/// use serde_json::json;
/// use stix_core::{Context, versioning::{VersionErrorKind, revoke}};
///
/// let context = Context::system();
/// let revoked = revoke(&json!({
///     "type": "campaign", "spec_version": "2.1", "id": "campaign--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f",
///     "created": "2024-01-15T10:00:00.000Z", "modified": "2024-01-15T10:00:00.000Z", "name": "a",
/// }), &context)?;
/// assert_eq!(revoked["revoked"], true);
/// assert_eq!(revoke(&revoked, &context).unwrap_err().kind(), VersionErrorKind::Revoked);
/// # Ok::<(), stix_core::versioning::VersionError>(())
/// ```
pub fn revoke<T>(object: &T, context: &Context) -> Result<T, VersionError>
where
    T: Clone + Serialize + DeserializeOwned,
{
    let revoked = new_version(&Value::Object(members(object)?), context, |object| {
        if let Some(members) = object.as_object_mut() {
            members.insert("revoked".into(), true.into());
        }
    })?;
    serde_json::from_value(revoked).map_err(VersionError::unreadable)
}

/// Whether objects of this type have versions: all but marking definitions, bundles and, unless
/// they carry the properties for it, cyber-observable objects.
fn has_versions(object_type: &str) -> bool {
    match object::def(object_type) {
        Some(def) => def.common.property("modified").is_some() || def.class == Class::Sco,
        None => object_type != "bundle",
    }
}

/// The old `modified` of an object that may get a new version.
fn versioned_at(object: &Map<String, Value>) -> Result<Timestamp, VersionError> {
    let object_type = object.get("type").and_then(Value::as_str).unwrap_or_default();
    if !has_versions(object_type) {
        return Err(VersionError::new(VersionErrorKind::NoVersions).at("type"));
    }
    if object.get("revoked") == Some(&Value::Bool(true)) {
        return Err(VersionError::new(VersionErrorKind::Revoked).at("revoked"));
    }
    let missing = ["id", "created", "modified"].into_iter().find(|name| !object.contains_key(*name));
    match (missing, time(object, "modified")) {
        (None, Some(modified)) => Ok(modified),
        (name, _) => Err(VersionError::new(VersionErrorKind::NotVersioned).at(name.unwrap_or("modified"))),
    }
}

fn check_locked(old: &Map<String, Value>, new: &Map<String, Value>) -> Result<(), VersionError> {
    let mut locked = LOCKED.iter().copied().chain(contributing_to_id(old));
    match locked.find(|name| !same_property(name, old, new)) {
        Some(name) => Err(VersionError::new(VersionErrorKind::Locked).at(name)),
        None => Ok(()),
    }
}

/// The properties that make up the identifier, if it is deterministic.
fn contributing_to_id(object: &Map<String, Value>) -> Vec<&'static str> {
    let id = object.get("id").and_then(|id| id.as_str()?.parse::<Identifier>().ok());
    match id {
        Some(id) if id.uuid().get_version_num() == 5 => contributing(id.object_type()),
        _ => Vec::new(),
    }
}

/// Whether a property has one value in both objects; times are compared as instants.
fn same_property(name: &str, left: &Map<String, Value>, right: &Map<String, Value>) -> bool {
    let times = || Some(time(left, name)? == time(right, name)?);
    left.get(name) == right.get(name) || times() == Some(true)
}

fn next_modified(
    old: &Timestamp,
    given: Option<&Value>,
    context: &Context,
) -> Result<Timestamp, VersionError> {
    let given = match given.map(|given| given.as_str().and_then(|text| text.parse::<Timestamp>().ok())) {
        Some(Some(given)) => given,
        Some(None) => return Err(VersionError::new(VersionErrorKind::NotATime).at("modified")),
        None => old.clone(),
    };
    if given < *old {
        return Err(VersionError::new(VersionErrorKind::NotLater).at("modified"));
    }
    if given > *old {
        return Ok(given);
    }
    // Cutting off what is finer than a millisecond cannot bring the sum back to the old time.
    let after = old.instant().checked_add_signed(TimeDelta::milliseconds(1));
    Ok(after.map(Timestamp::from_millis).into_iter().fold(context.now(), Timestamp::max))
}

fn time(object: &Map<String, Value>, name: &str) -> Option<Timestamp> {
    object.get(name)?.as_str()?.parse().ok()
}

fn members<T: Serialize>(object: &T) -> Result<Map<String, Value>, VersionError> {
    match serde_json::to_value(object) {
        Ok(Value::Object(members)) => Ok(members),
        Ok(_) => Err(VersionError::new(VersionErrorKind::NoVersions)),
        Err(error) => Err(VersionError::unreadable(error)),
    }
}
