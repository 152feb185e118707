//! One subject of a batch and what the store knows of it: from these follows what changes.
//!
//! Nothing need be heard for that: when the settings are others, or the time has come, the same code decides anew.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest, Sha256};
use stix_core::tlp::Tlp;
use stix_core::{Object, Timestamp, validate::Valid};

use super::bounded::{self, bound_contributions, earlier};
use super::draft::{Draft, Standing, new_object};
use super::minting::Material;
use super::routing::{Facts, feed_of};
use super::rulebook::Rulebook;
use super::sorted::Heard;
use super::subject::Ends;
use super::{Allowance, Contribution, Minting, Retention, Subject};
use crate::storage::feed::{KnownSubject, Origin, SubjectRow};
use crate::storage::{CollectionId, StorageError};

/// A subject and what is heard of it.
pub(super) struct Turn<'a> {
    pub(super) rulebook: &'a Rulebook<'a>,
    pub(super) now: &'a Timestamp,
    pub(super) retention: &'a Retention,
    /// What has ended before this time is in no collection.
    pub(super) expired: Option<DateTime<Utc>>,
    /// What was made before this time may have been forgotten.
    pub(super) forgotten: Option<DateTime<Utc>>,
    pub(super) key: String,
    pub(super) heard: Heard,
    pub(super) before: Option<KnownSubject>,
    /// What stands for the ends of a relation.
    pub(super) ends: Ends,
    /// How those stand that it rests on, as far as they are known.
    pub(super) rests_on: Vec<Standing>,
    /// What allow-lists say of the value.
    pub(super) allowance: Allowance,
}

/// What is known after a turn.
pub(super) struct Taken {
    pub(super) change: Change,
    /// What all sources say.
    pub(super) contributions: BTreeMap<String, Contribution>,
    /// Where the object is when it is shown.
    pub(super) collections: BTreeSet<CollectionId>,
    /// Whether the value becomes an object of its own.
    pub(super) emits: bool,
}

/// What a turn did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Change {
    None,
    /// The object was in no collection.
    New,
    Changed,
    /// The object has left collections.
    Left,
    /// It was in none, and still is not.
    Hidden,
}

/// What a turn did, and what is to be known of the subject after it.
type Decided = (Change, SubjectRow);

/// A subject whose contributions are joined.
struct Joined<'a> {
    /// Nothing when no feed of the settings tells of it.
    minting: Option<&'a Minting>,
    levels: Vec<Tlp>,
    contributions: BTreeMap<String, Contribution>,
    collections: BTreeSet<CollectionId>,
    emits: bool,
    /// Whether all feeds that tell of it are in the settings. What the others want stays as it was.
    is_settled: bool,
}

impl<'a> Turn<'a> {
    /// Adds to the draft what changes.
    pub(super) fn take(mut self, draft: &mut Draft) -> Result<Taken, StorageError> {
        let (contributions, gone) = self.join()?;
        let joined = self.ruled(contributions);
        let former = self.before().cloned();
        let is_ours = self.is_ours(&joined);
        if is_ours {
            self.replace_upstream(&joined)?;
        }
        let decided = if is_ours { self.mint(&joined, draft)? } else { self.pass_through(&joined, draft)? };
        let Joined { contributions, collections, emits, .. } = joined;
        let Some((change, row)) = decided else {
            return Ok(Taken { change: Change::None, contributions, collections, emits });
        };
        let change = former.as_ref().map_or(change, |former| follow(change, former, &row, draft));
        let known = self.before.as_ref().map(|before| &before.contributions);
        let is_earlier = |source: &String| *source == earlier(feed_of(source));
        let sources = self.heard.contributions.keys().chain(contributions.keys().filter(|it| is_earlier(it)));
        for source in sources.collect::<BTreeSet<_>>() {
            if let Some(contribution) = contributions.get(source) {
                let body = serde_json::to_string(contribution).map_err(StorageError::encoding)?;
                if known.and_then(|known| known.get(source)) != Some(&body) {
                    draft.write.contributions.push((self.key.clone(), source.clone(), body));
                }
            }
        }
        let is_known = |source: &String| known.is_some_and(|known| known.contains_key(source));
        let gone = gone.into_iter().filter(is_known).map(|source| (self.key.clone(), source));
        draft.write.contributions_gone.extend(gone);
        draft.known.insert(self.key.clone(), Standing::from(&row));
        if former.as_ref() != Some(&row) {
            draft.write.subjects.push(row);
        }
        Ok(Taken { change, contributions, collections, emits })
    }

