//! Any STIX object.

use std::{any::Any, borrow::Cow, fmt};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{self, DeserializeOwned, MapAccess, Visitor},
    ser::SerializeMap,
};
use serde_json::Value;

use crate::{
    Custom, ExternalReference, GranularMarking, Identifier, Registry, Timestamp,
    custom_object::CustomObject,
    meta::{ExtensionDefinition, LanguageContent, MarkingDefinition},
    schema::{
        Common, Extension, Kind, ObjectDef, Property, StixObject, read_extension, read_object, read_type,
    },
    sco::{
        Artifact, AutonomousSystem, Directory, DomainName, EmailAddr, EmailMessage, File, Ipv4Addr, Ipv6Addr,
        MacAddr, Mutex, NetworkTraffic, Process, Software, Url, UserAccount, WindowsRegistryKey,
        X509Certificate,
    },
    sdo::{
        AttackPattern, Campaign, CourseOfAction, Grouping, Identity, Incident, Indicator, Infrastructure,
        IntrusionSet, Location, Malware, MalwareAnalysis, Note, ObservedData, Opinion, Report, ThreatActor,
        Tool, Vulnerability,
    },
    sro::{Relationship, Sighting},
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
            /// An object of a type that the program declares itself; see [`Registry`].
            Custom(Box<dyn CustomObject>),
            /// An object of a type that nobody declares.
            Untyped(Box<UntypedObject>),
        }

        /// The tables of all typed objects.
        pub static REGISTRY: &[&ObjectDef] = &[$($object::OBJECT),*];

        impl Object {
            /// The value of the property `type`.
            pub fn object_type(&self) -> &str {
                match self {
                    $(Self::$object(_) => $object::TYPE,)*
                    Self::Custom(object) => object.object_def().name(),
                    Self::Untyped(object) => &object.object_type,
                }
            }

            /// The table of the type of a typed object.
            pub fn def(&self) -> Option<&'static ObjectDef> {
                match self {
                    $(Self::$object(_) => Some($object::OBJECT),)*
                    Self::Custom(object) => Some(object.object_def()),
                    Self::Untyped(_) => None,
                }
            }

            /// The common properties of a typed object.
            pub fn common(&self) -> Option<&dyn Common> {
                match self {
                    $(Self::$object(object) => Some(object.common()),)*
                    Self::Custom(object) => Some(object.object_common()),
                    Self::Untyped(_) => None,
                }
            }
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
            match object_type {
                $($object::TYPE => Some($object::OBJECT),)*
                _ => None,
            }
        }

        impl Serialize for Object {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match self {
                    $(Self::$object(object) => object.serialize(serializer),)*
                    Self::Custom(object) => object.serialize(serializer),
                    Self::Untyped(object) => object.serialize(serializer),
                }
            }
        }

        impl<'de> Visitor<'de> for ObjectVisitor<'_> {
            type Value = Object;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a STIX object, which is a JSON object with a `type`")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object, A::Error> {
                let (object_type, before) = read_type(&mut map)?;
                match &*object_type {
                    $($object::TYPE => Ok(read_object::<$object, A>(before, map)?.into()),)*
                    other => self.other(other, before, map),
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
    AttackPattern Campaign CourseOfAction Grouping Identity Incident Indicator Infrastructure IntrusionSet
    Location Malware MalwareAnalysis Note ObservedData Opinion Report ThreatActor Tool Vulnerability
    Relationship Sighting
    Artifact AutonomousSystem Directory DomainName EmailAddr EmailMessage File Ipv4Addr Ipv6Addr MacAddr Mutex
    NetworkTraffic Process Software Url UserAccount WindowsRegistryKey X509Certificate
    LanguageContent MarkingDefinition ExtensionDefinition
}

impl Object {
    /// An object of a type that the program declares itself.
    pub fn custom(object: impl CustomObject) -> Self {
        Self::Custom(Box::new(object))
    }

    /// The object as one of a type that the program declares itself, if it is one.
    pub fn as_custom<T: CustomObject>(&self) -> Option<&T> {
        match self {
            Self::Custom(object) => (&**object as &dyn Any).downcast_ref(),
            _ => None,
        }
    }

    /// The identifier; a typed object always has one.
    pub fn id(&self) -> Option<&Identifier> {
        match self {
            Self::Untyped(object) => object.id.as_ref(),
            typed => typed.common().map(Common::id),
        }
    }

    /// When the object was created, if it says so.
    pub fn created(&self) -> Option<Timestamp> {
        self.read("created", |common| common.created().cloned())
    }

    /// When this version was created, if it says so.
    pub fn modified(&self) -> Option<Timestamp> {
        self.read("modified", |common| common.modified().cloned())
    }

