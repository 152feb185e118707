//! The ways in which patterns match, as many as are wanted.

use std::collections::HashMap;

use stix_pattern::matcher::{CompiledPattern, Match, MatchLimits, Observations, Trouble};
use stix_pattern::pattern_set::{Hit, PatternSet};

use super::sought::SoughtPattern;

/// One way in which a pattern matches: its brackets in order, each with what it is bound to.
pub(super) type Way = Vec<Bound>;

/// An observed-data that a bracket is bound to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bound {
    pub(super) bracket: usize,
    /// Its place among all observations.
    pub(super) observation: usize,
    pub(super) times: u64,
}

/// Looks for the ways of the patterns that match.
pub(super) struct Finder<'f> {
    set: &'f PatternSet,
    observations: &'f Observations<'f>,
    limits: MatchLimits,
    most: usize,
    /// For each pattern of which one observation is all it takes, the first observations that it matches.
    firsts: HashMap<usize, Vec<usize>>,
}

impl<'f> Finder<'f> {
    /// Prepares for these hits. `patterns` are those of the set.
    pub(super) fn new(
        set: &'f PatternSet,
        patterns: &[&SoughtPattern],
        hits: &[Hit],
        observations: &'f Observations<'f>,
        most: usize,
    ) -> Self {
        let limits = MatchLimits::default();
        let mut finder = Self { set, observations, limits, most, firsts: HashMap::new() };
        if most > 1 {
            finder.find_firsts(patterns, hits);
        }
        finder
    }

    /// Trying one pattern on all observations is quick, trying thousands of them one by one is not.
    fn find_firsts(&mut self, patterns: &[&SoughtPattern], hits: &[Hit]) {
        let mut builder = PatternSet::builder();
        let mut numbers = Vec::new();
        for number in hits.iter().map(Hit::pattern) {
            let is_single = self.set.patterns().get(number).is_some_and(CompiledPattern::is_single);
            if let Some(pattern) = patterns.get(number).filter(|_| is_single)
                && builder.add(&pattern.pattern).is_ok()
            {
                numbers.push(number);
            }
        }
        let singles = builder.build();
        let mut stream = singles.stream(self.limits);
        for (index, observation) in self.observations.as_slice().iter().enumerate() {
            for number in stream.push(observation).iter().filter_map(|hit| numbers.get(hit.pattern())) {
                let found = self.firsts.entry(*number).or_default();
                if found.len() < self.most {
                    found.push(index);
                }
            }
        }
    }

    /// The ways of a pattern that matches, and what kept others from being found.
    pub(super) fn ways(&self, hit: &Hit) -> (Vec<Way>, Option<Trouble>) {
        let first = match hit.outcome() {
            Ok(first) => first,
            Err(trouble) => return (Vec::new(), Some(trouble)),
        };
        let (Some(pattern), 2..) = (self.set.patterns().get(hit.pattern()), self.most) else {
            return (vec![way(first, None)], None);
        };
        let Some(firsts) = self.firsts.get(&hit.pattern()) else {
            return self.collect(pattern, self.observations, None);
        };
        let all = self.observations.as_slice();
        let some = firsts.iter().filter_map(|index| all.get(*index).cloned()).collect();
        self.collect(pattern, &some, Some(firsts))
    }

    fn collect(
        &self,
        pattern: &CompiledPattern,
        observations: &Observations<'_>,
        places: Option<&[usize]>,
    ) -> (Vec<Way>, Option<Trouble>) {
        let mut ways = Vec::new();
        for found in pattern.matches(observations, &self.limits).take(self.most) {
            match found {
                Ok(found) => ways.push(way(&found, places)),
                Err(trouble) => return (ways, Some(trouble)),
            }
        }
        (ways, None)
    }
}

/// The bindings of a match. `places` says which of all observations those that were matched on are.
fn way(found: &Match, places: Option<&[usize]>) -> Way {
    let bindings = found.bindings().iter().map(|binding| {
        let observation = binding.observation();
        let place = places.and_then(|places| places.get(observation).copied());
        Bound {
            bracket: binding.bracket(),
            observation: place.unwrap_or(observation),
            times: binding.times(),
        }
    });
    bindings.collect()
}
