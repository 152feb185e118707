//! Dictionaries (STIX 2.1 section 2.3).

use std::{
    fmt,
    marker::PhantomData,
    ops::{Deref, DerefMut},
};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{DeserializeOwned, Error, MapAccess, Visitor},
};
use serde_json::{Map, Value};

use crate::schema::{Kind, Property};

/// Names and values, where the declaration says what kind of values are meant.
///
/// The values are kept as they were read, also where they are of another kind: there are such
/// objects in use, and no tool refuses them. [`Dictionary::value`] reads one as what it should be.
///
/// ```
/// use serde_json::json;
/// use stix_core::values::Dictionary;
///
/// let mut header = Dictionary::<Vec<String>>::new().with("Host", ["example.com".to_owned()]);
/// header.insert("Accept".into(), json!("text/html"));
/// assert_eq!(header.value("Host"), Some(vec!["example.com".to_owned()]));
/// assert_eq!(header.value("Accept"), None);
/// assert_eq!(header["Accept"], "text/html");
/// ```
pub struct Dictionary<T = Value> {
    members: Map<String, Value>,
    values: PhantomData<fn() -> T>,
}

impl<T> Dictionary<T> {
    /// An empty dictionary, which must be given a member to be valid.
    pub fn new() -> Self {
        Map::new().into()
    }

    /// Adds a member, or replaces the one of the same name.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.members.insert(name.into(), value.into());
        self
    }
}

impl<T: DeserializeOwned> Dictionary<T> {
    /// The value of this name, if it is there and of the right kind.
    pub fn value(&self, name: &str) -> Option<T> {
        T::deserialize(self.members.get(name)?).ok()
    }
}

impl<T> Deref for Dictionary<T> {
    type Target = Map<String, Value>;

    fn deref(&self) -> &Self::Target {
        &self.members
    }
}

impl<T> DerefMut for Dictionary<T> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.members
    }
}

impl<T> From<Map<String, Value>> for Dictionary<T> {
    fn from(members: Map<String, Value>) -> Self {
        Self { members, values: PhantomData }
    }
}

impl<T> Default for Dictionary<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> Clone for Dictionary<T> {
    fn clone(&self) -> Self {
        self.members.clone().into()
    }
}

impl<T> PartialEq for Dictionary<T> {
    fn eq(&self, other: &Self) -> bool {
        self.members == other.members
    }
}

impl<T> fmt::Debug for Dictionary<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.members.fmt(f)
    }
}

impl<T: Property> Property for Dictionary<T> {
    const KIND: &'static Kind = &Kind::Dictionary(T::KIND);
}

impl<T> Serialize for Dictionary<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.members.serialize(serializer)
    }
}

impl<'de, T> Deserialize<'de> for Dictionary<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(DictionaryVisitor).map(Self::from)
    }
}

struct DictionaryVisitor;

impl<'de> Visitor<'de> for DictionaryVisitor {
    type Value = Map<String, Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Map::new();
        while let Some((name, value)) = map.next_entry::<String, Value>()? {
            if members.contains_key(&name) {
                return Err(A::Error::custom(format_args!("duplicate field `{name}`")));
            }
            members.insert(name, value);
        }
        Ok(members)
    }
}
