//! Attack patterns (STIX 2.1 section 4.1).

use stix_derive::StixObject;

use crate::{KillChainPhase, SdoCommon};

/// A way in which adversaries attempt to compromise targets.
///
/// ```
/// use stix_core::{ExternalReference, KillChainPhase, SdoBuilder, sdo::AttackPattern};
///
/// let phishing = AttackPattern::new("Spear phishing")
///     .with_kill_chain_phases([KillChainPhase::new("mitre-attack", "initial-access")])
///     .with_external_references([ExternalReference::new("capec").with_external_id("CAPEC-163")])
///     .validated()?;
/// assert_eq!(phishing.name, "Spear phishing");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, StixObject)]
#[stix(type = "attack-pattern", class = Sdo, section = "4.1")]
#[non_exhaustive]
pub struct AttackPattern {
    /// The properties that every SDO has.
    #[stix(common)]
    pub common: SdoCommon,
    /// The name of the attack pattern.
    pub name: String,
    /// What is to be known about it.
    pub description: Option<String>,
    /// Other names for it.
    pub aliases: Option<Vec<String>>,
    /// The phases of kill chains in which it is used.
    pub kill_chain_phases: Option<Vec<KillChainPhase>>,
}
