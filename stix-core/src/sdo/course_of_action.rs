//! Courses of action (STIX 2.1 section 4.3).

use stix_derive::StixObject;

use crate::SdoCommon;

/// An action taken to prevent an attack or to respond to one.
///
/// ```
/// use stix_core::{SdoBuilder, sdo::CourseOfAction};
///
/// let action = CourseOfAction::new("Block TCP port 80")
///     .with_description("Add a rule to the firewall.")
///     .with_lang("en")
///     .validated()?;
/// assert_eq!(action.common.lang.as_deref(), Some("en"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
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
