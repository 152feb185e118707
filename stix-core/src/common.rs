//! The properties that all objects of a class have (STIX 2.1 section 3.2).

use serde_json::{Map, Value};
use stix_derive::StixStruct;

use crate::{
    Confidence, Context, ExternalReference, GranularMarking, Identifier, SpecVersion, Timestamp,
    schema::Common,
};

/// The properties that are not declared, in the order in which they were read.
pub type Custom = Map<String, Value>;

/// The common properties of domain objects and relationship objects.
#[derive(Clone, Debug, PartialEq, StixStruct)]
#[stix(name = "common properties", section = "3.2", not_before(modified, created))]
#[non_exhaustive]
pub struct SdoCommon {
    /// The version of the specification that the object follows.
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
    #[stix(milliseconds)]
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
    pub extensions: Option<Map<String, Value>>,
    /// The properties that are not declared.
    #[stix(custom)]
    pub custom: Custom,
}

impl SdoCommon {
    /// The common properties of the first version of an object.
    pub fn new(id: Identifier, created: Timestamp) -> Self {
        Self {
            spec_version: SpecVersion,
            id,
            created_by_ref: None,
            modified: created.clone(),
            created,
            revoked: None,
            labels: None,
            confidence: None,
            lang: None,
            external_references: None,
            object_marking_refs: None,
            granular_markings: None,
            extensions: None,
            custom: Custom::new(),
        }
    }

    /// The common properties of a new object of this type.
    ///
    /// # Errors
    /// The name of the type must be one that section 3.8 allows.
    pub fn new_in(context: &Context, object_type: &str) -> Result<Self, crate::IdentifierError> {
        Ok(Self::new(context.identifier(object_type)?, context.now()))
    }
}

impl Common for SdoCommon {
    fn id(&self) -> &Identifier {
        &self.id
    }

    fn created(&self) -> Option<&Timestamp> {
        Some(&self.created)
    }

    fn modified(&self) -> Option<&Timestamp> {
        Some(&self.modified)
    }
}
