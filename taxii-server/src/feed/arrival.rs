//! What a poll hands to ingest.

use stix_core::{Object, validate::Valid};

use super::{Contribution, Subject};

/// One record of the feed, read.
#[derive(Clone, Debug)]
pub enum Arrival {
    /// What a source says of a subject; the bridge makes the object.
    Contributed {
        /// What it is about.
        subject: Subject,
        /// Where the record came from: the key of its contribution.
        source: String,
        /// What it says.
        contribution: Box<Contribution>,
    },
    /// A valid object, republished as it is.
    PassedThrough {
        /// What it is about.
        subject: Subject,
        /// What it says, should another object already stand for the subject.
        contribution: Option<(String, Box<Contribution>)>,
        /// The object.
        object: Box<Valid<Object>>,
    },
    /// A record that cannot be used.
    Quarantined(Quarantined),
}

/// A record that cannot be used, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quarantined {
    /// Why, in one sentence.
    pub reason: String,
    /// The record as JSON text.
    pub record: String,
}

impl Arrival {
    pub(super) fn quarantined(reason: impl Into<String>, record: &serde_json::Value) -> Self {
        Self::Quarantined(Quarantined { reason: reason.into(), record: record.to_string() })
    }
}
