//! Incidents (STIX 2.1 section 4.6).

use stix_derive::StixObject;

use crate::SdoCommon;

/// An incident, of which the specification only says that it exists; extensions say the rest.
///
/// ```
/// use stix_core::sdo::Incident;
///
/// let incident = Incident::new("Mail server breached").with_description("Found on Monday.").validated()?;
/// assert_eq!(incident.name, "Mail server breached");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, StixObject)]
#[stix(type = "incident", class = Sdo, section = "4.6")]
#[non_exhaustive]
pub struct Incident {
    /// The properties that every SDO has.
    #[stix(common)]
    pub common: SdoCommon,
    /// The name of the incident.
    pub name: String,
    /// What is to be known about it.
    pub description: Option<String>,
}
