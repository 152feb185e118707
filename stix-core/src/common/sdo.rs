//! The common properties of domain objects and relationship objects (STIX 2.1 section 3.2).

use stix_derive::StixStruct;

use crate::{
    Confidence, Context, Custom, ExternalReference, GranularMarking, Identifier, SpecVersion, Timestamp,
    schema::Common, values::Extensions,
};

/// The common properties of domain objects and relationship objects.
///
/// ```
/// use stix_core::{Confidence, SdoBuilder, SdoCommon, sdo::Tool};
///
/// let tool = Tool::new("VNC").with_labels(["remote"]).with_confidence(Confidence::MEDIUM).with_lang("en");
/// let common: &SdoCommon = &tool.common;
/// assert_eq!(common.created, common.modified);
/// assert_eq!(common.labels.as_deref(), Some(&["remote".to_owned()][..]));
/// ```
#[derive(Clone, Debug, PartialEq, StixStruct)]
#[stix(name = "common properties", section = "3.2", builder = SdoBuilder, not_before(modified, created))]
#[non_exhaustive]
pub struct SdoCommon {
    /// The version of the specification that the object follows.
    #[stix(default = SpecVersion)]
    pub spec_version: SpecVersion,
    /// The identifier of the object, the same in all its versions.
    pub id: Identifier,
    /// The identity that created the object.
    #[stix(refs("identity"))]
    pub created_by_ref: Option<Identifier>,
    /// When the first version of the object was created.
    #[stix(milliseconds)]
    pub created: Timestamp,
    /// When this version of the object was created.
    #[stix(milliseconds, default = created.clone())]
    pub modified: Timestamp,
    /// Whether the creator no longer holds the content to be valid.
    #[stix(after_own)]
    pub revoked: Option<bool>,
    /// Terms that describe the object.
    pub labels: Option<Vec<String>>,
    /// How sure the creator is that the content is right.
    pub confidence: Option<Confidence>,
    /// The language of the texts in the object, as an RFC 5646 tag.
    pub lang: Option<String>,
    /// Where more is written about the object outside STIX.
    pub external_references: Option<Vec<ExternalReference>>,
    /// The markings of the whole object.
    #[stix(refs("marking-definition"))]
    pub object_marking_refs: Option<Vec<Identifier>>,
    /// The markings of parts of the object.
    pub granular_markings: Option<Vec<GranularMarking>>,
    /// The extensions of the object, by the identifier of their definition.
    pub extensions: Option<Extensions>,
    /// The properties that are not declared.
    #[stix(custom)]
    pub custom: Custom,
}

impl SdoCommon {
    /// The common properties of a new object of this type.
    ///
    /// # Errors
    /// The name of the type must be one that section 3.8 allows.
    pub fn new_in(context: &Context, object_type: &str) -> Result<Self, crate::IdentifierError> {
        Ok(Self::new(context.identifier(object_type)?, context.now()))
    }
}

super::new_common!(SdoCommon);

impl Common for SdoCommon {
    super::common!(created modified created_by_ref revoked labels external_references extensions);
}
