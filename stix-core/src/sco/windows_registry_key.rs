//! Keys of the registry of Windows (STIX 2.1 section 6.17).

mod windows_registry_value;

pub use windows_registry_value::WindowsRegistryValue;

use stix_derive::StixObject;

use crate::{Identifier, ScoCommon, Timestamp};

/// A key of the registry of Windows.
#[derive(Clone, Debug, PartialEq, StixObject)]
#[stix(type = "windows-registry-key", class = Sco, section = "6.17", any_own)]
#[non_exhaustive]
pub struct WindowsRegistryKey {
    /// The properties that every SCO has.
    #[stix(common)]
    pub common: ScoCommon,
    /// The full key, with its hive written out.
    #[stix(id_contributing)]
    pub key: Option<String>,
    /// The values under the key.
    #[stix(id_contributing)]
    pub values: Option<Vec<WindowsRegistryValue>>,
    /// When the key was last changed.
    pub modified_time: Option<Timestamp>,
    /// The user that created the key.
    #[stix(refs("user-account"))]
    pub creator_user_ref: Option<Identifier>,
    /// How many subkeys the key has.
    pub number_of_subkeys: Option<i64>,
}
