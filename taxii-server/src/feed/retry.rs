//! Reading records in quarantine again, with the program and the settings of today.

use stix_core::{IdentifierError, Timestamp};

use super::{FeedSettings, Reader};
use crate::clock::Clock;
use crate::ingest::{Arrival, FUTURE, FeedBatch, Ingest, Ingested, Minting};
use crate::storage::quarantine::{QuarantinedRecord, RecordId};
use crate::storage::{CollectionId, StorageError};

/// Reads records of one feed again.
#[derive(Debug)]
pub struct Retry {
    reader: Reader,
    minting: Minting,
    collection: CollectionId,
    ingest: Ingest,
    clock: Clock,
}

/// What became of records that were read again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Retried {
    /// What ingest did.
    pub ingested: Ingested,
    /// The records that have left quarantine.
    pub released: Vec<RecordId>,
    /// The records that stay, and why.
    pub refused: Vec<(RecordId, String)>,
}

impl Retry {
    /// Ingests into this collection.
    ///
    /// # Errors
    /// Objects cannot be made with these settings.
    pub fn new(
        settings: &FeedSettings,
        collection: CollectionId,
        ingest: Ingest,
        clock: Clock,
    ) -> Result<Self, IdentifierError> {
        Ok(Self {
            reader: Reader::new(&settings.name)
                .with_sector(settings.industry.as_deref())
                .with_longest(ingest.max_object_bytes()),
            minting: settings.minting()?,
            collection,
            ingest,
            clock,
        })
    }

    /// Reads the records again. Those that can be used now are ingested and leave quarantine in one transaction.
    ///
    /// # Errors
    /// The store failed; then nothing has changed.
    pub async fn retry(&self, feed: &str, records: &[QuarantinedRecord]) -> Result<Retried, StorageError> {
        let latest = Timestamp::from_millis(self.clock.now() + FUTURE);
        let mut retried = Retried::default();
        let (mut all, mut released) = (Vec::new(), Vec::new());
        for QuarantinedRecord { id, quarantined, cut_from, .. } in records {
            if let Some(length) = cut_from {
                let reason = format!(
                    "only the first {} of its {length} bytes are kept: it is read again when the feed sends it",
                    quarantined.record.len()
                );
                retried.refused.push((*id, reason));
                continue;
            }
            let arrivals = self.reader.read(quarantined.form, &quarantined.record, &latest);
            let refusal = arrivals.iter().find_map(|arrival| match arrival {
                Arrival::Quarantined(record) => Some(record.reason.clone()),
                _ => None,
            });
            match refusal {
                Some(reason) => retried.refused.push((*id, reason)),
                None => retried.released.push(*id),
            }
            // A record that stays has its name of today, and the reason of today.
            if RecordId::of(feed, quarantined.form, &quarantined.record) != *id {
                released.push(*id);
            }
            all.extend(arrivals);
        }
        released.extend(&retried.released);
        let batch = FeedBatch {
            feed: feed.to_owned(),
            collection: self.collection,
            progress: None,
            question: None,
            gaps: Vec::new(),
            arrivals: all,
            released,
        };
        retried.ingested = self.ingest.feed(&self.minting, batch).await?;
        Ok(retried)
    }
}
