//! Marking definitions (STIX 2.1 section 7.2.1).

use stix_derive::{StixObject, StixStruct};

use crate::{
    Custom, ExternalReference, GranularMarking, Identifier, SpecVersion, Timestamp,
    schema::Common,
    values::{Dictionary, Extensions},
};

/// The common properties of marking definitions, which know no versions.
///
/// ```
/// use stix_core::{meta::{MarkingCommon, MarkingDefinition, MarkingDefinitionBuilder}, sdo::Identity};
///
/// let marking = MarkingDefinition::new().with_created_by_ref(Identity::new("ACME").common.id);
/// let common: &MarkingCommon = &marking.common;
/// assert!(common.created_by_ref.is_some());
/// ```
#[derive(Clone, Debug, PartialEq, StixStruct)]
#[stix(name = "common properties of marking-definition", section = "7.2.1", builder = MarkingDefinitionBuilder)]
#[non_exhaustive]
pub struct MarkingCommon {
    /// The version of the specification that the object follows.
    #[stix(default = SpecVersion)]
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
    pub extensions: Option<Extensions>,
    /// The properties that are not declared.
    #[stix(custom)]
    pub custom: Custom,
}

crate::common::new_common!(MarkingCommon);

impl Common for MarkingCommon {
    crate::common::common!(created created_by_ref external_references extensions);
}

/// How content may be used and shared.
///
/// It is still to be given an extension, or a definition of one of the two old kinds.
///
/// ```
/// use stix_core::{SdoBuilder, meta::MarkingDefinition, sdo::Campaign, tlp::Tlp};
///
/// let copyright = MarkingDefinition::new().with_statement("Copyright 2024, Example Corp").validated()?;
/// assert_eq!(copyright.statement().map(|marking| marking.statement), Some("Copyright 2024, Example Corp".into()));
///
/// let campaign = Campaign::new("Bank Attack").with_object_marking_refs([&copyright.common.id, &Tlp::Amber2.id()]);
/// assert!(campaign.validated().is_ok());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, StixObject)]
#[stix(
    type = "marking-definition", class = Smo, section = "7.2.1",
    at_least_one(definition_type, extensions),
    at_least_one(definition, extensions),
    check = crate::validate::marking_definition,
)]
#[non_exhaustive]
pub struct MarkingDefinition {
    /// The common properties.
    #[stix(common)]
    pub common: MarkingCommon,
    /// The name of the marking.
    pub name: Option<String>,
    /// The kind of the definition: `tlp` or `statement`. Deprecated in favour of extensions.
    #[stix(deprecated)]
    pub definition_type: Option<String>,
    /// The definition. Deprecated in favour of extensions.
    #[stix(deprecated)]
    pub definition: Option<MarkingObject>,
}

/// The definition of a marking without an extension: a statement, a level of the Traffic Light
/// Protocol, or what else somebody has made of it.
pub type MarkingObject = Dictionary;

/// The definition of a marking of the kind `statement`.
///
/// ```
/// use stix_core::meta::{MarkingDefinition, StatementMarking};
///
/// let marking = MarkingDefinition::new().with_statement("Copyright 2024, Example Corp");
/// assert_eq!(marking.statement(), Some(StatementMarking::new("Copyright 2024, Example Corp")));
/// ```
#[derive(Clone, Debug, PartialEq, StixStruct)]
#[stix(name = "statement-marking", section = "7.2.1")]
#[non_exhaustive]
pub struct StatementMarking {
    /// What is stated, such as a copyright or the terms of use.
    pub statement: String,
    /// The properties that are not declared.
    #[stix(custom)]
    pub custom: Custom,
}

/// The definition of a marking of the kind `tlp`.
///
/// ```
/// use stix_core::{meta::TlpMarking, tlp::Tlp};
///
/// assert_eq!(Tlp::Red1.marking().tlp(), Some(TlpMarking::new("red")));
/// assert_eq!(Tlp::Red2.marking().tlp(), None, "TLP 2.0 is an extension");
/// ```
#[derive(Clone, Debug, PartialEq, StixStruct)]
#[stix(name = "tlp-marking", section = "7.2.1")]
#[non_exhaustive]
pub struct TlpMarking {
    /// The level of TLP 1.0: `white`, `green`, `amber` or `red`.
    pub tlp: String,
    /// The properties that are not declared.
    #[stix(custom)]
    pub custom: Custom,
}

impl MarkingDefinition {
    /// What is stated, if the definition is of the kind `statement`.
    pub fn statement(&self) -> Option<StatementMarking> {
        self.definition_of("statement")
    }

    /// The level of TLP 1.0, if the definition is of the kind `tlp`.
    pub fn tlp(&self) -> Option<TlpMarking> {
        self.definition_of("tlp")
    }

    /// Makes it a statement.
    ///
    /// ```
    /// use stix_core::meta::MarkingDefinition;
    ///
    /// let marking = MarkingDefinition::new().with_statement("Copyright Example Corp.");
    /// assert_eq!(marking.statement().map(|s| s.statement).as_deref(), Some("Copyright Example Corp."));
    /// ```
    #[must_use]
    pub fn with_statement(self, statement: impl Into<String>) -> Self {
        let definition = MarkingObject::new().with("statement", statement.into());
        self.with_definition_type("statement").with_definition(definition)
    }

    fn definition_of<T: serde::de::DeserializeOwned>(&self, definition_type: &str) -> Option<T> {
        if self.definition_type.as_deref() != Some(definition_type) {
            return None;
        }
        T::deserialize(serde_json::Value::Object((**self.definition.as_ref()?).clone())).ok()
    }
}
