//! Any STIX object.

use std::fmt;

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{self, MapAccess, Visitor},
    ser::SerializeMap,
};

use crate::{
    Custom, Identifier, Timestamp,
    meta::MarkingDefinition,
    schema::{Common, Kind, ObjectDef, Property, StixObject, read_object, read_type},
    sdo::{AttackPattern, Identity, Indicator, Vulnerability},
    sro::Relationship,
};

/// The one list of typed objects, from which the enum and every look-up by name follow.
macro_rules! objects {
    ($($object:ident)*) => {
        /// A STIX object: typed where this crate knows the type, untyped but lossless elsewhere.
        #[derive(Clone, Debug, PartialEq)]
        #[non_exhaustive]
        pub enum Object {
            $(
                #[doc = concat!("See [`", stringify!($object), "`].")]
                $object(Box<$object>),
            )*
            /// An object of a type that this crate does not know.
            Untyped(Box<UntypedObject>),
        }

        /// The tables of all typed objects.
        pub static REGISTRY: &[&ObjectDef] = &[$($object::OBJECT),*];

        impl Object {
            /// The value of the property `type`.
            pub fn object_type(&self) -> &str {
                match self {
                    $(Self::$object(_) => $object::TYPE,)*
                    Self::Untyped(object) => &object.object_type,
                }
            }

            /// The identifier; a typed object always has one.
            pub fn id(&self) -> Option<&Identifier> {
                match self {
                    $(Self::$object(object) => Some(object.common().id()),)*
                    Self::Untyped(object) => object.id.as_ref(),
                }
            }

            /// When the object was created, if it says so.
            pub fn created(&self) -> Option<Timestamp> {
                match self {
                    $(Self::$object(object) => object.common().created().cloned(),)*
                    Self::Untyped(object) => object.time("created"),
                }
            }

            /// When this version was created, if it says so.
            pub fn modified(&self) -> Option<Timestamp> {
                match self {
                    $(Self::$object(object) => object.common().modified().cloned(),)*
                    Self::Untyped(object) => object.time("modified"),
                }
            }
        }

        impl Serialize for Object {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match self {
                    $(Self::$object(object) => object.serialize(serializer),)*
                    Self::Untyped(object) => object.serialize(serializer),
                }
            }
        }

        impl<'de> Visitor<'de> for ObjectVisitor {
            type Value = Object;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a STIX object, which is a JSON object with a `type`")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object, A::Error> {
                let (object_type, before) = read_type(&mut map)?;
                match &*object_type {
                    $($object::TYPE => Ok(read_object::<$object, A>(before, map)?.into()),)*
                    other => Ok(Object::Untyped(Box::new(UntypedObject::read(other, before, map)?))),
                }
            }
        }

        $(
            impl From<$object> for Object {
                fn from(object: $object) -> Self {
                    Self::$object(Box::new(object))
                }
            }
        )*
    };
}

objects! {
    AttackPattern Identity Indicator Vulnerability
    Relationship
    MarkingDefinition
}

/// The table of the type of this name.
///
/// ```
/// let def = stix_core::object::def("indicator").ok_or("no table")?;
/// assert_eq!(def.own.section, "4.7");
/// assert!(def.property("valid_from").is_some_and(|property| property.required));
/// # Ok::<(), &str>(())
/// ```
pub fn def(object_type: &str) -> Option<&'static ObjectDef> {
    REGISTRY.iter().find(|def| def.name() == object_type).copied()
}

impl Object {
    /// What tells the versions of an object apart: `modified`, else `created`, if it has either.
    pub fn version(&self) -> Option<Timestamp> {
        self.modified().or_else(|| self.created())
    }
}

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ObjectVisitor)
    }
}

struct ObjectVisitor;

impl Property for Object {
    const KIND: &'static Kind = &Kind::Object;
}

/// An object of a type that this crate does not know: all members as they were read.
#[derive(Clone, Debug, PartialEq)]
pub struct UntypedObject {
    object_type: Box<str>,
    id: Option<Identifier>,
    properties: Custom,
}

impl UntypedObject {
    /// All members but `type`.
    pub fn properties(&self) -> &Custom {
        &self.properties
    }

    fn time(&self, name: &str) -> Option<Timestamp> {
        self.properties.get(name)?.as_str()?.parse().ok()
    }

    fn read<'de, A: MapAccess<'de>>(
        object_type: &str,
        mut properties: Custom,
        mut map: A,
    ) -> Result<Self, A::Error> {
        while let Some(name) = map.next_key::<String>()? {
            if name == "type" || properties.contains_key(&name) {
                return Err(de::Error::custom(format_args!("{object_type} duplicate field `{name}`")));
            }
            let value = map.next_value()?;
            properties.insert(name, value);
        }
        let id = properties.get("id").and_then(|id| id.as_str()?.parse().ok());
        Ok(Self { object_type: object_type.into(), id, properties })
    }
}

impl Serialize for UntypedObject {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.properties.len() + 1))?;
        map.serialize_entry("type", &*self.object_type)?;
        for (name, value) in &self.properties {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}