    fn before(&self) -> Option<&SubjectRow> {
        self.before.as_ref().map(|before| &before.row)
    }

    /// Whether the bridge makes the object: it does as soon as more is known than one object of the feed says, and ever after.
    fn is_ours(&self, joined: &Joined<'_>) -> bool {
        match (self.before().map(|row| row.origin), &self.heard.subject) {
            (Some(Origin::Minted), _) => true,
            (None, _) if self.heard.passed_through.is_empty() => true,
            (_, Subject::Technique(id)) if self.rulebook.technique(id).is_some() => false,
            _ => joined.minting.is_some() && (self.is_told_more(joined) || self.has_moved_ends()),
        }
    }

    /// Whether more is known than one object of the feed says, or it is to say something else.
    fn is_told_more(&self, joined: &Joined<'_>) -> bool {
        let ids = joined.contributions.values().filter_map(|part| part.upstream_id.as_ref());
        self.heard.is_told || self.allowance.changes() || ids.collect::<BTreeSet<_>>().len() > 1
    }

    /// Whether other objects stand for the ends of a relation than those that it names.
    fn has_moved_ends(&self) -> bool {
        let moved = |object: &Valid<Object>| match (&**object, &self.ends) {
            (Object::Relationship(relation), Some((source, target))) => {
                (&relation.source_ref, &relation.target_ref) != (source, target)
            }
            _ => false,
        };
        self.heard.passed_through.iter().any(moved)
    }

    /// If an object of the feed stands for the subject, it does no more, and there is none yet.
    fn replace_upstream(&mut self, joined: &Joined<'_>) -> Result<(), StorageError> {
        if self.before().is_some_and(|row| row.origin == Origin::Upstream) {
            let row = self.unpublished(joined)?;
            self.before = self.before.take().map(|before| KnownSubject { row, ..before });
        }
        Ok(())
    }

    /// Joins what was known with what was heard; what was not heard anew is dropped from the latter. The sources that are
    /// not kept apart any more are given beside.
    fn join(&mut self) -> Result<(BTreeMap<String, Contribution>, Vec<String>), StorageError> {
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
        let gone = bound_contributions(&mut all);
        Ok((all, gone))
    }

