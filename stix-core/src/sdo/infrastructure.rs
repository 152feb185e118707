//! Infrastructure (STIX 2.1 section 4.8).

use stix_derive::StixObject;

use crate::{KillChainPhase, SdoCommon, Timestamp};

/// Systems, software services and resources that serve some purpose, for attack or for defence.
///
/// ```
/// use stix_core::sdo::Infrastructure;
///
/// let infrastructure = Infrastructure::new("Poison Ivy C2")
///     .with_infrastructure_types(["command-and-control"])
///     .validated()?;
/// assert_eq!(infrastructure.infrastructure_types, Some(vec!["command-and-control".to_owned()]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, StixObject)]
#[stix(type = "infrastructure", class = Sdo, section = "4.8", not_before(last_seen, first_seen))]
#[non_exhaustive]
pub struct Infrastructure {
    /// The properties that every SDO has.
    #[stix(common)]
    pub common: SdoCommon,
    /// The name of the infrastructure.
    pub name: String,
    /// What is to be known about it.
    pub description: Option<String>,
    /// What it is used for.
    #[stix(vocabulary(INFRASTRUCTURE_TYPE_OV))]
    pub infrastructure_types: Option<Vec<String>>,
    /// Other names for it.
    pub aliases: Option<Vec<String>>,
    /// The phases of kill chains in which it is used.
    pub kill_chain_phases: Option<Vec<KillChainPhase>>,
    /// When malicious use of it was first seen.
    pub first_seen: Option<Timestamp>,
    /// When malicious use of it was last seen.
    pub last_seen: Option<Timestamp>,
}
