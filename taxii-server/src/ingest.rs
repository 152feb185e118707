//! The only writer of objects.
//!
//! A batch of a feed is first joined with what the store knows of its subjects, then written in one
//! transaction with the place in the feed: after a crash either all of it is there or nothing.

mod allow_list;
mod arrival;
mod attack;
mod basis;
mod bounded;
mod contribution;
mod draft;
mod intake;
mod judgement;
mod key;
pub(crate) mod listable;
mod mapping;
mod minting;
mod observable;
mod rehearsal;
mod repair;
mod retention;
mod routing;
mod rulebook;
mod sorted;
pub(crate) mod special_addresses;
mod subject;
mod sweep;
mod turn;
mod upkeep;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::ops::AddAssign;
use std::sync::{Arc, Mutex as SyncMutex, PoisonError};
use std::time::Duration;

use stix_core::validate::Valid;
use stix_core::{Object, Timestamp};
use tokio::sync::Mutex;

use crate::clock::Clock;
use crate::off_worker;
use crate::storage::feed::{FeedWrite, Origin, SubjectRow};
use crate::storage::quarantine::RecordId;
use crate::storage::supervision::{Gap, Progress};
use crate::storage::{CollectionId, Dating, Storage, StorageError, StorageErrorKind, Term};

pub use self::allow_list::{AllowAction, AllowListError, AllowListSettings, AllowLists, Allowance};
pub use self::arrival::Arrival;
pub use self::attack::{AttackError, AttackLibrary};
use self::bounded::MOST_TEXTS;
pub use self::contribution::{Contribution, Statement};
use self::draft::{Draft, Standing};
pub use self::intake::{EnvelopeLimits, Intake, IntakeError, Posting};
pub use self::judgement::FUTURE;
pub use self::key::{Key, Namer};
pub use self::mapping::{Emit, Labels, Mapping, Prefix};
pub use self::minting::{Author, Minting};
pub use self::observable::{IocType, Observable, UnusableValue};
pub use self::rehearsal::Rehearsal;
pub use self::repair::{Repair, Repairs};
pub use self::retention::Retention;
pub use self::routing::{FeedRules, Route, Routing};
use self::routing::{feed_of, mention};
use self::rulebook::Rulebook;
use self::sorted::{Heard, Sorted};
pub use self::subject::{Compared, Subject};
use self::turn::{Change, Taken, Turn};
pub use self::upkeep::{Tended, Upkeep};
pub use crate::storage::quarantine::{Form, Quarantined, Repaired};

/// How often a batch is tried when other processes write at the same time. Each time another batch was written.
const ATTEMPTS: u32 = 50;

/// How many subjects, or odd records, are written in one transaction.
const STEP: usize = 5000;

/// Takes in what comes from feeds.
#[derive(Clone, Debug)]
pub struct Ingest {
    storage: Arc<dyn Storage>,
    dating: Dating,
    term: Option<Term>,
    rules: Arc<[FeedRules]>,
    lists: Arc<AllowLists>,
    retention: Retention,
    max_object_bytes: usize,
    /// How many subjects, or odd records, are written in one transaction.
    step: usize,
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
    /// What was asked for that.
    pub question: Option<String>,
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
    /// Records that allow-lists had dropped.
    pub dropped: usize,
    /// Objects that have left their collections.
    pub left: usize,
    /// Objects that were heard of and are in no collection, mostly since they have ended too long ago.
    pub hidden: usize,
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
        self.dropped += other.dropped;
        self.left += other.left;
        self.hidden += other.hidden;
        self.withheld += other.withheld;
    }
}

