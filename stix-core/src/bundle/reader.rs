//! Reads the objects of a bundle one at a time, so that its size does not matter.

use std::{io::Read, marker::PhantomData, ops::Range};

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, DeserializeSeed},
};
use serde_json::Value;

use super::{Bundle, LimitKind, Limits, Position, ReadError, ReadErrorKind, scanner::Scanner};
use crate::{Custom, Identifier, Object, Registry, schema::StixObject};

/// An iterator over the objects in a bundle, a JSON list of objects, a single object, or any of
/// these one after another, as in JSON Lines.
///
/// Memory holds one object at a time. An object that is JSON but not what its type asks for gives
/// an error after which reading goes on; every other error ends it. [`ReadError::is_recoverable`]
/// tells them apart. A TAXII envelope is read like a bundle.
///
/// ```
/// use stix_core::bundle::{BundleReader, Limits};
///
/// let text = r#"{"type": "bundle", "id": "bundle--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f", "objects": [
///     {"type": "x-acme-thing", "x_number": 1},
///     {"type": "identity"}
/// ]}"#;
/// let mut reader = BundleReader::new(text.as_bytes(), Limits::default());
/// assert!(reader.next().is_some_and(|object| object.is_ok()));
/// let error = reader.next().and_then(Result::err).ok_or("an identity needs more")?;
/// assert_eq!(error.to_string(), "identity missing field `spec_version` (at byte 154, line 3)");
/// assert!(reader.next().is_none());
/// assert!(reader.id().is_some());
/// # Ok::<(), &str>(())
/// ```
pub struct BundleReader<R, T = Object> {
    scanner: Scanner<R>,
    place: Place,
    /// The text of the last object; while members are read, that of the members so far.
    text: Vec<u8>,
    /// Where `text` starts.
    start: Position,
    members: Custom,
    documents: u64,
    objects: u64,
    /// Whether the last document was a list or had a member `objects`.
    listed: bool,
    registry: Registry,
    object: PhantomData<fn() -> T>,
}

/// Where in the input reading stands.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    /// Before a document.
    Document,
    /// In a list of objects, before the first one or after one; whether the list is a member.
    First {
        member: bool,
    },
    Next {
        member: bool,
    },
    /// After the last document, or where reading cannot go on.
    End,
}

/// What a reader makes of the text of an object: an [`Object`] or a [`Value`].
///
/// ```
/// use serde_json::Value;
/// use stix_core::{Registry, bundle::BundleItem};
///
/// let mut text = serde_json::Deserializer::from_str(r#"{"type": "x-acme-thing"}"#);
/// let value = Value::read(&mut text, &Registry::standard())?;
/// assert_eq!(value["type"], "x-acme-thing");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait BundleItem: Sized {
    /// Reads an object.
    ///
    /// # Errors
    /// The object must be what the item asks for.
    fn read<'de, D: Deserializer<'de>>(deserializer: D, registry: &Registry) -> Result<Self, D::Error>;
}

impl BundleItem for Object {
    fn read<'de, D: Deserializer<'de>>(deserializer: D, registry: &Registry) -> Result<Self, D::Error> {
        registry.deserialize(deserializer)
    }
}

impl BundleItem for Value {
    fn read<'de, D: Deserializer<'de>>(deserializer: D, _: &Registry) -> Result<Self, D::Error> {
        Self::deserialize(deserializer)
    }
}

/// Reads a text that is an item and nothing else.
fn read_whole<'de, R: serde_json::de::Read<'de>, T: BundleItem>(
    mut deserializer: serde_json::Deserializer<R>,
    registry: &Registry,
) -> Result<T, serde_json::Error> {
    let item = T::read(&mut deserializer, registry)?;
    deserializer.end()?;
    Ok(item)
}

/// The name of a member, and where its value stands in the text.
type Member = (String, Range<usize>);

