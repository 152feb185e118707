//! Collects the patterns of a set.

use crate::Pattern;
use crate::matcher::{CompileError, CompiledPattern};
use crate::pattern_set::PatternSet;
use crate::pattern_set::trigger;

/// A set of patterns in the making.
#[derive(Clone, Debug, Default)]
pub struct PatternSetBuilder {
    set: PatternSet,
}

impl PatternSetBuilder {
    /// Adds a pattern and says which of the set it is.
    ///
    /// # Errors
    ///
    /// When the pattern cannot be compiled. The set is as before, and others can be added.
    pub fn add(&mut self, pattern: &Pattern) -> Result<usize, CompileError> {
        let compiled = CompiledPattern::compile(pattern)?;
        let place = self.set.patterns.len();
        self.set.patterns.push(compiled);
        let mut triggers = Vec::new();
        trigger::of_expression(pattern.root(), &mut triggers);
        let number = u32::try_from(place).unwrap_or(u32::MAX);
        triggers.into_iter().for_each(|trigger| self.set.index.insert(trigger, number));
        Ok(place)
    }

    /// Completes the set.
    #[must_use]
    pub fn build(mut self) -> PatternSet {
        self.set.index.finish();
        self.set
    }
}
