//! Kill chain phases (STIX 2.1 section 2.11).

use stix_derive::StixStruct;

use crate::Custom;

/// A phase in a kill chain: the steps that an attacker takes.
#[derive(Clone, Debug, PartialEq, StixStruct)]
#[stix(name = "kill-chain-phase", section = "2.11")]
#[non_exhaustive]
pub struct KillChainPhase {
    /// The name of the kill chain, such as `mitre-attack`.
    pub kill_chain_name: String,
    /// The name of the phase in it.
    pub phase_name: String,
    /// The properties that are not declared.
    #[stix(custom)]
    pub custom: Custom,
}

impl KillChainPhase {
    /// The phase of this name in the kill chain of this name.
    pub fn new(kill_chain_name: impl Into<String>, phase_name: impl Into<String>) -> Self {
        Self { kill_chain_name: kill_chain_name.into(), phase_name: phase_name.into(), custom: Custom::new() }
    }
}
