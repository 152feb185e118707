//! The optional header of portable executables (STIX 2.1 section 6.7.6).

use stix_derive::StixStruct;

use crate::{
    Custom,
    values::{Hashes, Hex, NonNegative},
};

/// The optional header of a portable executable.
#[derive(Clone, Debug, PartialEq, StixStruct)]
#[stix(name = "windows-pe-optional-header-type", section = "6.7.6", any_own)]
#[non_exhaustive]
pub struct WindowsPeOptionalHeader {
    /// Which kind of executable it is.
    pub magic_hex: Option<Hex>,
    /// The major version of the linker.
    pub major_linker_version: Option<i64>,
    /// The minor version of the linker.
    pub minor_linker_version: Option<i64>,
    /// The size of the code in bytes.
    pub size_of_code: Option<NonNegative>,
    /// The size of the initialized data in bytes.
    pub size_of_initialized_data: Option<NonNegative>,
    /// The size of the uninitialized data in bytes.
    pub size_of_uninitialized_data: Option<NonNegative>,
    /// Where the program starts, relative to the image base.
    pub address_of_entry_point: Option<i64>,
    /// Where the code begins, relative to the image base.
    pub base_of_code: Option<i64>,
    /// Where the data begin, relative to the image base.
    pub base_of_data: Option<i64>,
    /// The preferred address of the first byte in memory.
    pub image_base: Option<i64>,
    /// To how many bytes sections are aligned in memory.
    pub section_alignment: Option<i64>,
    /// To how many bytes sections are aligned in the file.
    pub file_alignment: Option<i64>,
    /// The major version of the operating system that is needed.
    pub major_os_version: Option<i64>,
    /// The minor version of the operating system that is needed.
    pub minor_os_version: Option<i64>,
    /// The major version of the image.
    pub major_image_version: Option<i64>,
    /// The minor version of the image.
    pub minor_image_version: Option<i64>,
    /// The major version of the subsystem.
    pub major_subsystem_version: Option<i64>,
    /// The minor version of the subsystem.
    pub minor_subsystem_version: Option<i64>,
    /// The reserved version value.
    pub win32_version_value_hex: Option<Hex>,
    /// The size of the image in memory, with all headers, in bytes.
    pub size_of_image: Option<NonNegative>,
    /// The size of all headers, in bytes.
    pub size_of_headers: Option<NonNegative>,
    /// The checksum.
    pub checksum_hex: Option<Hex>,
    /// The subsystem that is needed.
    pub subsystem_hex: Option<Hex>,
    /// The flags of the executable as a library.
    pub dll_characteristics_hex: Option<Hex>,
    /// How much stack to reserve, in bytes.
    pub size_of_stack_reserve: Option<NonNegative>,
    /// How much stack to commit, in bytes.
    pub size_of_stack_commit: Option<NonNegative>,
    /// How much heap to reserve, in bytes.
    pub size_of_heap_reserve: Option<NonNegative>,
    /// How much heap to commit, in bytes.
    pub size_of_heap_commit: Option<NonNegative>,
    /// The reserved loader flags.
    pub loader_flags_hex: Option<Hex>,
    /// How many entries of data directories follow.
    pub number_of_rva_and_sizes: Option<i64>,
    /// Hashes of the optional header.
    pub hashes: Option<Hashes>,
    /// The properties that are not declared.
    #[stix(custom)]
    pub custom: Custom,
}
