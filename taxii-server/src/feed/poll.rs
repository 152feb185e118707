//! One poll: ask, read, ingest, and move the place in the feed if nothing was missing.

use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;
use stix_core::Timestamp;

use super::client::{Ask, Client};
use super::settings::{Endpoint, FeedSettings, KeyError};
use super::walk::{self, Walk};
use super::{Failure, list_row, loose_time, stix_record};
use crate::clock::Clock;
use crate::ingest::{Arrival, FUTURE, FeedBatch, Ingest, Ingested, Minting};
use crate::storage::{CollectionId, StorageError};

/// Polls one feed into one collection.
#[derive(Debug)]
pub struct Poller {
    client: Client,
    collection: CollectionId,
    minting: Minting,
    ingest: Ingest,
    clock: Clock,
    /// The STIX endpoint has refused the key; said once.
    list_only: bool,
}

/// What a poll did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Polled {
    /// What ingest did with the records.
    pub ingested: Ingested,
    /// Whether all records since the last place were read; else the place stays.
    pub complete: bool,
}

/// A poll that could not be made.
#[derive(Debug)]
#[non_exhaustive]
pub enum PollError {
    /// There is no API key.
    Key(KeyError),
    /// The feed gave no usable answer.
    Feed(Failure),
    /// The store failed.
    Storage(StorageError),
}

/// What both endpoints gave.
struct Fetched {
    bundles: Option<Walk>,
    rows: Option<Walk>,
}

impl Poller {
    /// A poller of the feed into the collection.
    ///
    /// # Errors
    /// The HTTP client cannot be made.
    pub fn new(
        settings: FeedSettings,
        collection: CollectionId,
        ingest: Ingest,
        clock: Clock,
    ) -> Result<Self, Failure> {
        let minting = Minting::new(settings.author, &settings.installation, settings.marking());
        let minting = minting.map_err(|error| Failure::Shape { message: error.to_string() })?;
        let client = Client::new(settings, clock.clone())?;
        Ok(Self { client, collection, minting, ingest, clock, list_only: false })
    }

    /// The settings.
    pub fn settings(&self) -> &FeedSettings {
        self.client.settings()
    }

    /// The time.
    pub(super) fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// Polls once.
    ///
    /// # Errors
    /// Then nothing has changed, and the next poll asks for the same records again.
    pub async fn poll(&mut self) -> Result<Polled, PollError> {
        let key = self.settings().api_key()?;
        let place = self.ingest.place(&self.settings().name).await?;
        let overlap = TimeDelta::from_std(self.settings().overlap).unwrap_or(TimeDelta::MAX);
        let since = place.and_then(|place| place.checked_sub_signed(overlap));
        let ask = Ask { since, limit: self.settings().page, ..Ask::default() };
        let fetched = self.fetch(&ask, &key).await?;
        self.report_gap(since, &fetched);
        let complete = fetched.is_complete();
        let place = fetched.place().filter(|_| complete);
        let batch = FeedBatch {
            feed: self.settings().name.clone(),
            collection: self.collection,
            place,
            arrivals: self.arrivals(fetched),
        };
        let ingested = self.ingest.feed(&self.minting, batch).await?;
        Ok(Polled { ingested, complete })
    }

    /// Asks the endpoints that the settings name and the key allows.
    async fn fetch(&mut self, ask: &Ask, key: &str) -> Result<Fetched, Failure> {
        let endpoint = if self.list_only { Endpoint::List } else { self.settings().endpoint };
        let bundles = match endpoint {
            Endpoint::List => None,
            Endpoint::Stix | Endpoint::Auto => match walk::stix(&self.client, ask, key).await {
                Ok(walk) => Some(walk),
                Err(Failure::Forbidden { code }) if endpoint == Endpoint::Auto => {
                    let feed = &self.settings().name;
                    tracing::warn!(
                        feed,
                        "the key may not use the STIX endpoint (403 {code}); polling the list only"
                    );
                    self.list_only = true;
                    None
                }
                Err(failure) => return Err(failure),
            },
        };
        let cut = bundles.as_ref().is_none_or(|walk| !walk.complete);
        let rows = match endpoint {
            Endpoint::Stix if !cut => None,
            // What the bundle cut off, the list has; if even that fails, the bundle can be had in parts.
            Endpoint::Stix => match walk::list(&self.client, ask, key).await {
                Ok(walk) if walk.complete => Some(walk),
                _ => {
                    let cut = bundles.unwrap_or_default();
                    let bundles = Some(walk::stix_in_parts(&self.client, ask, key, cut).await?);
                    return Ok(Fetched { bundles, rows: None });
                }
            },
            Endpoint::List | Endpoint::Auto => Some(walk::list(&self.client, ask, key).await?),
        };
        Ok(Fetched { bundles, rows })
    }

