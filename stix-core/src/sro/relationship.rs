//! Relationships (STIX 2.1 section 5.1).

use stix_derive::StixObject;

use crate::{Identifier, SdoCommon, Timestamp};

/// How one object relates to another.
#[derive(Clone, Debug, PartialEq, StixObject)]
#[stix(
    type = "relationship", class = Sro, section = "5.1",
    new(source_ref, relationship_type, target_ref),
    after(stop_time, start_time),
)]
#[non_exhaustive]
pub struct Relationship {
    /// The properties that every SRO has.
    #[stix(common)]
    pub common: SdoCommon,
    /// The name of the relation, such as `indicates`.
    pub relationship_type: String,
    /// What is to be known about it.
    pub description: Option<String>,
    /// The object that the relation starts from.
    #[stix(refs(Sdo, Sco))]
    pub source_ref: Identifier,
    /// The object that it leads to.
    #[stix(refs(Sdo, Sco))]
    pub target_ref: Identifier,
    /// Since when the relation has held.
    pub start_time: Option<Timestamp>,
    /// Until when the relation held.
    pub stop_time: Option<Timestamp>,
}
