//! Objects that clients send: an envelope is processed part after part while its sender waits; what is left of a large one
//! when patience is at its end is stored, and then worked off.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use serde_json::value::RawValue;
use stix_core::validate::Profile;
use stix_core::{Identifier, Timestamp};
use tokio::sync::{Notify, Semaphore, SemaphorePermit, mpsc};
use tokio::time::Instant;
use uuid::{Builder, Uuid};

use super::judgement::{self, Judge};
use crate::clock::Clock;
use crate::clock::trust::ClockState;
use crate::off_worker;
use crate::storage::deletion::Doomed;
use crate::storage::submission::{
    Entry, Outcome, OutcomesPart, PartName, Submission, WaitingObjects, WaitingPart,
};
use crate::storage::{CollectionId, DateAdded, Dating, Storage, StorageError};
use crate::wire::status::MOST_MESSAGES;
use crate::wire::{EnvelopeError, PostedEnvelope};

/// How many objects, and about how many bytes, are processed in one transaction: other writers wait so long.
const PART: (usize, usize) = (1000, 4 << 20);

/// How many bytes of envelopes are checked at the same time: a large one, and small ones beside it. A checked object takes
/// some ten times its text, and one of nothing but small values twenty times.
const CHECKING: usize = 16 << 20;
/// For how many bytes an envelope counts at most: of a large one only some parts are in memory as objects.
const CHECKING_ONE: usize = 3 * PART.1;
/// The unit in which that is counted.
const KIB: usize = 1 << 10;

/// What a server takes the lease on that works off what waits.
const TASK: &str = "intake";

/// How long a status is kept after its completion (section 4.3.1 recommends a day).
const KEPT: Duration = Duration::from_secs(24 * 60 * 60);

/// Takes in what clients send, and deletes what they want deleted.
#[derive(Debug)]
pub struct Intake {
    storage: Arc<dyn Storage>,
    dating: Dating,
    judges: HashMap<CollectionId, Arc<Judge>>,
    at_once: usize,
    patience: Duration,
    limits: EnvelopeLimits,
    /// The memory for envelopes that are being checked, in [`KIB`].
    checking: Semaphore,
    arrived: Notify,
}

/// An envelope that was sent. Its body is kept until all of its objects have been looked at.
#[derive(Clone, Debug)]
pub struct Posting<B = Vec<u8>> {
    /// Where the objects are to go.
    pub collection: CollectionId,
    /// Who sent it.
    pub sender: String,
    /// The body of the request.
    pub body: B,
}

/// How large envelopes and their objects may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EnvelopeLimits {
    /// The most objects of an envelope, which is refused as a whole above it.
    pub objects: usize,
    /// The most bytes of an object, which is refused by itself above it.
    pub object_bytes: usize,
}

/// An envelope that cannot be taken in.
#[derive(Debug)]
#[non_exhaustive]
pub enum IntakeError {
    /// It is none.
    Envelope(EnvelopeError),
    /// The store failed.
    Storage(StorageError),
}

/// As much of an envelope as has been looked at.
enum Sorted {
    /// The next part.
    Judged(Vec<Entry>),
    /// All that is left.
    Waiting(Vec<WaitingObjects>),
}

/// A part that has waited, with what was found of its objects.
type JudgedPart = (PartName, Vec<Entry>);

impl Intake {
    /// An intake into collections, each with its profile. Envelopes of up to `at_once` objects are processed at once,
    /// others wait.
    pub fn new(
        storage: Arc<dyn Storage>,
        clock: Clock,
        allowance: Duration,
        profiles: impl IntoIterator<Item = (CollectionId, Profile)>,
        at_once: usize,
    ) -> Self {
        let judge = |(collection, profile)| (collection, Arc::new(Judge::new(profile)));
        Self {
            storage,
            dating: Dating { clock, allowance },
            judges: profiles.into_iter().map(judge).collect(),
            at_once,
            patience: Duration::ZERO,
            limits: EnvelopeLimits { objects: usize::MAX, object_bytes: usize::MAX },
            checking: Semaphore::new(CHECKING.div_ceil(KIB)),
            arrived: Notify::new(),
        }
    }

    /// The same, but larger envelopes too are processed at once, as much of them as can be in this time.
    #[must_use]
    pub fn with_patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// Returns the intake with other limits. Without this there are none.
    #[must_use]
    pub fn with_limits(self, limits: EnvelopeLimits) -> Self {
        Self { limits, ..self }
    }

