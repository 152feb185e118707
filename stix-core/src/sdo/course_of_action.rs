//! Courses of action (STIX 2.1 section 4.3).

use stix_derive::StixObject;

use crate::SdoCommon;

/// An action taken to prevent an attack or to respond to one.
#[derive(Clone, Debug, PartialEq, StixObject)]
#[stix(type = "course-of-action", class = Sdo, section = "4.3", reserved("action"))]
#[non_exhaustive]
pub struct CourseOfAction {
    /// The properties that every SDO has.
    #[stix(common)]
    pub common: SdoCommon,
    /// The name of the course of action.
    pub name: String,
    /// What is to be known about it.
    pub description: Option<String>,
}
