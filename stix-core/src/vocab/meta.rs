//! The vocabularies of meta objects (STIX 2.1 chapter 10).

use crate::schema::Vocabulary;

/// What an extension adds.
pub static EXTENSION_TYPE_ENUM: Vocabulary = Vocabulary {
    name: "extension-type-enum",
    open: false,
    terms: &["new-sdo", "new-sco", "new-sro", "property-extension", "toplevel-property-extension"],
};

/// The kinds of definitions of markings that need no extension (section 7.2.1)
pub static MARKING_DEFINITION_TYPE: Vocabulary =
    Vocabulary { name: "marking-definition-type", open: true, terms: &["statement", "tlp"] };
