//! Campaigns (STIX 2.1 section 4.2).

use stix_derive::StixObject;

use crate::{SdoCommon, Timestamp};

/// A grouping of adversarial behaviour against a set of targets over a period of time.
///
/// ```
/// use stix_core::{Timestamp, sdo::Campaign};
///
/// let campaign = Campaign::new("Green group against banks")
///     .with_objective("steal credentials")
///     .with_first_seen("2024-01-08T12:50:40Z".parse::<Timestamp>()?);
/// assert!(campaign.clone().validated().is_ok());
///
/// let before: Timestamp = "2023-12-31T00:00:00Z".parse()?;
/// let report = campaign.with_last_seen(before).validated().unwrap_err();
/// assert_eq!(report.problems()[0].message(), "`last_seen` is before `first_seen`");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, StixObject)]
#[stix(type = "campaign", class = Sdo, section = "4.2", not_before(last_seen, first_seen))]
#[non_exhaustive]
pub struct Campaign {
    /// The properties that every SDO has.
    #[stix(common)]
    pub common: SdoCommon,
    /// The name of the campaign.
    pub name: String,
    /// What is to be known about it: its purpose and its key characteristics.
    pub description: Option<String>,
    /// Other names for it.
    pub aliases: Option<Vec<String>>,
    /// When it was first seen.
    pub first_seen: Option<Timestamp>,
    /// When it was last seen.
    pub last_seen: Option<Timestamp>,
    /// The goal, desired outcome or intended effect.
    pub objective: Option<String>,
}
