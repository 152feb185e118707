//! The documents in a text: a bundle, an object, an array of objects, or JSON Lines.

use super::tree::Json;

/// How much is read. What goes beyond is reported, not cut.
///
/// ```
/// use stix_core::validate::{Limits, Validator};
///
/// let validator = Validator::new().with_limits(Limits { text: 10, ..Limits::default() });
/// assert_eq!(validator.text(r#"{"type": "x-a"}"#).problems()[0].rule().code(), "limit");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The most bytes of a text.
    pub text: usize,
    /// The most bytes of one string.
    pub string: usize,
    /// The most bytes that the problems of a report take in memory. The rest are counted, not kept.
    pub report: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { text: 1 << 30, string: 16 << 20, report: 128 << 20 }
    }
}

/// One JSON value of a text, and the offset at which it begins.
pub(super) struct Document<'t> {
    pub(super) start: usize,
    pub(super) tree: Json<'t>,
}

/// A text that is not JSON: where, and why.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct NotJson {
    pub(super) offset: usize,
    pub(super) message: String,
    pub(super) help: Option<&'static str>,
}

impl NotJson {
    /// What the parser says of a text, and what to do about it.
    fn new(offset: usize, message: String, text: &str) -> Self {
        let (message, help) = match message.as_str() {
            "recursion limit exceeded" => (
                "lists and objects are nested too deeply".to_owned(),
                Some("at most 127 of them may lie in one another"),
            ),
            _ if text.starts_with('\u{feff}') => {
                (message, Some("the text begins with a byte order mark, which JSON must not have"))
            }
            _ => (message, None),
        };
        Self { offset, message, help }
    }
}

/// Reads all documents of a text. After the first one, each further one must stand on a line of its own.
pub(super) fn read(text: &str) -> (Vec<Document<'_>>, Option<NotJson>) {
    let mut documents = Vec::new();
    let mut start = 0;
    loop {
        let rest = text.get(start..).unwrap_or_default();
        let blank = rest.len() - rest.trim_ascii_start().len();
        if blank == rest.len() {
            let empty = documents.is_empty();
            let nothing = || NotJson {
                offset: 0,
                message: "there is no JSON".to_owned(),
                help: Some("a document is a bundle, an object, a list of objects, or one of these a line"),
            };
            return (documents, empty.then(nothing));
        }
        start += blank;
        let rest = text.get(start..).unwrap_or_default();
        let mut values = serde_json::Deserializer::from_str(rest).into_iter::<Json<'_>>();
        match values.next() {
            Some(Ok(tree)) => {
                documents.push(Document { start, tree });
                let end = values.byte_offset();
                // Two values on one line are a typing mistake, not JSON Lines.
                let line = rest.get(end..).and_then(|rest| rest.split('\n').next()).unwrap_or_default();
                if !line.trim_ascii().is_empty() {
                    let message = "more text follows the JSON value on the same line".to_owned();
                    let help = Some("each document after the first begins on a line of its own");
                    return (documents, Some(NotJson { offset: start + end, message, help }));
                }
                start += end;
            }
            Some(Err(error)) => {
                let offset = start + offset(rest, error.line(), error.column());
                let message = error.to_string();
                // The place is told apart, and counted from the beginning of the whole text.
                let message = message.split(" at line ").next().unwrap_or_default().to_owned();
                return (documents, Some(NotJson::new(offset, message, rest)));
            }
            None => return (documents, None),
        }
    }
}

/// The byte offset of a line and a byte column, both from 1.
fn offset(text: &str, line: usize, column: usize) -> usize {
    let before: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    (before + column.saturating_sub(1)).min(text.len())
}
