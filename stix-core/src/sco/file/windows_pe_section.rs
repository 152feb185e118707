//! Sections of portable executables (STIX 2.1 section 6.7.6).

use stix_derive::StixStruct;

use crate::{
    Custom,
    values::{Float, Hashes, NonNegative},
};

/// A section of a portable executable.
#[derive(Clone, Debug, PartialEq, StixStruct)]
#[stix(name = "windows-pe-section-type", section = "6.7.6")]
#[non_exhaustive]
pub struct WindowsPeSection {
    /// The name of the section.
    pub name: String,
    /// The size of the section in bytes.
    pub size: Option<NonNegative>,
    /// The entropy of the section, as information theory defines it.
    pub entropy: Option<Float>,
    /// Hashes of the section.
    pub hashes: Option<Hashes>,
    /// The properties that are not declared.
    #[stix(custom)]
    pub custom: Custom,
}
