//! Answers of a TAXII server (TAXII 2.1, sections 3.6 and 3.7): they are no STIX, and hold objects or list them.

use super::tree::{Json, Members};

/// What a JSON object without a type is.
pub(super) enum Answer<'c> {
    /// An envelope with these objects.
    Envelope(&'c [Json<'c>]),
    /// A manifest, which tells of objects and holds none.
    Manifest,
}

impl<'c> Answer<'c> {
    /// Recognises an answer by its members: it has `objects`, and besides them only what tells of further pages.
    pub(super) fn of(members: &'c Members<'c>) -> Option<Self> {
        if !members.iter().all(|(name, _)| matches!(name, "more" | "next" | "objects")) {
            return None;
        }
        let objects = members.get("objects")?.as_array()?;
        let is_record = |item: &Json<'_>| {
            item.as_object().is_some_and(|record| record.has("date_added") && !record.has("type"))
        };
        Some(match !objects.is_empty() && objects.iter().all(is_record) {
            true => Self::Manifest,
            false => Self::Envelope(objects),
        })
    }
}
