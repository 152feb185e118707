//! The types and extensions that a program knows: those of the specification and its own.

use std::{collections::BTreeMap, fmt, sync::Arc};

use serde::de::{DeserializeSeed, Deserializer, value::MapDeserializer};
use serde_json::Value;

use crate::{
    Custom, Object,
    custom_object::CustomObject,
    object::{self, ObjectVisitor, REGISTRY},
    schema::{self, Class, Extension, ExtensionDef, ObjectDef, StixObject, read_object},
};

/// The types and extensions that a program knows: those of the specification and its own.
///
/// A type of one's own is declared like those of this crate. It names the extension definition
/// that defines it (section 7.3), which its constructors then put on every object.
///
/// ```
/// use stix_core::{
///     Object, Registry, SdoBuilder, SdoCommon, StixObject,
///     bundle::{BundleReader, Limits},
///     validate::Validator,
/// };
///
/// /// A device that watches a network.
/// #[derive(Clone, Debug, PartialEq, StixObject)]
/// #[stix(
///     type = "x-acme-sensor",
///     class = Sdo,
///     extension = "extension-definition--54e7a1c3-5f0e-4b0c-9d35-0f9b3e3a5a11"
/// )]
/// struct Sensor {
///     #[stix(common)]
///     common: SdoCommon,
///     /// What is printed on the device.
///     serial: String,
///     /// Where it stands.
///     #[stix(refs("location"))]
///     location_ref: Option<stix_core::Identifier>,
/// }
///
/// let registry = Registry::standard().with::<Sensor>();
/// let sensor = Sensor::new("S-7").with_confidence(stix_core::Confidence::try_from(80)?);
///
/// // It is read as what it is, checked by its table, and can be put among other objects.
/// let text = serde_json::to_string(&sensor)?;
/// let object = BundleReader::new(text.as_bytes(), Limits::default())
///     .with_registry(&registry)
///     .next()
///     .ok_or("no object")??;
/// assert_eq!(object.as_custom::<Sensor>().map(|sensor| &*sensor.serial), Some("S-7"));
/// assert_eq!(object, Object::from(sensor));
///
/// let validator = Validator::new().with_registry(&registry);
/// assert!(validator.text(&text).is_valid());
/// let report = validator.text(&text.replace("\"S-7\"", "7"));
/// assert_eq!(report.problems()[0].path(), "/serial");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// A struct that is marked with `extension` is an [`Extension`]: properties for objects of a type
/// that exists already, checked after [`Registry::with_extension`].
///
/// A registry is cheap to clone. Reading objects of the types of the specification costs the same
/// with any registry.
#[derive(Clone, Default)]
pub struct Registry {
    /// None, if there is nothing besides the specification.
    own: Option<Arc<Own>>,
}

/// What a program has declared.
#[derive(Clone, Default)]
struct Own {
    types: BTreeMap<&'static str, &'static ObjectDef>,
    readers: BTreeMap<&'static str, Reader>,
    extensions: BTreeMap<&'static str, &'static ExtensionDef>,
}

/// Makes an object of its members but `type`.
pub(crate) type Reader = fn(Custom) -> Result<Box<dyn CustomObject>, serde_json::Error>;

impl Registry {
    /// The types of the specification.
    pub fn standard() -> Self {
        Self::default()
    }

    /// Adds a type of object; one of the same name that was there before is replaced.
    ///
    /// It does not compile for a name that the specification gives to a type of its own.
    #[must_use]
    pub fn with<T: StixObject + CustomObject>(mut self) -> Self {
        const { assert!(!is_standard(T::TYPE), "the specification has a type of this name") };
        self.own_mut().readers.insert(T::TYPE, read::<T>);
        self.with_table(T::OBJECT)
    }

    /// Adds an extension of objects of other types.
    ///
    /// Objects that have it are then checked against its table.
    #[must_use]
    pub fn with_extension<E: Extension>(mut self) -> Self {
        self.own_mut().extensions.insert(E::EXTENSION.id, E::EXTENSION);
        self
    }

    /// Adds a type of object for checks alone, unless it is one of the specification.
    #[must_use]
    pub(crate) fn with_table(mut self, def: &'static ObjectDef) -> Self {
        if object::def(def.name()).is_none() && def.class != Class::Bundle {
            self.own_mut().types.insert(def.name(), def);
        }
        self
    }

