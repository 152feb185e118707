//! The only writer of objects.
//!
//! A batch of a feed is first joined with what the store knows of its subjects, then written in one
//! transaction with the place in the feed: after a crash either all of it is there or nothing.

mod arrival;
mod contribution;
mod intake;
mod judgement;
mod key;
mod minting;
mod observable;
mod rehearsal;
mod repair;
mod subject;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::AddAssign;
use std::sync::{Arc, Mutex as SyncMutex, PoisonError};
use std::time::Duration;

use chrono::TimeDelta;
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};
use stix_core::tlp::Tlp;
use stix_core::{Identifier, Object, Timestamp, validate::Valid};
use tokio::sync::Mutex;

use crate::clock::Clock;
use crate::storage::feed::{FeedWrite, KnownSubject, Origin, SubjectRow};
use crate::storage::quarantine::RecordId;
use crate::storage::supervision::{Gap, Progress};
use crate::storage::{CollectionId, Dating, NewObject, Storage, StorageError, StorageErrorKind, Term};

pub use self::arrival::Arrival;
pub use self::contribution::{Contribution, Statement};
pub use self::intake::{Intake, IntakeError, Posting};
pub use self::judgement::FUTURE;
pub use self::key::{Key, Namer};
pub use self::minting::{Author, Minting};
pub use self::observable::{IocType, Observable, UnusableValue};
pub use self::rehearsal::Rehearsal;
pub use self::repair::{Repair, Repairs};
use self::subject::Ends;
pub use self::subject::{Compared, Subject};
pub use crate::storage::quarantine::{Form, Quarantined, Repaired};

/// How often a batch is tried when other processes write at the same time.
const ATTEMPTS: u32 = 5;

/// Takes in what comes from feeds.
#[derive(Clone, Debug)]
pub struct Ingest {
    storage: Arc<dyn Storage>,
    dating: Dating,
    term: Option<Term>,
    /// Reading what is known and writing what follows from it must not interleave with another batch.
    turn: Arc<Mutex<()>>,
    /// Where it is noted what would be written, if nothing is to be.
    rehearsal: Option<Arc<SyncMutex<Rehearsal>>>,
}

/// What one poll of a feed brought.
#[derive(Debug)]
pub struct FeedBatch {
    /// The name of the feed.
    pub feed: String,
    /// The collection that the objects go to.
    pub collection: CollectionId,
    /// What is covered with it, if that changes.
    pub progress: Option<Progress>,
    /// The stretches of which records are out of reach.
    pub gaps: Vec<Gap>,
    /// The records.
    pub arrivals: Vec<Arrival>,
    /// Records that leave quarantine, since they are among the arrivals.
    pub released: Vec<RecordId>,
}

/// What became of a batch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ingested {
    /// The records in the batch.
    pub records: usize,
    /// Objects that were not there before.
    pub new: usize,
    /// Objects of which there is a new version.
    pub changed: usize,
    /// Records that had to be put right.
    pub repaired: usize,
    /// Records that cannot be used.
    pub quarantined: usize,
    /// Objects that were kept back, although they are new or changed, because somebody has deleted them.
    pub withheld: usize,
}

impl Ingested {
    /// Whether anything is new or has changed.
    pub fn has_news(&self) -> bool {
        self.new > 0 || self.changed > 0
    }
}

impl AddAssign for Ingested {
    fn add_assign(&mut self, other: Self) {
        self.records += other.records;
        self.new += other.new;
        self.changed += other.changed;
        self.repaired += other.repaired;
        self.quarantined += other.quarantined;
        self.withheld += other.withheld;
    }
}

/// What a batch changes, as far as it has been looked at.
struct Draft {
    write: FeedWrite,
    /// The markings of the Traffic Light Protocol that its objects have.
    levels: Vec<Tlp>,
}

impl Draft {
    fn publish(&mut self, object: &Object, stored: NewObject) {
        for level in object.object_marking_refs().iter().filter_map(Tlp::of) {
            if !self.levels.contains(&level) {
                self.levels.push(level);
            }
        }
        self.write.objects.push(stored);
    }
}

/// A batch, by subject.
#[derive(Default)]
struct Sorted {
    heard: BTreeMap<String, Heard>,
    quarantined: Vec<Quarantined>,
    repaired: Vec<Repaired>,
}

/// All that a batch says of one subject.
#[derive(Clone)]
struct Heard {
    subject: Subject,
    contributions: BTreeMap<String, Contribution>,
    passed_through: Vec<Valid<Object>>,
}

