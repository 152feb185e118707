//! Autonomous systems (STIX 2.1 section 6.2).

use stix_derive::StixObject;

use crate::ScoCommon;

/// An autonomous system: networks under one routing policy.
///
/// ```
/// use stix_core::sco::AutonomousSystem;
///
/// let system = AutonomousSystem::new(15139).with_name("Slime Industries").with_rir("ARIN").validated()?;
/// assert_eq!(system.number, 15139);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, StixObject)]
#[stix(type = "autonomous-system", class = Sco, section = "6.2")]
#[non_exhaustive]
pub struct AutonomousSystem {
    /// The properties that every SCO has.
    #[stix(common)]
    pub common: ScoCommon,
    /// The number that the system was assigned.
    #[stix(id_contributing)]
    pub number: i64,
    /// The name of the system.
    pub name: Option<String>,
    /// The regional internet registry that assigned the number.
    pub rir: Option<String>,
}