    /// Applies the rules of the feeds that tell of the subject. Where they differ, the first of them in the settings
    /// decides how the object is made, the most restricted marking holds, and it goes wherever any of them sends it.
    fn ruled(&self, contributions: BTreeMap<String, Contribution>) -> Joined<'a> {
        let feeds: BTreeSet<&str> = contributions.keys().map(|source| feed_of(source)).collect();
        let told = self.rulebook.told(|feed| feeds.contains(feed));
        let facts = Facts::of(&self.heard.subject, &contributions);
        let mut collections: BTreeSet<_> =
            told.iter().flat_map(|rules| rules.routing.collections(&facts)).collect();
        collections.extend(&self.heard.collections);
        let is_settled = !feeds.is_empty() && self.rulebook.knows(&feeds);
        // What is shared is where any of those that need it has ever been.
        if !is_settled || matches!(self.heard.subject, Subject::Technique(_)) {
            collections.extend(self.before().into_iter().flat_map(|before| &before.collections));
        }
        let levels = told.iter().filter_map(|rules| rules.minting.marking()).collect();
        let minting = told.first().map(|rules| &*rules.minting);
        let emits = told.iter().any(|rules| rules.minting.emits_observables());
        Joined { minting, levels, contributions, collections, emits, is_settled }
    }

    /// Publishes versions of an upstream object as they are: all that are heard of one that is not shown, later ones of
    /// one that is. Of several identifiers, the least is kept.
    fn pass_through(&self, joined: &Joined<'_>, draft: &mut Draft) -> Result<Option<Decided>, StorageError> {
        let before = self.before();
        let heard = &self.heard.passed_through;
        let first = || heard.iter().filter_map(|object| object.id()).min();
        let id = before.map(|row| &row.object_id).or_else(first);
        let since = before.map(|row| &row.modified);
        let wanted = |object: &&Object| object.id() == id && object.version().as_ref() >= since;
        let mut versions: Vec<&Object> = heard.iter().map(|object| &**object).filter(wanted).collect();
        versions.sort_by_key(|object| object.version());
        let row = match (versions.last(), before) {
            (Some(last), before) => self.upstream(last, before, joined)?,
            (None, Some(before)) => before.clone(),
            (None, None) => return Ok(None),
        };
        if self.is_out(&row, joined) {
            return Ok(Some(self.leave(row)));
        }
        let shown = before.filter(|before| !before.collections.is_empty());
        if shown.is_some() {
            versions.retain(|object| object.version().as_ref() > since);
        }
        for object in &versions {
            draft.publish(object, &joined.collections)?;
        }
        let further = shown.map(|before| further(before, joined)).unwrap_or_default();
        let change = match (versions.is_empty(), shown) {
            (false, Some(_)) => Change::Changed,
            (false, None) => Change::New,
            // Without its text an object that is not shown waits until it is heard again.
            (true, None) => return Ok(Some((Change::None, row))),
            (true, Some(before)) => {
                if !further.is_empty() {
                    draft.copies.push((row.object_id.clone(), before.collections.clone(), further));
                }
                Change::None
            }
        };
        Ok(Some((change, SubjectRow { collections: joined.collections.clone(), ..row })))
    }

    /// What is to be known of an upstream object.
    fn upstream(
        &self,
        object: &Object,
        before: Option<&SubjectRow>,
        joined: &Joined<'_>,
    ) -> Result<SubjectRow, StorageError> {
        let stored = new_object(object)?;
        let modified = object.version().unwrap_or_else(|| self.now.clone());
        let created = before.map(|before| before.created.clone()).or_else(|| object.created());
        Ok(SubjectRow {
            key: self.key.clone(),
            object_id: stored.id.clone(),
            origin: Origin::Upstream,
            created: created.unwrap_or_else(|| modified.clone()),
            modified,
            digest: Sha256::digest(stored.body.get().as_bytes()).to_vec(),
            collections: BTreeSet::new(),
            ends: self.keys_of_ends(),
            valid_until: self.valid_until(object, joined.seen().or_else(|| object.version())),
        })
    }

    /// Makes the object: a first version, a new one if the function's value is another than that of the stored version,
    /// and the stored one where it is not shown yet.
    fn mint(&self, joined: &Joined<'_>, draft: &mut Draft) -> Result<Option<Decided>, StorageError> {
        let row = match self.before() {
            Some(before) => before.clone(),
            None => self.unpublished(joined)?,
        };
        let Some(object) = self.object(&row, joined, &row.modified) else {
            let row = self.before().cloned();
            let decide = |row| if self.is_out(&row, joined) { self.leave(row) } else { (Change::None, row) };
            return Ok(row.map(decide));
        };
        let valid_until = self.valid_until(&object, joined.seen());
        let row = SubjectRow { ends: self.keys_of_ends(), valid_until, ..row };
        if self.is_out(&row, joined) {
            return Ok(Some(self.leave(row)));
        }
        let never_published = row.digest.is_empty() && row.modified == row.created;
        if joined.digest(&object)? == row.digest {
            let further = further(&row, joined);
            let change = if row.collections.is_empty() { Change::New } else { Change::None };
            if !further.is_empty() {
                draft.publish(&object, &further)?;
            }
            return Ok(Some((change, SubjectRow { collections: joined.collections.clone(), ..row })));
        }
        let next = || Timestamp::from_millis(row.modified.instant() + TimeDelta::milliseconds(1));
        let (change, modified) = match never_published {
            true => (Change::New, row.modified.clone()),
            false if row.collections.is_empty() => (Change::New, next().max(self.now.clone())),
            false => (Change::Changed, next().max(self.now.clone())),
        };
        let Some(object) = self.object(&row, joined, &modified) else { return Ok(None) };
        draft.publish(&object, &joined.collections)?;
        let digest = joined.digest(&object)?;
        Ok(Some((change, SubjectRow { modified, digest, collections: joined.collections.clone(), ..row })))
    }

    /// What is to be known of a subject before there is an object.
    fn unpublished(&self, joined: &Joined<'_>) -> Result<SubjectRow, StorageError> {
        let seen = joined.contributions.values().filter_map(|part| part.first_seen.as_ref()).min();
        // Later than any version of it that may have been forgotten.
        let least = self.forgotten.map(Timestamp::from_millis);
        let seen = seen.map(|seen| least.as_ref().map_or(seen, |least| seen.max(least)));
        let created = seen.map_or(self.now, |seen| seen.min(self.now)).clone();
        let id = self.heard.subject.identifier(self.rulebook.namer()).map_err(StorageError::encoding)?;
        Ok(SubjectRow {
            key: self.key.clone(),
            object_id: id,
            origin: Origin::Minted,
            digest: Vec::new(),
            modified: created.clone(),
            created,
            collections: BTreeSet::new(),
            ends: None,
            valid_until: None,
        })
    }

    /// The object as it is made now; nothing for what cannot be made, or is told by none of the feeds any more.
    fn object(&self, row: &SubjectRow, joined: &Joined<'_>, modified: &Timestamp) -> Option<Object> {
        let known = bounded::material(&joined.contributions);
        let material = Material {
            subject: &self.heard.subject,
            ends: &self.ends,
            known: &known,
            levels: &joined.levels,
            allowance: &self.allowance,
        };
        joined.minting?.object(row.object_id.clone(), &material, &row.created, modified)
    }

    /// Whether the object is to be in no collection: a list has it dropped, values do not become objects, it has ended long
    /// enough ago, or what it rests on is in none.
    fn is_out(&self, row: &SubjectRow, joined: &Joined<'_>) -> bool {
        self.allowance.dropped.is_some()
            || (joined.is_settled && !joined.emits && self.heard.subject.is_emitted())
            || row.valid_until.is_some_and(|end| self.expired.is_some_and(|expired| end < expired))
            || self.rests_on.iter().any(|other| other.collections.is_empty())
    }

    /// What is known of an object that is in no collection any more, if it was in any.
    fn leave(&self, row: SubjectRow) -> Decided {
        let was_shown = self.before().is_some_and(|before| !before.collections.is_empty());
        let change = if was_shown { Change::Left } else { Change::Hidden };
        (change, SubjectRow { collections: BTreeSet::new(), ..row })
    }

    /// When the object ends: with its validity, with the first to end of those that it rests on, or unseen for long enough.
    fn valid_until(&self, object: &Object, seen: Option<Timestamp>) -> Option<DateTime<Utc>> {
        let end = match object {
            Object::Indicator(indicator) => indicator.valid_until.as_ref().map(Timestamp::instant),
            _ => self.rests_on.iter().filter_map(|other| other.valid_until).min(),
        };
        let seen = seen.filter(|_| !self.heard.subject.is_shared());
        end.or_else(|| self.retention.end_unseen(seen?.instant()))
    }

    fn keys_of_ends(&self) -> Option<[String; 2]> {
        let key = |end: &Subject| end.key(self.rulebook.namer()).as_str().to_owned();
        self.heard.subject.ends().map(|ends| ends.map(key))
    }
}

