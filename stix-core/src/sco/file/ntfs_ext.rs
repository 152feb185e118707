//! The extension for files on NTFS (STIX 2.1 section 6.7.3).

use stix_derive::StixStruct;

use super::AlternateDataStream;
use crate::Custom;

/// What is special about files on NTFS.
#[derive(Clone, Debug, PartialEq, StixStruct)]
#[stix(name = "ntfs-ext", section = "6.7.3", any_own)]
#[non_exhaustive]
pub struct NtfsExt {
    /// The security identifier of the owner.
    pub sid: Option<String>,
    /// The alternate data streams.
    pub alternate_data_streams: Option<Vec<AlternateDataStream>>,
    /// The properties that are not declared.
    #[stix(custom)]
    pub custom: Custom,
}
