//! Sightings (STIX 2.1 section 5.2).

use stix_derive::StixObject;

use crate::{Identifier, SdoCommon, Timestamp, values::SightingCount};

/// The belief that something was seen: an indicator, a malware, a threat actor.
///
/// ```
/// use stix_core::{Timestamp, sdo::{Identity, Indicator}, sro::Sighting};
///
/// let indicator = Indicator::new("[mutex:name = 'a']", "2024-01-15T10:00:00Z".parse::<Timestamp>()?);
/// let acme = Identity::new("ACME");
/// let sighting =
///     Sighting::new(indicator.common.id).with_where_sighted_refs([acme.common.id]).with_count(50).validated()?;
/// assert_eq!(sighting.count.map(|count| count.value()), Some(50));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, StixObject)]
#[stix(type = "sighting", class = Sro, section = "5.2", not_before(last_seen, first_seen))]
#[non_exhaustive]
pub struct Sighting {
    /// The properties that every SRO has.
    #[stix(common)]
    pub common: SdoCommon,
    /// What is to be known about it.
    pub description: Option<String>,
    /// When the sighting began.
    pub first_seen: Option<Timestamp>,
    /// When the sighting ended.
    pub last_seen: Option<Timestamp>,
    /// How often the thing was sighted.
    pub count: Option<SightingCount>,
    /// What was sighted.
    #[stix(refs(Sdo))]
    pub sighting_of_ref: Identifier,
    /// The raw data of the sighting.
    #[stix(refs("observed-data"))]
    pub observed_data_refs: Option<Vec<Identifier>>,
    /// Who sighted it, or where.
    #[stix(refs("identity", "location"))]
    pub where_sighted_refs: Option<Vec<Identifier>>,
    /// Whether the sighting sums up others.
    pub summary: Option<bool>,
}
