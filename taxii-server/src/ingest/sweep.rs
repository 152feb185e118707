//! What is stored follows the settings: when something else is to be made of what sources say, all subjects are gone
//! through and made anew where that gives another value.
//!
//! Each step is a transaction that looks at some subjects and notes how far it has come, so that polls go on in between
//! and a restart goes on there.

use std::collections::BTreeMap;

use super::basis::basis;
use super::rulebook::Rulebook;
use super::sorted::Heard;
use super::{Ingest, Ingested, Subject};
use crate::storage::StorageError;
use crate::storage::feed::{FeedWrite, SubjectRow};
use crate::storage::upkeep::Sweep;

/// How many subjects are looked at in one step.
pub(super) const STEP: u32 = 300;

impl Ingest {
    /// Makes the next subjects anew that do not follow the settings yet, and says what became of their objects; nothing when
    /// all follow them.
    ///
    /// # Errors
    /// The store failed; then nothing of the step is stored.
    pub async fn follow_settings(&self) -> Result<Option<Ingested>, StorageError> {
        let _turn = self.turn.lock().await;
        self.lists.refresh();
        let Some((basis, from)) = self.behind().await? else { return Ok(None) };
        let rows = self.storage.subjects_after(&from, STEP).await?;
        let step = prefix_of_one_author(&rows);
        let place = step.last().map(|row| row.key.clone());
        let sweep = Some(Sweep { basis, place });
        self.remake(step, FeedWrite { sweep, ..FeedWrite::new("") }).await.map(Some)
    }

    /// The present basis, and the key of the last subject that follows it; nothing when all do. Without a feed there is
    /// nobody whose settings could be followed.
    async fn behind(&self) -> Result<Option<(Vec<u8>, String)>, StorageError> {
        if self.rules.is_empty() {
            return Ok(None);
        }
        let basis = basis(&self.rules, &self.lists, &self.retention);
        let known = self.storage.sweep().await?.filter(|sweep| sweep.basis == basis);
        Ok(known.map_or(Some(String::new()), |sweep| sweep.place).map(|from| (basis, from)))
    }

    /// Decides anew of subjects of one author, of which nothing is heard.
    pub(super) async fn remake(
        &self,
        rows: &[SubjectRow],
        write: FeedWrite,
    ) -> Result<Ingested, StorageError> {
        let Some(rules) = self.rules.first() else { return Ok(Ingested::default()) };
        let subjects =
            rows.iter().filter_map(|row| Some((row, Subject::of_key(&row.key, row.ends.as_ref())?)));
        let mut namer = rules.minting.namer().clone();
        let mut heard = BTreeMap::new();
        for (row, (of, subject)) in subjects {
            namer = of;
            heard.insert(row.key.clone(), Heard::new(subject));
        }
        let rulebook = Rulebook::of_subjects(&self.rules, namer);
        self.write(&rules.routing.collection, &rulebook, heard, write, Ingested::default()).await
    }
}

/// As many of the subjects as have an author in common.
pub(super) fn prefix_of_one_author(rows: &[SubjectRow]) -> &[SubjectRow] {
    let namer = |row: &SubjectRow| Some(super::Namer::of(&row.key)?.0);
    let first = rows.first().and_then(namer);
    let end = rows.iter().position(|row| namer(row) != first).unwrap_or(rows.len());
    rows.get(..end).unwrap_or_default()
}
