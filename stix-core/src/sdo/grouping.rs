//! Groupings (STIX 2.1 section 4.4).

use stix_derive::StixObject;

use crate::{Identifier, SdoCommon};

/// An assertion that objects share a context, without a finished report about them.
///
/// ```
/// use stix_core::{sdo::{Grouping, Malware}, vocab::GROUPING_CONTEXT_OV};
///
/// let malware = Malware::new(false).with_name("Poison Ivy");
/// let grouping = Grouping::new("malware-analysis", [&malware.common.id])
///     .with_name("What we know of Poison Ivy")
///     .validated()?;
/// assert!(GROUPING_CONTEXT_OV.terms.contains(&&*grouping.context));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, StixObject)]
#[stix(type = "grouping", class = Sdo, section = "4.4", new(context, object_refs))]
#[non_exhaustive]
pub struct Grouping {
    /// The properties that every SDO has.
    #[stix(common)]
    pub common: SdoCommon,
    /// The name of the grouping.
    pub name: Option<String>,
    /// What is to be known about it.
    pub description: Option<String>,
    /// What the objects have in common.
    #[stix(vocabulary(GROUPING_CONTEXT_OV))]
    pub context: String,
    /// The objects of the grouping.
    #[stix(refs(Sdo, Sco, Sro, Smo))]
    pub object_refs: Vec<Identifier>,
}
