//! STIX Meta Objects (STIX 2.1 chapter 7).

mod extension_definition;
mod language_content;
mod marking_definition;

pub use extension_definition::{ExtensionDefinition, ExtensionDefinitionBuilder, ExtensionDefinitionCommon};
pub use language_content::{LanguageContent, LanguageContentBuilder, LanguageContentCommon};
pub use marking_definition::{
    MarkingCommon, MarkingDefinition, MarkingDefinitionBuilder, MarkingObject, StatementMarking, TlpMarking,
};
