//! Opinions (STIX 2.1 section 4.15).

use stix_derive::StixObject;

use crate::{Identifier, SdoCommon};

/// An assessment of how right the content of other objects is.
///
/// ```
/// use stix_core::{sdo::{Opinion, Report}, Timestamp};
///
/// let published: Timestamp = "2024-01-15T10:00:00Z".parse()?;
/// let vulnerability = "vulnerability--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f".parse::<stix_core::Identifier>()?;
/// let report = Report::new("Week 3", published, [vulnerability]);
/// let opinion = Opinion::new("strongly-disagree", [&report.common.id])
///     .with_explanation("The flaw cannot be reached from outside.")
///     .validated()?;
/// assert_eq!(opinion.object_refs, [report.common.id]);
/// // The terms are an enumeration.
/// assert!(Opinion::new("so-so", [opinion.into_inner().common.id]).validated().is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, StixObject)]
#[stix(type = "opinion", class = Sdo, section = "4.15", new(opinion, object_refs))]
#[non_exhaustive]
pub struct Opinion {
    /// The properties that every SDO has.
    #[stix(common)]
    pub common: SdoCommon,
    /// Why the author thinks so.
    pub explanation: Option<String>,
    /// The names of those who hold the opinion.
    pub authors: Option<Vec<String>>,
    /// How far the author agrees.
    #[stix(vocabulary(OPINION_ENUM))]
    pub opinion: String,
    /// The objects that it is about.
    #[stix(refs(Sdo, Sco, Sro, Smo))]
    pub object_refs: Vec<Identifier>,
}
