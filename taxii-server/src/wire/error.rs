//! The `error` message (section 3.6.1).

use serde::Serialize;

/// What an answer other than success says.
#[derive(Clone, Debug, Serialize)]
pub struct ErrorMessage {
    /// What is wrong, in a few words.
    pub title: String,
    /// What exactly is wrong, and what to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Names this one occurrence, for the operator's log.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_id: Option<String>,
    /// Names the kind of the error.
    pub error_code: String,
    /// The status of the answer: a string, by the specification.
    pub http_status: String,
}
