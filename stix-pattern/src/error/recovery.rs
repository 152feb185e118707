//! Finding the mistakes that come after the first one, and the pattern that was meant.
//!
//! The text is mended at each mistake, or bridged where nothing certain is known, and parsed again. What all the mending
//! leads to is the corrected pattern, which has therefore been parsed. It is not offered if the checks find fault with
//! what the mending has written.

use std::ops::Range;

use super::repair::bridge::bridge;
use super::repair::repair;
use super::scene::Scene;
use super::{Failure, SyntaxError};
use crate::check::correction;
use crate::edit::Edit;
use crate::lexer::Token;

/// The most mistakes that are looked for in a text, each of which costs parsing it anew.
const MOST: usize = 16;
/// The longest text, in bytes, that is mended. People write shorter patterns.
const LONGEST: usize = 1 << 16;

/// The tokens of a text and what is wrong with them.
#[derive(Debug)]
pub(crate) struct Mistake {
    pub(crate) tokens: Vec<Token>,
    pub(crate) failure: Failure,
}

/// A text on its way to a pattern.
struct Mended {
    text: String,
    /// All edits so far.
    edits: Vec<Edit>,
    /// What is still wrong.
    mistake: Option<Mistake>,
    /// Whether what was meant is beyond doubt.
    certain: bool,
}

impl Mended {
    /// Returns where the text differs from the one that was written.
    fn replaced(&self) -> Vec<Range<usize>> {
        let mut ranges: Vec<Range<usize>> = Vec::new();
        for edit in &self.edits {
            ranges.iter_mut().for_each(|range| *range = edit.after(range.start)..edit.after(range.end));
            ranges.extend(edit.replaced());
        }
        ranges
    }
}

/// Every mistake of `source`, of which `first` is known, in the order of the text. `parse` says what is wrong with a
/// text.
pub(crate) fn diagnose(
    source: &str,
    first: Mistake,
    parse: impl Fn(&str) -> Option<Mistake>,
) -> Vec<SyntaxError> {
    let mut errors = Vec::new();
    let mut mended =
        Mended { text: source.to_owned(), edits: Vec::new(), mistake: Some(first), certain: true };
    while let Some(mistake) = mended.mistake.take() {
        let scene = Scene::new(&mended.text, &mistake.tokens, mistake.failure);
        let place = |at| mended.edits.iter().rev().fold(at, |at, edit| edit.before(at));
        errors.push(SyntaxError::new(source, &scene, place));
        let next = match errors.len() < MOST && source.len() <= LONGEST {
            true => mend(&scene, &parse),
            false => None,
        };
        match next {
            Some((edit, text, mistake, certain)) => {
                mended.edits.push(edit);
                mended = Mended { text, mistake, certain: mended.certain && certain, ..mended };
            }
            None => mended.certain = false,
        }
    }
    if mended.certain
        && let Some(fix) = correction::settled(&mended.text, &mended.replaced())
    {
        errors.iter_mut().for_each(|error| error.0.fix = Some(fix.clone()));
    }
    // A repair may reach back, and what it brings to light then stands before its cause.
    errors.sort_by_key(|error| error.span().start());
    errors
}

/// The edit after which the text can be read further, the text it leads to, the next mistake, and whether the edit is
/// certain.
fn mend(
    scene: &Scene<'_>,
    parse: impl Fn(&str) -> Option<Mistake>,
) -> Option<(Edit, String, Option<Mistake>, bool)> {
    let go_on = |edit: Edit, certain| {
        let text = edit.apply(scene.source);
        let mistake = parse(&text);
        let reached = mistake.as_ref().map_or(usize::MAX, |mistake| {
            Scene::new(&text, &mistake.tokens, mistake.failure).found.span.start()
        });
        let end = edit.first_end();
        let goes_on = reached > end || certain && reached == end && text != scene.source;
        goes_on.then_some((edit, text, mistake, certain))
    };
    repair(scene)
        .and_then(|edit| go_on(edit, true))
        .or_else(|| bridge(scene).and_then(|edit| go_on(edit, false)))
}