impl<R: Read> BundleReader<R> {
    /// A reader of typed objects.
    pub fn new(input: R, limits: Limits) -> Self {
        Self {
            scanner: Scanner::new(input, limits),
            place: Place::Document,
            text: Vec::new(),
            start: Position::START,
            members: Custom::new(),
            documents: 0,
            objects: 0,
            listed: false,
            registry: Registry::standard(),
            object: PhantomData,
        }
    }

    /// Reads objects of the types in a registry as what they are, not as untyped ones.
    #[must_use]
    pub fn with_registry(self, registry: &Registry) -> Self {
        Self { registry: registry.clone(), ..self }
    }

    /// Reads the rest as JSON values, to check them or to keep them as they are.
    pub fn values(self) -> BundleReader<R, Value> {
        let Self { scanner, place, text, start, members, documents, objects, listed, registry, .. } = self;
        let object = PhantomData;
        BundleReader { scanner, place, text, start, members, documents, objects, listed, registry, object }
    }

    /// Reads the one bundle that the input consists of.
    ///
    /// # Errors
    /// The input must be a bundle in JSON, with objects that have what their types ask for.
    pub fn bundle(mut self) -> Result<Bundle, ReadError> {
        let start = self.scanner.position();
        let error = |message: &str| ReadError::new(ReadErrorKind::Shape, start, message);
        let objects = self.by_ref().collect::<Result<Vec<_>, _>>()?;
        if self.documents != 1 || self.members.shift_remove("type") != Some(Bundle::TYPE.into()) {
            return Err(error("the input is not one bundle"));
        }
        let id = match self.members.shift_remove("id") {
            Some(Value::String(id)) => id.parse::<Identifier>().map_err(|e| error(&e.to_string()))?,
            _ => return Err(error("the bundle has no `id` that is a string")),
        };
        Ok(Bundle::from_members(id, self.listed.then_some(objects), self.members))
    }
}

impl<R, T> BundleReader<R, T> {
    /// The members of the last bundle that are not its objects, as far as they have been read.
    ///
    /// Those that are written after the objects are there once the iterator has ended.
    pub fn members(&self) -> &Custom {
        &self.members
    }

    /// The identifier of the last bundle, if it has been read and is one.
    pub fn id(&self) -> Option<Identifier> {
        self.members.get("id")?.as_str()?.parse().ok()
    }

    /// The bytes of the object that was given last, as they were written.
    pub fn text(&self) -> &[u8] {
        &self.text
    }

    /// Where the object that was given last starts.
    pub fn position(&self) -> Position {
        self.start
    }

    /// How many bundles, lists and single objects have been begun.
    ///
    /// ```
    /// use stix_core::bundle::{BundleReader, Limits};
    ///
    /// let text = br#"{"type": "bundle", "more": true, "objects": [{"type": "x-a"}]}"#;
    /// let mut reader = BundleReader::new(&text[..], Limits::default());
    /// assert_eq!(reader.by_ref().count(), 1);
    /// assert_eq!(reader.members()["more"], true);
    /// assert_eq!(reader.documents(), 1);
    /// ```
    pub fn documents(&self) -> u64 {
        self.documents
    }
}

impl<R: Read, T: BundleItem> Iterator for BundleReader<R, T> {
    type Item = Result<T, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        let found = self.advance();
        let result = match found {
            Ok(true) => self.parse(),
            Ok(false) => return None,
            Err(error) => Err(error),
        };
        if result.as_ref().is_err_and(|error| !error.is_recoverable()) {
            self.place = Place::End;
        }
        Some(result)
    }
}

