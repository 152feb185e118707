//! The `envelope` resource (section 3.7) as clients send it (section 5.5).
//!
//! Members that we do not know are ignored, so that whole bundles, which some clients send, are envelopes too.

use std::cell::RefCell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

/// Objects to be added, as they were written.
///
/// ```
/// use taxii_server::wire::PostedEnvelope;
///
/// let envelope = PostedEnvelope::read(br#"{"type": "bundle", "objects": [{"type": "malware"}]}"#, 10).unwrap();
/// assert_eq!(envelope.objects[0].get(), r#"{"type": "malware"}"#);
/// ```
#[derive(Debug)]
pub struct PostedEnvelope<'a> {
    /// The texts of the objects, at least one. Each is a JSON object; whether it is one of STIX is another question.
    pub objects: Vec<&'a RawValue>,
}

/// Why a body is not an envelope, or not one that is taken.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EnvelopeError {
    /// It is not JSON, and why.
    NotJson(String),
    /// It is JSON, but something else, and why.
    NotAnEnvelope(String),
    /// It has more objects than an envelope may have.
    TooManyObjects {
        /// The most that it may have.
        most: usize,
    },
}

impl<'a> PostedEnvelope<'a> {
    /// Reads a body that holds up to `most` objects. Reading ends at the first object beyond them, and at the first
    /// member of the list that is not a JSON object.
    ///
    /// # Errors
    /// It is not JSON in UTF-8, it is not an object with a list `objects` of one to `most` JSON objects.
    pub fn read(body: &'a [u8], most: usize) -> Result<Self, EnvelopeError> {
        let not_json = |problem: String| EnvelopeError::NotJson(problem);
        let text = std::str::from_utf8(body).map_err(|error| not_json(error.to_string()))?;
        let rejected = RefCell::new(None);
        let mut reader = serde_json::Deserializer::from_str(text);
        let read = Members { most, rejected: &rejected }.deserialize(&mut reader);
        match read.and_then(|objects| reader.end().map(|()| objects)) {
            Ok(objects) if objects.is_empty() => {
                Err(EnvelopeError::NotAnEnvelope("`objects` is empty".to_owned()))
            }
            Ok(objects) => Ok(Self { objects }),
            Err(problem) => Err(match rejected.into_inner() {
                Some(rejected) => rejected,
                // The first problem may be the shape of a text that further on is not even JSON.
                None => match serde_json::from_str::<IgnoredAny>(text) {
                    Ok(_) => EnvelopeError::NotAnEnvelope(problem.to_string()),
                    Err(error) => not_json(error.to_string()),
                },
            }),
        }
    }
}

/// Reads the members of an envelope. A rejection that ends the reading early is left in `rejected`.
#[derive(Clone, Copy)]
struct Members<'c> {
    most: usize,
    rejected: &'c RefCell<Option<EnvelopeError>>,
}

impl Members<'_> {
    fn reject<E: Error>(self, error: EnvelopeError) -> E {
        let custom = E::custom(&error);
        self.rejected.replace(Some(error));
        custom
    }
}

impl<'de> DeserializeSeed<'de> for Members<'_> {
    type Value = Vec<&'de RawValue>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Members<'_> {
    type Value = Vec<&'de RawValue>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with the member `objects`")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Value, A::Error> {
        let mut objects = None;
        while let Some(name) = members.next_key::<std::borrow::Cow<'de, str>>()? {
            if name != "objects" {
                members.next_value::<IgnoredAny>()?;
            } else if objects.is_none() {
                objects = Some(members.next_value_seed(ObjectList(self))?);
            } else {
                return Err(A::Error::duplicate_field("objects"));
            }
        }
        objects.ok_or_else(|| A::Error::missing_field("objects"))
    }
}

/// Reads the list of objects, as [`Members`] says.
struct ObjectList<'c>(Members<'c>);

