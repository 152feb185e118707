//! Tools (STIX 2.1 section 4.18).

use stix_derive::StixObject;

use crate::{KillChainPhase, SdoCommon};

/// Legitimate software that threat actors can use for attacks.
///
/// ```
/// use stix_core::sdo::Tool;
///
/// let tool = Tool::new("VNC").with_tool_types(["remote-access"]).with_tool_version("1.2").validated()?;
/// assert_eq!(tool.tool_version.as_deref(), Some("1.2"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, StixObject)]
#[stix(type = "tool", class = Sdo, section = "4.18")]
#[non_exhaustive]
pub struct Tool {
    /// The properties that every SDO has.
    #[stix(common)]
    pub common: SdoCommon,
    /// The name of the tool.
    pub name: String,
    /// What is to be known about it.
    pub description: Option<String>,
    /// What it is used for.
    #[stix(vocabulary(TOOL_TYPE_OV))]
    pub tool_types: Option<Vec<String>>,
    /// Other names for it.
    pub aliases: Option<Vec<String>>,
    /// The phases of kill chains in which it is used.
    pub kill_chain_phases: Option<Vec<KillChainPhase>>,
    /// The version of the tool.
    pub tool_version: Option<String>,
}
