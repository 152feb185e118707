//! Intrusion sets (STIX 2.1 section 4.9).

use stix_derive::StixObject;

use crate::{SdoCommon, Timestamp};

/// Adversarial behaviours and resources that are believed to belong to one organization.
///
/// ```
/// use stix_core::sdo::IntrusionSet;
///
/// let set = IntrusionSet::new("Bobcat Breakin")
///     .with_aliases(["Zookeeper"])
///     .with_goals(["acquisition-theft", "harassment"])
///     .validated()?;
/// assert_eq!(set.goals.as_ref().map(Vec::len), Some(2));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, StixObject)]
#[stix(type = "intrusion-set", class = Sdo, section = "4.9", not_before(last_seen, first_seen))]
#[non_exhaustive]
pub struct IntrusionSet {
    /// The properties that every SDO has.
    #[stix(common)]
    pub common: SdoCommon,
    /// The name of the intrusion set.
    pub name: String,
    /// What is to be known about it.
    pub description: Option<String>,
    /// Other names for it.
    pub aliases: Option<Vec<String>>,
    /// When it was first seen.
    pub first_seen: Option<Timestamp>,
    /// When it was last seen.
    pub last_seen: Option<Timestamp>,
    /// What it is trying to reach.
    pub goals: Option<Vec<String>>,
    /// The organizational level at which it typically works.
    #[stix(vocabulary(ATTACK_RESOURCE_LEVEL_OV))]
    pub resource_level: Option<String>,
    /// Its foremost reason or purpose.
    #[stix(vocabulary(ATTACK_MOTIVATION_OV))]
    pub primary_motivation: Option<String>,
    /// Further reasons or purposes.
    #[stix(vocabulary(ATTACK_MOTIVATION_OV))]
    pub secondary_motivations: Option<Vec<String>>,
}