impl<'de> DeserializeSeed<'de> for ObjectList<'_> {
    type Value = Vec<&'de RawValue>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for ObjectList<'_> {
    type Value = Vec<&'de RawValue>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of STIX objects")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        let mut objects: Vec<&RawValue> = Vec::new();
        while let Some(object) = items.next_element::<&RawValue>()? {
            if objects.len() >= self.0.most {
                return Err(self.0.reject(EnvelopeError::TooManyObjects { most: self.0.most }));
            }
            if !object.get().starts_with('{') {
                let problem = format!("`/objects/{}` is not a JSON object", objects.len());
                return Err(self.0.reject(EnvelopeError::NotAnEnvelope(problem)));
            }
            objects.push(object);
        }
        Ok(objects)
    }
}

impl fmt::Display for EnvelopeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotJson(problem) => write!(f, "the body is not JSON: {problem}"),
            Self::NotAnEnvelope(problem) => write!(f, "the body is not an envelope: {problem}"),
            Self::TooManyObjects { most } => {
                write!(f, "the envelope has more than `max_objects`, {most} objects: send it in parts")
            }
        }
    }
}

impl std::error::Error for EnvelopeError {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_not_json_and_what_is_no_envelope() {
        let cases: [(&[u8], bool); 20] = [
            (b"", true),
            (b"  ", true),
            (b"hello", true),
            (b"{\"objects\": [", true),
            (b"{\"objects\": 5", true),
            (b"{\"objects\": [{}]} garbage", true),
            (b"{\"objects\": 5} garbage", true),
            (b"{\"objects\": [{}], \"x\": \"\xff\"}", true),
            (b"\xef\xbb\xbf{\"objects\": [{}]}", true),
            (b"5", false),
            (b"null", false),
            (b"[]", false),
            (b"[[{}]]", false),
            (b"{}", false),
            (b"{\"objects\": []}", false),
            (b"{\"objects\": {}}", false),
            (b"{\"objects\": null}", false),
            (b"{\"objects\": [{}], \"objects\": [{}]}", false),
            (b"{\"objects\": [{}, 7]}", false),
            (b"{\"objects\": [[{}]]}", false),
        ];
        for (body, not_json) in cases {
            let error = PostedEnvelope::read(body, 10).unwrap_err();
            let shown = String::from_utf8_lossy(body);
            assert_eq!(matches!(error, EnvelopeError::NotJson(_)), not_json, "{shown}: {error}");
        }
    }

    #[test]
    fn too_many_objects_end_the_reading() {
        let two = r#"{"objects": [{}, {"a": 1}]}"#;
        assert_eq!(PostedEnvelope::read(two.as_bytes(), 2).unwrap().objects.len(), 2);
        let error = PostedEnvelope::read(two.as_bytes(), 1).unwrap_err();
        assert_eq!(error, EnvelopeError::TooManyObjects { most: 1 });
        // The rest is not even looked at.
        let endless = br#"{"objects": [{}, {}, {"#;
        assert_eq!(PostedEnvelope::read(endless, 1).unwrap_err(), EnvelopeError::TooManyObjects { most: 1 });
    }

    #[test]
    fn first_member_that_is_not_an_object_ends_the_reading() {
        let error = PostedEnvelope::read(br#"{"objects": [{}, 7, 7, 7, "#, 100).unwrap_err();
        assert_eq!(error.to_string(), "the body is not an envelope: `/objects/1` is not a JSON object");
    }

    proptest! {
        #[test]
        fn any_bytes_are_an_envelope_or_an_error(body in prop::collection::vec(any::<u8>(), 0..200)) {
            if let Ok(envelope) = PostedEnvelope::read(&body, 10) {
                prop_assert!(!envelope.objects.is_empty());
            }
        }

        #[test]
        fn objects_keep_their_bytes(items in prop::collection::vec("\\{ \"a\" : [1-9]0{0,3} \\}", 1..5)) {
            let body = format!(r#"{{"more": false, "objects": [{}] }}"#, items.join(" , "));
            let envelope = PostedEnvelope::read(body.as_bytes(), 10).unwrap();
            let texts: Vec<_> = envelope.objects.iter().map(|object| object.get()).collect();
            prop_assert_eq!(texts, items);
        }
    }
}
