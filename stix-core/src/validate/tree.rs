//! JSON as it was read: names and texts are borrowed, and members that stand twice are both kept.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{Error, MapAccess, SeqAccess, Visitor},
};
use serde_json::Value;

use crate::schema::Borrowed;

/// A JSON value that borrows from the text it was read from.
#[derive(Clone, Debug, PartialEq)]
pub enum Json<'a> {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A whole number that fits into 64 bits with a sign.
    Integer(i64),
    /// Any other number.
    Float(f64),
    /// A string.
    String(Cow<'a, str>),
    /// An array.
    Array(Vec<Json<'a>>),
    /// An object.
    Object(Members<'a>),
}

/// The members of a JSON object, in the order of the text.
///
/// ```
/// use stix_core::validate::Json;
///
/// let json: Json = serde_json::from_str(r#"{"a": [1, true], "a": "b"}"#)?;
/// let members = json.as_object().ok_or("no object")?;
/// let items = members.get("a").and_then(Json::as_array).ok_or("no list")?;
/// assert_eq!((items[0].as_i64(), items[1].as_bool()), (Some(1), Some(true)));
/// assert_eq!(members.duplicates().collect::<Vec<_>>(), ["a"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Members<'a> {
    members: Vec<(Cow<'a, str>, Json<'a>)>,
    /// The places of the members by name, then by place; empty for an object that is small.
    by_name: Vec<usize>,
}

/// How many members are found as fast one by one.
const SMALL: usize = 64;

impl<'a> Json<'a> {
    /// The text of a string.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// The members of an object.
    pub fn as_object(&self) -> Option<&Members<'a>> {
        match self {
            Self::Object(members) => Some(members),
            _ => None,
        }
    }

    /// The items of an array.
    pub fn as_array(&self) -> Option<&[Json<'a>]> {
        match self {
            Self::Array(items) => Some(items),
            _ => None,
        }
    }

    /// A whole number.
    pub fn as_i64(&self) -> Option<i64> {
        match self {
            Self::Integer(number) => Some(*number),
            _ => None,
        }
    }

    /// A boolean.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(value) => Some(*value),
            _ => None,
        }
    }

    /// The kind of value, in a sentence.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Integer(_) | Self::Float(_) => "a number",
            Self::String(_) => "a string",
            Self::Array(_) => "a list",
            Self::Object(_) => "an object",
        }
    }
}

impl From<&Json<'_>> for Value {
    fn from(json: &Json<'_>) -> Self {
        match json {
            Json::Null => Self::Null,
            Json::Bool(value) => Self::Bool(*value),
            Json::Integer(number) => Self::from(*number),
            Json::Float(number) => Self::from(*number),
            Json::String(text) => Self::from(&**text),
            Json::Array(items) => items.iter().map(Self::from).collect(),
            Json::Object(members) => {
                members.iter().map(|(name, value)| (name.to_owned(), Self::from(value))).collect()
            }
        }
    }
}

impl<'a> Members<'a> {
    fn new(members: Vec<(Cow<'a, str>, Json<'a>)>) -> Self {
        let mut members = Self { members, by_name: Vec::new() };
        if members.len() > SMALL {
            let mut places: Vec<_> = (0..members.len()).collect();
            // The sort is stable: of two of the same name the first stays first.
            places.sort_by_key(|place| members.name(*place));
            members.by_name = places;
        }
        members
    }

    fn name(&self, place: usize) -> &str {
        self.members.get(place).map_or("", |(name, _)| name)
    }

    /// The value of the first member of this name.
    pub fn get(&self, name: &str) -> Option<&Json<'a>> {
        if self.by_name.is_empty() {
            return self.members.iter().find(|(known, _)| is_same(known, name)).map(|(_, value)| value);
        }
        let place = self.by_name.partition_point(|place| self.name(*place) < name);
        let found = self.members.get(*self.by_name.get(place)?).filter(|(known, _)| known == name);
        found.map(|(_, value)| value)
    }

    /// The last member of this name.
    pub(super) fn last(&self, name: &str) -> Option<&(Cow<'a, str>, Json<'a>)> {
        if self.by_name.is_empty() {
            return self.members.iter().rfind(|(known, _)| is_same(known, name));
        }
        let end = self.by_name.partition_point(|place| self.name(*place) <= name);
        let place = self.by_name.get(end.checked_sub(1)?)?;
        self.members.get(*place).filter(|(known, _)| known == name)
    }

    /// The name of the first member, if it is borrowed from the text.
    pub(super) fn first_name(&self) -> Option<&'a str> {
        match self.members.first()? {
            (Cow::Borrowed(name), _) => Some(name),
            (Cow::Owned(_), _) => None,
        }
    }

    /// Whether there is a member of this name.
    pub fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// The text of a member that is a string.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name)?.as_str()
    }

    /// All members.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Json<'a>)> {
        self.members.iter().map(|(name, value)| (&**name, value))
    }

    /// The names that stand more than once, each time but the first.
    pub fn duplicates(&self) -> impl Iterator<Item = &str> {
        // Most objects are so small that comparing all pairs is faster than hashing.
        let mut seen = (self.members.len() > 24).then(HashSet::new);
        self.members.iter().enumerate().filter_map(move |(index, (name, _))| {
            let twice = match &mut seen {
                Some(seen) => !seen.insert(name),
                None => self.members.iter().take(index).any(|(earlier, _)| is_same(earlier, name)),
            };
            twice.then_some(&**name)
        })
    }

    /// How many members there are.
    pub fn len(&self) -> usize {
        self.members.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }
}

/// Whether two names are the same. Most that are not differ in length or in the last byte, which spares a call.
fn is_same(left: &str, right: &str) -> bool {
    left.len() == right.len() && left.as_bytes().last() == right.as_bytes().last() && left == right
}

impl<'de: 'a, 'a> Deserialize<'de> for Json<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(JsonVisitor).map(shorten)
    }
}

/// The compiler does not see that a longer borrow serves for a shorter one here.
fn shorten<'de: 'a, 'a>(json: Json<'de>) -> Json<'a> {
    json
}

struct JsonVisitor;

impl<'de> Visitor<'de> for JsonVisitor {
    type Value = Json<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Json<'de>, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json<'de>, E> {
        Ok(Json::Bool(value))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Json<'de>, E> {
        Ok(Json::Integer(number))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Json<'de>, E> {
        Ok(i64::try_from(number).map_or(Json::Float(number as f64), Json::Integer))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Json<'de>, E> {
        Ok(Json::Float(number))
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Json<'de>, E> {
        Ok(Json::String(Cow::Borrowed(text)))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Json<'de>, E> {
        Ok(Json::String(Cow::Owned(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Json<'de>, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(Json::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Json<'de>, A::Error> {
        let mut members = Vec::new();
        while let Some(Borrowed(name)) = map.next_key()? {
            // An empty object takes no memory of its own: a text can hold very many.
            if members.is_empty() {
                members.reserve(8);
            }
            members.push((name, map.next_value()?));
        }
        Ok(Json::Object(Members::new(members)))
    }
}