impl<R: Read, T: BundleItem> BundleReader<R, T> {
    fn parse(&mut self) -> Result<T, ReadError> {
        self.objects += 1;
        if self.objects > self.scanner.limits().max_objects {
            return Err(ReadError::limit_exceeded(LimitKind::Objects, self.scanner.limits(), self.start));
        }
        // Checking the text once is cheaper than each of its strings; the parser names what is wrong.
        let parsed = match std::str::from_utf8(&self.text) {
            Ok(text) => read_whole(serde_json::Deserializer::from_str(text), &self.registry),
            Err(_) => read_whole(serde_json::Deserializer::from_slice(&self.text), &self.registry),
        };
        parsed.map_err(|error| ReadError::json(&error, &self.text, self.start))
    }
}

impl<R: Read, T> BundleReader<R, T> {
    /// Brings the text of the next object into `text`; false at the end of the input.
    fn advance(&mut self) -> Result<bool, ReadError> {
        loop {
            let found = match self.place {
                Place::Document => self.document()?,
                Place::First { member } => self.item(member, true)?,
                Place::Next { member } => self.item(member, false)?,
                Place::End => return Ok(false),
            };
            if found {
                return Ok(true);
            }
        }
    }

    /// Begins a document; true if it is a single object.
    fn document(&mut self) -> Result<bool, ReadError> {
        match self.skip_space()? {
            None => {
                self.place = Place::End;
                return Ok(false);
            }
            Some(b'[') => {
                self.scanner.skip();
                self.place = Place::First { member: false };
            }
            Some(b'{') => {}
            Some(_) => return Err(self.syntax("a bundle, a list of objects or an object must stand here")),
        }
        self.documents += 1;
        self.members = Custom::new();
        self.listed = self.place != Place::Document;
        if self.listed { Ok(false) } else { self.members_from_start() }
    }

    /// Reads an object up to its list `objects` or to its end; true if it is a single object.
    fn members_from_start(&mut self) -> Result<bool, ReadError> {
        let mut read = Vec::new();
        let mut object_type: Option<String> = None;
        self.keep()?;
        loop {
            let Some(name) = self.member_name(read.is_empty())? else {
                return self.end_of_object(read, object_type.as_deref());
            };
            // An object with a list `objects` is a bundle unless its type says otherwise.
            let may_be_bundle = object_type.as_deref().is_none_or(|name| name == Bundle::TYPE);
            if name == "objects" && self.scanner.peek()? == Some(b'[') && may_be_bundle {
                self.insert_members(read)?;
                self.begin_objects();
                return Ok(false);
            }
            let value = self.member_value()?;
            if name == "type" && object_type.is_none() {
                object_type = self.parsed(&value).ok();
            }
            read.push((name, value));
        }
    }

    /// Decides at the end of an object what it was.
    fn end_of_object(&mut self, read: Vec<Member>, object_type: Option<&str>) -> Result<bool, ReadError> {
        self.place = Place::Document;
        if object_type != Some(Bundle::TYPE) {
            return Ok(true);
        }
        if read.iter().any(|(name, _)| name == "objects") {
            return Err(self.shape("the `objects` of a bundle are not a list"));
        }
        self.insert_members(read)?;
        Ok(false)
    }

    fn begin_objects(&mut self) {
        self.scanner.skip();
        self.listed = true;
        self.place = Place::First { member: true };
    }

    /// Reads an item of a list of objects, or what follows the list.
    fn item(&mut self, member: bool, first: bool) -> Result<bool, ReadError> {
        match self.skip_space()? {
            Some(b']') => {
                self.scanner.skip();
                self.place = Place::Document;
                if member {
                    self.members_after_objects()?;
                }
                return Ok(false);
            }
            Some(b',') if !first => {
                self.scanner.skip();
                self.skip_space()?;
            }
            Some(_) if first => {}
            Some(_) => return Err(self.syntax("a comma or `]` must stand after an object")),
            None => return Err(self.scanner.unexpected_end()),
        }
        self.text.clear();
        self.start = self.scanner.position();
        self.scanner.value(0, &mut self.text)?;
        self.place = Place::Next { member };
        Ok(true)
    }

