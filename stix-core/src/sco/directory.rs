//! Directories (STIX 2.1 section 6.3).

use stix_derive::StixObject;

use crate::{
    Identifier, ScoCommon, Timestamp,
    validate::{self, Check, Members},
};

/// A directory of a file system.
///
/// ```
/// use stix_core::sco::{Directory, File};
///
/// let file = File::new().with_name("foo.exe");
/// let directory = Directory::new("C:\\Windows\\System32").with_contains_refs([file.common.id]).validated()?;
/// assert!(directory.path.ends_with("System32"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, StixObject)]
#[stix(type = "directory", class = Sco, section = "6.3", requires(path_enc, path), check = check)]
#[non_exhaustive]
pub struct Directory {
    /// The properties that every SCO has.
    #[stix(common)]
    pub common: ScoCommon,
    /// The path, as it was observed.
    #[stix(id_contributing)]
    pub path: String,
    /// The character encoding of the path where it is not Unicode, as IANA names it.
    pub path_enc: Option<String>,
    /// When the directory was created.
    pub ctime: Option<Timestamp>,
    /// When the directory was last written to.
    pub mtime: Option<Timestamp>,
    /// When the directory was last accessed.
    pub atime: Option<Timestamp>,
    /// The files and directories in it.
    #[stix(refs("file", "directory"))]
    pub contains_refs: Option<Vec<Identifier>>,
}

fn check<'c>(directory: &'c Members<'c>, check: &mut Check<'c>) {
    validate::character_set(directory, "path_enc", check);
}