impl Joined<'_> {
    /// When any source last saw it, as far as they say.
    fn seen(&self) -> Option<Timestamp> {
        self.contributions.values().filter_map(Contribution::seen).max().cloned()
    }

    /// Of the text of an object, and with `touch` of when it was last seen.
    fn digest(&self, object: &Object) -> Result<Vec<u8>, StorageError> {
        let mut digest = Sha256::new_with_prefix(new_object(object)?.body.get());
        if self.minting.is_some_and(|minting| minting.mapping().touch) {
            let seen = self.contributions.values().filter_map(|part| part.statement.last_seen.as_ref()).max();
            digest.update(seen.map(ToString::to_string).unwrap_or_default());
        }
        Ok(digest.finalize().to_vec())
    }
}

/// Takes what stood for a subject out of the collections in which that is no more what stands for it. The answer is what has
/// changed, which was `change` for what stands for it now.
fn follow(change: Change, former: &SubjectRow, row: &SubjectRow, draft: &mut Draft) -> Change {
    let stays = |id: &CollectionId| row.object_id == former.object_id && row.collections.contains(id);
    let from: BTreeSet<_> = former.collections.iter().copied().filter(|id| !stays(id)).collect();
    if from.is_empty() {
        return change;
    }
    draft.withdraw(former.clone(), from);
    match change {
        Change::None | Change::Hidden => Change::Left,
        Change::New => Change::Changed,
        other => other,
    }
}

/// The collections in which the object has not been yet.
fn further(row: &SubjectRow, joined: &Joined<'_>) -> BTreeSet<CollectionId> {
    joined.collections.difference(&row.collections).copied().collect()
}
