//! One subject of a batch and what the store knows of it: from these follows what changes.

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};
use stix_core::tlp::Tlp;
use stix_core::{Identifier, Object, Timestamp, validate::Valid};

use super::draft::{Draft, new_object};
use super::minting::Material;
use super::routing::{Facts, feed_of};
use super::sorted::Heard;
use super::subject::Ends;
use super::{Allowance, Contribution, FeedRules, Minting};
use crate::storage::feed::{KnownSubject, Origin, SubjectRow};
use crate::storage::{CollectionId, StorageError};

/// A subject and what is heard of it.
pub(super) struct Turn<'a> {
    /// The rules of all feeds, in the order of the settings.
    pub(super) rules: &'a [FeedRules],
    /// Those of the feed of the batch.
    pub(super) own: &'a FeedRules,
    pub(super) now: &'a Timestamp,
    pub(super) key: String,
    pub(super) heard: Heard,
    pub(super) before: Option<KnownSubject>,
    /// What stands for the ends of a relation.
    pub(super) ends: Ends,
    /// What allow-lists say of the value.
    pub(super) allowance: Allowance,
}

/// What is known after a turn.
pub(super) struct Taken {
    pub(super) change: Change,
    /// What all sources say.
    pub(super) contributions: BTreeMap<String, Contribution>,
    /// Where the object is.
    pub(super) collections: BTreeSet<CollectionId>,
    /// Whether the value becomes an object of its own.
    pub(super) emits: bool,
}

/// What a turn did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Change {
    None,
    New,
    Changed,
}

/// A subject whose contributions are joined.
struct Joined<'a> {
    minting: &'a Minting,
    levels: Vec<Tlp>,
    contributions: BTreeMap<String, Contribution>,
    collections: BTreeSet<CollectionId>,
    emits: bool,
}