impl Ingest {
    /// Writes to this storage.
    pub fn new(storage: Arc<dyn Storage>, clock: Clock, allowance: Duration) -> Self {
        Self {
            storage,
            dating: Dating { clock, allowance },
            term: None,
            turn: Arc::default(),
            rehearsal: None,
        }
    }

    /// The same, writing batches of feeds in this term only.
    pub fn in_term(self, term: Option<Term>) -> Self {
        Self { term, ..self }
    }

    /// The same, but writing nothing; [`Ingest::rehearsal`] tells what would have been written.
    pub fn rehearsing(self) -> Self {
        Self { rehearsal: Some(Arc::default()), ..self }
    }

    /// What would have been written; nothing when it has been.
    pub fn rehearsal(&self) -> Option<Rehearsal> {
        let rehearsal = self.rehearsal.as_ref()?.lock().unwrap_or_else(PoisonError::into_inner);
        Some(rehearsal.clone())
    }

    /// The store.
    pub fn storage(&self) -> &dyn Storage {
        &*self.storage
    }

    /// Stores a batch.
    ///
    /// # Errors
    /// The store failed; then nothing of the batch is stored.
    pub async fn feed(&self, minting: &Minting, batch: FeedBatch) -> Result<Ingested, StorageError> {
        let _turn = self.turn.lock().await;
        let records = batch.arrivals.len();
        let sorted = Sorted::of(batch.arrivals, minting);
        let records = records.saturating_sub(sorted.repaired.len());
        let (repaired, quarantined) = (sorted.repaired.len(), sorted.quarantined.len());
        let write = FeedWrite {
            term: self.term.clone(),
            quarantined: sorted.quarantined,
            repaired: sorted.repaired,
            released: batch.released,
            progress: batch.progress,
            gaps: batch.gaps,
            ..FeedWrite::new(&batch.feed)
        };
        for attempt in 1.. {
            let mut ingested = Ingested { records, repaired, quarantined, ..Ingested::default() };
            let write = self.join(minting, &sorted.heard, write.clone(), &mut ingested).await?;
            if let Some(rehearsal) = &self.rehearsal {
                let keys: Vec<&str> = write.subjects.iter().map(|subject| subject.key.as_str()).collect();
                let known = self.storage.known_subjects(&keys).await?;
                rehearsal.lock().unwrap_or_else(PoisonError::into_inner).note(write, &known);
                return Ok(ingested);
            }
            match self.storage.write_feed(&batch.collection, write, &self.dating).await {
                // Another process, such as a command, has written since the subjects were read.
                Err(error) if *error.kind() == StorageErrorKind::Overtaken && attempt < ATTEMPTS => {}
                Err(error) => return Err(error),
                Ok(withheld) => return Ok(Ingested { withheld, ..ingested }),
            }
        }
        Ok(Ingested::default())
    }

    /// Joins what was heard with what is known, and writes down what changes.
    async fn join(
        &self,
        minting: &Minting,
        heard: &BTreeMap<String, Heard>,
        write: FeedWrite,
        ingested: &mut Ingested,
    ) -> Result<FeedWrite, StorageError> {
        let turn = Some(self.storage.ingest_turn().await?);
        let mut draft = Draft { write: FeedWrite { turn, ..write }, levels: Vec::new() };
        let ends = heard.values().filter_map(|heard| heard.subject.ends()).flatten();
        let ends: Vec<String> = ends.map(|end| end.key(minting.namer()).as_str().to_owned()).collect();
        let keys: BTreeSet<&str> = heard.keys().chain(&ends).map(String::as_str).collect();
        let mut known = self.storage.known_subjects(&Vec::from_iter(keys)).await?;
        let now = Timestamp::from_millis(self.dating.clock.now());
        let mut ids: HashMap<String, Identifier> =
            known.iter().map(|(key, known)| (key.clone(), known.row.object_id.clone())).collect();
        // Relations last: what stands for their ends is known then.
        let (relations, others): (Vec<_>, Vec<_>) =
            heard.iter().partition(|(_, heard)| heard.subject.ends().is_some());
        for (key, heard) in others.into_iter().chain(relations) {
            let before = known.remove(key);
            let is_known = before.is_some();
            let Some(ends) = heard.subject.ends_in(minting.namer(), &ids) else { continue };
            let objects = draft.write.objects.len();
            let turn = Turn { minting, now: &now, key: key.clone(), heard: heard.clone(), before, ends };
            turn.take(&mut draft)?;
            match (draft.write.objects.len() > objects, is_known) {
                (true, false) => ingested.new += 1,
                (true, true) => ingested.changed += 1,
                (false, _) => {}
            }
            if let Some(row) = draft.write.subjects.last().filter(|row| row.key == *key) {
                ids.insert(key.clone(), row.object_id.clone());
            }
        }
        let Draft { mut write, levels } = draft;
        in_order_of_reference(&mut write.objects);
        if !write.objects.is_empty() {
            let context = minting.context(&levels);
            let context = context.iter().map(new_object).collect::<Result<Vec<_>, _>>()?;
            write.objects.splice(0..0, context);
        }
        Ok(write)
    }
}

