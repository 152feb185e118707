//! The `versions` resource (section 5.8.1).

use serde::Serialize;

/// A page of the versions of one object.
#[derive(Clone, Debug, Serialize)]
pub struct Versions {
    /// There is more after this page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub more: Option<bool>,
    /// Where the next page begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// The versions, the one added first leading.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub versions: Vec<String>,
}
