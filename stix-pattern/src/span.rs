//! Where a part of a pattern stands in the text that it was parsed from.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Range;

/// A stretch of the pattern text, in bytes: from `start` up to, not including, `end`.
///
/// The span of a node that was built and not parsed is empty and at 0. A pattern longer than 4 GiB is refused, which
/// lets a span be eight bytes.
///
/// ```
/// let source = "[file:name = 'x']";
/// let pattern = stix_pattern::Pattern::parse(source)?;
/// assert_eq!(pattern.root().span().range(), 0..17);
/// assert_eq!(pattern.root().span().text(source), Some(source));
/// # Ok::<(), stix_pattern::SyntaxError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    start: u32,
    end: u32,
}

impl Span {
    pub(crate) const fn new(start: u32, end: u32) -> Self {
        Self { start, end }
    }

    /// The span of a stretch of a pattern, which the parser has made sure is not longer than 4 GiB.
    #[allow(clippy::cast_possible_truncation)]
    pub(crate) const fn from_range(range: Range<usize>) -> Self {
        Self { start: range.start as u32, end: range.end as u32 }
    }

    /// The offset of the first byte.
    #[must_use]
    pub const fn start(self) -> usize {
        self.start as usize
    }

    /// The offset of the byte behind the last one.
    #[must_use]
    pub const fn end(self) -> usize {
        self.end as usize
    }

    /// Both offsets as a range, to slice the text with.
    #[must_use]
    pub const fn range(self) -> Range<usize> {
        self.start()..self.end()
    }

    /// The stretch of `source` that this span covers, or `None` if the span comes from another text.
    #[must_use]
    pub fn text(self, source: &str) -> Option<&str> {
        source.get(self.range())
    }

    /// Both offsets as they are kept.
    pub(crate) const fn bounds(self) -> (u32, u32) {
        (self.start, self.end)
    }

    /// The same stretch counted from `start`, which is not behind it.
    #[allow(clippy::cast_possible_truncation)]
    pub(crate) const fn within(self, start: usize) -> Self {
        let start = start as u32;
        Self { start: self.start.saturating_sub(start), end: self.end.saturating_sub(start) }
    }

    /// The same stretch of a text that begins at `start`.
    pub(crate) const fn moved_to(self, start: u32) -> Self {
        Self { start: self.start.saturating_add(start), end: self.end.saturating_add(start) }
    }

    /// The smallest span that covers this one and `end`.
    pub(crate) const fn to(self, end: Self) -> Self {
        Self { start: self.start, end: end.end }
    }
}

/// The span of a node, kept out of its equality and its hash: two nodes are equal when they say the same, wherever
/// they were written. [`Span`] itself compares as usual, so that a test of positions can fail.
#[derive(Clone, Copy, Default)]
pub(crate) struct Origin(pub(crate) Span);

impl PartialEq for Origin {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Origin {}

impl Hash for Origin {
    fn hash<H: Hasher>(&self, _: &mut H) {}
}

impl fmt::Debug for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.0.range())
    }
}