impl Turn<'_> {
    /// Adds to the draft what changes.
    pub(super) fn take(mut self, draft: &mut Draft) -> Result<Taken, StorageError> {
        let contributions = self.join()?;
        let joined = self.ruled(contributions);
        let (change, row) = match self.before.as_ref().map(|before| before.row.clone()) {
            Some(row) if row.origin == Origin::Upstream => self.update_passed_through(row, &joined, draft)?,
            Some(row) => self.update_minted(row, &joined, draft)?,
            None => match self.pass_through(self.first_passed_through(), &joined.collections, draft)? {
                Some(row) => (Change::New, Some(row)),
                None => self.mint_first(&joined, draft)?,
            },
        };
        let Joined { contributions, collections, emits, .. } = joined;
        for source in self.heard.contributions.keys() {
            if let Some(contribution) = contributions.get(source) {
                let body = serde_json::to_string(contribution).map_err(StorageError::encoding)?;
                draft.write.contributions.push((self.key.clone(), source.clone(), body));
            }
        }
        if let Some(row) = row {
            draft.ids.insert(self.key, row.object_id.clone());
            draft.write.subjects.push(row);
        }
        Ok(Taken { change, contributions, collections, emits })
    }

    /// Joins what was known with what was heard; what was not heard anew is dropped from the latter.
    fn join(&mut self) -> Result<BTreeMap<String, Contribution>, StorageError> {
        let mut all: BTreeMap<String, Contribution> = BTreeMap::new();
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
            let same = |(other, known): (&String, &Contribution)| {
                feed_of(other) == feed_of(source) && known.says_the_same_as(contribution)
            };
            if all.iter().any(same) {
                return false;
            }
            all.insert(source.clone(), contribution.clone());
            true
        });
        Ok(all)
    }

    /// Applies the rules of the feeds that tell of the subject. Where they differ, the first of them in the settings
    /// decides how the object is made, the most restricted marking holds, and it goes wherever any of them sends it.
    fn ruled(&self, contributions: BTreeMap<String, Contribution>) -> Joined<'_> {
        let feeds: BTreeSet<&str> = contributions.keys().map(|source| feed_of(source)).collect();
        let mut told: Vec<&FeedRules> =
            self.rules.iter().filter(|rules| feeds.contains(rules.feed.as_str())).collect();
        // What only passes through has no contributions: the feed of the batch tells of it.
        if !told.iter().any(|rules| rules.feed == self.own.feed) {
            told.push(self.own);
        }
        let facts = Facts::of(&self.heard.subject, &contributions);
        let mut collections: BTreeSet<_> =
            told.iter().flat_map(|rules| rules.routing.collections(&facts)).collect();
        collections.extend(&self.heard.collections);
        collections.extend(self.before.iter().flat_map(|before| &before.row.collections));
        let levels = told.iter().filter_map(|rules| rules.minting.marking()).collect();
        let minting = &*told.first().unwrap_or(&self.own).minting;
        let emits = told.iter().any(|rules| rules.minting.emits_observables());
        Joined { minting, levels, contributions, collections, emits }
    }

    /// The versions of an object that was not known; of several identifiers, the least is kept.
    fn first_passed_through(&self) -> Vec<&Valid<Object>> {
        let first = self.heard.passed_through.iter().filter_map(|object| object.id()).min();
        self.heard.passed_through.iter().filter(|object| object.id() == first).collect()
    }

    /// Only a later version under the same identifier replaces an object that was passed through.
    fn update_passed_through(
        &self,
        row: SubjectRow,
        joined: &Joined<'_>,
        draft: &mut Draft,
    ) -> Result<(Change, Option<SubjectRow>), StorageError> {
        let same = self.heard.passed_through.iter().filter(|object| object.id() == Some(&row.object_id));
        let later = same.filter(|object| object.version().is_some_and(|version| version > row.modified));
        if let Some(row) = self.pass_through(later.collect(), &joined.collections, draft)? {
            return Ok((Change::Changed, Some(row)));
        }
        let further = further(&row, joined);
        if further.is_empty() {
            return Ok((Change::None, None));
        }
        draft.copies.push((row.object_id.clone(), row.collections.clone(), further));
        Ok((Change::None, Some(SubjectRow { collections: joined.collections.clone(), ..row })))
    }

    /// Stores versions of one object as they are.
    fn pass_through(
        &self,
        mut versions: Vec<&Valid<Object>>,
        collections: &BTreeSet<CollectionId>,
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
                digest: Sha256::digest(stored.body.get().as_bytes()).to_vec(),
                collections: collections.clone(),
            });
            draft.publish(object, collections)?;
        }
        Ok(last)
    }

    fn mint_first(
        &self,
        joined: &Joined<'_>,
        draft: &mut Draft,
    ) -> Result<(Change, Option<SubjectRow>), StorageError> {
        let seen = joined.contributions.values().filter_map(|part| part.first_seen.as_ref()).min();
        let created = seen.map_or(self.now, |seen| seen.min(self.now)).clone();
        let id = self.heard.subject.identifier(joined.minting.namer()).map_err(StorageError::encoding)?;
        let Some(object) = self.mint(id.clone(), joined, &created, &created) else {
            return Ok((Change::None, None));
        };
        let row = SubjectRow {
            key: self.key.clone(),
            object_id: id,
            origin: Origin::Minted,
            digest: joined.digest(&new_object(&object)?.body),
            created: created.clone(),
            modified: created,
            collections: joined.collections.clone(),
        };
        draft.publish(&object, &joined.collections)?;
        Ok((Change::New, Some(row)))
    }

    /// A new version, if the function's value is another than that of the stored version; the stored one where it has
    /// not been yet.
    fn update_minted(
        &self,
        row: SubjectRow,
        joined: &Joined<'_>,
        draft: &mut Draft,
    ) -> Result<(Change, Option<SubjectRow>), StorageError> {
        let id = row.object_id.clone();
        let Some(same) = self.mint(id.clone(), joined, &row.created, &row.modified) else {
            return Ok((Change::None, None));
        };
        if joined.digest(&new_object(&same)?.body) == row.digest {
            let further = further(&row, joined);
            if further.is_empty() {
                return Ok((Change::None, None));
            }
            draft.publish(&same, &further)?;
            return Ok((Change::None, Some(SubjectRow { collections: joined.collections.clone(), ..row })));
        }
        let next = Timestamp::from_millis(row.modified.instant() + TimeDelta::milliseconds(1));
        let modified = next.max(self.now.clone());
        let Some(object) = self.mint(id, joined, &row.created, &modified) else {
            return Ok((Change::None, None));
        };
        let digest = joined.digest(&new_object(&object)?.body);
        draft.publish(&object, &joined.collections)?;
        let row = SubjectRow { modified, digest, collections: joined.collections.clone(), ..row };
        Ok((Change::Changed, Some(row)))
    }

    fn mint(
        &self,
        id: Identifier,
        joined: &Joined<'_>,
        created: &Timestamp,
        modified: &Timestamp,
    ) -> Option<Object> {
        let known: Vec<_> = joined.contributions.values().cloned().collect();
        let material = Material {
            subject: &self.heard.subject,
            ends: &self.ends,
            known: &known,
            levels: &joined.levels,
            allowance: &self.allowance,
        };
        joined.minting.object(id, &material, created, modified)
    }
}

impl Joined<'_> {
    /// Of the text of an object, and with `touch` of when it was last seen.
    fn digest(&self, body: &RawValue) -> Vec<u8> {
        let mut digest = Sha256::new_with_prefix(body.get().as_bytes());
        if self.minting.mapping().touch {
            let seen = self.contributions.values().filter_map(|part| part.statement.last_seen.as_ref()).max();
            digest.update(seen.map(ToString::to_string).unwrap_or_default());
        }
        digest.finalize().to_vec()
    }
}

/// The collections in which the object has not been yet.
fn further(row: &SubjectRow, joined: &Joined<'_>) -> BTreeSet<CollectionId> {
    joined.collections.difference(&row.collections).copied().collect()
}
