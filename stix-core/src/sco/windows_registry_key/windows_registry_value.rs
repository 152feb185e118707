//! Values of the registry of Windows (STIX 2.1 section 6.17.2).

use stix_derive::StixStruct;

use crate::Custom;

/// A value under a key of the registry.
#[derive(Clone, Debug, PartialEq, StixStruct)]
#[stix(name = "windows-registry-value-type", section = "6.17.2", any_own)]
#[non_exhaustive]
pub struct WindowsRegistryValue {
    /// The name of the value; empty for the default value.
    pub name: Option<String>,
    /// The data of the value.
    pub data: Option<String>,
    /// The type of the data.
    #[stix(vocabulary(WINDOWS_REGISTRY_DATATYPE_ENUM))]
    pub data_type: Option<String>,
    /// The properties that are not declared.
    #[stix(custom)]
    pub custom: Custom,
}
