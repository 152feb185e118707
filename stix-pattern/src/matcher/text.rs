//! `LIKE` (STIX 2.1, section 9.6.1), and the normal form of strings that it and `MATCHES` work on.

use std::borrow::Cow;

use memchr::memmem;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

/// A string in Unicode normalization form C.
pub(crate) fn nfc(text: &str) -> Cow<'_, str> {
    if text.is_ascii() || is_nfc_quick(text.chars()) == IsNormalized::Yes {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.nfc().collect())
}

/// The pattern of a `LIKE`: `%` stands for any run of characters, line feeds included, `_` for one character, and
/// neither can be escaped.
#[derive(Clone, Debug)]
pub(crate) struct Like {
    /// What stands between the `%`. There is no `%` if there is one segment.
    segments: Box<[Segment]>,
}

/// A stretch without `%`: literal texts with one `_` between each two.
#[derive(Clone, Debug)]
struct Segment {
    literals: Box<[Box<str>]>,
}

impl Like {
    /// `pattern` is to be normalized already, unless it is for bytes.
    pub(crate) fn new(pattern: &str) -> Self {
        let segments = pattern
            .split('%')
            .map(|segment| Segment { literals: segment.split('_').map(Box::from).collect() });
        Self { segments: segments.collect() }
    }

    /// Whether the whole text matches. Each segment is taken where it is first found, which leaves the most text for
    /// the ones behind it, so nothing is tried twice: the time is that of finding each segment once.
    pub(crate) fn matches(&self, text: &str) -> bool {
        let [first, rest @ ..] = &*self.segments else { return false };
        let Some(mut text) = first.strip_prefix(text) else { return false };
        let [middle @ .., last] = rest else { return text.is_empty() };
        for segment in middle {
            let Some(after) = segment.skip_to_end(text) else { return false };
            text = after;
        }
        last.ends(text)
    }

    /// How many `_` stand between two `%`, in segments that have to be tried at every place of a text.
    pub(crate) fn searched_wildcards(&self) -> usize {
        let middle = self.segments.get(1..self.segments.len() - 1).unwrap_or_default();
        middle.iter().map(|segment| segment.literals.len() - 1).sum()
    }

    /// The longest text that every match contains.
    pub(crate) fn longest_literal(&self) -> &str {
        let literals = self.segments.iter().flat_map(|segment| segment.literals.iter());
        literals.max_by_key(|literal| literal.len()).map_or("", |literal| literal)
    }
}

impl Segment {
    /// What is left of a text that begins with the segment.
    fn strip_prefix<'a>(&self, text: &'a str) -> Option<&'a str> {
        let (first, rest) = self.literals.split_first()?;
        rest.iter().try_fold(text.strip_prefix(&**first)?, |text, literal| {
            let mut characters = text.chars();
            characters.next()?;
            characters.as_str().strip_prefix(&**literal)
        })
    }

    /// What is left of a text behind the first place where the segment stands.
    fn skip_to_end<'a>(&self, text: &'a str) -> Option<&'a str> {
        if let [literal] = &*self.literals {
            let at = memmem::find(text.as_bytes(), literal.as_bytes())?;
            return text.get(at + literal.len()..);
        }
        let starts = text.char_indices().map(|(at, _)| at);
        starts.filter_map(|at| text.get(at..)).find_map(|rest| self.strip_prefix(rest))
    }

    /// Whether a text ends with the segment.
    fn ends(&self, text: &str) -> bool {
        if let [literal] = &*self.literals {
            return text.ends_with(&**literal);
        }
        let length: usize =
            self.literals.iter().map(|literal| literal.chars().count() + 1).sum::<usize>() - 1;
        let start = text.char_indices().rev().nth(length.saturating_sub(1)).map(|(at, _)| at);
        let tail = start.and_then(|at| text.get(at..));
        tail.and_then(|tail| self.strip_prefix(tail)).is_some_and(str::is_empty)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The definition, read aloud.
    fn reference(pattern: &[char], text: &[char]) -> bool {
        match pattern {
            [] => text.is_empty(),
            ['%', rest @ ..] => (0..=text.len()).any(|at| reference(rest, &text[at..])),
            ['_', rest @ ..] => !text.is_empty() && reference(rest, &text[1..]),
            [character, rest @ ..] => text.first() == Some(character) && reference(rest, &text[1..]),
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 4096, ..ProptestConfig::default() })]

        #[test]
        fn like_follows_its_definition(pattern in "[abé%_]{0,8}", text in "[abé\\n]{0,8}") {
            let characters = |text: &str| text.chars().collect::<Vec<_>>();
            let expected = reference(&characters(&pattern), &characters(&text));
            prop_assert_eq!(Like::new(&pattern).matches(&text), expected);
        }
    }

    #[test]
    fn runs_of_wildcards_take_no_time() {
        let like = Like::new(&format!("{}b", "%a".repeat(20_000)));
        assert!(!like.matches(&"a".repeat(100_000)));
        assert!(Like::new(&"%".repeat(60_000)).matches("x"));
    }

    #[test]
    fn strings_are_composed() {
        assert_eq!(nfc("e\u{301}"), "é");
        assert!(matches!(nfc("é"), Cow::Borrowed(_)));
    }
}
