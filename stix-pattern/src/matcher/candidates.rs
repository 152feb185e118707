//! The observations that pass a bracket, by time, so that the search finds those in a span without looking at all.

use std::ops::ControlFlow;

use crate::matcher::Observation;
use crate::matcher::ticks::Ticks;

/// An observation that passes a bracket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Candidate {
    pub(crate) first: Ticks,
    pub(crate) last: Ticks,
    /// How many observations it offers.
    pub(crate) count: u64,
    /// Its place among the observations.
    pub(crate) observation: u32,
    /// The first bracket of the choice that it passes.
    pub(crate) alternative: u32,
}

impl Candidate {
    /// There are never so many observations or brackets that their places do not fit.
    pub(crate) fn new(observation: &Observation<'_>, index: usize, alternative: usize) -> Self {
        let place = |index: usize| u32::try_from(index).unwrap_or(u32::MAX);
        Self {
            first: Ticks::at(observation.first_observed()),
            last: Ticks::at(observation.last_observed()),
            count: observation.number_observed(),
            observation: place(index),
            alternative: place(alternative),
        }
    }

    pub(crate) fn observation(&self) -> usize {
        self.observation as usize
    }
}

/// Candidates in the order of their first instants.
#[derive(Clone, Debug, Default)]
pub(crate) struct Candidates {
    sorted: Vec<Candidate>,
    /// The first instants that differ, in order.
    firsts: Vec<Ticks>,
    /// A binary tree over `sorted` that knows the latest last instant below each of its nodes: node `n` has the
    /// children `2n` and `2n + 1`, and the root is 1. Empty if all candidates are points in time.
    latest: Vec<Ticks>,
}

impl Candidates {
    pub(crate) fn new(mut sorted: Vec<Candidate>) -> Self {
        sorted.sort_by_key(|candidate| candidate.first);
        let mut firsts: Vec<Ticks> = sorted.iter().map(|candidate| candidate.first).collect();
        firsts.dedup();
        let are_points = sorted.iter().all(|candidate| candidate.first == candidate.last);
        let latest = if are_points { Vec::new() } else { tree(&sorted) };
        Self { sorted, firsts, latest }
    }

    /// All of them.
    pub(crate) fn as_slice(&self) -> &[Candidate] {
        &self.sorted
    }

    /// Their first instants, each once and in order.
    pub(crate) fn firsts(&self) -> &[Ticks] {
        &self.firsts
    }

    /// Visits those that can have an instant from `low` to `high`, in no particular order, until told to stop.
    pub(crate) fn overlapping(
        &self,
        low: Ticks,
        high: Ticks,
        visit: &mut impl FnMut(&Candidate) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let start = self.sorted.partition_point(|candidate| candidate.first < low);
        for candidate in self.sorted.get(start..).unwrap_or_default() {
            if candidate.first > high {
                break;
            }
            visit(candidate)?;
        }
        if self.latest.is_empty() || low > high {
            return ControlFlow::Continue(());
        }
        self.reaching(1, 0, self.latest.len() / 2, start, low, visit)
    }

    /// How many observations they offer between two instants, or any number from `enough` on.
    pub(crate) fn offer(&self, low: Ticks, high: Ticks, enough: u64) -> u64 {
        let mut offered = 0_u64;
        let _ = self.overlapping(low, high, &mut |candidate| {
            offered = offered.saturating_add(candidate.count);
            if offered >= enough { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        offered
    }

    /// Visits those before `end` whose last instant is not before `low`, below a node that covers `width` of them
    /// from `from` on.
    fn reaching(
        &self,
        node: usize,
        from: usize,
        width: usize,
        end: usize,
        low: Ticks,
        visit: &mut impl FnMut(&Candidate) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        if from >= end || self.latest.get(node).is_none_or(|latest| *latest < low) {
            return ControlFlow::Continue(());
        }
        if width == 1 {
            return self.sorted.get(from).map_or(ControlFlow::Continue(()), visit);
        }
        let half = width / 2;
        self.reaching(node * 2, from, half, end, low, visit)?;
        self.reaching(node * 2 + 1, from + half, half, end, low, visit)
    }
}

fn tree(sorted: &[Candidate]) -> Vec<Ticks> {
    let width = sorted.len().next_power_of_two();
    let mut tree = vec![Ticks::MIN; width];
    tree.extend(sorted.iter().map(|candidate| candidate.last));
    tree.resize(width * 2, Ticks::MIN);
    for node in (1..width).rev() {
        let child = |index: usize| tree.get(index).copied().unwrap_or(Ticks::MIN);
        let latest = child(node * 2).max(child(node * 2 + 1));
        if let Some(slot) = tree.get_mut(node) {
            *slot = latest;
        }
    }
    tree
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::matcher::Instant;

    fn at(nanoseconds: i128) -> Ticks {
        Ticks::at(Instant::from_nanoseconds(nanoseconds).unwrap())
    }

    proptest! {
        #[test]
        fn all_that_overlap_are_visited_once(
            spans in proptest::collection::vec((0..20_i128, 0..6_i128), 0..20),
            low in -1..25_i128,
            length in 0..8_i128,
        ) {
            let (low, high) = (at(low), at(low + length));
            let all = (0..).zip(&spans).map(|(observation, (first, length))| Candidate {
                first: at(*first),
                last: at(*first + *length),
                count: 1,
                observation,
                alternative: 0,
            });
            let all: Vec<Candidate> = all.collect();
            let expected = all.iter().filter(|one| one.first <= high && one.last >= low);
            let expected: Vec<u32> = expected.map(|one| one.observation).collect();
            let mut visited = Vec::new();
            let _ = Candidates::new(all.clone()).overlapping(low, high, &mut |one| {
                visited.push(one.observation);
                ControlFlow::Continue(())
            });
            visited.sort_unstable();
            prop_assert_eq!(visited, expected);
        }
    }
}
