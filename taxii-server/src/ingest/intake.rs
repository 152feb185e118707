//! Objects that clients send: a small envelope is processed at once, a large one is stored and then worked off.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use serde_json::value::RawValue;
use stix_core::validate::Profile;
use stix_core::{Identifier, Timestamp};
use tokio::sync::{Notify, broadcast};
use tokio::task::spawn_blocking;
use tokio::time::timeout;
use uuid::{Builder, Uuid};

use super::judgement::{self, Judge};
use crate::clock::Clock;
use crate::storage::deletion::Doomed;
use crate::storage::submission::{Entry, Outcome, PartName, Submission, WaitingObjects, WaitingPart};
use crate::storage::{CollectionId, DateAdded, Dating, Storage, StorageError};
use crate::wire::{EnvelopeError, PostedEnvelope};

/// How many objects, and about how many bytes, are processed in one transaction: other writers wait so long.
const PART: (usize, usize) = (500, 4 << 20);

/// What a server takes the lease on that works off what waits.
const TASK: &str = "intake";

/// How many submissions can be worked off before who waits for one looks.
const REMEMBERED: usize = 64;

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
    arrived: Notify,
    /// The submissions that were worked off here.
    worked_off: broadcast::Sender<Uuid>,
}

/// An envelope that was sent.
#[derive(Clone, Debug)]
pub struct Posting {
    /// Where the objects are to go.
    pub collection: CollectionId,
    /// Who sent it.
    pub sender: String,
    /// The body of the request.
    pub body: Vec<u8>,
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

/// An envelope, looked at.
enum Sorted {
    Judged(Vec<Entry>),
    Waiting(Vec<WaitingObjects>),
}

/// A part with what was found of its objects.
type JudgedPart = (PartName, Vec<Entry>);

impl Intake {
    /// An intake into collections, each with its profile. Envelopes of up to `at_once` objects are processed at once.
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
            arrived: Notify::new(),
            worked_off: broadcast::Sender::new(REMEMBERED),
        }
    }

    /// The same, which waits so long at most for what is worked off, before it says what has become of it.
    #[must_use]
    pub fn with_patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// Takes an envelope in. When this returns, nothing of it can be lost.
    ///
    /// # Errors
    /// It is no envelope, or the store failed; then nothing of it is stored.
    pub async fn post(&self, posting: Posting) -> Result<(Submission, Vec<Outcome>), IntakeError> {
        let submission = Submission {
            id: Builder::from_random_bytes(rand::random()).into_uuid(),
            collection: posting.collection,
            sender: posting.sender,
            received: DateAdded::from_millis(self.dating.clock.now().timestamp_millis()),
        };
        let (judge, at_once, now) = (self.judge(&posting.collection), self.at_once, self.now());
        let sorted = blocking(move || {
            let envelope = PostedEnvelope::read(&posting.body).map_err(IntakeError::Envelope)?;
            Ok::<_, IntakeError>(match envelope.objects.len() <= at_once {
                true => Sorted::Judged(judged(&judge, &envelope.objects, 0, &now)),
                false => Sorted::Waiting(parts(&envelope.objects)),
            })
        });
        match sorted.await? {
            Sorted::Judged(entries) => {
                let outcomes = self.storage.submit_processed(&submission, entries, &self.dating).await?;
                Ok((submission, outcomes))
            }
            Sorted::Waiting(parts) => {
                let outcomes = parts.iter().flat_map(|part| part.outcomes.iter().cloned()).collect();
                let worked_off = self.worked_off.subscribe();
                self.storage.submit_waiting(&submission, parts).await?;
                self.arrived.notify_one();
                let outcomes = self.outcome_of(submission.id, worked_off).await.unwrap_or(outcomes);
                Ok((submission, outcomes))
            }
        }
    }

    /// What has become of a submission that was worked off before patience was at its end. A failure to find out changes
    /// nothing for who has sent it.
    async fn outcome_of(&self, id: Uuid, mut worked_off: broadcast::Receiver<Uuid>) -> Option<Vec<Outcome>> {
        let this_one = async { while worked_off.recv().await != Ok(id) {} };
        timeout(self.patience, this_one).await.ok()?;
        self.storage.submission(id).await.ok()?.map(|(_, outcomes)| outcomes)
    }

    /// A submission and what has become of its objects so far.
    ///
    /// # Errors
    /// The store failed.
    pub async fn submission(&self, id: Uuid) -> Result<Option<(Submission, Vec<Outcome>)>, StorageError> {
        self.storage.submission(id).await
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
            let submission = part.name.submission;
            let mut judged = self.judged_part(part).await?;
            while let Some(next) = self.process(judged).await? {
                judged = next;
            }
            // Perhaps nobody waits for it.
            let _ = self.worked_off.send(submission);
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
        let (judge, now) = (self.judge(&name.collection), self.now());
        let first = usize::try_from(name.first).unwrap_or_default();
        let entries = blocking(move || {
            let objects: Vec<&RawValue> = serde_json::from_slice(&texts).map_err(StorageError::encoding)?;
            Ok::<_, StorageError>(judged(&judge, &objects, first, &now))
        });
        Ok((name, entries.await?))
    }

    /// Removes what has been complete for long enough.
    ///
    /// # Errors
    /// The store failed.
    pub async fn tidy(&self) -> Result<u64, StorageError> {
        let before = self.dating.clock.now() - KEPT;
        self.storage.forget_submissions(DateAdded::from_millis(before.timestamp_millis())).await
    }

    /// Waits until a large envelope has come.
    pub async fn arrival(&self) {
        self.arrived.notified().await;
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

/// Judges objects, of which the first has this place in the envelope. One that makes the checks panic is refused: it must
/// not keep what waits behind it from being processed.
fn judged(judge: &Judge, objects: &[&RawValue], first: usize, now: &Timestamp) -> Vec<Entry> {
    let judged = |(place, object): (usize, &&RawValue)| {
        catch_unwind(AssertUnwindSafe(|| judge.judge(object, place, now))).unwrap_or_else(|_| {
            Entry::Refused {
                id: format!("/objects/{place}"),
                version: None,
                reason: "the server failed to check it".to_owned(),
            }
        })
    };
    (first..).zip(objects).map(judged).collect()
}

/// Cuts an envelope into parts.
fn parts(objects: &[&RawValue]) -> Vec<WaitingObjects> {
    let mut parts = Vec::new();
    let empty = || WaitingObjects { texts: b"[".to_vec(), outcomes: Vec::new() };
    let mut part = empty();
    for (place, object) in objects.iter().enumerate() {
        if part.outcomes.len() >= PART.0 || part.texts.len() >= PART.1 {
            part.texts.push(b']');
            parts.push(std::mem::replace(&mut part, empty()));
        }
        if !part.outcomes.is_empty() {
            part.texts.push(b',');
        }
        part.texts.extend_from_slice(object.get().as_bytes());
        part.outcomes.push(judgement::waiting(object, place));
    }
    part.texts.push(b']');
    parts.push(part);
    parts
}

/// Runs what takes long beside the requests. A panic goes on in the caller.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match spawn_blocking(work).await {
        Ok(done) => done,
        Err(error) => match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            // The runtime is being shut down: nobody waits for the answer.
            Err(_) => std::future::pending().await,
        },
    }
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
