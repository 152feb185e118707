//! Observed data (STIX 2.1 section 4.14).

use stix_derive::StixObject;

use crate::{
    Identifier, SdoCommon, Timestamp,
    values::{Observables, ObservationCount},
};

/// What was seen on systems and networks, as cyber-observable objects.
#[derive(Clone, Debug, PartialEq, StixObject)]
#[stix(
    type = "observed-data", class = Sdo, section = "4.14",
    new(first_observed, last_observed, number_observed, object_refs),
    exactly_one(objects, object_refs),
    not_before(last_observed, first_observed),
)]
#[non_exhaustive]
pub struct ObservedData {
    /// The properties that every SDO has.
    #[stix(common)]
    pub common: SdoCommon,
    /// When the data were first seen.
    pub first_observed: Timestamp,
    /// When the data were last seen.
    pub last_observed: Timestamp,
    /// How often the data were seen.
    pub number_observed: ObservationCount,
    /// The observed objects, in the way of STIX 2.0.
    #[stix(deprecated)]
    pub objects: Option<Observables>,
    /// The observed objects and the relations between them.
    #[stix(refs(Sco, Sro))]
    pub object_refs: Option<Vec<Identifier>>,
}
