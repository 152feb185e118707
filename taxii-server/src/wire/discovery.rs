//! The `discovery` resource (section 4.1.1).

use serde::Serialize;

/// What a server says about itself at `/taxii2/`.
#[derive(Clone, Debug, Serialize)]
pub struct Discovery {
    /// A short name of the server.
    pub title: String,
    /// A longer text about the server.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Whom to ask about the server.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact: Option<String>,
    /// The API root that a client should take when it has no wish: equal to an item of `api_roots`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default: Option<String>,
    /// The API roots: absolute HTTPS URLs, or relative ones that begin with one `/`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub api_roots: Vec<String>,
}
