//! What is declared of every object: the tables, and the traits that the derive macros implement.

mod declared;
mod def;
mod json_schema;
mod property;

pub use declared::{
    Common, Declared, Part, StixObject, fill_slot, parse_object, parse_struct, print_object, print_struct,
    required,
};
pub(crate) use declared::{read_object, read_type};
pub use def::{Class, Constraint, Kind, ObjectDef, PropertyDef, StructDef, Target, Vocabulary};
pub use json_schema::{json_schema, json_schemas};
pub use property::Property;