    /// Takes an envelope in. When this returns, nothing of it can be lost.
    ///
    /// # Errors
    /// It is no envelope; or the store failed, and then it can be sent again, whatever of it was stored.
    pub async fn post<B: AsRef<[u8]> + Send + 'static>(
        &self,
        posting: Posting<B>,
    ) -> Result<(Submission, Vec<Outcome>), IntakeError> {
        let _checking = self.checking(posting.body.as_ref().len()).await;
        let submission = Submission {
            id: Builder::from_random_bytes(rand::random()).into_uuid(),
            collection: posting.collection,
            sender: posting.sender,
            received: DateAdded::from_millis(self.dating.clock.now().timestamp_millis()),
        };
        let (mut check, at_once) = (self.check(&posting.collection), self.at_once);
        let (most, body) = (self.limits.objects, posting.body);
        let end = Instant::now() + self.patience;
        // One part waits to be stored while the next one is judged.
        let (sorted, parts) = mpsc::channel(1);
        let sorting = off_worker::run(move || {
            let objects = PostedEnvelope::read(body.as_ref(), most)?.objects;
            let late = || objects.len() > at_once && Instant::now() >= end;
            sort(&mut check, &objects, late, |part| sorted.blocking_send(part).is_ok());
            Ok(())
        });
        let (is_envelope, outcomes) = tokio::join!(sorting, self.take_in(&submission, parts));
        is_envelope.map_err(IntakeError::Envelope)?;
        Ok((submission, outcomes?))
    }

    /// Stores an envelope, and the submission with the end of it. Until then nobody has been told of the submission, so
    /// it need not be found again: who hears nothing sends the objects once more.
    async fn take_in(
        &self,
        submission: &Submission,
        mut parts: mpsc::Receiver<Sorted>,
    ) -> Result<Vec<Outcome>, StorageError> {
        let (mut outcomes, mut judged, mut rest) = (Vec::new(), Vec::new(), Vec::new());
        while let Some(part) = parts.recv().await {
            match part {
                Sorted::Judged(next) => {
                    let before = std::mem::replace(&mut judged, next);
                    let added = self.storage.add_entries(&submission.collection, before, &self.dating);
                    outcomes.extend(added.await?);
                }
                Sorted::Waiting(parts) => rest = parts,
            }
        }
        if judged.is_empty() && rest.is_empty() {
            return Ok(outcomes);
        }
        let waits = !rest.is_empty();
        let outcomes = self.storage.submit(submission, outcomes, judged, rest, &self.dating).await?;
        if waits {
            self.arrived.notify_one();
        }
        Ok(outcomes)
    }

    /// Returns a submission, if there is one of this identifier.
    ///
    /// # Errors
    /// The store failed.
    pub async fn submission(&self, id: Uuid) -> Result<Option<Submission>, StorageError> {
        self.storage.submission(id).await
    }

    /// Returns the next parts of what has become of the objects of a submission so far, after the part whose first
    /// object has this place.
    ///
    /// # Errors
    /// The store failed.
    pub async fn outcomes(&self, id: Uuid, after: Option<i64>) -> Result<Vec<OutcomesPart>, StorageError> {
        self.storage.outcomes(id, after).await
    }

    /// Deletes versions of an object; the answer is how many. Feeds do not bring them back.
    ///
    /// # Errors
    /// The store failed; then nothing is deleted.
    pub async fn delete(
        &self,
        collection: &CollectionId,
        id: &Identifier,
        doomed: &Doomed,
    ) -> Result<u64, StorageError> {
        self.storage.delete_object(collection, id, doomed, &self.dating).await
    }

    /// Lets feeds bring back an object that was deleted; the answer is how many tombstones of it there were.
    ///
    /// # Errors
    /// The store failed.
    pub async fn restore(&self, collection: &CollectionId, id: &Identifier) -> Result<u64, StorageError> {
        self.storage.lift_tombstones(collection, id).await
    }

    /// Processes what waits, part after part, unless another server is at it.
    ///
    /// # Errors
    /// The store failed; then the part that it failed at, and all after it, still wait.
    pub async fn work_off(&self) -> Result<(), StorageError> {
        let Some(mut part) = self.storage.waiting_part().await? else { return Ok(()) };
        // A server that has lost its lease without knowing does no harm: each part is processed once.
        let Some(_lease) = self.storage.lead(TASK).await? else { return Ok(()) };
        loop {
            let mut judged = self.judged_part(part).await?;
            while let Some(next) = self.process(judged).await? {
                judged = next;
            }
            part = match self.storage.waiting_part().await? {
                Some(next) => next,
                None => return Ok(()),
            };
        }
    }

    /// Stores a part that was judged; meanwhile judges the next one of its submission, if there is one.
    async fn process(&self, (name, entries): JudgedPart) -> Result<Option<JudgedPart>, StorageError> {
        let next = async {
            match self.storage.waiting_part_after(&name).await? {
                Some(part) => self.judged_part(part).await.map(Some),
                None => Ok(None),
            }
        };
        let (stored, next) = tokio::join!(self.storage.process_part(&name, entries, &self.dating), next);
        stored?;
        next
    }

    async fn judged_part(
        &self,
        WaitingPart { name, texts }: WaitingPart,
    ) -> Result<JudgedPart, StorageError> {
        let _checking = self.checking(texts.len()).await;
        let mut check = self.check(&name.collection);
        let first = usize::try_from(name.first).unwrap_or_default();
        // Of the objects further behind the status shows no reason in any case.
        check.reasons = check.reasons.saturating_sub(first);
        let entries = off_worker::run(move || {
            let objects: Vec<&RawValue> = serde_json::from_slice(&texts).map_err(StorageError::encoding)?;
            Ok::<_, StorageError>(check.part(&objects, first))
        });
        Ok((name, entries.await?))
    }

    /// Removes what has been complete for long enough.
    ///
    /// # Errors
    /// The store failed.
    pub async fn tidy(&self) -> Result<u64, StorageError> {
        match ClockState::of(self.dating.clock.now(), self.storage.known_time().await?) {
            ClockState::Trusted(time) => match time.minus(KEPT) {
                Some(before) => self.storage.forget_submissions(before).await,
                None => Ok(0),
            },
            ClockState::Ahead { .. } => Ok(0),
        }
    }

    /// Waits until something waits to be worked off.
    pub async fn arrival(&self) {
        self.arrived.notified().await;
    }

    /// Waits until there is memory to check an envelope, or a part of one, of so many bytes.
    async fn checking(&self, bytes: usize) -> Option<SemaphorePermit<'_>> {
        let share = bytes.min(CHECKING_ONE).div_ceil(KIB);
        self.checking.acquire_many(u32::try_from(share).unwrap_or(u32::MAX)).await.ok()
    }

    /// A check of the objects of an envelope for this collection.
    fn check(&self, collection: &CollectionId) -> Check {
        Check {
            judge: self.judge(collection),
            now: self.now(),
            longest: self.limits.object_bytes,
            reasons: usize::try_from(MOST_MESSAGES).unwrap_or(usize::MAX),
        }
    }

    /// That of the collection; one that is no longer in the settings is judged by the default profile.
    fn judge(&self, collection: &CollectionId) -> Arc<Judge> {
        let judge = self.judges.get(collection).map(Arc::clone);
        judge.unwrap_or_else(|| Arc::new(Judge::new(Profile::Default)))
    }

    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.dating.clock.now())
    }
}

