//! Changes to the text of a pattern, from which corrected patterns are made.

use std::ops::Range;

/// Replacements that do not overlap, in the order of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Edit(Vec<(Range<usize>, String)>);

impl Edit {
    /// Puts `text` where `range` stands.
    pub(crate) fn replace(range: Range<usize>, text: impl Into<String>) -> Self {
        Self(vec![(range, text.into())])
    }

    /// Puts `text` before the byte at `at`.
    pub(crate) fn insert(at: usize, text: impl Into<String>) -> Self {
        Self::replace(at..at, text)
    }

    /// Takes `range` out.
    pub(crate) fn delete(range: Range<usize>) -> Self {
        Self::replace(range, "")
    }

    /// This edit and one further on in the text.
    pub(crate) fn and(mut self, later: Self) -> Self {
        self.0.extend(later.0);
        self
    }

    /// The text with the replacements made; what lies outside the text is left out.
    pub(crate) fn apply(&self, source: &str) -> String {
        let mut edited = String::with_capacity(source.len() + 16);
        let mut copied = 0;
        for (range, text) in &self.0 {
            edited.push_str(source.get(copied..range.start).unwrap_or_default());
            edited.push_str(text);
            copied = range.end;
        }
        edited.push_str(source.get(copied..).unwrap_or_default());
        edited
    }

    /// Returns all edits that overlap none before them, as one. They may come in any order.
    pub(crate) fn merged<'e>(edits: impl IntoIterator<Item = &'e Self>) -> Option<Self> {
        let mut merged: Vec<(Range<usize>, String)> = Vec::new();
        for edit in edits {
            let touches = |(range, _): &(Range<usize>, String)| {
                merged.iter().any(|(other, _)| range.start <= other.end && other.start <= range.end)
            };
            if !edit.0.iter().any(touches) {
                merged.extend(edit.0.iter().cloned());
            }
        }
        merged.sort_by_key(|(range, _)| range.start);
        (!merged.is_empty()).then_some(Self(merged))
    }

    /// Returns where the new text stands in the edited text.
    pub(crate) fn replaced(&self) -> Vec<Range<usize>> {
        let (mut old, mut new) = (0, 0);
        let ranges = self.0.iter().map(|(range, text)| {
            let start = new + (range.start - old);
            (old, new) = (range.end, start + text.len());
            start..new
        });
        ranges.collect()
    }

    /// Returns the place in the edited text that a place in the text before has moved to; within a replacement, its
    /// end.
    pub(crate) fn after(&self, at: usize) -> usize {
        let (mut old, mut new) = (0, 0);
        for (range, text) in &self.0 {
            if at < range.start {
                break;
            }
            (old, new) = (range.end, new + (range.start - old) + text.len());
            if at < old {
                return new;
            }
        }
        new + (at - old)
    }

    /// Where the first replacement ends in the edited text.
    pub(crate) fn first_end(&self) -> usize {
        self.0.first().map_or(0, |(range, text)| range.start + text.len())
    }

    /// The place in the text before that a place in the edited text comes from; within a replacement, its start.
    pub(crate) fn before(&self, at: usize) -> usize {
        let (mut old, mut new) = (0, 0);
        for (range, text) in &self.0 {
            let start = new + (range.start - old);
            if at < start {
                break;
            }
            (old, new) = (range.end, start + text.len());
            if at < new {
                return range.start;
            }
        }
        old + (at - new)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_that_overlap_are_left_out() {
        let edits = [Edit::replace(4..6, "b"), Edit::replace(5..7, "c"), Edit::insert(1, "a")];
        let merged = Edit::merged(&edits).unwrap();
        assert_eq!(merged.apply("01234567"), "0a123b67");
        assert_eq!(Edit::merged(&[]), None);
    }

    #[test]
    fn places_in_the_edited_text_are_found_again() {
        let edit = Edit::insert(1, "xy").and(Edit::delete(2..4)).and(Edit::replace(5..6, "uvw"));
        let (source, edited) = ("0123456789", "0xy14uvw6789");
        assert_eq!(edit.apply(source), edited);
        let before: Vec<usize> = (0..=edited.len()).map(|at| edit.before(at)).collect();
        assert_eq!(before, [0, 1, 1, 1, 4, 5, 5, 5, 6, 7, 8, 9, 10]);
        assert_eq!(edit.first_end(), 3);
        assert_eq!(edit.replaced(), [1..3, 4..4, 5..8]);
        let after: Vec<usize> = (0..=source.len()).map(|at| edit.after(at)).collect();
        assert_eq!(after, [0, 3, 4, 4, 4, 8, 8, 9, 10, 11, 12]);
    }
}
