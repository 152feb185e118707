//! Objects of types that a program declares itself.

use std::{any::Any, fmt};

use serde::{Serialize, Serializer, ser::Error};
use serde_json::Value;

use crate::schema::{Common, ObjectDef, StixObject};

/// An object of a type that this crate does not declare.
///
/// Every type with `#[derive(StixObject)]` that can be cloned, compared and shown has it. See
/// [`Registry`](crate::Registry) for how to declare one.
///
/// ```
/// use stix_core::{CustomObject, sdo::Tool};
///
/// // It is for objects of types that others declare; here one of this crate stands for them.
/// let tool: Box<dyn CustomObject> = Box::new(Tool::new("VNC"));
/// assert_eq!(tool.object_def().name(), "tool");
/// assert_eq!(tool.object_common().id().object_type(), "tool");
/// assert!(tool.equals(&*tool.to_boxed()));
/// assert_eq!(tool.to_json()?["name"], "VNC");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait CustomObject: Any + fmt::Debug + Send + Sync {
    /// The table of its type.
    fn object_def(&self) -> &'static ObjectDef;

    /// The properties that all objects of its class have.
    fn object_common(&self) -> &dyn Common;

    /// The object as JSON.
    ///
    /// # Errors
    /// A value of a property must be one that JSON can hold.
    fn to_json(&self) -> Result<Value, serde_json::Error>;

    /// A copy.
    fn to_boxed(&self) -> Box<dyn CustomObject>;

    /// Whether the other is of the same type and has the same properties.
    fn equals(&self, other: &dyn CustomObject) -> bool;
}

impl<T> CustomObject for T
where
    T: StixObject + Clone + PartialEq + fmt::Debug + Send + Sync + 'static,
{
    fn object_def(&self) -> &'static ObjectDef {
        T::OBJECT
    }

    fn object_common(&self) -> &dyn Common {
        self.common()
    }

    fn to_json(&self) -> Result<Value, serde_json::Error> {
        serde_json::to_value(self)
    }

    fn to_boxed(&self) -> Box<dyn CustomObject> {
        Box::new(self.clone())
    }

    fn equals(&self, other: &dyn CustomObject) -> bool {
        (other as &dyn Any).downcast_ref::<T>() == Some(self)
    }
}

impl Clone for Box<dyn CustomObject> {
    fn clone(&self) -> Self {
        (**self).to_boxed()
    }
}

impl PartialEq for dyn CustomObject {
    fn eq(&self, other: &Self) -> bool {
        self.equals(other)
    }
}

impl Serialize for dyn CustomObject {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_json().map_err(S::Error::custom)?.serialize(serializer)
    }
}
