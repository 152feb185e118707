//! A bound on what a normal form may take.

use crate::normalize::TooLarge;

/// How many comparisons may be made.
const STEPS: usize = 2_000_000;

/// How many operands an intermediate result may have, counted in all its alternatives.
const MOST_OPERANDS: usize = 50_000;

/// What is left of the steps.
#[derive(Debug)]
pub(crate) struct Budget(usize);

impl Default for Budget {
    fn default() -> Self {
        Self(STEPS)
    }
}

impl Budget {
    pub(crate) fn spend(&mut self, steps: usize) -> Result<(), TooLarge> {
        self.0 = self.0.checked_sub(steps).ok_or(TooLarge)?;
        Ok(())
    }

    /// Whether every combination of one of `left` and one of `right` may be made, which have so many operands.
    pub(crate) fn combine<T>(&mut self, left: &[Vec<T>], right: &[Vec<T>]) -> Result<(), TooLarge> {
        let operands = |side: &[Vec<T>]| side.iter().map(Vec::len).sum::<usize>();
        let made = operands(left)
            .saturating_mul(right.len())
            .saturating_add(operands(right).saturating_mul(left.len()));
        if made > MOST_OPERANDS { Err(TooLarge) } else { self.spend(made) }
    }
}
