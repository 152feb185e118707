//! What all objects have, whatever their class (section 3.2).

use std::borrow::Cow;

use serde_json::Value;

use super::StixObject;
use crate::{Context, Custom, ExternalReference, GranularMarking, Identifier, Timestamp};

/// The properties that all objects of a class have.
///
/// A class that does not know a property answers as if it were absent.
///
/// ```
/// use stix_core::{Object, schema::Common, sdo::Tool};
///
/// let object = Object::from(Tool::new("VNC"));
/// let common: &dyn Common = object.common().ok_or("it is typed")?;
/// assert_eq!(common.created(), common.modified());
/// assert!(common.undeclared().is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait Common {
    /// The identifier.
    fn id(&self) -> &Identifier;

    /// When the object was created, if objects of the class say so.
    fn created(&self) -> Option<&Timestamp> {
        None
    }

    /// When this version was created, if the class knows versions.
    fn modified(&self) -> Option<&Timestamp> {
        None
    }

    /// The identity that created the object.
    fn created_by_ref(&self) -> Option<&Identifier> {
        None
    }

    /// Whether the object is revoked.
    fn revoked(&self) -> bool {
        false
    }

    /// The labels.
    fn labels(&self) -> &[String] {
        &[]
    }

    /// Where more is written about the object.
    fn external_references(&self) -> &[ExternalReference] {
        &[]
    }

    /// The markings of the whole object.
    fn object_marking_refs(&self) -> &[Identifier] {
        &[]
    }

    /// The markings of parts of the object.
    fn granular_markings(&self) -> &[GranularMarking] {
        &[]
    }

    /// The extensions as JSON, by their names.
    fn extensions(&self) -> Option<Cow<'_, Custom>> {
        None
    }

    /// The properties that are not declared.
    fn undeclared(&self) -> &Custom;

    /// Whether the identifier is to follow the content: it was made, not given.
    fn id_follows_content(&self) -> bool {
        false
    }

    /// Replaces an identifier that follows the content.
    fn set_id(&mut self, _id: Identifier) {}
}

/// Common properties that can be made from a context alone.
pub trait NewCommon: Common {
    /// The common properties of a new object of this type.
    fn new_common(context: &Context, object_type: &'static str) -> Self;

    /// The extensions by the identifiers of their definitions, to be changed.
    fn defined_extensions_mut(&mut self) -> &mut Custom;

    /// The properties that are not declared, to be changed.
    fn undeclared_mut(&mut self) -> &mut Custom;
}

/// Gives an object whose identifier follows its content the identifier that belongs to it.
pub fn settle_id<T: StixObject>(object: &mut T) {
    if object.common().id_follows_content()
        && let Some(id) = content_id(object)
    {
        object.common_mut().set_id(id);
    }
}

/// The identifier that follows from the content (section 2.9).
fn content_id<T: StixObject>(object: &T) -> Option<Identifier> {
    let contributing: Vec<_> = T::OBJECT.id_contributing().collect();
    let Ok(Value::Object(members)) = serde_json::to_value(object) else { return None };
    crate::deterministic_id::deterministic_id_of(T::TYPE, &contributing, &members)
}