    /// Says that records are out of reach, and which.
    fn report_gap(&self, since: Option<DateTime<Utc>>, fetched: &Fetched) {
        let feed = &self.settings().name;
        if !fetched.is_complete() {
            tracing::warn!(feed, "the feed cut its answers: what came is stored, the next poll asks again");
        }
        let clamped = fetched.rows.as_ref().and_then(|walk| loose_time::read(walk.clamped_to.as_deref()?));
        if let (Some(asked), Some(given)) = (since, clamped)
            && given.instant() > asked + TimeDelta::seconds(1)
        {
            let asked = loose_time::write(asked);
            tracing::warn!(
                feed,
                "the feed looks back to {given} only: records between {asked} and then are out of reach"
            );
        }
    }

    fn arrivals(&self, fetched: Fetched) -> Vec<Arrival> {
        let feed = &self.settings().name;
        let latest = Timestamp::from_millis(self.clock.now() + FUTURE);
        let bundles = fetched.bundles.into_iter().flat_map(|walk| walk.records);
        let rows = fetched.rows.into_iter().flat_map(|walk| walk.records);
        let from_bundles = bundles.flat_map(|bundle: Value| stix_record::read(feed, &bundle, &latest));
        let from_rows = rows.flat_map(|row: Value| list_row::read(feed, &row, self.minting.namer()));
        from_bundles.chain(from_rows).map(|arrival| not_in_the_future(arrival, &latest)).collect()
    }
}

impl Fetched {
    /// The list knows more of a record than the bundle, so if it was asked, it decides.
    fn is_complete(&self) -> bool {
        self.rows.as_ref().or(self.bundles.as_ref()).is_some_and(|walk| walk.complete)
    }

    /// The earliest of the service's times: what came after it comes again.
    fn place(&self) -> Option<DateTime<Utc>> {
        let walks = [&self.bundles, &self.rows].into_iter().flatten();
        walks.map(|walk| walk.server_time).min().flatten()
    }
}

/// A record that says it was first seen in the future says something wrong.
fn not_in_the_future(arrival: Arrival, latest: &Timestamp) -> Arrival {
    match arrival {
        Arrival::Contributed { subject, source, contribution }
            if contribution.first_seen.as_ref().is_some_and(|seen| seen > latest) =>
        {
            let record = serde_json::to_value(&*contribution).unwrap_or_default();
            tracing::debug!(source, ?subject, "in the future");
            Arrival::quarantined("first seen more than 5 minutes in the future", &record)
        }
        other => other,
    }
}

impl PollError {
    /// What the operator can do.
    pub fn help(&self) -> &'static str {
        match self {
            Self::Key(_) => "put the key into the file or variable, it is read again at the next poll",
            Self::Feed(failure) => failure.help(),
            Self::Storage(_) => "nothing is lost, the next poll asks for the same records again",
        }
    }
}

impl fmt::Display for PollError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key(error) => error.fmt(f),
            Self::Feed(failure) => failure.fmt(f),
            Self::Storage(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for PollError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Key(error) => Some(error),
            Self::Feed(failure) => Some(failure),
            Self::Storage(error) => Some(error),
        }
    }
}

impl From<KeyError> for PollError {
    fn from(error: KeyError) -> Self {
        Self::Key(error)
    }
}

impl From<Failure> for PollError {
    fn from(failure: Failure) -> Self {
        Self::Feed(failure)
    }
}

impl From<StorageError> for PollError {
    fn from(error: StorageError) -> Self {
        Self::Storage(error)
    }
}
