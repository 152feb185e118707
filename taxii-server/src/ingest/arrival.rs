//! What a feed hands to ingest.

use stix_core::{Object, validate::Valid};

use super::judgement::shortened;
use super::{Contribution, Form, Quarantined, Repaired, Repairs, Subject};

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
        /// What it says, should more be known of the subject, so that the bridge makes the object.
        contribution: Option<(String, Box<Contribution>)>,
        /// The object.
        object: Box<Valid<Object>>,
    },
    /// A record that had to be put right; what it gives arrives beside.
    Repaired(Repaired),
    /// A record that cannot be used.
    Quarantined(Quarantined),
}

impl Arrival {
    /// What it is about, if it can be used.
    pub fn subject(&self) -> Option<&Subject> {
        match self {
            Self::Contributed { subject, .. } | Self::PassedThrough { subject, .. } => Some(subject),
            Self::Repaired(_) | Self::Quarantined(_) => None,
        }
    }

    /// A record that cannot be used: the cause by its name, and why in a sentence.
    pub fn quarantined(cause: &str, reason: String, form: Form, record: &[u8]) -> Self {
        let (cause, reason) = (cause.to_owned(), shortened(reason));
        Self::Quarantined(Quarantined { cause, reason, form, record: record.to_owned() })
    }

    /// A record that was put right, and how.
    pub fn repaired(repairs: Repairs, form: Form, record: &[u8]) -> Self {
        let repairs = repairs.into_iter().map(|repair| repair.name().to_owned()).collect();
        Self::Repaired(Repaired { repairs, form, record: record.to_owned() })
    }
}
