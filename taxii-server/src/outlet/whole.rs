//! All objects of a collection: as a bundle (STIX 2.1, section 8) or as JSON Lines. Their texts are copied, not read.

use uuid::Builder;

use super::Writer;
use crate::storage::StorageError;

/// One bundle. Without objects it has no list of them, since a list is never empty (section 2.9 of STIX 2.1).
#[derive(Debug)]
pub(super) struct Bundle {
    random: [u8; 16],
    empty: bool,
}

impl Bundle {
    /// A bundle whose identifier is made of these bytes: it says nothing about the content.
    pub(super) fn new(random: [u8; 16]) -> Self {
        Self { random, empty: true }
    }
}

impl Writer for Bundle {
    fn begin(&mut self, into: &mut Vec<u8>) {
        let id = Builder::from_random_bytes(self.random).into_uuid();
        into.extend_from_slice(format!(r#"{{"type":"bundle","id":"bundle--{id}""#).as_bytes());
    }

    fn object(&mut self, text: &[u8], into: &mut Vec<u8>) -> Result<(), StorageError> {
        into.extend_from_slice(if self.empty { b",\"objects\":[\n" } else { b",\n" });
        into.extend_from_slice(text);
        self.empty = false;
        Ok(())
    }

    fn end(&mut self, into: &mut Vec<u8>) {
        into.extend_from_slice(if self.empty { b"}\n" } else { b"\n]}\n" });
    }
}

/// An object in each line.
#[derive(Debug)]
pub(super) struct Lines;

impl Writer for Lines {
    fn object(&mut self, text: &[u8], into: &mut Vec<u8>) -> Result<(), StorageError> {
        // Inside a string JSON has no line breaks, so these stand between tokens, where a space does as well.
        into.extend(text.iter().map(|byte| if matches!(byte, b'\n' | b'\r') { b' ' } else { *byte }));
        into.push(b'\n');
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(mut writer: impl Writer, objects: &[&str]) -> String {
        let mut text = Vec::new();
        writer.begin(&mut text);
        for object in objects {
            writer.object(object.as_bytes(), &mut text).unwrap();
        }
        writer.end(&mut text);
        String::from_utf8(text).unwrap()
    }

    #[test]
    fn bundles_are_json() {
        for count in 0..3 {
            let text = written(Bundle::new([7; 16]), &vec!["{\"a\": 1.0}"; count]);
            let bundle: serde_json::Value = serde_json::from_str(&text).unwrap();
            assert_eq!(bundle["id"], "bundle--07070707-0707-4707-8707-070707070707");
            assert_eq!(bundle.get("objects").map_or(0, |list| list.as_array().unwrap().len()), count);
        }
    }

    #[test]
    fn an_object_is_a_line() {
        assert_eq!(written(Lines, &["{\r\n  \"a\": \"\\n\"\n}", "{}"]), "{    \"a\": \"\\n\" }\n{}\n");
    }
}
