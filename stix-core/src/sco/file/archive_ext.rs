//! The extension for archives (STIX 2.1 section 6.7.2).

use stix_derive::StixStruct;

use crate::{Custom, Identifier};

/// What is special about archives, such as zip files.
#[derive(Clone, Debug, PartialEq, StixStruct)]
#[stix(name = "archive-ext", section = "6.7.2")]
#[non_exhaustive]
pub struct ArchiveExt {
    /// The files and directories in the archive.
    #[stix(refs("file", "directory"))]
    pub contains_refs: Vec<Identifier>,
    /// A comment in the archive.
    pub comment: Option<String>,
    /// The properties that are not declared.
    #[stix(custom)]
    pub custom: Custom,
}
