//! Marking definitions (STIX 2.1 section 7.2.1).

use serde_json::{Map, Value};
use stix_derive::{StixObject, StixStruct};

use crate::{Custom, ExternalReference, GranularMarking, Identifier, SpecVersion, Timestamp, schema::Common};

/// The common properties of marking definitions, which know no versions.
#[derive(Clone, Debug, PartialEq, StixStruct)]
#[stix(name = "common properties of marking-definition", section = "7.2.1")]
#[non_exhaustive]
pub struct MarkingCommon {
    /// The version of the specification that the object follows.
    pub spec_version: SpecVersion,
    /// The identifier of the object.
    pub id: Identifier,
    /// The identity that created the object.
    #[stix(refs("identity"))]
    pub created_by_ref: Option<Identifier>,
    /// When the object was created.
    #[stix(milliseconds)]
    pub created: Timestamp,
    /// Where more is written about the object outside STIX.
    #[stix(after_own)]
    pub external_references: Option<Vec<ExternalReference>>,
    /// The markings of the marking; not the marking itself.
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

impl Common for MarkingCommon {
    fn id(&self) -> &Identifier {
        &self.id
    }

    fn created(&self) -> Option<&Timestamp> {
        Some(&self.created)
    }

    fn modified(&self) -> Option<&Timestamp> {
        None
    }
}

/// How content may be used and shared.
#[derive(Clone, Debug, PartialEq, StixObject)]
#[stix(type = "marking-definition", class = Smo, section = "7.2.1", requires(definition_type, definition),
       requires(definition, definition_type), at_least_one(definition, extensions))]
#[non_exhaustive]
pub struct MarkingDefinition {
    /// The common properties.
    #[stix(common)]
    pub common: MarkingCommon,
    /// The name of the marking.
    pub name: Option<String>,
    /// The kind of the definition: `tlp` or `statement`. Deprecated in favour of extensions.
    pub definition_type: Option<String>,
    /// The definition. Deprecated in favour of extensions.
    pub definition: Option<Map<String, Value>>,
}

impl MarkingDefinition {
    /// A marking definition that is still to be given a definition or an extension.
    pub fn new(id: Identifier, created: Timestamp) -> Self {
        Self::from_required(MarkingCommon {
            spec_version: SpecVersion,
            id,
            created_by_ref: None,
            created,
            external_references: None,
            object_marking_refs: None,
            granular_markings: None,
            extensions: None,
            custom: Custom::new(),
        })
    }
}
