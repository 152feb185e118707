//! What batches would change: they take the whole way but the last step, the transaction.

use std::collections::{BTreeMap, HashMap};

use serde::Deserialize;

use super::Quarantined;
use crate::storage::feed::{FeedWrite, KnownSubject};

/// What batches would change.
#[derive(Clone, Debug, Default)]
pub struct Rehearsal {
    /// The names of the objects that would be added, by identifier; empty where one has no name.
    pub added: BTreeMap<String, String>,
    /// Those of which there would be a new version.
    pub changed: BTreeMap<String, String>,
    /// The records that would go into quarantine.
    pub quarantined: Vec<Quarantined>,
}

impl Rehearsal {
    /// Notes what a batch would write, of subjects of which so much is known.
    pub(super) fn note(&mut self, write: FeedWrite, known: &HashMap<String, KnownSubject>) {
        #[derive(Default, Deserialize)]
        struct Named {
            #[serde(default)]
            name: String,
        }

        for subject in &write.subjects {
            let id = &subject.object_id;
            let Some(object) = write.objects.iter().rev().find(|object| object.id == *id) else { continue };
            let name = serde_json::from_str::<Named>(object.body.get()).unwrap_or_default().name;
            let part = if known.contains_key(&subject.key) { &mut self.changed } else { &mut self.added };
            part.insert(id.to_string(), name);
        }
        self.quarantined.extend(write.quarantined);
        // Windows that are read one after another overlap.
        self.quarantined.sort_by(|a, b| (&a.cause, &a.record).cmp(&(&b.cause, &b.record)));
        self.quarantined.dedup();
    }
}
