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
mod subject;

use std::collections::BTreeMap;
use std::ops::AddAssign;
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};
use stix_core::{Identifier, Object, Timestamp, validate::Valid};
use tokio::sync::Mutex;

use crate::clock::Clock;
use crate::storage::feed::{FeedWrite, KnownSubject, Origin, SubjectRow};
use crate::storage::supervision::{Gap, Progress};
use crate::storage::{CollectionId, Dating, NewObject, Storage, StorageError, Term};

pub use self::arrival::Arrival;
pub use self::contribution::{Contribution, Statement};
pub use self::intake::{Intake, IntakeError, Posting};
pub use self::judgement::FUTURE;
pub use self::key::{Key, Namer};
pub use self::minting::{Author, Minting};
pub use self::subject::{Compared, Subject};
pub use crate::storage::feed::Quarantined;

/// Takes in what comes from feeds.
#[derive(Clone, Debug)]
pub struct Ingest {
    storage: Arc<dyn Storage>,
    dating: Dating,
    term: Option<Term>,
    /// Reading what is known and writing what follows from it must not interleave with another batch.
    turn: Arc<Mutex<()>>,
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
        self.quarantined += other.quarantined;
        self.withheld += other.withheld;
    }
}

/// All that a batch says of one subject.
struct Heard {
    subject: Subject,
    contributions: BTreeMap<String, Contribution>,
    passed_through: Vec<Valid<Object>>,
}

impl Ingest {
    /// Writes to this storage.
    pub fn new(storage: Arc<dyn Storage>, clock: Clock, allowance: Duration) -> Self {
        Self { storage, dating: Dating { clock, allowance }, term: None, turn: Arc::default() }
    }

    /// The same, writing batches of feeds in this term only.
    pub fn in_term(self, term: Option<Term>) -> Self {
        Self { term, ..self }
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
        let (heard, quarantined) = sort(batch.arrivals, minting);
        let keys: Vec<&str> = heard.keys().map(String::as_str).collect();
        let mut known = self.storage.known_subjects(&keys).await?;
        let now = Timestamp::from_millis(self.dating.clock.now());
        let mut ingested = Ingested { records, quarantined: quarantined.len(), ..Ingested::default() };
        let term = self.term.clone();
        let FeedBatch { feed, progress, gaps, .. } = batch;
        let mut write = FeedWrite { term, quarantined, progress, gaps, ..FeedWrite::new(&feed) };
        for (key, heard) in heard {
            let before = known.remove(&key);
            let is_known = before.is_some();
            let turn = Turn { minting, now: &now, key, heard, before };
            let objects = write.objects.len();
            turn.take(&mut write)?;
            match (write.objects.len() > objects, is_known) {
                (true, false) => ingested.new += 1,
                (true, true) => ingested.changed += 1,
                (false, _) => {}
            }
        }
        in_order_of_reference(&mut write.objects);
        if !write.objects.is_empty() {
            let context = minting.context();
            let context = context.iter().map(new_object).collect::<Result<Vec<_>, _>>()?;
            write.objects.splice(0..0, context);
        }
        ingested.withheld = self.storage.write_feed(&batch.collection, write, &self.dating).await?;
        Ok(ingested)
    }
}

/// Brings together what the records say of each subject, in the order of the keys.
fn sort(arrivals: Vec<Arrival>, minting: &Minting) -> (BTreeMap<String, Heard>, Vec<Quarantined>) {
    let mut heard: BTreeMap<String, Heard> = BTreeMap::new();
    let mut quarantined = Vec::new();
    let mut hear = |subject: Subject, source: Option<(String, Box<Contribution>)>, object| {
        let key = subject.key(minting.namer()).as_str().to_owned();
        let heard = heard.entry(key).or_insert_with(|| Heard {
            subject,
            contributions: BTreeMap::new(),
            passed_through: Vec::new(),
        });
        if let Some((source, contribution)) = source {
            heard.contributions.entry(source).or_default().join(*contribution);
        }
        heard.passed_through.extend(object);
    };
    for arrival in arrivals {
        match arrival {
            Arrival::Contributed { subject, source, contribution } => {
                hear(subject, Some((source, contribution)), None);
            }
            Arrival::PassedThrough { subject, contribution, object } => {
                hear(subject, contribution, Some(*object));
            }
            Arrival::Quarantined(record) => quarantined.push(record),
        }
    }
    (heard, quarantined)
}

/// One subject of a batch and what the store knows of it.
struct Turn<'a> {
    minting: &'a Minting,
    now: &'a Timestamp,
    key: String,
    heard: Heard,
    before: Option<KnownSubject>,
}

impl Turn<'_> {
    /// Adds to `write` what changes.
    fn take(mut self, write: &mut FeedWrite) -> Result<(), StorageError> {
        let contributions = self.join()?;
        let row = match self.before.take().map(|before| before.row) {
            Some(row) if row.origin == Origin::Upstream => {
                self.pass_through(self.later_passed_through(&row), write)?
            }
            Some(row) => self.update_minted(row, &contributions, write)?,
            None => match self.pass_through(self.first_passed_through(), write)? {
                Some(row) => Some(row),
                None => self.mint_first(&contributions, write)?,
            },
        };
        for (source, contribution) in contributions {
            if self.heard.contributions.contains_key(&source) {
                let body = serde_json::to_string(&contribution).map_err(StorageError::encoding)?;
                write.contributions.push((self.key.clone(), source, body));
            }
        }
        write.subjects.extend(row);
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
        write: &mut FeedWrite,
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
            write.objects.push(stored);
        }
        Ok(last)
    }

    fn mint_first(
        &self,
        contributions: &BTreeMap<String, Contribution>,
        write: &mut FeedWrite,
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
        write.objects.push(stored);
        Ok(Some(row))
    }

    /// A new version, if the function's value is another than that of the stored version.
    fn update_minted(
        &self,
        row: SubjectRow,
        contributions: &BTreeMap<String, Contribution>,
        write: &mut FeedWrite,
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
        write.objects.push(stored);
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
        self.minting.object(id, &self.heard.subject, &contributions, created, modified)
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
