//! The types that the value of a property can have.

use serde_json::{Map, Value};

use super::Kind;

/// A Rust type that is the value of a property.
///
/// ```
/// use serde::{Deserialize, Serialize};
/// use stix_core::schema::{Kind, Property};
///
/// /// A value of one's own: a text of some form.
/// #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
/// struct Colour(String);
///
/// impl Property for Colour {
///     const KIND: &'static Kind = &Kind::String;
/// }
/// assert!(matches!(<Vec<Colour>>::KIND, Kind::List(Kind::String)));
/// ```
pub trait Property {
    /// The kind that it stands for.
    const KIND: &'static Kind;
}

impl Property for String {
    const KIND: &'static Kind = &Kind::String;
}

impl Property for bool {
    const KIND: &'static Kind = &Kind::Boolean;
}

impl Property for i64 {
    const KIND: &'static Kind = &Kind::Integer { min: None, max: None };
}

impl Property for Value {
    const KIND: &'static Kind = &Kind::Any;
}

impl Property for Map<String, Value> {
    const KIND: &'static Kind = &Kind::Dictionary(&Kind::Any);
}

impl<T: Property> Property for Vec<T> {
    const KIND: &'static Kind = &Kind::List(T::KIND);
}
