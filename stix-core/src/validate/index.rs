//! All objects of a text by their identifiers, for the rules that look at more than one object.

use std::cmp::Ordering;
use std::collections::{HashMap, hash_map::Entry};

use super::answer::Answer;
use super::check::Check;
use super::tree::{Json, Members};
use crate::Timestamp;

/// The objects of all documents of a text.
#[derive(Debug, Default)]
pub(super) struct Index<'c> {
    objects: Vec<Placed<'c>>,
    first: HashMap<&'c str, usize>,
    /// Objects whose identifier stood before, each with the first of that identifier; sorted.
    again: Vec<(usize, usize)>,
}

/// An object and where it stands.
#[derive(Debug)]
pub(super) struct Placed<'c> {
    pub(super) id: &'c str,
    pub(super) members: &'c Members<'c>,
    pub(super) document: usize,
    outer: Option<usize>,
    inner: Option<usize>,
}

impl<'c> Index<'c> {
    /// Reads the identifiers of all objects, in bundles and outside.
    pub(super) fn of(documents: impl Iterator<Item = &'c Json<'c>>) -> Self {
        let mut index = Self::default();
        for (document, tree) in documents.enumerate() {
            match tree {
                Json::Array(items) => {
                    for (outer, item) in items.iter().enumerate() {
                        index.add(item, document, Some(outer));
                    }
                }
                single => index.add(single, document, None),
            }
        }
        index.again.sort_unstable();
        index
    }

    fn add(&mut self, value: &'c Json<'c>, document: usize, outer: Option<usize>) {
        let Json::Object(members) = value else { return };
        let objects = match members.text("type") {
            Some("bundle") => members.get("objects").and_then(Json::as_array).unwrap_or_default(),
            None if outer.is_none() => match Answer::of(members) {
                Some(Answer::Envelope(objects)) => objects,
                _ => return self.place(members, document, outer, None),
            },
            _ => return self.place(members, document, outer, None),
        };
        self.first.reserve(objects.len());
        self.objects.reserve(objects.len());
        for (inner, object) in objects.iter().enumerate() {
            if let Json::Object(members) = object {
                self.place(members, document, outer, Some(inner));
            }
        }
    }

    fn place(
        &mut self,
        members: &'c Members<'c>,
        document: usize,
        outer: Option<usize>,
        inner: Option<usize>,
    ) {
        let Some(id) = members.text("id") else { return };
        let number = self.objects.len();
        match self.first.entry(id) {
            Entry::Occupied(first) => self.again.push((*first.get(), number)),
            Entry::Vacant(entry) => {
                entry.insert(number);
            }
        }
        self.objects.push(Placed { id, members, document, outer, inner });
    }

    /// All objects, in the order of the text.
    pub(super) fn iter(&self) -> impl ExactSizeIterator<Item = &Placed<'c>> {
        self.objects.iter()
    }

    /// Whether there is an object with this identifier.
    pub(super) fn has(&self, id: &str) -> bool {
        self.first.contains_key(id)
    }

    /// The objects with this identifier, in the order of the text.
    pub(super) fn versions(&self, id: &str) -> impl Iterator<Item = &Placed<'c>> {
        let first = self.first.get(id).copied();
        let start = self.again.partition_point(|(number, _)| Some(*number) < first);
        let again = self.again.iter().skip(start).take_while(move |(number, _)| Some(*number) == first);
        first
            .into_iter()
            .chain(again.map(|(_, number)| *number))
            .filter_map(|number| self.objects.get(number))
    }

    /// The groups of objects that share an identifier, each in the order of the text.
    pub(super) fn shared(&self) -> impl Iterator<Item = Vec<&Placed<'c>>> {
        self.again.chunk_by(|(left, _), (right, _)| left == right).map(|group| {
            let first = group.first().map(|(first, _)| *first);
            let numbers = first.into_iter().chain(group.iter().map(|(_, number)| *number));
            numbers.filter_map(|number| self.objects.get(number)).collect()
        })
    }
}

impl<'c> Placed<'c> {
    /// Looks at the object.
    pub(super) fn look(&self, check: &mut Check<'c>, look: impl FnOnce(&mut Check<'c>)) {
        let inside = |check: &mut Check<'c>| {
            check.object(Some(self.id), |check| match self.inner {
                Some(inner) => check.member("objects", |check| check.item(inner, look)),
                None => look(check),
            });
        };
        match self.outer {
            Some(outer) => check.item(outer, inside),
            None => inside(check),
        }
    }

    /// The time in one of its properties.
    pub(super) fn time(&self, name: &str) -> Option<Timestamp> {
        self.members.text(name)?.parse().ok()
    }

    /// Whether a text of the other object is the same, and for times whether the instant is.
    pub(super) fn agrees(&self, other: &Self, name: &str) -> bool {
        self.members.text(name) == other.members.text(name)
            || matches!((self.time(name), other.time(name)),
                (Some(left), Some(right)) if left.cmp(&right) == Ordering::Equal)
    }
}