/// Checks the objects of one envelope.
struct Check {
    judge: Arc<Judge>,
    now: Timestamp,
    /// The most bytes of an object.
    longest: usize,
    /// For how many more of the objects that are refused the reason is kept.
    reasons: usize,
}

impl Check {
    /// Checks objects, of which the first has this place in the envelope.
    fn part(&mut self, objects: &[&RawValue], first: usize) -> Vec<Entry> {
        (first..).zip(objects).map(|(place, object)| self.object(object, place)).collect()
    }

    /// Checks an object. One that makes the checks panic is refused: it must not keep what comes behind it from being
    /// processed.
    fn object(&mut self, object: &RawValue, place: usize) -> Entry {
        let checked = || match object.get().len() {
            length if length > self.longest => judgement::too_long(object, place, self.longest),
            _ => self.judge.judge(object, place, &self.now),
        };
        let mut entry = catch_unwind(AssertUnwindSafe(checked)).unwrap_or_else(|_| Entry::Refused {
            id: format!("/objects/{place}"),
            version: None,
            reason: "the server failed to check it".to_owned(),
        });
        if let Entry::Refused { reason, .. } = &mut entry {
            match self.reasons.checked_sub(1) {
                Some(left) => self.reasons = left,
                None => *reason = String::new(),
            }
        }
        entry
    }
}

/// Checks an envelope part after part until it is late, and hands on each, while somebody takes them.
fn sort(check: &mut Check, objects: &[&RawValue], late: impl Fn() -> bool, hand_on: impl Fn(Sorted) -> bool) {
    let mut first = 0;
    let mut parts = parts(objects).into_iter();
    while !late()
        && let Some(part) = parts.next()
    {
        if !hand_on(Sorted::Judged(check.part(part, first))) {
            return;
        }
        first += part.len();
    }
    let rest: Vec<_> = parts.scan(first, |first, part| Some(waiting(part, first))).collect();
    if !rest.is_empty() {
        hand_on(Sorted::Waiting(rest));
    }
}

