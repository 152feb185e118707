//! The extension for Unix accounts (STIX 2.1 section 6.16.2).

use stix_derive::StixStruct;

use crate::Custom;

/// What is special about accounts of Unix systems.
#[derive(Clone, Debug, PartialEq, StixStruct)]
#[stix(name = "unix-account-ext", section = "6.16.2", any_own)]
#[non_exhaustive]
pub struct UnixAccountExt {
    /// The identifier of the primary group.
    pub gid: Option<i64>,
    /// The names of the groups.
    pub groups: Option<Vec<String>>,
    /// The home directory.
    pub home_dir: Option<String>,
    /// The login shell.
    pub shell: Option<String>,
    /// The properties that are not declared.
    #[stix(custom)]
    pub custom: Custom,
}
