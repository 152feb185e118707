//! Threat actors (STIX 2.1 section 4.17).

use stix_derive::StixObject;

use crate::{SdoCommon, Timestamp};

/// Individuals, groups or organizations that are believed to act with malicious intent.
///
/// ```
/// use stix_core::sdo::ThreatActor;
///
/// let actor = ThreatActor::new("Evil Org")
///     .with_threat_actor_types(["crime-syndicate"])
///     .with_resource_level("organization")
///     .with_primary_motivation("personal-gain")
///     .validated()?;
/// assert_eq!(actor.resource_level.as_deref(), Some("organization"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, StixObject)]
#[stix(type = "threat-actor", class = Sdo, section = "4.17", not_before(last_seen, first_seen))]
#[non_exhaustive]
pub struct ThreatActor {
    /// The properties that every SDO has.
    #[stix(common)]
    pub common: SdoCommon,
    /// The name of the threat actor.
    pub name: String,
    /// What is to be known about it.
    pub description: Option<String>,
    /// What kind of threat actor it is.
    #[stix(vocabulary(THREAT_ACTOR_TYPE_OV))]
    pub threat_actor_types: Option<Vec<String>>,
    /// Other names for it.
    pub aliases: Option<Vec<String>>,
    /// When it was first seen.
    pub first_seen: Option<Timestamp>,
    /// When it was last seen.
    pub last_seen: Option<Timestamp>,
    /// The parts that it plays.
    #[stix(vocabulary(THREAT_ACTOR_ROLE_OV))]
    pub roles: Option<Vec<String>>,
    /// What it is trying to reach.
    pub goals: Option<Vec<String>>,
    /// The skill, knowledge and training that it needs for its attacks.
    #[stix(vocabulary(THREAT_ACTOR_SOPHISTICATION_OV))]
    pub sophistication: Option<String>,
    /// The organizational level at which it typically works.
    #[stix(vocabulary(ATTACK_RESOURCE_LEVEL_OV))]
    pub resource_level: Option<String>,
    /// Its foremost reason or purpose.
    #[stix(vocabulary(ATTACK_MOTIVATION_OV))]
    pub primary_motivation: Option<String>,
    /// Further reasons or purposes.
    #[stix(vocabulary(ATTACK_MOTIVATION_OV))]
    pub secondary_motivations: Option<Vec<String>>,
    /// The reasons of the persons, apart from those of their organization.
    #[stix(vocabulary(ATTACK_MOTIVATION_OV))]
    pub personal_motivations: Option<Vec<String>>,
}