    /// Reads the members of a bundle that are written after its objects.
    fn members_after_objects(&mut self) -> Result<(), ReadError> {
        self.text.clear();
        self.start = self.scanner.position();
        let mut read = Vec::new();
        while let Some(name) = self.member_name(false)? {
            if name == "objects" {
                return Err(self.shape("a bundle has two members `objects`"));
            }
            read.push((name, self.member_value()?));
        }
        self.insert_members(read)?;
        match self.members.get("type") {
            None => Ok(()),
            Some(Value::String(name)) if name == Bundle::TYPE => Ok(()),
            Some(other) => {
                let message = format!("an object with a list of objects is of type `{other}`, not `bundle`");
                Err(self.shape(message))
            }
        }
    }

    /// Reads up to the value of the next member, or goes past the end of the object.
    fn member_name(&mut self, first: bool) -> Result<Option<String>, ReadError> {
        match self.scanner.peek_after_space(&mut self.text)? {
            Some(b'}') => {
                self.keep()?;
                return Ok(None);
            }
            Some(b',') if !first => self.keep()?,
            Some(_) if first => {}
            Some(_) => return Err(self.syntax("a comma or `}` must stand after a member")),
            None => return Err(self.scanner.unexpected_end()),
        }
        if self.scanner.peek_after_space(&mut self.text)? != Some(b'"') {
            return Err(self.syntax("the name of a member must stand here"));
        }
        let name = self.part()?;
        let name = self.parsed(&name)?;
        if self.scanner.peek_after_space(&mut self.text)? != Some(b':') {
            return Err(self.syntax("a colon must stand after the name of a member"));
        }
        self.keep()?;
        self.scanner.peek_after_space(&mut self.text)?;
        Ok(Some(name))
    }

    fn member_value(&mut self) -> Result<Range<usize>, ReadError> {
        match self.scanner.peek()? {
            Some(b',' | b'}' | b']' | b':') => Err(self.syntax("the value of a member must stand here")),
            _ => self.part(),
        }
    }

    /// Adds the next value to the text.
    fn part(&mut self) -> Result<Range<usize>, ReadError> {
        let start = self.text.len();
        self.scanner.value(1, &mut self.text)?;
        Ok(start..self.text.len())
    }

    /// Adds the next byte to the text.
    fn keep(&mut self) -> Result<(), ReadError> {
        let byte = self.scanner.peek()?.ok_or_else(|| self.scanner.unexpected_end())?;
        self.text.push(byte);
        self.scanner.skip();
        Ok(())
    }

    fn insert_members(&mut self, read: Vec<Member>) -> Result<(), ReadError> {
        for (name, value) in read {
            let value = self.parsed(&value)?;
            if self.members.insert(name.clone(), value).is_some() {
                return Err(self.shape(format!("a bundle has two members `{name}`")));
            }
        }
        Ok(())
    }

    /// Parses a part of the text.
    fn parsed<P: DeserializeOwned>(&self, part: &Range<usize>) -> Result<P, ReadError> {
        let text = self.text.get(part.clone()).unwrap_or_default();
        serde_json::from_slice(text).map_err(|error| {
            let start = self.start.after(self.text.get(..part.start).unwrap_or_default());
            ReadError::json(&error, text, start)
        })
    }

    /// Goes to the next byte that is not white space, where a new text starts.
    fn skip_space(&mut self) -> Result<Option<u8>, ReadError> {
        loop {
            // Space between objects is part of none, however long it is.
            self.text.clear();
            let byte = self.scanner.peek()?;
            if !byte.is_some_and(|byte| byte.is_ascii_whitespace()) {
                self.start = self.scanner.position();
                return Ok(byte);
            }
            self.scanner.skip();
        }
    }

    fn syntax(&self, message: &str) -> ReadError {
        self.scanner.error(ReadErrorKind::Syntax, message)
    }

    fn shape(&self, message: impl Into<String>) -> ReadError {
        ReadError::new(ReadErrorKind::Shape, self.start, message)
    }
}
