//! What is asked of a collection (TAXII 2.1, section 3.4): a place, a size, and a filter.

use stix_core::Timestamp;

use crate::storage::DateAdded;

/// Which records of a collection, and how many of them.
///
/// All parts must hold. A part that is `None` holds always, except `spec_versions`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Query {
    /// Only records that were added after this date.
    pub after: Option<DateAdded>,
    /// At most this many records.
    pub limit: u32,
    /// At most this many bytes of objects, but at least one object.
    pub max_bytes: u64,
    /// Only objects with one of these identifiers.
    pub ids: Option<Vec<String>>,
    /// Only objects of one of these types.
    pub types: Option<Vec<String>>,
    /// Only these versions of STIX; `None` takes the latest one that there is of each object.
    pub spec_versions: Option<Vec<String>>,
    /// Which versions of each object.
    pub versions: VersionFilter,
}

/// Which versions of an object, among those that the rest of the query lets through.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum VersionFilter {
    /// All versions.
    All,
    /// The union of what is named, each version once.
    Some {
        /// The oldest one, by its STIX timestamp.
        first: bool,
        /// The newest one, by its STIX timestamp and whenever it arrived.
        last: bool,
        /// The ones with these timestamps, compared as instants.
        exact: Vec<Timestamp>,
    },
}

impl Query {
    /// The newest version of every object, from the beginning.
    pub fn new(limit: u32, max_bytes: u64) -> Self {
        Self {
            after: None,
            limit,
            max_bytes,
            ids: None,
            types: None,
            spec_versions: None,
            versions: VersionFilter::LAST,
        }
    }
}

impl VersionFilter {
    /// The newest version only: what holds when nothing is said.
    pub const LAST: Self = Self::Some { first: false, last: true, exact: Vec::new() };
}
