//! What a batch changes, as far as it has been looked at.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::value::RawValue;
use stix_core::tlp::Tlp;
use stix_core::{Identifier, Object};

use crate::storage::feed::{FeedWrite, Origin, SubjectRow};
use crate::storage::{CollectionId, NewObject, StorageError};

/// What is to be written.
pub(super) struct Draft {
    pub(super) write: FeedWrite,
    objects: Vec<(NewObject, BTreeSet<CollectionId>)>,
    /// The markings of the Traffic Light Protocol that objects of a collection have.
    levels: BTreeMap<CollectionId, Vec<Tlp>>,
    /// How the subjects with these keys stand.
    pub(super) known: HashMap<String, Standing>,
    /// Objects that are to be copied from one of the collections in which they are.
    pub(super) copies: Vec<(Identifier, BTreeSet<CollectionId>, BTreeSet<CollectionId>)>,
    /// Objects of the feed that leave collections, unless there is a later version, which is about something else.
    pub(super) given_up: Vec<(SubjectRow, BTreeSet<CollectionId>)>,
}

/// What others have to know of a subject that rest on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Standing {
    /// The identifier of the object that stands for it.
    pub(super) id: Identifier,
    /// The collections in which it is.
    pub(super) collections: BTreeSet<CollectionId>,
    /// When it ends, if it does.
    pub(super) valid_until: Option<DateTime<Utc>>,
}

impl From<&SubjectRow> for Standing {
    fn from(row: &SubjectRow) -> Self {
        let collections = row.collections.clone();
        Self { id: row.object_id.clone(), collections, valid_until: row.valid_until }
    }
}

impl Draft {
    pub(super) fn new(write: FeedWrite) -> Self {
        let (objects, levels) = (Vec::new(), BTreeMap::new());
        Self { write, objects, levels, known: HashMap::new(), copies: Vec::new(), given_up: Vec::new() }
    }

    /// Adds an object to collections.
    pub(super) fn publish(
        &mut self,
        object: &Object,
        to: &BTreeSet<CollectionId>,
    ) -> Result<(), StorageError> {
        self.add(new_object(object)?, &object.object_marking_refs(), to.clone());
        Ok(())
    }

    /// Adds an object that is stored elsewhere already.
    pub(super) fn publish_stored(
        &mut self,
        object: NewObject,
        to: BTreeSet<CollectionId>,
    ) -> Result<(), StorageError> {
        #[derive(Deserialize)]
        struct Marked {
            #[serde(default)]
            object_marking_refs: Vec<Identifier>,
        }

        let marked: Marked = serde_json::from_str(object.body.get()).map_err(StorageError::encoding)?;
        self.add(object, &marked.object_marking_refs, to);
        Ok(())
    }

    fn add(&mut self, object: NewObject, markings: &[Identifier], to: BTreeSet<CollectionId>) {
        for level in markings.iter().filter_map(Tlp::of) {
            for collection in &to {
                let levels = self.levels.entry(*collection).or_default();
                if !levels.contains(&level) {
                    levels.push(level);
                }
            }
        }
        self.objects.push((object, to));
    }

    /// Takes the object that stands for a subject out of collections.
    pub(super) fn withdraw(&mut self, row: SubjectRow, from: BTreeSet<CollectionId>) {
        match row.origin {
            Origin::Minted => self.withdraw_all(&row.object_id, &from),
            Origin::Upstream => self.given_up.push((row, from)),
        }
    }

    /// Takes all versions of an object out of collections.
    pub(super) fn withdraw_all(&mut self, id: &Identifier, from: &BTreeSet<CollectionId>) {
        for collection in from {
            self.write.withdrawn.entry(*collection).or_default().push(id.clone());
        }
    }

    /// The write: the objects of each collection with what all of them refer to.
    pub(super) fn finish(
        self,
        collection: &CollectionId,
        context: impl Fn(&[Tlp]) -> Vec<Object>,
    ) -> Result<FeedWrite, StorageError> {
        let Self { mut write, mut objects, levels, .. } = self;
        in_order_of_reference(&mut objects);
        let mut collections: BTreeMap<CollectionId, Vec<NewObject>> = BTreeMap::new();
        for (object, to) in objects {
            for id in to {
                collections.entry(id).or_default().push(object.clone());
            }
        }
        for (id, objects) in &mut collections {
            let context = context(levels.get(id).map_or(&[], Vec::as_slice));
            let context = context.iter().map(new_object).collect::<Result<Vec<_>, _>>()?;
            objects.splice(0..0, context);
        }
        write.objects = collections.remove(collection).unwrap_or_default();
        write.elsewhere = collections;
        Ok(write)
    }
}

/// The oldest first, but relationships after what they relate: no reader meets an end that it cannot have.
fn in_order_of_reference(objects: &mut [(NewObject, BTreeSet<CollectionId>)]) {
    objects.sort_by_cached_key(|(object, _)| {
        let rank = match object.id.object_type() {
            "identity" | "marking-definition" => 0,
            "relationship" | "sighting" => 2,
            _ => 1,
        };
        (rank, object.version.clone())
    });
}

/// An object as it is stored.
pub(super) fn new_object(object: &Object) -> Result<NewObject, StorageError> {
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
