//! The extension for processes on Windows (STIX 2.1 section 6.13.2).

use stix_derive::StixStruct;

use crate::{Custom, values::Dictionary};

/// What is special about processes on Windows.
#[derive(Clone, Debug, PartialEq, StixStruct)]
#[stix(name = "windows-process-ext", section = "6.13.2", any_own)]
#[non_exhaustive]
pub struct WindowsProcessExt {
    /// Whether the layout of the address space is randomized.
    pub aslr_enabled: Option<bool>,
    /// Whether data execution prevention is on.
    pub dep_enabled: Option<bool>,
    /// The priority class, such as `HIGH_PRIORITY_CLASS`.
    pub priority: Option<String>,
    /// The security identifier of the owner.
    pub owner_sid: Option<String>,
    /// The title of the main window.
    pub window_title: Option<String>,
    /// The startup information, by the names of its fields.
    pub startup_info: Option<Dictionary>,
    /// How far Windows trusts the process.
    #[stix(vocabulary(WINDOWS_INTEGRITY_LEVEL_ENUM))]
    pub integrity_level: Option<String>,
    /// The properties that are not declared.
    #[stix(custom)]
    pub custom: Custom,
}
