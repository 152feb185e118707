//! The `manifest` resource (section 5.3.1).
//!
//! The specification gives this resource `more` but no `next`; without `next` clients that page by it
//! would loop, so it is written here as in an envelope.

use serde::Serialize;

use crate::wire::Timestamp;

/// A page of records about objects.
#[derive(Clone, Debug, Serialize)]
pub struct Manifest {
    /// There is more after this page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub more: Option<bool>,
    /// Where the next page begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// The records, oldest first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub objects: Option<Vec<ManifestRecord>>,
}

/// One version of one object.
#[derive(Clone, Debug, Serialize)]
pub struct ManifestRecord {
    /// The identifier of the object.
    pub id: String,
    /// When this version came into the collection.
    pub date_added: Timestamp,
    /// The version: `modified`, else `created`, else the date added.
    pub version: String,
    /// The media type of this version.
    pub media_type: String,
}
