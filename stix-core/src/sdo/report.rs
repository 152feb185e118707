//! Reports (STIX 2.1 section 4.16).

use stix_derive::StixObject;

use crate::{Identifier, SdoCommon, Timestamp};

/// A collection of intelligence about one or more topics, published as a whole.
///
/// ```
/// use stix_core::{Timestamp, sdo::{Campaign, Report, Tool}};
///
/// let (campaign, tool) = (Campaign::new("Green group"), Tool::new("VNC"));
/// let published: Timestamp = "2024-01-20T17:00:00Z".parse()?;
/// let report = Report::new("The Black Vine group", published, [&campaign.common.id, &tool.common.id])
///     .with_report_types(["campaign"])
///     .validated()?;
/// assert_eq!(report.object_refs.len(), 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, StixObject)]
#[stix(type = "report", class = Sdo, section = "4.16")]
#[non_exhaustive]
pub struct Report {
    /// The properties that every SDO has.
    #[stix(common)]
    pub common: SdoCommon,
    /// The name of the report.
    pub name: String,
    /// What is to be known about it.
    pub description: Option<String>,
    /// What it is mainly about.
    #[stix(vocabulary(REPORT_TYPE_OV))]
    pub report_types: Option<Vec<String>>,
    /// When it was officially published by its creator.
    pub published: Timestamp,
    /// The objects that belong to it.
    #[stix(refs(Sdo, Sco, Sro, Smo))]
    pub object_refs: Vec<Identifier>,
}
