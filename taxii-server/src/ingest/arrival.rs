//! What a feed hands to ingest.

use stix_core::{Object, validate::Valid};

use super::{Contribution, Quarantined, Subject};

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

impl Arrival {
    /// A record that cannot be used, and why.
    pub fn quarantined(reason: impl Into<String>, record: &serde_json::Value) -> Self {
        Self::Quarantined(Quarantined { reason: reason.into(), record: record.to_string() })
    }
}
