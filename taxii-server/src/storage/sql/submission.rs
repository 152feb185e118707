//! Submissions and their parts: see [`crate::storage::submission`].

use async_trait::async_trait;
use uuid::Uuid;

use super::objects::{self, Writer};
use super::row::{Row, Value};
use super::statement::Statement;
use super::transaction::WriteTransaction;
use super::{Backend, Session, SqlStorage};
use crate::clock::trust::Cutoff;
use crate::storage::submission::{
    Entry, Fate, Outcome, OutcomesPart, PartName, Submission, Submissions, WaitingObjects, WaitingPart,
};
use crate::storage::{Added, CollectionId, DateAdded, Dating, NewObject, StorageError};

/// How many outcomes are stored in a row, so that a status can be read in pieces.
const OUTCOMES_IN_A_PART: usize = 1000;
/// How many parts are read at once.
const PARTS_AT_ONCE: i64 = 8;

#[async_trait]
impl<B: Backend> Submissions for SqlStorage<B> {
    async fn add_entries(
        &self,
        collection: &CollectionId,
        entries: Vec<Entry>,
        dating: &Dating,
    ) -> Result<Vec<Outcome>, StorageError> {
        if entries.is_empty() {
            return Ok(Vec::new());
        }
        let mut tx = self.begin().await?;
        let outcomes = add::<B>(&mut tx, collection, entries, dating).await?;
        tx.commit().await?;
        Ok(outcomes)
    }

    async fn submit(
        &self,
        submission: &Submission,
        mut outcomes: Vec<Outcome>,
        entries: Vec<Entry>,
        rest: Vec<WaitingObjects>,
        dating: &Dating,
    ) -> Result<Vec<Outcome>, StorageError> {
        let mut tx = self.begin().await?;
        if !entries.is_empty() {
            // First the objects, since they lock the collection: a row that refers to the collection holds it a little,
            // and of two who hold it neither could then lock it.
            outcomes.extend(add::<B>(&mut tx, &submission.collection, entries, dating).await?);
        }
        let completed = rest.is_empty().then(|| dating.clock.now().timestamp_millis());
        insert(&mut tx, submission, completed).await?;
        for (number, part) in outcomes.chunks(OUTCOMES_IN_A_PART).enumerate() {
            let first = number.saturating_mul(OUTCOMES_IN_A_PART);
            insert_part(&mut tx, submission, first, part, Value::Bytes(None)).await?;
        }
        for part in rest {
            let texts = Value::Bytes(Some(part.texts));
            insert_part(&mut tx, submission, outcomes.len(), &part.outcomes, texts).await?;
            outcomes.extend(part.outcomes);
        }
        tx.commit().await?;
        Ok(outcomes)
    }

    async fn waiting_part(&self) -> Result<Option<WaitingPart>, StorageError> {
        // One statement: a submission that waits has a part that does at the same moment only.
        let select = Statement::new(
            "SELECT s.id, s.collection, p.first, p.waiting FROM submission AS s \
             JOIN submission_part AS p ON p.submission = s.id WHERE p.waiting IS NOT NULL AND s.id = \
             (SELECT id FROM submission WHERE completed IS NULL ORDER BY received, id LIMIT 1) \
             ORDER BY p.first LIMIT 1",
        );
        self.read_optional(select).await?.map(waiting_part).transpose()
    }

    async fn waiting_part_after(&self, part: &PartName) -> Result<Option<WaitingPart>, StorageError> {
        let select = Statement::new(
            "SELECT s.id, s.collection, p.first, p.waiting FROM submission AS s \
             JOIN submission_part AS p ON p.submission = s.id \
             WHERE s.id = $1 AND p.first > $2 AND p.waiting IS NOT NULL ORDER BY p.first LIMIT 1",
        );
        let select = select.bind(part.submission.to_string()).bind(part.first);
        self.read_optional(select).await?.map(waiting_part).transpose()
    }

    async fn process_part(
        &self,
        part: &PartName,
        entries: Vec<Entry>,
        dating: &Dating,
    ) -> Result<bool, StorageError> {
        let mut tx = self.begin().await?;
        // One after the other, so that whoever processes the last part sees that it is the last.
        let mut lock = Statement::new("SELECT completed FROM submission WHERE id = $1");
        lock.push(B::FOR_UPDATE);
        tx.fetch_optional(lock.bind(part.submission.to_string())).await?;
        let taken = Statement::new(
            "UPDATE submission_part SET waiting = NULL \
             WHERE submission = $1 AND first = $2 AND waiting IS NOT NULL",
        );
        if tx.execute(taken.bind(part.submission.to_string()).bind(part.first)).await? == 0 {
            return Ok(false);
        }
        let outcomes = add::<B>(&mut tx, &part.collection, entries, dating).await?;
        let update =
            Statement::new("UPDATE submission_part SET outcomes = $3 WHERE submission = $1 AND first = $2");
        let update = update.bind(part.submission.to_string()).bind(part.first);
        tx.execute(update.bind(json(&outcomes)?)).await?;
        let complete = Statement::new(
            "UPDATE submission SET completed = $2 WHERE id = $1 AND NOT EXISTS \
             (SELECT 1 FROM submission_part WHERE submission = $1 AND waiting IS NOT NULL)",
        );
        let now = dating.clock.now().timestamp_millis();
        tx.execute(complete.bind(part.submission.to_string()).bind(now)).await?;
        tx.commit().await?;
        Ok(true)
    }