    fn own_mut(&mut self) -> &mut Own {
        Arc::make_mut(self.own.get_or_insert_default())
    }

    /// The table of the type of this name.
    ///
    /// ```
    /// use stix_core::Registry;
    ///
    /// let registry = Registry::standard();
    /// assert!(registry.def("indicator").is_some());
    /// assert!(registry.def("x-acme-sensor").is_none());
    /// ```
    pub fn def(&self, object_type: &str) -> Option<&'static ObjectDef> {
        object::def(object_type).or_else(|| self.own.as_ref()?.types.get(object_type).copied())
    }

    /// The tables of all types, those of the specification first.
    ///
    /// ```
    /// use stix_core::{Registry, object::REGISTRY};
    ///
    /// assert_eq!(Registry::standard().defs().count(), REGISTRY.len());
    /// ```
    pub fn defs(&self) -> impl Iterator<Item = &'static ObjectDef> {
        let own = self.own.iter().flat_map(|own| own.types.values());
        REGISTRY.iter().chain(own).copied()
    }

    /// The table of the extension with a definition of this identifier.
    pub fn extension(&self, id: &str) -> Option<&'static ExtensionDef> {
        self.own.as_ref()?.extensions.get(id).copied()
    }

    /// The tables of all extensions.
    pub fn extensions(&self) -> impl Iterator<Item = &'static ExtensionDef> {
        self.own.iter().flat_map(|own| own.extensions.values()).copied()
    }

    /// Reads an object from JSON text.
    ///
    /// # Errors
    /// The text must be an object that has what its type asks for.
    pub fn object(&self, text: &str) -> Result<Object, serde_json::Error> {
        let mut deserializer = serde_json::Deserializer::from_str(text);
        let object = self.deserialize(&mut deserializer)?;
        deserializer.end()?;
        Ok(object)
    }

    /// The JSON Schema documents of all types by the names of their files, as
    /// [`json_schemas`](schema::json_schemas) gives them for the specification.
    ///
    /// ```
    /// use stix_core::Registry;
    ///
    /// let schemas: Vec<_> = Registry::standard().json_schemas().collect();
    /// assert!(schemas.iter().any(|(file, _)| file == "indicator.json"));
    /// ```
    pub fn json_schemas(&self) -> impl Iterator<Item = (String, Value)> {
        schema::json_schemas_of(self)
    }

    pub(crate) fn reader(&self, object_type: &str) -> Option<Reader> {
        self.own.as_ref()?.readers.get(object_type).copied()
    }
}

/// Reads an object of any type that the registry knows.
impl<'de> DeserializeSeed<'de> for &Registry {
    type Value = Object;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Object, D::Error> {
        deserializer.deserialize_map(ObjectVisitor(self))
    }
}

impl fmt::Debug for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let types = self.own.iter().flat_map(|own| own.types.keys());
        let extensions = self.extensions().map(|extension| extension.id);
        f.debug_list().entries(types.copied().chain(extensions)).finish()
    }
}

fn read<T: StixObject + CustomObject>(members: Custom) -> Result<Box<dyn CustomObject>, serde_json::Error> {
    let rest = MapDeserializer::new(Custom::new().into_iter());
    Ok(Box::new(read_object::<T, MapDeserializer<'_, _, serde_json::Error>>(members, rest)?))
}

/// Whether the specification has a type of this name.
const fn is_standard(name: &str) -> bool {
    let mut defs = REGISTRY;
    while let [def, rest @ ..] = defs {
        if is_same(def.own.name.as_bytes(), name.as_bytes()) {
            return true;
        }
        defs = rest;
    }
    is_same(name.as_bytes(), b"bundle")
}

const fn is_same(mut left: &[u8], mut right: &[u8]) -> bool {
    while let ([first, left_rest @ ..], [other, right_rest @ ..]) = (left, right) {
        if *first != *other {
            return false;
        }
        (left, right) = (left_rest, right_rest);
    }
    left.is_empty() && right.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_the_specification_are_known_at_compile_time() {
        const { assert!(is_standard("indicator") && is_standard("bundle")) };
        const { assert!(!is_standard("x-indicator") && !is_standard("indicato") && !is_standard("")) };
        for def in REGISTRY {
            assert!(is_standard(def.name()));
        }
    }
}
