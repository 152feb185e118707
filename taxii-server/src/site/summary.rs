//! An object in one line: the few properties that people know it by.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use serde::Deserialize;
use stix_core::Timestamp;

use super::visit::Shelf;
use super::when::When;
use crate::storage::StoredObject;

/// An object in one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Summary {
    pub(super) id: String,
    pub(super) object_type: String,
    /// What it is called, else what stands for a name.
    pub(super) name: String,
    /// The path of the page about it.
    pub(super) page: String,
    /// When it came into the collection.
    pub(super) added: When,
    /// Why it does not count any more.
    pub(super) over: Option<&'static str>,
}

/// What is read of an object; the rest is passed over.
#[derive(Debug, Deserialize)]
struct Known<'a> {
    #[serde(borrow)]
    id: Cow<'a, str>,
    #[serde(rename = "type", borrow)]
    object_type: Cow<'a, str>,
    name: Option<String>,
    value: Option<String>,
    pattern: Option<String>,
    relationship_type: Option<String>,
    source_ref: Option<String>,
    target_ref: Option<String>,
    #[serde(default)]
    revoked: bool,
    valid_until: Option<Timestamp>,
}

/// The longest name that is shown in a line, in characters.
const LONGEST_NAME: usize = 200;

impl Summary {
    /// The line about an object of a collection; nothing when it cannot be read.
    pub(super) fn of(object: &StoredObject, shelf: &Shelf, now: DateTime<Utc>) -> Option<Self> {
        let known: Known<'_> = serde_json::from_slice(&object.body).ok()?;
        let ended = known.valid_until.as_ref().is_some_and(|end| end.instant() <= now);
        let over = if known.revoked { Some("revoked") } else { ended.then_some("expired") };
        Some(Self {
            page: format!("{}/objects/{}", shelf.page(), known.id),
            name: known.name().chars().take(LONGEST_NAME).collect(),
            id: known.id.into_owned(),
            object_type: known.object_type.into_owned(),
            added: When::new(object.date_added.timestamp().instant(), now),
            over,
        })
    }
}

impl Known<'_> {
    fn name(&self) -> Cow<'_, str> {
        let kind = |id: &Option<String>| {
            id.as_deref().and_then(|id| id.split("--").next()).unwrap_or("?").to_owned()
        };
        if let Some(relation) = &self.relationship_type {
            return format!("{} {relation} {}", kind(&self.source_ref), kind(&self.target_ref)).into();
        }
        let named = self.name.as_ref().or(self.value.as_ref()).or(self.pattern.as_ref());
        named.map_or(self.id.as_ref(), String::as_str).into()
    }
}
