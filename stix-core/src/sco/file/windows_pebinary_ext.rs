//! The extension for portable executables (STIX 2.1 section 6.7.6).

use stix_derive::StixStruct;

use super::{WindowsPeOptionalHeader, WindowsPeSection};
use crate::{
    Custom, Timestamp,
    values::{Hashes, Hex, NonNegative},
};

/// What is special about portable executables of Windows.
#[derive(Clone, Debug, PartialEq, StixStruct)]
#[stix(name = "windows-pebinary-ext", section = "6.7.6", any_besides(pe_type))]
#[non_exhaustive]
pub struct WindowsPebinaryExt {
    /// What kind of executable it is.
    #[stix(vocabulary(WINDOWS_PEBINARY_TYPE_OV))]
    pub pe_type: String,
    /// The hash of the imported functions.
    pub imphash: Option<String>,
    /// The kind of processor.
    pub machine_hex: Option<Hex>,
    /// How many sections there are.
    pub number_of_sections: Option<NonNegative>,
    /// When the executable was made, to the second.
    #[stix(whole_seconds)]
    pub time_date_stamp: Option<Timestamp>,
    /// Where the symbol table begins.
    pub pointer_to_symbol_table_hex: Option<Hex>,
    /// How many symbols that table has.
    pub number_of_symbols: Option<NonNegative>,
    /// The size of the optional header in bytes.
    pub size_of_optional_header: Option<NonNegative>,
    /// The flags of the executable.
    pub characteristics_hex: Option<Hex>,
    /// Hashes of the file header.
    pub file_header_hashes: Option<Hashes>,
    /// The optional header.
    pub optional_header: Option<WindowsPeOptionalHeader>,
    /// The sections.
    pub sections: Option<Vec<WindowsPeSection>>,
    /// The properties that are not declared.
    #[stix(custom)]
    pub custom: Custom,
}