impl Ingest {
    /// Writes to this storage.
    pub fn new(storage: Arc<dyn Storage>, clock: Clock, allowance: Duration) -> Self {
        Self {
            storage,
            dating: Dating { clock, allowance },
            term: None,
            rules: Arc::default(),
            lists: Arc::default(),
            retention: Retention::NONE,
            max_object_bytes: usize::MAX,
            step: STEP,
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

    /// The same, with the rules of these feeds, in the order of the settings.
    pub fn with_feeds(self, rules: Vec<FeedRules>) -> Self {
        Self { rules: rules.into(), ..self }
    }

    /// The same, with these allow-lists.
    pub fn with_allow_lists(self, lists: AllowLists) -> Self {
        Self { lists: Arc::new(lists), ..self }
    }

    /// The same, keeping things for so long. Without this everything is kept.
    pub fn with_retention(self, retention: Retention) -> Self {
        Self { retention, ..self }
    }

    /// Returns the ingest with a limit on the bytes of a record of a feed. Without this there is none.
    pub fn with_max_object_bytes(self, max_object_bytes: usize) -> Self {
        Self { max_object_bytes, ..self }
    }

    /// Returns the ingest with another number of subjects, or odd records, that are written in one transaction.
    pub fn with_step(self, step: usize) -> Self {
        Self { step, ..self }
    }

    /// Returns the most bytes that a record of a feed may have.
    pub fn max_object_bytes(&self) -> usize {
        self.max_object_bytes
    }

    /// Stores a batch: a large one in several transactions, of which the last moves the place in the feed. So a batch that
    /// is broken off is read again, and what was stored of it changes nothing then.
    ///
    /// # Errors
    /// The store failed; then the place has not moved.
    pub async fn feed(&self, minting: &Minting, batch: FeedBatch) -> Result<Ingested, StorageError> {
        let _turn = self.turn.lock().await;
        self.lists.refresh();
        let own = self.rules.iter().find(|rules| rules.feed == batch.feed).cloned();
        let own = own.unwrap_or_else(|| FeedRules {
            feed: batch.feed.clone(),
            minting: Arc::new(minting.clone()),
            routing: Routing { collection: batch.collection, routes: Vec::new() },
        });
        let records = batch.arrivals.len();
        let (arrivals, rules, now) = (batch.arrivals, own.clone(), self.dating.clock.now());
        let lists = Arc::clone(&self.lists);
        let mut sorted = off_worker::run(move || Sorted::of(arrivals, &rules, &lists, now)).await;
        let dropped = sorted.dropped.values().map(|count| usize::try_from(*count).unwrap_or(usize::MAX));
        let mut ingested = Ingested {
            records: records.saturating_sub(sorted.repaired.len()),
            repaired: sorted.repaired.len(),
            quarantined: sorted.quarantined.len(),
            dropped: dropped.sum(),
            ..Ingested::default()
        };
        let (collection, rulebook) = (own.routing.collection, Rulebook::of_batch(&self.rules, &own));
        // Where nothing is written, what comes later would not find what came before.
        let step = if self.rehearsal.is_some() { usize::MAX } else { self.step };
        while sorted.quarantined.len() > step || sorted.repaired.len() > step {
            let write = FeedWrite {
                quarantined: last(&mut sorted.quarantined, step),
                repaired: last(&mut sorted.repaired, step),
                ..FeedWrite::new(&batch.feed)
            };
            ingested +=
                self.write(&collection, &rulebook, BTreeMap::new(), write, Ingested::default()).await?;
        }
        let mut steps = VecDeque::from(sorted::in_steps(std::mem::take(&mut sorted.heard), step));
        let heard = steps.pop_back().unwrap_or_default();
        for heard in steps {
            let write = FeedWrite::new(&batch.feed);
            ingested += self.write(&collection, &rulebook, heard, write, Ingested::default()).await?;
        }
        let write = FeedWrite {
            quarantined: sorted.quarantined,
            repaired: sorted.repaired,
            dropped: sorted.dropped,
            released: batch.released,
            progress: batch.progress,
            question: batch.question,
            gaps: batch.gaps,
            ..FeedWrite::new(&batch.feed)
        };
        self.write(&collection, &rulebook, heard, write, ingested).await
    }

    /// Joins what was heard with what is known, and writes it down with what else there is to write.
    async fn write(
        &self,
        collection: &CollectionId,
        rulebook: &Rulebook<'_>,
        heard: BTreeMap<String, Heard>,
        write: FeedWrite,
        ingested: Ingested,
    ) -> Result<Ingested, StorageError> {
        for attempt in 1.. {
            let mut ingested = ingested.clone();
            let turn = Some(self.storage.ingest_turn().await?);
            let draft = Draft::new(FeedWrite { turn, term: self.term.clone(), ..write.clone() });
            let draft = self.join(rulebook, heard.clone(), draft, &mut ingested).await?;
            let write = draft.finish(collection, |levels| rulebook.context(levels))?;
            if let Some(rehearsal) = &self.rehearsal {
                let keys: Vec<&str> = write.subjects.iter().map(|subject| subject.key.as_str()).collect();
                let known = self.storage.known_subjects(&keys).await?;
                let refused: Vec<_> = write.quarantined.iter().map(|record| record.id(&write.feed)).collect();
                let refused = self.storage.known_records(&refused).await?;
                let mut rehearsal = rehearsal.lock().unwrap_or_else(PoisonError::into_inner);
                rehearsal.note(write, &known, &refused);
                return Ok(ingested);
            }
            match self.storage.write_feed(collection, write, &self.dating).await {
                // Another process, such as a command, has written since the subjects were read.
                Err(error) if *error.kind() == StorageErrorKind::Overtaken && attempt < ATTEMPTS => {}
                Err(error) => return Err(error),
                Ok(withheld) => return Ok(Ingested { withheld, ..ingested }),
            }
        }
        Ok(Ingested::default())
    }

    /// Joins what was heard with what is known, and notes what changes: first indicators, then what follows from them and
    /// everything else, and relations last, since what stands for their ends is known then.
    async fn join(
        &self,
        rulebook: &Rulebook<'_>,
        heard: BTreeMap<String, Heard>,
        mut draft: Draft,
        ingested: &mut Ingested,
    ) -> Result<Draft, StorageError> {
        let (mut relations, others): (BTreeMap<_, _>, BTreeMap<_, _>) =
            heard.into_iter().partition(|(_, heard)| heard.subject.ends().is_some());
        let (indicators, mut others): (BTreeMap<_, _>, BTreeMap<_, _>) =
            others.into_iter().partition(|(_, heard)| matches!(heard.subject, Subject::Indicator { .. }));
        let mut derived = Vec::new();
        for (subject, taken) in self.take(rulebook, indicators, &mut draft, ingested).await? {
            derived.extend(derive(subject, &taken));
        }
        for (subject, heard) in derived {
            let key = subject.key(rulebook.namer()).as_str().to_owned();
            let into = if subject.ends().is_some() { &mut relations } else { &mut others };
            into.entry(key).or_insert_with(|| Heard::new(subject)).add(heard);
        }
        for heard in others.values_mut() {
            if let Subject::Technique(id) = &heard.subject
                && let Some(technique) = rulebook.technique(id)
            {
                (heard.passed_through, heard.is_told) = (vec![technique.clone()], false);
            }
        }
        self.take(rulebook, others, &mut draft, ingested).await?;
        self.take(rulebook, relations, &mut draft, ingested).await?;
        for (id, from, to) in std::mem::take(&mut draft.copies) {
            if let Some(object) = self.storage.last_version(&from, &id).await? {
                draft.publish_stored(object, to)?;
            }
        }
        for (row, from) in std::mem::take(&mut draft.given_up) {
            let last = self.storage.last_version(&from, &row.object_id).await?;
            if last.is_none_or(|last| last.version.is_none_or(|version| version <= row.modified)) {
                draft.withdraw_all(&row.object_id, &from);
            }
        }
        Ok(draft)
    }

    /// Takes subjects that do not depend on each other; the answer is what is known of each now.
    async fn take(
        &self,
        rulebook: &Rulebook<'_>,
        heard: BTreeMap<String, Heard>,
        draft: &mut Draft,
        ingested: &mut Ingested,
    ) -> Result<Vec<(Subject, Taken)>, StorageError> {
        let key = |subject: &Subject| subject.key(rulebook.namer()).as_str().to_owned();
        let under = heard.values().map(|heard| heard.subject.rests_on().iter().map(key).collect());
        let under: Vec<Vec<String>> = under.collect();
        let unknown: BTreeSet<&String> =
            under.iter().flatten().filter(|key| !draft.known.contains_key(*key)).collect();
        let keys: Vec<&str> = heard.keys().chain(unknown).map(String::as_str).collect();
        let mut known = self.storage.known_subjects(&keys).await?;
        draft.known.extend(known.iter().map(|(key, known)| (key.clone(), Standing::from(&known.row))));
        // A clock that is not trusted takes nothing out of the collections.
        let now = self.clock_state().await?.effective();
        let (expired, forgotten) = (self.retention.expired_before(now), self.retention.forgotten_before(now));
        let now = Timestamp::from_millis(now);
        let mut all = Vec::new();
        for ((key, mut heard), under) in heard.into_iter().zip(&under) {
            let before = known.remove(&key);
            let Some(ends) = heard.subject.ends_in(rulebook.namer(), &draft.known) else { continue };
            if heard.is_silent()
                && let Some(before) = &before
            {
                heard.passed_through.extend(self.stored(&before.row).await?);
            }
            let rests_on: Vec<_> = under.iter().filter_map(|key| draft.known.get(key).cloned()).collect();
            if rests_on.len() == under.len() {
                heard.collections.extend(in_all(&rests_on));
            }
            let allowance = heard.subject.allowance(&self.lists);
            let subject = heard.subject.clone();
            let turn = Turn {
                rulebook,
                now: &now,
                retention: &self.retention,
                expired,
                forgotten,
                key,
                heard,
                before,
                ends,
                rests_on,
                allowance,
            };
            let taken = turn.take(draft)?;
            match taken.change {
                Change::New => ingested.new += 1,
                Change::Changed => ingested.changed += 1,
                Change::Left => ingested.left += 1,
                Change::Hidden => ingested.hidden += 1,
                Change::None => {}
            }
            all.push((subject, taken));
        }
        Ok(all)
    }

    /// The stored text of an upstream object, which speaks for the feed when that is silent.
    async fn stored(&self, row: &SubjectRow) -> Result<Option<Valid<Object>>, StorageError> {
        if row.origin == Origin::Minted {
            return Ok(None);
        }
        let stored = self.storage.last_version(&row.collections, &row.object_id).await?;
        let value = stored.map(|object| serde_json::from_str(object.body.get())).transpose();
        Ok(value.map_err(StorageError::encoding)?.and_then(|value| Valid::read(value).ok()))
    }
}

/// Takes up to `most` items from the end of a list.
fn last<T>(list: &mut Vec<T>, most: usize) -> Vec<T> {
    list.split_off(list.len().saturating_sub(most))
}

/// The collections that have all of them: what rests on them belongs there, too.
fn in_all(all: &[Standing]) -> BTreeSet<CollectionId> {
    let mut collections = all.iter().map(|one| one.collections.clone());
    let first = collections.next().unwrap_or_default();
    collections.fold(first, |common, one| &common & &one)
}

/// What follows from an indicator: the techniques that it indicates, and what it is based on. What is shared is there
/// whether the indicator is shown or not, or it would depend on when it was shown.
fn derive(indicator: Subject, taken: &Taken) -> Vec<(Subject, Heard)> {
    let techniques: BTreeSet<&String> =
        taken.contributions.values().flat_map(|part| &part.techniques).collect();
    let techniques =
        techniques.into_iter().take(MOST_TEXTS).map(|id| ("indicates", Subject::Technique(id.clone())));
    let observable = match &indicator {
        Subject::Indicator { compared: Some(compared), .. } if taken.emits => {
            Some(("based-on", Subject::Observable(compared.clone())))
        }
        _ => None,
    };
    // Which row mentions a technique does not matter to it: one mention by a feed is enough.
    let feeds: BTreeSet<&str> = taken.contributions.keys().map(|source| feed_of(source)).collect();
    let heard = |subject: &Subject| {
        let contributions = feeds.iter().map(|feed| (mention(feed), Contribution::default())).collect();
        let collections = taken.collections.clone();
        Heard { contributions, collections, is_told: true, ..Heard::new(subject.clone()) }
    };
    let with_relation = |(relation, target): (&str, Subject)| {
        let relation = Subject::Relation {
            source: Box::new(indicator.clone()),
            relation: relation.to_owned(),
            target: Box::new(target.clone()),
        };
        [target, relation]
    };
    let all = techniques.chain(observable).flat_map(with_relation);
    let wanted = |subject: &Subject| taken.change != Change::Hidden || subject.rests_on().is_empty();
    all.filter(wanted).map(|subject| (subject.clone(), heard(&subject))).collect()
}
