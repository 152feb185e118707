//! The `envelope` resource (section 3.7) as clients send it (section 5.5).
//!
//! Members that we do not know are ignored, so that whole bundles, which some clients send, are envelopes too.

use std::fmt;

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;

/// Objects to be added, as they were written.
///
/// ```
/// use taxii_server::wire::PostedEnvelope;
///
/// let envelope = PostedEnvelope::read(br#"{"type": "bundle", "objects": [{"type": "malware"}, 7]}"#).unwrap();
/// assert_eq!(envelope.objects[1].get(), "7");
/// ```
#[derive(Debug, Deserialize)]
pub struct PostedEnvelope<'a> {
    /// The texts of the objects, at least one. Whether they are STIX objects is another question.
    #[serde(borrow)]
    pub objects: Vec<&'a RawValue>,
}

/// What was sent is no envelope.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EnvelopeError {
    /// It is not JSON, and why.
    NotJson(String),
    /// It is JSON, but something else, and why.
    NotAnEnvelope(String),
}

impl<'a> PostedEnvelope<'a> {
    /// Reads a body.
    ///
    /// # Errors
    /// It is not JSON in UTF-8, or no object with a list `objects` that has an item.
    pub fn read(body: &'a [u8]) -> Result<Self, EnvelopeError> {
        let not_json = |problem: String| EnvelopeError::NotJson(problem);
        let text = std::str::from_utf8(body).map_err(|error| not_json(error.to_string()))?;
        let envelope = match text.trim_start().starts_with('{') {
            true => serde_json::from_str::<Self>(text).map_err(|error| error.to_string()),
            false => Err("expected an object with the member `objects`".to_owned()),
        };
        match envelope {
            Ok(envelope) if envelope.objects.is_empty() => {
                Err(EnvelopeError::NotAnEnvelope("`objects` is empty".to_owned()))
            }
            Ok(envelope) => Ok(envelope),
            // What is wrong first may be the shape of a text that further on is not even JSON.
            Err(problem) => match serde_json::from_str::<IgnoredAny>(text) {
                Ok(_) => Err(EnvelopeError::NotAnEnvelope(problem)),
                Err(error) => Err(not_json(error.to_string())),
            },
        }
    }
}

impl fmt::Display for EnvelopeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotJson(problem) => write!(f, "the body is not JSON: {problem}"),
            Self::NotAnEnvelope(problem) => write!(f, "the body is no envelope: {problem}"),
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
        let cases: [(&[u8], bool); 18] = [
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
        ];
        for (body, not_json) in cases {
            let error = PostedEnvelope::read(body).unwrap_err();
            let shown = String::from_utf8_lossy(body);
            assert_eq!(matches!(error, EnvelopeError::NotJson(_)), not_json, "{shown}: {error}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_an_envelope_or_an_error(body in prop::collection::vec(any::<u8>(), 0..200)) {
            if let Ok(envelope) = PostedEnvelope::read(&body) {
                prop_assert!(!envelope.objects.is_empty());
            }
        }

        #[test]
        fn objects_keep_their_bytes(items in prop::collection::vec("\\{ \"a\" : [1-9]0{0,3} \\}", 1..5)) {
            let body = format!(r#"{{"more": false, "objects": [{}] }}"#, items.join(" , "));
            let envelope = PostedEnvelope::read(body.as_bytes()).unwrap();
            let texts: Vec<_> = envelope.objects.iter().map(|object| object.get()).collect();
            prop_assert_eq!(texts, items);
        }
    }
}
