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
    fn new(text: &str, error: &serde_json::Error) -> Self {
        let offset = offset(text, error.line(), error.column());
        let said = error.to_string();
        // The place is told apart, and counted from the beginning of the whole text.
        let message = said.split(" at line ").next().unwrap_or_default().to_owned();
        let typographic =
            text.get(offset..).is_some_and(|rest| rest.starts_with(['“', '”', '„', '‘', '’', '«', '»']));
        let (message, help) = match message.as_str() {
            "recursion limit exceeded" => (
                "lists and objects are nested too deeply".to_owned(),
                Some("at most 127 of them may lie in one another"),
            ),
            "unexpected end of hex escape" | "lone leading surrogate in hex escape" => (
                "half of a surrogate pair is no character".to_owned(),
                Some(
                    "write both halves of the pair, or the character itself: text is Unicode (section 2.15)",
                ),
            ),
            _ if typographic => {
                ("the quotation marks are typographic".to_owned(), Some("write straight ones: `\"`"))
            }
            _ if text.starts_with('\u{feff}') => {
                (message, Some("the text begins with a byte order mark, which JSON must not have"))
            }
            _ => (message, None),
        };
        Self { offset, message, help }
    }

    /// The same, of a text that begins at this offset.
    fn behind(self, start: usize) -> Self {
        Self { offset: self.offset + start, ..self }
    }
}

/// Reads all documents of a text. After the first one, each further one must stand on a line of its own; of such lines one
/// that is broken does not hide the others.
pub(super) fn read(text: &str) -> (Vec<Document<'_>>, Vec<NotJson>) {
    let (mut documents, mut broken) = (Vec::new(), Vec::new());
    let mut start = 0;
    loop {
        let rest = text.get(start..).unwrap_or_default();
        let blank = rest.len() - rest.trim_ascii_start().len();
        if blank == rest.len() {
            if documents.is_empty() && broken.is_empty() {
                broken.push(NotJson {
                    offset: 0,
                    message: "there is no JSON".to_owned(),
                    help: Some(
                        "a document is a bundle, an object, a list of objects, or one of these a line",
                    ),
                });
            }
            return (documents, broken);
        }
        start += blank;
        let rest = text.get(start..).unwrap_or_default();
        let (line, behind) = rest.split_once('\n').unwrap_or((rest, ""));
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
                    broken.push(NotJson { offset: start + end, message, help });
                }
                start += end + line.len();
            }
            Some(Err(error)) => {
                // Told of the line alone: a string that has no end goes on in the next one.
                let of_line = serde_json::from_str::<Json<'_>>(line).err();
                match of_line.filter(|of_line| is_line(of_line, documents.len(), behind)) {
                    Some(of_line) if broken.len() < MOST_BROKEN => {
                        broken.push(NotJson::new(line, &of_line).behind(start));
                        start += line.len();
                    }
                    _ => {
                        broken.push(NotJson::new(rest, &error).behind(start));
                        return (documents, broken);
                    }
                }
            }
            None => return (documents, broken),
        }
    }
}

/// How many lines that are broken are told of.
const MOST_BROKEN: usize = 1000;

/// Whether a text that is broken is one of several lines: what follows is another document in one line, or there is nothing
/// behind documents. The first line of a document of several lines breaks off.
fn is_line(error: &serde_json::Error, documents: usize, behind: &str) -> bool {
    if documents == 0 && error.is_eof() {
        return false;
    }
    let next = behind.lines().map(str::trim_ascii).find(|line| !line.is_empty());
    next.map_or(documents > 0, |next| {
        next.starts_with(['{', '[']) && serde_json::from_str::<serde::de::IgnoredAny>(next).is_ok()
    })
}

/// The byte offset of a line and a byte column, both from 1.
fn offset(text: &str, line: usize, column: usize) -> usize {
    let before: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    (before + column.saturating_sub(1)).min(text.len())
}
