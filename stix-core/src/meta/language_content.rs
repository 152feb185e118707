//! Language content (STIX 2.1 section 7.1).

use stix_derive::{StixObject, StixStruct};

use crate::{
    Confidence, Custom, ExternalReference, GranularMarking, Identifier, SpecVersion, Timestamp,
    schema::Common,
    values::{Dictionary, Extensions},
};

/// The common properties of language content, which has texts in several languages itself.
///
/// ```
/// use stix_core::{meta::{LanguageContent, LanguageContentBuilder, LanguageContentCommon}, sdo::Tool, values::Dictionary};
///
/// let content = LanguageContent::new(Tool::new("VNC").common.id, Dictionary::new()).with_revoked(true);
/// let common: &LanguageContentCommon = &content.common;
/// assert_eq!(common.revoked, Some(true));
/// ```
#[derive(Clone, Debug, PartialEq, StixStruct)]
#[stix(
    name = "common properties of language-content", section = "3.2", builder = LanguageContentBuilder,
    not_before(modified, created),
)]
#[non_exhaustive]
pub struct LanguageContentCommon {
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

crate::common::new_common!(LanguageContentCommon);

impl Common for LanguageContentCommon {
    crate::common::common!(created modified created_by_ref revoked labels external_references extensions);
}

/// The texts of another object in other languages.
///
/// ```
/// use serde_json::json;
/// use stix_core::{meta::LanguageContent, sdo::Campaign, values::Dictionary};
///
/// let campaign = Campaign::new("Bank Attack");
/// let contents = Dictionary::new().with("de", json!({"name": "Angriff auf Banken"}));
/// let german = LanguageContent::new(&campaign.common.id, contents)
///     .with_object_modified(&campaign.common.modified)
///     .validated()?;
/// assert_eq!(german.contents["de"]["name"], "Angriff auf Banken");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, StixObject)]
#[stix(type = "language-content", class = Smo, section = "7.1", check = crate::validate::translated)]
#[non_exhaustive]
pub struct LanguageContent {
    /// The common properties.
    #[stix(common)]
    pub common: LanguageContentCommon,
    /// The object whose texts are given.
    #[stix(refs(Sdo, Sco, Sro, Smo))]
    pub object_ref: Identifier,
    /// The version of that object; without it, all versions.
    pub object_modified: Option<Timestamp>,
    /// The properties with their texts, by the RFC 5646 tag of their language.
    pub contents: Dictionary<Dictionary>,
}
