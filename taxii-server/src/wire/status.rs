//! The `status` resource (section 4.3.1): what became of the objects of one request.

use serde::Serialize;
use uuid::Uuid;

use crate::wire::Timestamp;

/// What became of the objects of one request. The four counts fit together: clients check their sum, and
/// that each list is as long as its count says.
#[derive(Clone, Debug, Serialize)]
pub struct Status {
    /// The identifier of the status, a UUID of version 4.
    pub id: Uuid,
    /// `complete` or `pending`.
    pub status: &'static str,
    /// When the request came.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_timestamp: Option<Timestamp>,
    /// How many objects the request had.
    pub total_count: u64,
    /// How many were stored, or were there already.
    pub success_count: u64,
    /// The objects that were stored.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub successes: Vec<StatusDetails>,
    /// How many were refused.
    pub failure_count: u64,
    /// The objects that were refused.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub failures: Vec<StatusDetails>,
    /// How many are still waiting.
    pub pending_count: u64,
    /// The objects that are still waiting.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub pendings: Vec<StatusDetails>,
}

/// One object of a [`Status`].
#[derive(Clone, Debug, Serialize)]
pub struct StatusDetails {
    /// The identifier of the object.
    pub id: String,
    /// The version of the object.
    pub version: String,
    /// Why it failed, or what else is to be said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}
