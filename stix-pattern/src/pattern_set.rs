//! Many patterns at once (STIX 2.1, section 9): compiled once, matched on any number of observations.
//!
//! Each pattern is filed under what an observation must have for it to match: values under which equal ones are
//! found by hashing, networks in a tree by their bits, texts that an Aho-Corasick automaton looks for, or just a type
//! of object. An observation is looked up there, and only the patterns found are tried on it. The time for one
//! observation hence depends on what it has and what comes near to matching, and hardly on the number of patterns.

mod builder;
mod index;
mod literal;
mod stream;
mod trie;
mod trigger;
mod window;

pub use self::builder::PatternSetBuilder;
use self::index::Index;
pub use self::stream::PatternStream;
use crate::matcher::{CompiledPattern, Match, MatchLimits, Observations, Trouble};

/// Patterns that are matched together.
///
/// ```
/// use stix_pattern::Pattern;
/// use stix_pattern::matcher::{Instant, MatchLimits, Observation, Observations};
/// use stix_pattern::pattern_set::PatternSet;
///
/// let mut builder = PatternSet::builder();
/// for source in ["[url:value = 'https://example.com/']", "[url:value LIKE '%.com%']", "[file:size = 1]"] {
///     builder.add(&Pattern::parse(source)?)?;
/// }
/// let set = builder.build();
///
/// let url = serde_json::json!({"type": "url", "id": "url--1", "value": "https://example.com/"});
/// let instant = Instant::parse("2024-01-01T00:00:00Z").unwrap();
/// let observations = Observations::from_iter([Observation::of_objects(instant, [&url])]);
/// let hits = set.find(&observations, &MatchLimits::default());
/// assert_eq!(hits.iter().map(|hit| hit.pattern()).collect::<Vec<_>>(), [0, 1]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct PatternSet {
    patterns: Vec<CompiledPattern>,
    index: Index,
}

impl PatternSet {
    /// Begins a set.
    #[must_use]
    pub fn builder() -> PatternSetBuilder {
        PatternSetBuilder::default()
    }

    /// The patterns, in the order in which they were added.
    #[must_use]
    pub fn patterns(&self) -> &[CompiledPattern] {
        &self.patterns
    }

    /// The patterns that match the observations, in the order of the set, each at most once: the same answers as from
    /// [`CompiledPattern::find`] for each pattern alone.
    #[must_use]
    pub fn find(&self, observations: &Observations<'_>, limits: &MatchLimits) -> Vec<Hit> {
        let mut stream = self.stream(*limits).gathering();
        let mut hits = Vec::new();
        for observation in observations.as_slice() {
            hits.extend(stream.push(observation));
        }
        hits.extend(stream.gathered());
        hits.sort_unstable_by_key(Hit::pattern);
        hits
    }

    /// Matches observations one by one as they come in.
    #[must_use]
    pub fn stream(&self, limits: MatchLimits) -> PatternStream<'_> {
        PatternStream::new(self, limits)
    }
}

/// A pattern that matches, or that may.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    pattern: usize,
    outcome: Result<Match, Trouble>,
}

impl Hit {
    /// Which pattern, as an index into those of the set.
    #[must_use]
    pub fn pattern(&self) -> usize {
        self.pattern
    }

    /// How it matches.
    ///
    /// # Errors
    ///
    /// When the limits do not allow to find out whether it does.
    pub fn outcome(&self) -> Result<&Match, Trouble> {
        self.outcome.as_ref().map_err(|trouble| *trouble)
    }
}
