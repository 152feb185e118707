//! Opinions (STIX 2.1 section 4.15).

use stix_derive::StixObject;

use crate::{Identifier, SdoCommon};

/// An assessment of how right the content of other objects is.
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
