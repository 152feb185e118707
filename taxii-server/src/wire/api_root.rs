//! The `api-root` resource (section 4.2.1).

use serde::Serialize;

/// What an API root says about itself.
#[derive(Clone, Debug, Serialize)]
pub struct ApiRoot {
    /// A short name of the API root.
    pub title: String,
    /// A longer text about the API root.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The media types of the TAXII versions that the API root speaks.
    pub versions: Vec<String>,
    /// The greatest request body, in octets.
    pub max_content_length: u64,
}
