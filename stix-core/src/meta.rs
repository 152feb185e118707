//! STIX Meta Objects (STIX 2.1 chapter 7).

mod marking_definition;

pub use marking_definition::{MarkingCommon, MarkingDefinition};