    /// The identity that created the object, if it says so.
    pub fn created_by_ref(&self) -> Option<Identifier> {
        self.read("created_by_ref", |common| common.created_by_ref().cloned())
    }

    /// Whether the object is revoked.
    pub fn revoked(&self) -> bool {
        self.read("revoked", |common| Some(common.revoked())).unwrap_or_default()
    }

    /// The labels.
    pub fn labels(&self) -> Cow<'_, [String]> {
        self.list("labels", |common| common.labels())
    }

    /// Where more is written about the object.
    ///
    /// ```
    /// use stix_core::{ExternalReference, Object, SdoBuilder, sdo::Vulnerability};
    ///
    /// let cve = ExternalReference::new("cve").with_external_id("CVE-2024-1234");
    /// let object = Object::from(Vulnerability::new("CVE-2024-1234").with_external_references([cve]));
    /// assert_eq!(object.external_references()[0].source_name, "cve");
    /// ```
    pub fn external_references(&self) -> Cow<'_, [ExternalReference]> {
        self.list("external_references", |common| common.external_references())
    }

    /// The markings of the whole object.
    pub fn object_marking_refs(&self) -> Cow<'_, [Identifier]> {
        self.list("object_marking_refs", |common| common.object_marking_refs())
    }

    /// The markings of parts of the object.
    pub fn granular_markings(&self) -> Cow<'_, [GranularMarking]> {
        self.list("granular_markings", |common| common.granular_markings())
    }

    /// The extensions as JSON, by their names.
    pub fn extensions(&self) -> Option<Cow<'_, Custom>> {
        match self {
            Self::Untyped(object) => object.properties.get("extensions")?.as_object().map(Cow::Borrowed),
            typed => typed.common()?.extensions(),
        }
    }

    /// An extension that the program declares itself, if the object has it.
    ///
    /// # Errors
    /// It must have what its declaration asks for.
    pub fn extension<E: Extension>(&self) -> Result<Option<E>, serde_json::Error> {
        let undeclared = match self {
            Self::Untyped(object) => Some(&object.properties),
            typed => typed.common().map(Common::undeclared),
        };
        match self.extensions().zip(undeclared) {
            Some((extensions, undeclared)) => read_extension(&extensions, undeclared),
            None => Ok(None),
        }
    }

    /// A property of the common ones, or of an untyped object, where it is of the right kind.
    fn read<T: DeserializeOwned>(&self, name: &str, of: impl FnOnce(&dyn Common) -> Option<T>) -> Option<T> {
        match self {
            Self::Untyped(object) => object.property(name),
            typed => typed.common().and_then(of),
        }
    }

    /// A list of the common properties, or the items of an untyped object that are of the right kind.
    fn list<'a, T: Clone + DeserializeOwned>(
        &'a self,
        name: &str,
        of: impl FnOnce(&'a dyn Common) -> &'a [T],
    ) -> Cow<'a, [T]> {
        match self {
            Self::Untyped(object) => {
                let items = object.properties.get(name).and_then(Value::as_array);
                Cow::Owned(items.into_iter().flatten().filter_map(|item| T::deserialize(item).ok()).collect())
            }
            typed => Cow::Borrowed(typed.common().map(of).unwrap_or_default()),
        }
    }

    /// What tells the versions of an object apart: `modified`, else `created`, if it has either.
    pub fn version(&self) -> Option<Timestamp> {
        self.modified().or_else(|| self.created())
    }
}

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ObjectVisitor(&Registry::standard()))
    }
}

/// Reads an object of any type that a registry knows.
pub(crate) struct ObjectVisitor<'r>(pub(crate) &'r Registry);

impl ObjectVisitor<'_> {
    /// Reads an object of a type that is not of the specification.
    fn other<'de, A: MapAccess<'de>>(
        self,
        object_type: &str,
        before: Custom,
        map: A,
    ) -> Result<Object, A::Error> {
        let object = UntypedObject::read(object_type, before, map)?;
        match self.0.reader(object_type) {
            Some(read) => read(object.properties).map(Object::Custom).map_err(de::Error::custom),
            None => Ok(Object::Untyped(Box::new(object))),
        }
    }
}

impl Property for Object {
    const KIND: &'static Kind = &Kind::Object;
}

/// An object of a type that nobody declares: all members as they were read.
///
/// ```
/// use stix_core::{Object, UntypedObject};
///
/// let object: Object = serde_json::from_str(r#"{"type": "x-acme-thing", "x_score": 7}"#)?;
/// let Object::Untyped(thing) = object else { return Err("it is not declared".into()) };
/// let thing: &UntypedObject = &thing;
/// assert_eq!(thing.property::<u8>("x_score"), Some(7));
/// assert_eq!(thing.properties().len(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
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

    /// A property, if it is there and of the right kind.
    pub fn property<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        T::deserialize(self.properties.get(name)?).ok()
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
