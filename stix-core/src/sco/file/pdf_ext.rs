//! The extension for PDF files (STIX 2.1 section 6.7.4).

use stix_derive::StixStruct;

use crate::{Custom, values::Dictionary};

/// What is special about PDF files.
#[derive(Clone, Debug, PartialEq, StixStruct)]
#[stix(name = "pdf-ext", section = "6.7.4", any_own)]
#[non_exhaustive]
pub struct PdfExt {
    /// The version of the PDF specification.
    pub version: Option<String>,
    /// Whether the file is optimized for the web.
    pub is_optimized: Option<bool>,
    /// The document information dictionary.
    pub document_info_dict: Option<Dictionary<String>>,
    /// The first file identifier.
    pub pdfid0: Option<String>,
    /// The second file identifier.
    pub pdfid1: Option<String>,
    /// The properties that are not declared.
    #[stix(custom)]
    pub custom: Custom,
}
