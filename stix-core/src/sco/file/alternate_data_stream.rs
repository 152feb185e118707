//! Alternate data streams (STIX 2.1 section 6.7.3).

use stix_derive::StixStruct;

use crate::{
    Custom,
    values::{Hashes, NonNegative},
};

/// An alternate data stream of a file on NTFS.
#[derive(Clone, Debug, PartialEq, StixStruct)]
#[stix(name = "alternate-data-stream-type", section = "6.7.3")]
#[non_exhaustive]
pub struct AlternateDataStream {
    /// The name of the stream.
    pub name: String,
    /// Hashes of the stream.
    pub hashes: Option<Hashes>,
    /// The size of the stream in bytes.
    pub size: Option<NonNegative>,
    /// The properties that are not declared.
    #[stix(custom)]
    pub custom: Custom,
}
