//! The answer of a match (STIX 2.1, section 9.1): which observation satisfies which bracket.

use crate::matcher::search::Solution;

/// How a pattern matches: which observation satisfies which of its brackets.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Match {
    bindings: Vec<Binding>,
}

impl Match {
    /// The bindings in the order of the brackets, then of the observations. A bracket that an `OR` has no need of has
    /// none; one that repeats may have several.
    #[must_use]
    pub fn bindings(&self) -> &[Binding] {
        &self.bindings
    }

    pub(crate) fn of_solution(solution: Solution<'_>) -> Self {
        let mut bindings: Vec<Binding> = Vec::new();
        for (demand, shares) in solution {
            for (candidate, times) in shares.into_values().filter(|(_, times)| *times > 0) {
                let bracket =
                    demand.leaf.places.get(candidate.alternative as usize).copied().unwrap_or_default();
                bindings.push(Binding { bracket, observation: candidate.observation(), times });
            }
        }
        Self::of_bindings(bindings)
    }

    /// Bindings in any order, an observation perhaps several times for the same bracket.
    pub(crate) fn of_bindings(mut bindings: Vec<Binding>) -> Self {
        bindings.sort_unstable();
        bindings.dedup_by(|later, earlier| {
            let is_same = (later.bracket, later.observation) == (earlier.bracket, earlier.observation);
            if is_same {
                earlier.times += later.times;
            }
            is_same
        });
        Self { bindings }
    }
}

/// An observation that satisfies a bracket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Binding {
    bracket: usize,
    observation: usize,
    times: u64,
}

impl From<Binding> for Match {
    fn from(binding: Binding) -> Self {
        Self { bindings: vec![binding] }
    }
}

impl Binding {
    pub(crate) fn once(bracket: usize, observation: usize) -> Self {
        Self { bracket, observation, times: 1 }
    }

    /// Which bracket of the pattern, counted from 0 in the order of the text.
    #[must_use]
    pub fn bracket(&self) -> usize {
        self.bracket
    }

    /// Which observation, as an index into those that were matched on.
    #[must_use]
    pub fn observation(&self) -> usize {
        self.observation
    }

    /// How many of the times that the observation was made are bound.
    #[must_use]
    pub fn times(&self) -> u64 {
        self.times
    }
}
