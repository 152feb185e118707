//! Kill chain phases (STIX 2.1 section 2.11).

use stix_derive::StixStruct;

use crate::{
    Custom,
    validate::{self, Check, Members, Rule},
};

/// A phase in a kill chain: the steps that an attacker takes.
///
/// ```
/// use stix_core::{KillChainPhase, sdo::Tool};
///
/// let phase = KillChainPhase::new("lockheed-martin-cyber-kill-chain", "reconnaissance");
/// assert!(Tool::new("VNC").with_kill_chain_phases([phase]).validated().is_ok());
/// ```
#[derive(Clone, Debug, PartialEq, StixStruct)]
#[stix(name = "kill-chain-phase", section = "2.11", check = check)]
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

/// Checks how the names are written.
fn check<'c>(phase: &'c Members<'c>, check: &mut Check<'c>) {
    for property in ["kill_chain_name", "phase_name"] {
        if let Some(name) = phase.text(property)
            && !validate::is_hyphenated(name)
        {
            let message = format_args!("`{name}` is not in lower case with hyphens between words");
            let help = format_args!("write `{}`", validate::hyphenated(name)).to_string();
            check.member(property, |check| check.problem_with_help(Rule::KillChainName, message, help));
        }
    }
}
