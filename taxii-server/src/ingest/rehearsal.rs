//! What batches would change: they take the whole way but the last step, the transaction.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde::Deserialize;

use super::Quarantined;
use crate::storage::feed::{FeedWrite, KnownSubject};
use crate::storage::quarantine::RecordId;

/// What batches would change.
#[derive(Clone, Debug, Default)]
pub struct Rehearsal {
    /// What the objects are that would be added, by identifier: the name, else the pattern, else what is related.
    pub added: BTreeMap<String, String>,
    /// Those of which there would be a new version.
    pub changed: BTreeMap<String, String>,
    /// The records that would go into quarantine, and were never there.
    pub quarantined: Vec<Quarantined>,
}

impl Rehearsal {
    /// Notes what a batch would write, of subjects of which so much is known, and of records of which these are.
    pub(super) fn note(
        &mut self,
        write: FeedWrite,
        known: &HashMap<String, KnownSubject>,
        refused: &HashSet<RecordId>,
    ) {
        for subject in &write.subjects {
            let id = &subject.object_id;
            let Some(object) = write.objects.iter().rev().find(|object| object.id == *id) else { continue };
            let told = serde_json::from_str::<Told>(object.body.get()).unwrap_or_default().in_words();
            let part = if known.contains_key(&subject.key) { &mut self.changed } else { &mut self.added };
            part.insert(id.to_string(), told);
        }
        let FeedWrite { feed, quarantined, .. } = write;
        self.quarantined
            .extend(quarantined.into_iter().filter(|record| !refused.contains(&record.id(&feed))));
        // Windows that are read one after another overlap.
        self.quarantined.sort_by(|a, b| (&a.cause, &a.record).cmp(&(&b.cause, &b.record)));
        self.quarantined.dedup();
    }
}

/// What of an object tells people which one it is.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Told {
    name: String,
    pattern: String,
    source_ref: String,
    relationship_type: String,
    target_ref: String,
}

impl Told {
    fn in_words(self) -> String {
        match self {
            Self { name, .. } if !name.is_empty() => name,
            Self { pattern, .. } if !pattern.is_empty() => pattern,
            Self { source_ref, relationship_type, target_ref, .. } => {
                format!("{source_ref} {relationship_type} {target_ref}").trim().to_owned()
            }
        }
    }
}
