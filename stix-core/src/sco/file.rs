//! Files (STIX 2.1 section 6.7).

mod alternate_data_stream;
mod archive_ext;
mod ntfs_ext;
mod pdf_ext;
mod raster_image_ext;
mod windows_pe_optional_header;
mod windows_pe_section;
mod windows_pebinary_ext;

pub use alternate_data_stream::AlternateDataStream;
pub use archive_ext::ArchiveExt;
pub use ntfs_ext::NtfsExt;
pub use pdf_ext::PdfExt;
pub use raster_image_ext::RasterImageExt;
pub use windows_pe_optional_header::WindowsPeOptionalHeader;
pub use windows_pe_section::WindowsPeSection;
pub use windows_pebinary_ext::WindowsPebinaryExt;

use stix_derive::{StixObject, StixStruct};

use crate::{
    Custom, Identifier, ScoCommon, Timestamp,
    validate::{self, Check, Members},
    values::{Hashes, Hex, NonNegative},
};

/// A file.
///
/// ```
/// use stix_core::{sco::File, values::Hashes};
///
/// let file = File::new()
///     .with_name("foo.exe")
///     .with_size(25_536_u32)
///     .with_hashes(Hashes::new().with("MD5", "d41d8cd98f00b204e9800998ecf8427e"))
///     .validated()?;
/// // The name counts for the identifier, the size does not.
/// let file = file.into_inner();
/// assert_eq!(file.clone().with_size(1_u32).common.id, file.common.id);
/// assert_ne!(file.clone().with_name("bar.exe").common.id, file.common.id);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, StixObject)]
#[stix(type = "file", class = Sco, section = "6.7", at_least_one(hashes, name), requires(name_enc, name), check = check)]
#[non_exhaustive]
pub struct File {
    /// The properties that every SCO has.
    #[stix(common)]
    pub common: ScoCommon<FileExtensions>,
    /// Hashes of the content.
    #[stix(id_contributing)]
    pub hashes: Option<Hashes>,
    /// The size in bytes.
    pub size: Option<NonNegative>,
    /// The name, as it was observed.
    #[stix(id_contributing)]
    pub name: Option<String>,
    /// The character encoding of the name where it is not Unicode, as IANA names it.
    pub name_enc: Option<String>,
    /// The bytes that tell the format of the file.
    pub magic_number_hex: Option<Hex>,
    /// The media type of the content.
    pub mime_type: Option<String>,
    /// When the file was created.
    pub ctime: Option<Timestamp>,
    /// When the file was last written to.
    pub mtime: Option<Timestamp>,
    /// When the file was last accessed.
    pub atime: Option<Timestamp>,
    /// The directory in which the file lies.
    #[stix(refs("directory"), id_contributing)]
    pub parent_directory_ref: Option<Identifier>,
    /// Other cyber-observable objects in the file, such as those of an archive or a document.
    #[stix(refs(Sco))]
    pub contains_refs: Option<Vec<Identifier>>,
    /// The content.
    #[stix(refs("artifact"))]
    pub content_ref: Option<Identifier>,
}

/// The extensions of files, by name.
///
/// ```
/// use stix_core::{
///     ScoBuilder,
///     sco::{
///         AlternateDataStream, ArchiveExt, File, FileExtensions, NtfsExt, PdfExt, RasterImageExt,
///         WindowsPeOptionalHeader, WindowsPeSection, WindowsPebinaryExt,
///     },
///     values::Dictionary,
/// };
///
/// let inside = File::new().with_name("inside.txt");
/// let extensions = FileExtensions::new()
///     .with_archive(ArchiveExt::new([inside.common.id]).with_comment("two files"))
///     .with_ntfs(NtfsExt::new().with_alternate_data_streams([AlternateDataStream::new("second.stream")]))
///     .with_pdf(PdfExt::new().with_version("1.7").with_is_optimized(true))
///     .with_raster_image(RasterImageExt::new().with_exif_tags(Dictionary::new().with("Make", "Nikon")))
///     .with_windows_pebinary(
///         WindowsPebinaryExt::new("exe")
///             .with_optional_header(WindowsPeOptionalHeader::new().with_image_base(4_194_304))
///             .with_sections([WindowsPeSection::new("CODE")]),
///     );
/// let file = File::new().with_name("odd.bin").with_extensions(extensions).validated()?;
/// assert!(file.common.extensions.as_ref().is_some_and(|extensions| extensions.ntfs.is_some()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, StixStruct)]
#[stix(name = "extensions of file", section = "6.7", extensions(id_contributing))]
#[non_exhaustive]
pub struct FileExtensions {
    /// What is special about archives.
    #[stix(name = "archive-ext")]
    pub archive: Option<ArchiveExt>,
    /// What is special about files on NTFS.
    #[stix(name = "ntfs-ext")]
    pub ntfs: Option<NtfsExt>,
    /// What is special about PDF files.
    #[stix(name = "pdf-ext")]
    pub pdf: Option<PdfExt>,
    /// What is special about raster images.
    #[stix(name = "raster-image-ext")]
    pub raster_image: Option<RasterImageExt>,
    /// What is special about portable executables of Windows.
    #[stix(name = "windows-pebinary-ext")]
    pub windows_pebinary: Option<WindowsPebinaryExt>,
    /// The other extensions.
    #[stix(custom)]
    pub custom: Custom,
}

fn check<'c>(file: &'c Members<'c>, check: &mut Check<'c>) {
    validate::media_type(file, check);
    validate::character_set(file, "name_enc", check);
}
