//! Extension definitions (STIX 2.1 section 7.3).

use stix_derive::{StixObject, StixStruct};

use crate::{
    Context, Custom, ExternalReference, GranularMarking, Identifier, SpecVersion, Timestamp, schema::Common,
};

/// The common properties of extension definitions, whose creator must be known.
///
/// ```
/// use stix_core::{
///     meta::{ExtensionDefinition, ExtensionDefinitionBuilder, ExtensionDefinitionCommon},
///     sdo::Identity,
/// };
///
/// let acme = Identity::new("ACME").common.id;
/// let definition = ExtensionDefinition::new(&acme, "n", "https://example.com/s.json", "1.0.0", ["new-sdo"])
///     .with_labels(["draft"]);
/// let common: &ExtensionDefinitionCommon = &definition.common;
/// assert_eq!(common.created_by_ref, acme);
/// ```
#[derive(Clone, Debug, PartialEq, StixStruct)]
#[stix(
    name = "common properties of extension-definition", section = "3.2", builder = ExtensionDefinitionBuilder,
    not_before(modified, created),
)]
#[non_exhaustive]
pub struct ExtensionDefinitionCommon {
    /// The version of the specification that the object follows.
    #[stix(default = SpecVersion)]
    pub spec_version: SpecVersion,
    /// The identifier of the object, the same in all its versions.
    pub id: Identifier,
    /// The identity that created the object.
    #[stix(refs("identity"))]
    pub created_by_ref: Identifier,
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
    /// Where more is written about the object outside STIX.
    pub external_references: Option<Vec<ExternalReference>>,
    /// The markings of the whole object.
    #[stix(refs("marking-definition"))]
    pub object_marking_refs: Option<Vec<Identifier>>,
    /// The markings of parts of the object.
    pub granular_markings: Option<Vec<GranularMarking>>,
    /// The properties that are not declared.
    #[stix(custom)]
    pub custom: Custom,
}

impl Common for ExtensionDefinitionCommon {
    crate::common::common!(created modified revoked labels external_references);

    fn created_by_ref(&self) -> Option<&Identifier> {
        Some(&self.created_by_ref)
    }
}

/// What an extension adds to STIX, and where that is described.
///
/// ```
/// use stix_core::{meta::ExtensionDefinition, sdo::Identity};
///
/// let acme = Identity::new("ACME");
/// let schema = "https://example.com/rank/v1/schema.json";
/// let definition = ExtensionDefinition::new(acme.common.id, "Rank", schema, "1.0.0", ["property-extension"])
///     .with_description("Adds a rank to malware.")
///     .validated()?;
/// // It is the key of the extension in `extensions`.
/// assert_eq!(definition.common.id.object_type(), "extension-definition");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, StixObject)]
#[stix(
    type = "extension-definition", class = Smo, section = "7.3", no_new,
    only_with_term(extension_properties, extension_types = "toplevel-property-extension"),
    check = crate::validate::extension_definition,
)]
#[non_exhaustive]
pub struct ExtensionDefinition {
    /// The common properties.
    #[stix(common)]
    pub common: ExtensionDefinitionCommon,
    /// The name of the extension.
    pub name: String,
    /// What the extension is for.
    pub description: Option<String>,
    /// Where the extension is described: the address of a JSON Schema, or the description itself.
    pub schema: String,
    /// The version of the extension.
    pub version: String,
    /// What it adds.
    #[stix(vocabulary(EXTENSION_TYPE_ENUM))]
    pub extension_types: Vec<String>,
    /// The names of the properties that it adds to objects beside the extension itself.
    pub extension_properties: Option<Vec<String>>,
}

impl ExtensionDefinition {
    /// A new extension definition by this identity, with the system's clock.
    pub fn new(
        created_by_ref: impl Into<Identifier>,
        name: impl Into<String>,
        schema: impl Into<String>,
        version: impl Into<String>,
        extension_types: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        Self::new_in(&Context::system(), created_by_ref, name, schema, version, extension_types)
    }

    /// A new extension definition by this identity; the context gives its identifier and times.
    pub fn new_in(
        context: &Context,
        created_by_ref: impl Into<Identifier>,
        name: impl Into<String>,
        schema: impl Into<String>,
        version: impl Into<String>,
        extension_types: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        let id = Identifier::known("extension-definition", context.uuid());
        let common = ExtensionDefinitionCommon::new(id, created_by_ref, context.now());
        Self::from_common(common, name, schema, version, extension_types)
    }
}
