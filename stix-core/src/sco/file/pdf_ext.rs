//! The extension for PDF files (STIX 2.1 section 6.7.4).

use stix_derive::StixStruct;

use crate::{
    Custom,
    validate::{Check, Json, Members, Rule},
    values::Dictionary,
};

/// What is special about PDF files.
#[derive(Clone, Debug, PartialEq, StixStruct)]
#[stix(name = "pdf-ext", section = "6.7.4", any_own, check = check)]
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

/// The entries of a document information dictionary (ISO 32000-1 section 14.3.3).
const INFORMATION: [&str; 9] =
    ["Author", "CreationDate", "Creator", "Keywords", "ModDate", "Producer", "Subject", "Title", "Trapped"];

fn check<'c>(pdf: &'c Members<'c>, check: &mut Check<'c>) {
    let Some(Json::Object(information)) = pdf.get("document_info_dict") else { return };
    check.member("document_info_dict", |check| {
        for (name, _) in information.iter().filter(|(name, _)| !INFORMATION.contains(name)) {
            let message = format_args!("`{name}` is no entry of a document information dictionary");
            let help = format_args!("the entries are {}", INFORMATION.join(", ")).to_string();
            check.member(name, |check| check.problem_with_help(Rule::PdfInformation, message, help));
        }
    });
}