    async fn submission(&self, id: Uuid) -> Result<Option<Submission>, StorageError> {
        let select = Statement::new("SELECT collection, sender, received FROM submission WHERE id = $1");
        let Some(mut row) = self.read_optional(select.bind(id.to_string())).await? else { return Ok(None) };
        let collection = CollectionId::from(uuid(&mut row)?);
        Ok(Some(Submission {
            id,
            collection,
            sender: row.next()?,
            received: DateAdded::from_millis(row.next()?),
        }))
    }

    async fn outcomes(&self, id: Uuid, after: Option<i64>) -> Result<Vec<OutcomesPart>, StorageError> {
        let mut select = Statement::new(
            "SELECT first, outcomes FROM submission_part WHERE submission = $1 AND first > $2 ORDER BY first LIMIT $3",
        )
        .bind(id.to_string());
        select = select.bind(after.unwrap_or(-1)).bind(PARTS_AT_ONCE);
        let part = |mut row: Row| Ok(OutcomesPart { first: row.next()?, outcomes: row.next()? });
        self.read_all(select).await?.into_iter().map(part).collect()
    }

    async fn forget_submissions(&self, completed_before: Cutoff) -> Result<u64, StorageError> {
        let delete = Statement::new("DELETE FROM submission WHERE completed < $1");
        self.write(delete.bind(completed_before.time().timestamp_millis())).await
    }
}

fn waiting_part(mut row: Row) -> Result<WaitingPart, StorageError> {
    let (submission, collection) = (uuid(&mut row)?, CollectionId::from(uuid(&mut row)?));
    Ok(WaitingPart { name: PartName { submission, first: row.next()?, collection }, texts: row.next()? })
}

/// Adds the good objects and says what became of all.
async fn add<B: Backend>(
    tx: &mut WriteTransaction<B>,
    collection: &CollectionId,
    entries: Vec<Entry>,
    dating: &Dating,
) -> Result<Vec<Outcome>, StorageError> {
    let (mut outcomes, mut good) = (Vec::with_capacity(entries.len()), Vec::new());
    for entry in entries {
        outcomes.push(match entry {
            Entry::Good(object) => {
                good.push(object);
                None
            }
            Entry::Refused { id, version, reason } => {
                let version = version.map(|version| version.to_string());
                Some(Outcome { id, version, fate: Fate::Refused(reason) })
            }
        });
    }
    let added = objects::add::<B>(tx, collection, &good, Writer::Account, dating).await?;
    let versionless = good.iter().filter(|object| object.version.is_none());
    let versionless: Vec<_> = versionless.map(|object| object.id.as_str()).collect();
    let dates = objects::dates(tx, collection, &versionless).await?;
    let outcome = |(object, added): (&NewObject, Added)| {
        let listed = || Some(dates.get(object.id.as_str())?.timestamp().to_string());
        let version = object.version.as_ref().map(ToString::to_string).or_else(listed);
        Outcome { id: object.id.as_str().to_owned(), version, fate: fate(added) }
    };
    let mut of_good = good.iter().zip(added).map(outcome);
    Ok(outcomes.into_iter().filter_map(|refused| refused.or_else(|| of_good.next())).collect())
}

fn fate(added: Added) -> Fate {
    match added {
        Added::New { .. } => Fate::Added,
        Added::Duplicate => Fate::Duplicate,
        Added::Conflict => Fate::Conflict,
        // Only feeds are kept from what was deleted.
        Added::Deleted => Fate::Refused("it was deleted".to_owned()),
    }
}

async fn insert(
    tx: &mut impl Session,
    submission: &Submission,
    completed: Option<i64>,
) -> Result<(), StorageError> {
    let insert = Statement::new(
        "INSERT INTO submission (id, collection, sender, received, completed) VALUES ($1, $2, $3, $4, $5)",
    );
    let insert = insert.bind(submission.id.to_string()).bind(submission.collection.to_string());
    let insert = insert.bind(submission.sender.as_str()).bind(submission.received.millis());
    tx.execute(insert.bind(Value::Integer(completed))).await?;
    Ok(())
}

async fn insert_part(
    tx: &mut impl Session,
    submission: &Submission,
    first: usize,
    outcomes: &[Outcome],
    waiting: Value,
) -> Result<(), StorageError> {
    let insert = Statement::new(
        "INSERT INTO submission_part (submission, first, outcomes, waiting) VALUES ($1, $2, $3, $4)",
    );
    let first = i64::try_from(first).unwrap_or(i64::MAX);
    let insert = insert.bind(submission.id.to_string()).bind(first).bind(json(outcomes)?);
    tx.execute(insert.bind(waiting)).await?;
    Ok(())
}

fn json(outcomes: &[Outcome]) -> Result<String, StorageError> {
    serde_json::to_string(outcomes).map_err(StorageError::encoding)
}

fn uuid(row: &mut Row) -> Result<Uuid, StorageError> {
    row.next::<String>()?.parse().map_err(StorageError::encoding)
}
