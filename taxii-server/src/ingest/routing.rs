//! Which collections an object goes to.
//!
//! Only facts count that never become less: the type, the sectors, the highest confidence that any source ever had, and
//! which feeds told of it. So where an object is does not depend on what came first.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{Contribution, Minting, Subject};
use crate::storage::CollectionId;

/// What the settings say of one feed.
#[derive(Clone, Debug, Hash)]
pub struct FeedRules {
    /// The name of the feed.
    pub feed: String,
    /// How objects are made of its records.
    pub minting: Arc<Minting>,
    /// Where they go.
    pub routing: Routing,
}

/// Where the objects of a feed go.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Routing {
    /// Where all of them go.
    pub collection: CollectionId,
    /// Where some of them go, too.
    pub routes: Vec<Route>,
}

/// A further collection for some of the objects of a feed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Route {
    /// The collection.
    pub collection: CollectionId,
    /// Only for IOCs or objects of these types; none for any.
    pub types: BTreeSet<String>,
    /// Only for IOCs of at least this confidence.
    pub confidence: Option<u8>,
    /// Only for IOCs of one of these sectors; none for any.
    pub sectors: BTreeSet<String>,
}

/// What is known of a subject that never becomes less.
#[derive(Debug)]
pub(super) struct Facts<'a> {
    types: [&'a str; 2],
    confidence: Option<u8>,
    sectors: BTreeSet<String>,
}

impl<'a> Facts<'a> {
    pub(super) fn of(subject: &'a Subject, known: &BTreeMap<String, Contribution>) -> Self {
        let sectors = known.values().flat_map(|part| &part.labels);
        Self {
            types: subject.types(),
            confidence: known.values().filter_map(Contribution::highest_confidence).max(),
            sectors: sectors
                .filter_map(|label| Some(label.strip_prefix("sector:")?.to_lowercase()))
                .collect(),
        }
    }
}

impl Routing {
    /// All collections to which anything goes.
    pub(super) fn everywhere(&self) -> impl Iterator<Item = CollectionId> {
        self.routes.iter().map(|route| route.collection).chain([self.collection])
    }

    /// The collections for a subject of which this is known.
    pub(super) fn collections(&self, facts: &Facts<'_>) -> impl Iterator<Item = CollectionId> {
        let leads = |route: &&Route| {
            (route.types.is_empty() || facts.types.iter().any(|name| route.types.contains(*name)))
                && route.confidence.is_none_or(|least| facts.confidence.is_some_and(|known| known >= least))
                && (route.sectors.is_empty() || !route.sectors.is_disjoint(&facts.sectors))
        };
        let routes = self.routes.iter().filter(leads).map(|route| route.collection);
        routes.chain([self.collection]).collect::<BTreeSet<_>>().into_iter()
    }
}

/// The feed that a source belongs to.
pub(super) fn feed_of(source: &str) -> &str {
    source.split_once('/').map_or(source, |(feed, _)| feed)
}

/// The source of what a feed says of a subject only by naming it.
pub(super) fn mention(feed: &str) -> String {
    format!("{feed}/mention")
}
