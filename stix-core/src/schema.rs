//! What is declared of every object: the tables, and the traits that the derive macros implement.

mod borrowed;
mod common;
mod declared;
mod def;
mod extension;
mod extension_set;
mod json_schema;
mod property;

#[doc(hidden)]
pub use serde;

pub(crate) use borrowed::Borrowed;
pub use common::{Common, NewCommon, settle_id};
pub use declared::{
    Declared, Part, StixObject, fill_slot, parse_object, parse_struct, print_object, print_struct, required,
};
pub(crate) use declared::{read_object, read_type};
pub use def::{Class, Constraint, Kind, ObjectDef, PropertyDef, StructCheck, StructDef, Target, Vocabulary};
pub(crate) use extension::read as read_extension;
pub use extension::{
    Extension, ExtensionDef, ExtensionKind, assert_extensible, assert_extension_id, name_definition,
};
pub use extension_set::ExtensionSet;
pub(crate) use json_schema::json_schemas_of;
pub use json_schema::{json_schema, json_schemas};
pub use property::Property;

/// The names that no property of an object may have (section 3.1).
pub const RESERVED_PROPERTIES: [&str; 4] = ["severity", "username", "phone_number", "action"];

/// The name that no type of object may have (section 3.1).
///
/// ```
/// use stix_core::schema::{RESERVED_PROPERTIES, RESERVED_TYPE};
///
/// assert_eq!(RESERVED_TYPE, "action");
/// assert!(RESERVED_PROPERTIES.contains(&"severity"));
/// ```
pub const RESERVED_TYPE: &str = "action";

/// Stops the compilation if a declared type has a name that section 3.8 does not allow.
#[doc(hidden)]
pub const fn assert_object_type(name: &str) {
    assert!(crate::id::is_object_type(name), "not a name for a type of object");
}
