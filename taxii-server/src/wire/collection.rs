//! The `collections` and `collection` resources (sections 5.1.1 and 5.2.1).

use serde::Serialize;
use uuid::Uuid;

/// The collections of an API root, always in the same order.
#[derive(Clone, Debug, Serialize)]
pub struct Collections {
    /// The collections.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub collections: Vec<Collection>,
}

/// A collection, as the caller sees it.
#[derive(Clone, Debug, Serialize)]
pub struct Collection {
    /// The identifier, a UUID of version 4.
    pub id: Uuid,
    /// A short name of the collection.
    pub title: String,
    /// A longer text about the collection.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Another name that may stand for the identifier in a URL.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alias: Option<String>,
    /// Whether the caller may read objects.
    pub can_read: bool,
    /// Whether the caller may add objects.
    pub can_write: bool,
    /// The media types of the objects in the collection.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub media_types: Vec<String>,
}
