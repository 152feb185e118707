//! How much work may go into a match.

use crate::matcher::assign::Budget;

/// How much a search may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MatchLimits {
    steps: u64,
}

impl Default for MatchLimits {
    /// Twenty million steps: a fraction of a second.
    fn default() -> Self {
        Self { steps: 20_000_000 }
    }
}

impl MatchLimits {
    /// The same limits with this many steps, one for each observation that the search looks at. Trying each bracket
    /// once on each observation is not counted.
    #[must_use]
    pub fn with_steps(mut self, steps: u64) -> Self {
        self.steps = steps;
        self
    }

    /// How many steps the search may take.
    #[must_use]
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// How many observations may be kept for all brackets together: some for each, and in a small number of
    /// observations many for each.
    pub(crate) fn candidates(observations: usize) -> usize {
        observations.saturating_mul(16).saturating_add(300_000)
    }

    pub(crate) fn budget(&self) -> Budget {
        Budget::new(self.steps)
    }
}
