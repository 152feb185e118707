//! The properties that all objects of a class have (STIX 2.1 section 3.2).

mod sco;
mod sdo;

use serde_json::{Map, Value};

pub use sco::{ScoBuilder, ScoCommon};
pub use sdo::{SdoBuilder, SdoCommon};

/// The properties that are not declared, in the order in which they were read.
pub type Custom = Map<String, Value>;

/// The methods of [`Common`](crate::schema::Common) that read a field: those of the fields that
/// every object has, and those that are named.
macro_rules! common {
    ($($field:ident)*) => {
        fn id(&self) -> &crate::Identifier {
            &self.id
        }

        fn undeclared(&self) -> &crate::Custom {
            &self.custom
        }

        fn object_marking_refs(&self) -> &[crate::Identifier] {
            self.object_marking_refs.as_deref().unwrap_or_default()
        }

        fn granular_markings(&self) -> &[crate::GranularMarking] {
            self.granular_markings.as_deref().unwrap_or_default()
        }

        $(crate::common::common_field! { $field })*
    };
}
pub(crate) use common;

/// [`NewCommon`](crate::schema::NewCommon) of common properties with times, and extensions by their definitions.
macro_rules! new_common {
    ($common:ident) => {
        impl crate::schema::NewCommon for $common {
            fn new_common(context: &crate::Context, object_type: &'static str) -> Self {
                Self::new(crate::Identifier::known(object_type, context.uuid()), context.now())
            }

            fn defined_extensions_mut(&mut self) -> &mut crate::Custom {
                &mut self.extensions.get_or_insert_default().custom
            }

            fn undeclared_mut(&mut self) -> &mut crate::Custom {
                &mut self.custom
            }
        }
    };
}
pub(crate) use new_common;

macro_rules! common_field {
    (created) => {
        fn created(&self) -> Option<&crate::Timestamp> {
            Some(&self.created)
        }
    };
    (modified) => {
        fn modified(&self) -> Option<&crate::Timestamp> {
            Some(&self.modified)
        }
    };
    (created_by_ref) => {
        fn created_by_ref(&self) -> Option<&crate::Identifier> {
            self.created_by_ref.as_ref()
        }
    };
    (revoked) => {
        fn revoked(&self) -> bool {
            self.revoked.unwrap_or_default()
        }
    };
    (labels) => {
        fn labels(&self) -> &[String] {
            self.labels.as_deref().unwrap_or_default()
        }
    };
    (external_references) => {
        fn external_references(&self) -> &[crate::ExternalReference] {
            self.external_references.as_deref().unwrap_or_default()
        }
    };
    (extensions) => {
        fn extensions(&self) -> Option<std::borrow::Cow<'_, crate::Custom>> {
            self.extensions.as_ref().map(|extensions| std::borrow::Cow::Borrowed(&extensions.custom))
        }
    };
}
pub(crate) use common_field;
