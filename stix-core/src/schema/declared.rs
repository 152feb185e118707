//! Reading and writing declared structs, straight from and to JSON text.

use std::{borrow::Cow, fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{DeserializeOwned, DeserializeSeed, Error, MapAccess, Visitor, value::MapDeserializer},
    ser::SerializeMap,
};

use serde_json::map::Entry;

use super::{Borrowed, Common, Extension, NewCommon, ObjectDef, StructDef, extension, settle_id};
use crate::Custom;

/// A struct whose properties are declared; implemented by the derive macros.
pub trait Declared: Sized {
    /// Its table.
    const DEF: &'static StructDef;
    /// What has been read of each property.
    type Slots: Default;

    /// The index of the property of this name, own properties first.
    fn find(name: &str) -> Option<usize>;

    /// Reads the next value of `map` into the slot of this index.
    ///
    /// # Errors
    /// The value must be of the property's kind, and be there once only.
    fn fill<'de, A: MapAccess<'de>>(
        slots: &mut Self::Slots,
        index: usize,
        map: &mut A,
    ) -> Result<(), A::Error>;

    /// Makes the struct of what was read.
    ///
    /// # Errors
    /// The required properties must be there.
    fn build<E: Error>(slots: Self::Slots, custom: Custom) -> Result<Self, E>;

    /// Writes the properties that are present.
    ///
    /// # Errors
    /// Those of the serializer.
    fn print<M: SerializeMap>(&self, part: Part, map: &mut M) -> Result<(), M::Error>;

    /// The undeclared properties.
    fn custom(&self) -> &Custom;
}

/// An object: a declared struct with a type and common properties.
pub trait StixObject: Declared + Serialize + DeserializeOwned {
    /// Its table.
    const OBJECT: &'static ObjectDef;
    /// The value of the property `type`.
    const TYPE: &'static str = Self::OBJECT.own.name;
    /// The properties that all objects of the class have.
    type Common: Common + Declared;

    /// The properties that all objects of the class have.
    fn common(&self) -> &Self::Common;

    /// The properties that all objects of the class have, to be changed.
    fn common_mut(&mut self) -> &mut Self::Common;

    /// An extension that is declared apart from the object, if the object has it.
    ///
    /// # Errors
    /// It must have what its declaration asks for.
    fn extension<E: Extension>(&self) -> Result<Option<E>, serde_json::Error> {
        extension::of_common(self.common())
    }

    /// Adds an extension that is declared apart from the object, or replaces the one of its definition.
    ///
    /// # Errors
    /// A value of a property must be one that JSON can hold.
    fn with_extension<E: Extension>(mut self, extension: &E) -> Result<Self, serde_json::Error>
    where
        Self::Common: NewCommon,
    {
        extension::write(self.common_mut(), extension)?;
        settle_id(&mut self);
        Ok(self)
    }
}

/// The part of a common struct that is written before or after the own properties of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The first part.
    BeforeOwn,
    /// The second part.
    AfterOwn,
}

/// Fills a slot with the next value of `map`.
///
/// # Errors
/// The value must be of the property's kind, and be there once only.
pub fn fill_slot<'de, A: MapAccess<'de>, T: Deserialize<'de>>(
    slot: &mut Option<T>,
    name: &'static str,
    map: &mut A,
) -> Result<(), A::Error> {
    if slot.is_some() {
        return Err(A::Error::duplicate_field(name));
    }
    let value = map.next_value().map_err(|error| A::Error::custom(format_args!("`{name}`: {error}")))?;
    *slot = Some(value);
    Ok(())
}

/// The value of a required property.
///
/// # Errors
/// It must be there.
pub fn required<T, E: Error>(slot: Option<T>, name: &'static str) -> Result<T, E> {
    slot.ok_or_else(|| E::missing_field(name))
}

/// Writes a struct.
///
/// # Errors
/// Those of the serializer.
pub fn print_struct<T: Declared, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(None)?;
    value.print(Part::BeforeOwn, &mut map)?;
    value.print(Part::AfterOwn, &mut map)?;
    print_custom(value.custom(), map)
}

/// Writes an object: its type, then its properties in the order of the specification.
///
/// # Errors
/// Those of the serializer.
pub fn print_object<T: StixObject, S: Serializer>(object: &T, serializer: S) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(None)?;
    map.serialize_entry("type", T::TYPE)?;
    object.common().print(Part::BeforeOwn, &mut map)?;
    object.print(Part::BeforeOwn, &mut map)?;
    object.common().print(Part::AfterOwn, &mut map)?;
    print_custom(object.custom(), map)
}

fn print_custom<M: SerializeMap>(custom: &Custom, mut map: M) -> Result<M::Ok, M::Error> {
    for (name, value) in custom {
        map.serialize_entry(name, value)?;
    }
    map.end()
}