impl Sorted {
    /// Brings together what the records say of each subject, in the order of the keys.
    fn of(arrivals: Vec<Arrival>, minting: &Minting) -> Self {
        let mut sorted = Self::default();
        for arrival in arrivals {
            match arrival {
                Arrival::Contributed { subject, source, contribution } => {
                    sorted.hear(minting, subject, Some((source, contribution)), None);
                }
                Arrival::PassedThrough { subject, contribution, object } => {
                    sorted.hear(minting, subject, contribution, Some(*object));
                }
                Arrival::Repaired(record) => sorted.repaired.push(record),
                Arrival::Quarantined(record) => sorted.quarantined.push(record),
            }
        }
        sorted
    }

    fn hear(
        &mut self,
        minting: &Minting,
        subject: Subject,
        said: Option<(String, Box<Contribution>)>,
        object: Option<Valid<Object>>,
    ) {
        let key = subject.key(minting.namer()).as_str().to_owned();
        let heard = self.heard.entry(key).or_insert_with(|| Heard {
            subject,
            contributions: BTreeMap::new(),
            passed_through: Vec::new(),
        });
        if let Some((source, contribution)) = said {
            heard.contributions.entry(source).or_default().join(*contribution);
        }
        heard.passed_through.extend(object);
    }
}

/// One subject of a batch and what the store knows of it.
struct Turn<'a> {
    minting: &'a Minting,
    now: &'a Timestamp,
    key: String,
    heard: Heard,
    before: Option<KnownSubject>,
    /// What stands for the ends of a relation.
    ends: Ends,
}

