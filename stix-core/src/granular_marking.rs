//! Granular markings (STIX 2.1 section 7.2.3).

use stix_derive::StixStruct;

use crate::{Custom, Identifier};

/// A marking or a language of a part of an object.
///
/// ```
/// use stix_core::{GranularMarking, SdoBuilder, sdo::Tool, tlp::Tlp};
///
/// let marking = GranularMarking::new(["description"]).with_marking_ref(Tlp::Amber2.id());
/// let tool = Tool::new("VNC").with_description("Ours.").with_granular_markings([marking]);
/// assert!(tool.validated().is_ok());
/// ```
#[derive(Clone, Debug, PartialEq, StixStruct)]
#[stix(name = "granular-marking", section = "7.2.3", exactly_one(lang, marking_ref))]
#[non_exhaustive]
pub struct GranularMarking {
    /// The language of the selected texts, as an RFC 5646 tag.
    pub lang: Option<String>,
    /// The marking of the selected content.
    #[stix(refs("marking-definition"))]
    pub marking_ref: Option<Identifier>,
    /// Which content is meant, such as `description` or `labels.[0]`.
    pub selectors: Vec<String>,
    /// The properties that are not declared.
    #[stix(custom)]
    pub custom: Custom,
}