/// Reads a struct.
///
/// # Errors
/// The text must be a JSON object with the declared properties.
pub fn parse_struct<'de, T: Declared, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    struct Struct<T>(PhantomData<T>);
    impl<'de, T: Declared> Visitor<'de> for Struct<T> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "a JSON object for {}", T::DEF.name)
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<T, A::Error> {
            let mut reading = Reading::<T>::new(false);
            reading.read(&mut map)?;
            reading.finish()
        }
    }
    deserializer.deserialize_map(Struct(PhantomData))
}

/// Reads an object of a known type, whose `type` must say so.
///
/// # Errors
/// The text must be a JSON object with the declared properties.
pub fn parse_object<'de, T: StixObject, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    struct Typed<T>(PhantomData<T>);
    impl<'de, T: StixObject> Visitor<'de> for Typed<T> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "a JSON object of type `{}`", T::TYPE)
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<T, A::Error> {
            let (object_type, before) = read_type(&mut map)?;
            if object_type != T::TYPE {
                let message = format_args!("type `{object_type}` is not `{}`", T::TYPE);
                return Err(A::Error::custom(message));
            }
            read_object(before, map)
        }
    }
    deserializer.deserialize_map(Typed(PhantomData))
}

/// Reads up to `type`, nearly always the first member; gives what stood before it.
pub(crate) fn read_type<'de, A: MapAccess<'de>>(map: &mut A) -> Result<(Cow<'de, str>, Custom), A::Error> {
    let mut before = Custom::new();
    while let Some(Borrowed(name)) = map.next_key()? {
        if name == "type" {
            let Borrowed(object_type) = map.next_value()?;
            return Ok((object_type, before));
        }
        insert_custom(&mut before, name.into_owned(), map)?;
    }
    Err(A::Error::missing_field("type"))
}

/// Reads an object whose type is known: first what stood before `type`, then the rest.
pub(crate) fn read_object<'de, T: StixObject, A: MapAccess<'de>>(
    before: Custom,
    mut map: A,
) -> Result<T, A::Error> {
    let mut reading = Reading::<T>::new(true);
    let in_object = |error: &dyn fmt::Display| format!("{} {error}", T::TYPE);
    let mut buffered = MapDeserializer::<_, serde_json::Error>::new(before.into_iter());
    reading.read(&mut buffered).map_err(|error| A::Error::custom(in_object(&error)))?;
    reading.read(&mut map).map_err(|error| A::Error::custom(in_object(&error)))?;
    reading.finish().map_err(|error: A::Error| A::Error::custom(in_object(&error)))
}

/// The slots and undeclared properties of a struct that is being read.
struct Reading<T: Declared> {
    slots: T::Slots,
    custom: Custom,
    /// Whether `type` has been read, so that a second one is a duplicate.
    typed: bool,
}

impl<T: Declared> Reading<T> {
    fn new(typed: bool) -> Self {
        Self { slots: T::Slots::default(), custom: Custom::new(), typed }
    }
}

impl<T: Declared> Reading<T> {
    fn read<'de, A: MapAccess<'de>>(&mut self, map: &mut A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key_seed(NameSeed::<T>(PhantomData))? {
            match name {
                Name::Declared(index) => T::fill(&mut self.slots, index, map)?,
                Name::Custom(name) if self.typed && name == "type" => {
                    return Err(A::Error::duplicate_field("type"));
                }
                Name::Custom(name) => insert_custom(&mut self.custom, name, map)?,
            }
        }
        Ok(())
    }

    fn finish<E: Error>(self) -> Result<T, E> {
        T::build(self.slots, self.custom)
    }
}

fn insert_custom<'de, A: MapAccess<'de>>(
    custom: &mut Custom,
    name: String,
    map: &mut A,
) -> Result<(), A::Error> {
    let value = map.next_value()?;
    // Who has custom properties mostly has several.
    if custom.is_empty() {
        *custom = Custom::with_capacity(8);
    }
    let entry = match custom.entry(name) {
        Entry::Vacant(entry) => entry,
        Entry::Occupied(entry) => {
            return Err(A::Error::custom(format_args!("duplicate field `{}`", entry.key())));
        }
    };
    entry.insert(value);
    Ok(())
}

/// The name of a member: declared names are found without a copy.
enum Name {
    Declared(usize),
    Custom(String),
}

struct NameSeed<T>(PhantomData<T>);

impl<'de, T: Declared> DeserializeSeed<'de> for NameSeed<T> {
    type Value = Name;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Name, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl<T: Declared> Visitor<'_> for NameSeed<T> {
    type Value = Name;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a property")
    }

    fn visit_str<E>(self, name: &str) -> Result<Name, E> {
        Ok(T::find(name).map_or_else(|| Name::Custom(name.to_owned()), Name::Declared))
    }
}
