//! Notes (STIX 2.1 section 4.13).

use stix_derive::StixObject;

use crate::{Identifier, SdoCommon};

/// A text that says more about other objects.
///
/// ```
/// use stix_core::sdo::{Campaign, Note};
///
/// let campaign = Campaign::new("Green group against banks");
/// let note = Note::new("Seen again on Friday.", [campaign.common.id]).with_authors(["Jane"]).validated()?;
/// assert_eq!(note.object_refs.len(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, StixObject)]
#[stix(type = "note", class = Sdo, section = "4.13", new(content, object_refs))]
#[non_exhaustive]
pub struct Note {
    /// The properties that every SDO has.
    #[stix(common)]
    pub common: SdoCommon,
    /// A summary of the content.
    pub r#abstract: Option<String>,
    /// The text.
    pub content: String,
    /// The names of those who wrote it.
    pub authors: Option<Vec<String>>,
    /// The objects that it is about.
    #[stix(refs(Sdo, Sco, Sro, Smo))]
    pub object_refs: Vec<Identifier>,
}