/// Cuts an envelope into parts.
fn parts<'a>(objects: &'a [&'a RawValue]) -> Vec<&'a [&'a RawValue]> {
    let mut octets = 0_usize;
    let mut objects_in = 0;
    let together = |_: &&RawValue, next: &&RawValue| {
        octets = octets.saturating_add(next.get().len());
        objects_in += 1;
        let fits = objects_in < PART.0 && octets < PART.1;
        if !fits {
            (octets, objects_in) = (0, 0);
        }
        fits
    };
    objects.chunk_by(together).collect()
}

/// A part as it waits; `place` is that of its first object in the envelope, and then of the next part's.
fn waiting(part: &[&RawValue], place: &mut usize) -> WaitingObjects {
    let (mut texts, mut outcomes) = (b"[".to_vec(), Vec::with_capacity(part.len()));
    for object in part {
        if !outcomes.is_empty() {
            texts.push(b',');
        }
        texts.extend_from_slice(object.get().as_bytes());
        outcomes.push(judgement::waiting(object, *place));
        *place += 1;
    }
    texts.push(b']');
    WaitingObjects { texts, outcomes }
}

impl From<StorageError> for IntakeError {
    fn from(error: StorageError) -> Self {
        Self::Storage(error)
    }
}

impl std::fmt::Display for IntakeError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Envelope(error) => error.fmt(f),
            Self::Storage(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for IntakeError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Envelope(_) => None,
            Self::Storage(error) => error.source(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    fn check() -> Check {
        let now = "2026-01-01T00:00:00.000Z".parse().unwrap();
        Check { judge: Arc::new(Judge::new(Profile::Default)), now, longest: 100, reasons: 1000 }
    }

    fn raw(text: &str) -> Box<RawValue> {
        RawValue::from_string(text.to_owned()).unwrap()
    }

    #[test]
    fn objects_beyond_the_limit_are_refused_by_name() {
        let id = "malware--0000000a-0000-4000-8000-000000000000";
        let long = raw(&format!(r#"{{"id":"{id}","x":"{}"}}"#, "x".repeat(50)));
        let entries = check().part(&[&raw("{}"), &long], 7);
        let Some(Entry::Refused { id: name, reason, .. }) = entries.last() else { panic!("{entries:?}") };
        assert_eq!(name, id);
        assert_eq!(reason, &format!("it has {} bytes, more than `max_object_bytes`, 100", long.get().len()));
    }

    #[test]
    fn only_so_many_reasons_are_kept() {
        let (bad, mut check) = (raw("{}"), check());
        let entries = [check.part(&vec![&*bad; 600], 0), check.part(&vec![&*bad; 600], 600)].concat();
        let has_reason =
            |entry: &&Entry| matches!(entry, Entry::Refused { reason, .. } if !reason.is_empty());
        assert_eq!(entries.iter().take_while(has_reason).count(), 1000);
        assert_eq!(entries.iter().filter(has_reason).count(), 1000);
    }

    #[test]
    fn what_is_late_waits_with_its_place() {
        let texts: Vec<_> =
            (0..2_300).map(|number| RawValue::from_string(number.to_string()).unwrap()).collect();
        let objects: Vec<&RawValue> = texts.iter().map(|text| &**text).collect();
        for judged_parts in 0..=3 {
            let sorted = RefCell::new(Vec::new());
            let late = || sorted.borrow().len() >= judged_parts;
            let hand_on = |part| {
                sorted.borrow_mut().push(part);
                true
            };
            sort(&mut check(), &objects, late, hand_on);
            let mut names = Vec::new();
            for (part, sorted) in sorted.into_inner().into_iter().enumerate() {
                match sorted {
                    Sorted::Judged(entries) => {
                        assert!(part < judged_parts);
                        names.extend(entries.into_iter().map(|entry| match entry {
                            Entry::Refused { id, .. } => id,
                            Entry::Good(_) => panic!("a number is no object"),
                        }));
                    }
                    Sorted::Waiting(parts) => {
                        assert_eq!(part, judged_parts);
                        for part in parts {
                            let texts: Vec<usize> = serde_json::from_slice(&part.texts).unwrap();
                            assert_eq!(texts.first(), Some(&names.len()));
                            names.extend(part.outcomes.into_iter().map(|outcome| outcome.id));
                        }
                    }
                }
            }
            let expected: Vec<_> = (0..2_300).map(|place| format!("/objects/{place}")).collect();
            assert_eq!(names, expected);
        }
    }

    #[test]
    fn parts_have_so_many_objects_or_octets() {
        let sizes = |texts: &[Box<RawValue>]| {
            let objects: Vec<&RawValue> = texts.iter().map(|text| &**text).collect();
            parts(&objects).iter().map(|part| part.len()).collect::<Vec<_>>()
        };
        let short = vec![RawValue::from_string("7".to_owned()).unwrap(); 1_001];
        assert_eq!(sizes(&short), [1_000, 1]);
        let long = vec![RawValue::from_string(format!("\"{}\"", "x".repeat(3 << 20))).unwrap(); 5];
        assert_eq!(sizes(&long), [2, 2, 1]);
        assert!(sizes(&[]).is_empty());
    }
}