impl Turn<'_> {
    /// Adds to the draft what changes.
    fn take(mut self, draft: &mut Draft) -> Result<(), StorageError> {
        let contributions = self.join()?;
        let row = match self.before.take().map(|before| before.row) {
            Some(row) if row.origin == Origin::Upstream => {
                self.pass_through(self.later_passed_through(&row), draft)?
            }
            Some(row) => self.update_minted(row, &contributions, draft)?,
            None => match self.pass_through(self.first_passed_through(), draft)? {
                Some(row) => Some(row),
                None => self.mint_first(&contributions, draft)?,
            },
        };
        for (source, contribution) in contributions {
            if self.heard.contributions.contains_key(&source) {
                let body = serde_json::to_string(&contribution).map_err(StorageError::encoding)?;
                draft.write.contributions.push((self.key.clone(), source, body));
            }
        }
        draft.write.subjects.extend(row);
        Ok(())
    }

    /// Joins what was known with what was heard; what was not heard anew is dropped from the latter.
    fn join(&mut self) -> Result<BTreeMap<String, Contribution>, StorageError> {
        let mut all = BTreeMap::new();
        for (source, body) in self.before.iter().flat_map(|before| &before.contributions) {
            let contribution: Contribution = serde_json::from_str(body).map_err(StorageError::encoding)?;
            all.insert(source.clone(), contribution);
        }
        self.heard.contributions.retain(|source, contribution| {
            if let Some(known) = all.get_mut(source) {
                let before = known.clone();
                known.join(contribution.clone());
                return *known != before;
            }
            if all.values().any(|known| known.says_the_same_as(contribution)) {
                return false;
            }
            all.insert(source.clone(), contribution.clone());
            true
        });
        Ok(all)
    }

    /// The versions of an object that was not known; of several identifiers, the least is kept.
    fn first_passed_through(&self) -> Vec<&Valid<Object>> {
        let first = self.heard.passed_through.iter().filter_map(|object| object.id()).min();
        self.heard.passed_through.iter().filter(|object| object.id() == first).collect()
    }

    /// Only a later version under the same identifier replaces an object that was passed through.
    fn later_passed_through(&self, row: &SubjectRow) -> Vec<&Valid<Object>> {
        let same = self.heard.passed_through.iter().filter(|object| object.id() == Some(&row.object_id));
        same.filter(|object| object.version().is_some_and(|version| version > row.modified)).collect()
    }

    /// Stores versions of one object as they are.
    fn pass_through(
        &self,
        mut versions: Vec<&Valid<Object>>,
        draft: &mut Draft,
    ) -> Result<Option<SubjectRow>, StorageError> {
        versions.sort_by_key(|object| object.version());
        let mut last = None;
        for object in versions {
            let stored = new_object(object)?;
            let modified = object.version().unwrap_or_else(|| self.now.clone());
            last = Some(SubjectRow {
                key: self.key.clone(),
                object_id: stored.id.clone(),
                origin: Origin::Upstream,
                created: object.created().unwrap_or_else(|| modified.clone()),
                modified,
                digest: digest(&stored.body),
            });
            draft.publish(object, stored);
        }
        Ok(last)
    }

    fn mint_first(
        &self,
        contributions: &BTreeMap<String, Contribution>,
        draft: &mut Draft,
    ) -> Result<Option<SubjectRow>, StorageError> {
        let seen = contributions.values().filter_map(|part| part.first_seen.as_ref()).min();
        let created = seen.map_or(self.now, |seen| seen.min(self.now)).clone();
        let id = self.heard.subject.key(self.minting.namer()).identifier().map_err(StorageError::encoding)?;
        let Some(object) = self.mint(id.clone(), contributions, &created, &created) else { return Ok(None) };
        let stored = new_object(&object)?;
        let row = SubjectRow {
            key: self.key.clone(),
            object_id: id,
            origin: Origin::Minted,
            digest: digest(&stored.body),
            created: created.clone(),
            modified: created,
        };
        draft.publish(&object, stored);
        Ok(Some(row))
    }

    /// A new version, if the function's value is another than that of the stored version.
    fn update_minted(
        &self,
        row: SubjectRow,
        contributions: &BTreeMap<String, Contribution>,
        draft: &mut Draft,
    ) -> Result<Option<SubjectRow>, StorageError> {
        let id = row.object_id.clone();
        let Some(same) = self.mint(id.clone(), contributions, &row.created, &row.modified) else {
            return Ok(None);
        };
        if digest(&new_object(&same)?.body) == row.digest {
            return Ok(None);
        }
        let next = Timestamp::from_millis(row.modified.instant() + TimeDelta::milliseconds(1));
        let modified = next.max(self.now.clone());
        let Some(object) = self.mint(id, contributions, &row.created, &modified) else { return Ok(None) };
        let stored = new_object(&object)?;
        let row = SubjectRow { modified, digest: digest(&stored.body), ..row };
        draft.publish(&object, stored);
        Ok(Some(row))
    }

    fn mint(
        &self,
        id: Identifier,
        contributions: &BTreeMap<String, Contribution>,
        created: &Timestamp,
        modified: &Timestamp,
    ) -> Option<Object> {
        let contributions: Vec<_> = contributions.values().cloned().collect();
        self.minting.object(id, &self.heard.subject, &self.ends, &contributions, created, modified)
    }
}

/// The oldest first, but relationships after what they relate: no reader meets an end that it cannot have.
fn in_order_of_reference(objects: &mut [NewObject]) {
    objects.sort_by_cached_key(|object| {
        let rank = match object.id.object_type() {
            "identity" | "marking-definition" => 0,
            "relationship" | "sighting" => 2,
            _ => 1,
        };
        (rank, object.version.clone())
    });
}

fn new_object(object: &Object) -> Result<NewObject, StorageError> {
    let id = object.id().cloned();
    let id = id.ok_or_else(|| StorageError::encoding("an object without an identifier cannot be stored"))?;
    let text = serde_json::to_string(object).map_err(StorageError::encoding)?;
    Ok(NewObject {
        id,
        spec_version: stix_core::SpecVersion::TEXT.to_owned(),
        version: object.version(),
        body: RawValue::from_string(text).map_err(StorageError::encoding)?,
    })
}

fn digest(body: &RawValue) -> Vec<u8> {
    Sha256::digest(body.get().as_bytes()).to_vec()
}
