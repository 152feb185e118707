//! A batch, by subject.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use stix_core::{Object, validate::Valid};

use super::routing::mention;
use super::{AllowLists, Arrival, Contribution, FeedRules, Quarantined, Repaired, Subject};
use crate::storage::{CollectionId, index_text};

/// A batch, by subject.
#[derive(Default)]
pub(super) struct Sorted {
    pub(super) heard: BTreeMap<String, Heard>,
    pub(super) quarantined: Vec<Quarantined>,
    pub(super) repaired: Vec<Repaired>,
    /// How many records each allow-list has had dropped.
    pub(super) dropped: BTreeMap<String, u32>,
}

/// All that a batch says of one subject.
#[derive(Clone)]
pub(super) struct Heard {
    pub(super) subject: Subject,
    pub(super) contributions: BTreeMap<String, Contribution>,
    pub(super) passed_through: Vec<Valid<Object>>,
    /// Whether more is said than these objects do.
    pub(super) is_told: bool,
    /// Where the object has to be because of others that refer to it.
    pub(super) collections: BTreeSet<CollectionId>,
}

impl Heard {
    /// A subject of which nothing is said yet.
    pub(super) fn new(subject: Subject) -> Self {
        let (contributions, collections) = (BTreeMap::new(), BTreeSet::new());
        Self { subject, contributions, passed_through: Vec::new(), is_told: false, collections }
    }

    /// Whether nothing is said of it.
    pub(super) fn is_silent(&self) -> bool {
        self.contributions.is_empty() && self.passed_through.is_empty()
    }

    /// Adds what is said elsewhere.
    pub(super) fn add(&mut self, other: Self) {
        for (source, contribution) in other.contributions {
            self.contributions.entry(source).or_default().join(contribution);
        }
        self.passed_through.extend(other.passed_through);
        self.is_told |= other.is_told;
        self.collections.extend(other.collections);
    }
}

/// Splits what was heard into steps of so many subjects: indicators first, since other subjects follow from them, and
/// relations last, since their ends must be known.
pub(super) fn in_steps(heard: BTreeMap<String, Heard>, most: usize) -> Vec<BTreeMap<String, Heard>> {
    if heard.len() <= most {
        return vec![heard];
    }
    let mut ranked: Vec<_> = heard.into_iter().collect();
    ranked.sort_by_key(|(_, heard)| match &heard.subject {
        Subject::Indicator { .. } => 0,
        subject if subject.ends().is_none() => 1,
        _ => 2,
    });
    let mut steps = Vec::new();
    while !ranked.is_empty() {
        let rest = ranked.split_off(most.clamp(1, ranked.len()));
        steps.push(std::mem::replace(&mut ranked, rest).into_iter().collect());
    }
    steps
}

impl Sorted {
    /// Brings together what the records that are heard now say of each subject, in the order of the keys.
    pub(super) fn of(
        arrivals: Vec<Arrival>,
        own: &FeedRules,
        lists: &AllowLists,
        now: DateTime<Utc>,
    ) -> Self {
        let mut sorted = Self::default();
        for arrival in arrivals {
            match arrival {
                Arrival::Contributed { subject, source, contribution } => {
                    sorted.hear(own, lists, subject, Some((source, contribution)), None, now);
                }
                Arrival::PassedThrough { subject, contribution, object } => {
                    sorted.hear(own, lists, subject, contribution, Some(*object), now);
                }
                Arrival::Repaired(record) => sorted.repaired.push(record),
                Arrival::Quarantined(record) => sorted.quarantined.push(record),
            }
        }
        sorted
    }

    fn hear(
        &mut self,
        own: &FeedRules,
        lists: &AllowLists,
        subject: Subject,
        said: Option<(String, Box<Contribution>)>,
        object: Option<Valid<Object>>,
        now: DateTime<Utc>,
    ) {
        let allowance = subject.allowance(lists);
        if let Some(list) = allowance.dropped {
            *self.dropped.entry(list).or_default() += 1;
            return;
        }
        let key = subject.key(own.minting.namer()).as_str().to_owned();
        // What says nothing is told by the feed all the same.
        let said = said.or_else(|| object.is_some().then(|| (mention(&own.feed), Box::default())));
        let heard = self.heard.entry(key).or_insert_with(|| Heard::new(subject));
        if let Some((source, mut contribution)) = said {
            if object.as_ref().is_none_or(|object| object.version().is_none()) {
                contribution.note_heard(now);
            }
            heard.contributions.entry(index_text(&source).into_owned()).or_default().join(*contribution);
        }
        heard.is_told |= object.is_none();
        heard.passed_through.extend(object);
    }
}
