//! Finding objects by a value that somebody has seen: which indicators match it?
//!
//! An index has what every last version names: the values in its pattern, its own name, value and hashes, and the objects
//! that it refers to. It is written after the objects, page by page, so that adding objects costs nothing more. What it
//! finds is then tried: a pattern that names a value need not match it. Patterns that can match a value without naming it
//! (`LIKE`, `MATCHES`, `NOT`, orders) stand in the index together, and so many of them are tried each time.
//!
//! Patterns come from feeds and writers, so trying them has a bound of time and never occupies a thread that serves requests.

mod admission;
mod mentions;
mod probe;

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value;
use stix_pattern::Pattern;
use stix_pattern::matcher::CompiledPattern;

use self::admission::Admissions;
pub use self::admission::{Admission, SearchRefused};
use self::probe::Probe;
use crate::clock::Clock;
use crate::off_worker;
use crate::storage::mention::{Mention, MentionKey};
use crate::storage::{CollectionId, DateAdded, Dated, Page, Query, Storage, StorageError, StoredObject};

/// Finds objects by what they name.
#[derive(Clone, Debug)]
pub struct Search {
    storage: Arc<dyn Storage>,
    collections: Vec<CollectionId>,
    admissions: Admissions,
}

/// What was found, the latest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    /// The objects, each with how it was found.
    pub found: Vec<Found>,
    /// More objects name it than were looked at.
    pub more: bool,
    /// Some patterns were not tried: there are too many, or they took too long.
    pub untried: bool,
    /// Some of the latest objects are not in the index yet.
    pub behind: bool,
}

/// An object that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The object.
    pub object: StoredObject,
    /// How it was found.
    pub how: How,
}

/// How an object was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum How {
    /// It is an indicator, and its pattern matches what was seen.
    Matches,
    /// It is an indicator, and its pattern matches a network that contains the address which was seen.
    Contains,
    /// It names what was seen. If it is an indicator, it asks for more than that.
    Names,
}

/// How many objects, and how many bytes of them, are put into the index at a time.
const PAGE: (u32, u64) = (500, 4 << 20);
/// How many objects that name a value are looked at.
const NAMED: u32 = 200;
/// How many patterns that name no value are tried.
const TRIED: u32 = 1000;

impl Search {
    /// A search in these collections, whose time is measured by this clock.
    pub fn new(storage: Arc<dyn Storage>, collections: Vec<CollectionId>, clock: Clock) -> Self {
        Self { storage, collections, admissions: Admissions::new(clock) }
    }

    /// Admits a search of a caller, who is known by any text. Its time begins now, for all collections together.
    ///
    /// # Errors
    /// The caller searches already, or too many others do.
    pub async fn admit(&self, caller: &str) -> Result<Admission, SearchRefused> {
        self.admissions.admit(caller).await
    }

    /// Puts the next objects of each collection into the index; false when there are none left.
    ///
    /// # Errors
    /// The database failed. What was put into the index stays.
    pub async fn catch_up(&self) -> Result<bool, StorageError> {
        let mut left = false;
        for collection in &self.collections {
            left |= self.catch_up_in(collection).await?;
        }
        Ok(left)
    }

    async fn catch_up_in(&self, collection: &CollectionId) -> Result<bool, StorageError> {
        let from = self.storage.mentions_until(collection).await?;
        let mut query = Query::new(PAGE.0, PAGE.1);
        query.after = Some(from);
        let page = self.storage.objects(collection, &query).await?;
        let Some(last) = page.rows.last() else { return Ok(false) };
        let until = last.date_added();
        let mentions: Vec<Mention> = page.rows.iter().flat_map(mentions_of).collect();
        self.storage.write_mentions(collection, (from, until), &mentions).await?;
        Ok(page.more)
    }

    /// Finds what matches or names a value, which is given as somebody pastes it.
    ///
    /// # Errors
    /// The database failed.
    pub async fn find(
        &self,
        collection: &CollectionId,
        text: &str,
        admission: &Admission,
    ) -> Result<Findings, StorageError> {
        let probe = Probe::new(text, admission.began());
        let named = self.storage.mentioning(collection, &probe.keys(), NAMED).await?;
        let open = self.storage.mentioning(collection, &[mentions::open()], TRIED).await?;
        let (more, too_many) = (named.more, open.more);
        let admission = admission.clone();
        let (mut found, in_time) =
            off_worker::run(move || try_all(&probe, named.rows, open.rows, &admission)).await;
        found.sort_by_key(|found| (found.how, std::cmp::Reverse(found.object.date_added)));
        let behind = self.is_behind(collection).await?;
        Ok(Findings { found, more, untried: too_many || !in_time, behind })
    }

    /// The last versions that refer to an object, other than as their creator or marking.
    ///
    /// # Errors
    /// The database failed.
    pub async fn referring(
        &self,
        collection: &CollectionId,
        id: &str,
        limit: u32,
    ) -> Result<Page<StoredObject>, StorageError> {
        self.storage.mentioning(collection, &[MentionKey::of(id)], limit).await
    }

    async fn is_behind(&self, collection: &CollectionId) -> Result<bool, StorageError> {
        let mut query = Query::new(1, 1);
        query.after = Some(self.storage.mentions_until(collection).await?);
        Ok(!self.storage.objects(collection, &query).await?.rows.is_empty())
    }
}

/// Tries the patterns while the search has time, the cheap ones first. Returns whether all were tried.
fn try_all(
    probe: &Probe,
    mut named: Vec<StoredObject>,
    mut open: Vec<StoredObject>,
    admission: &Admission,
) -> (Vec<Found>, bool) {
    named.sort_by_cached_key(cost);
    open.sort_by_cached_key(cost);
    let mut in_time = true;
    let mut found = Vec::new();
    for object in named {
        let over = admission.is_over();
        in_time &= !over;
        found.extend(if over { probe.named_untried(object) } else { probe.named(object) });
    }
    let seen: BTreeSet<DateAdded> = found.iter().map(|found| found.object.date_added).collect();
    for object in open.into_iter().filter(|object| !seen.contains(&object.date_added)) {
        if admission.is_over() {
            return (found, false);
        }
        found.extend(probe.tried(object));
    }
    (found, in_time)
}

/// Estimates how long a pattern takes: compiling regular expressions is nearly all of it.
fn cost(object: &StoredObject) -> (bool, usize) {
    const MATCHES: &[u8] = b"MATCHES";

    let compiles = object.body.windows(MATCHES.len()).any(|text| text == MATCHES);
    (compiles, object.body.len())
}

fn mentions_of(object: &StoredObject) -> impl Iterator<Item = Mention> {
    let date_added = object.date_added;
    let value: Value = serde_json::from_slice(&object.body).unwrap_or_default();
    mentions::keys(&value).into_iter().map(move |key| Mention { date_added, key })
}

/// The pattern of an indicator, ready to be tried.
fn compiled(object: &Value) -> Option<CompiledPattern> {
    let pattern = Pattern::parse(mentions::pattern(object)?).ok()?;
    CompiledPattern::compile(&pattern).ok()
}
