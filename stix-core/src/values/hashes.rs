//! Hashes (STIX 2.1 section 2.7).

use std::fmt;

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{Error, MapAccess, Visitor},
};

use crate::schema::{Kind, Property};

/// The hashes of one content, by the names of their algorithms, in the order in which they were
/// read.
///
/// The names should be terms of hash-algorithm-ov, but others are kept as well.
///
/// ```
/// use stix_core::values::Hashes;
///
/// let hashes = Hashes::new().with("MD5", "d41d8cd98f00b204e9800998ecf8427e");
/// assert_eq!(hashes.get("MD5"), Some("d41d8cd98f00b204e9800998ecf8427e"));
/// assert_eq!(hashes.get("SHA-1"), None);
/// ```
#[derive(Clone, Debug, Default)]
pub struct Hashes(Vec<(Box<str>, Box<str>)>);

impl Hashes {
    /// No hashes.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a hash, or replaces the one of the same name.
    #[must_use]
    pub fn with(mut self, algorithm: impl Into<Box<str>>, hash: impl Into<Box<str>>) -> Self {
        let (algorithm, hash) = (algorithm.into(), hash.into());
        match self.0.iter_mut().find(|(name, _)| *name == algorithm) {
            Some((_, known)) => *known = hash,
            None => self.0.push((algorithm, hash)),
        }
        self
    }

    /// The hash of this name.
    pub fn get(&self, algorithm: &str) -> Option<&str> {
        self.iter().find(|(name, _)| *name == algorithm).map(|(_, hash)| hash)
    }

    /// The names and the hashes.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, hash)| (&**name, &**hash))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none, which the specification does not allow.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// The order does not count, as in any JSON object.
impl PartialEq for Hashes {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.iter().all(|(name, hash)| other.get(name) == Some(hash))
    }
}

impl Eq for Hashes {}

impl<N: Into<Box<str>>, H: Into<Box<str>>> FromIterator<(N, H)> for Hashes {
    fn from_iter<I: IntoIterator<Item = (N, H)>>(hashes: I) -> Self {
        hashes.into_iter().fold(Self::new(), |hashes, (name, hash)| hashes.with(name, hash))
    }
}

impl<N: Into<Box<str>>, H: Into<Box<str>>, const COUNT: usize> From<[(N, H); COUNT]> for Hashes {
    fn from(hashes: [(N, H); COUNT]) -> Self {
        hashes.into_iter().collect()
    }
}

impl Property for Hashes {
    const KIND: &'static Kind = &Kind::Hashes;
}

impl Serialize for Hashes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

impl<'de> Deserialize<'de> for Hashes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(HashesVisitor)
    }
}

struct HashesVisitor;

impl<'de> Visitor<'de> for HashesVisitor {
    type Value = Hashes;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object of hashes")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Hashes, A::Error> {
        let mut hashes = Hashes::new();
        while let Some((name, hash)) = map.next_entry::<Box<str>, Box<str>>()? {
            if hashes.get(&name).is_some() {
                return Err(A::Error::custom(format_args!("duplicate field `{name}`")));
            }
            hashes.0.push((name, hash));
        }
        Ok(hashes)
    }
}
