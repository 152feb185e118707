//! Observations matched as they come in.

use std::collections::{BTreeMap, HashSet};

use crate::matcher::{Instant, MatchLimits, Observation};
use crate::pattern_set::window::Window;
use crate::pattern_set::{Hit, PatternSet};

/// A pass over observations with all patterns of a set.
///
/// A pattern of one bracket is reported for each observation that it matches. One that takes several observations is
/// reported once, with the observation that completes the first match; [`rearm`](Self::rearm) starts it anew. What it
/// has seen until then is kept, as times and numbers only, until [`forget_before`](Self::forget_before) or a match.
#[derive(Clone, Debug)]
pub struct PatternStream<'s> {
    set: &'s PatternSet,
    limits: MatchLimits,
    /// How many observations are behind.
    pushed: usize,
    /// What the patterns of several brackets have seen.
    windows: BTreeMap<usize, Window>,
    /// The patterns that are not reported again.
    done: HashSet<usize>,
    /// For each pattern the latest observation that triggered it, counted from 1: what is tried twice is not new.
    triggered_by: Vec<usize>,
    triggered: Vec<usize>,
    /// Whether all patterns are reported once, those of several brackets at the end.
    is_gathering: bool,
}

impl<'s> PatternStream<'s> {
    pub(crate) fn new(set: &'s PatternSet, limits: MatchLimits) -> Self {
        Self {
            set,
            limits,
            pushed: 0,
            windows: BTreeMap::new(),
            done: HashSet::new(),
            triggered_by: vec![0; set.patterns.len()],
            triggered: Vec::new(),
            is_gathering: false,
        }
    }

    pub(crate) fn gathering(mut self) -> Self {
        self.is_gathering = true;
        self
    }

    /// Matches the next observation. Bindings count the observations of the stream from 0.
    pub fn push(&mut self, observation: &Observation<'_>) -> Vec<Hit> {
        let index = self.pushed;
        self.pushed += 1;
        let Self { set, triggered_by, triggered, pushed, .. } = self;
        triggered.clear();
        set.index.triggered(observation, |pattern| {
            let pattern = pattern as usize;
            if let Some(latest) = triggered_by.get_mut(pattern)
                && *latest != *pushed
            {
                *latest = *pushed;
                triggered.push(pattern);
            }
        });
        if self.triggered.is_empty() {
            return Vec::new();
        }
        let mut triggered = std::mem::take(&mut self.triggered);
        triggered.sort_unstable();
        let hits = triggered.iter().filter_map(|pattern| self.try_on(*pattern, observation, index)).collect();
        self.triggered = triggered;
        hits
    }

    /// Promises that no observation to come was first observed before `instant`. Patterns with a `WITHIN` over all
    /// of their brackets forget what is too old to match together with those.
    pub fn forget_before(&mut self, instant: Instant) {
        self.windows.retain(|_, window| {
            window.forget_before(instant);
            !window.is_empty()
        });
    }

    /// Lets a pattern of several brackets be reported again, for observations yet to come alone.
    pub fn rearm(&mut self, pattern: usize) {
        self.done.remove(&pattern);
    }

    /// The patterns of several brackets that match all observations together.
    pub(crate) fn gathered(&self) -> impl Iterator<Item = Hit> {
        self.windows.iter().filter_map(|(pattern, window)| {
            let compiled = self.set.patterns.get(*pattern)?;
            let outcome = window.search(compiled, &self.limits, self.pushed).transpose()?;
            Some(Hit { pattern: *pattern, outcome })
        })
    }

    fn try_on(&mut self, pattern: usize, observation: &Observation<'_>, index: usize) -> Option<Hit> {
        let compiled = self.set.patterns.get(pattern)?;
        if compiled.is_single() {
            if self.is_gathering && self.done.contains(&pattern) {
                return None;
            }
            let outcome = compiled.find_single(observation, index).transpose()?;
            if self.is_gathering {
                self.done.insert(pattern);
            }
            return Some(Hit { pattern, outcome });
        }
        if self.done.contains(&pattern) {
            return None;
        }
        let window = self.windows.entry(pattern).or_insert_with(|| Window::new(compiled));
        let outcome = match window.keep(compiled, observation, index) {
            Ok(is_kept) if !is_kept || self.is_gathering => return None,
            Ok(_) => window.search(compiled, &self.limits, self.pushed).transpose()?,
            Err(trouble) => Err(trouble),
        };
        self.windows.remove(&pattern);
        self.done.insert(pattern);
        Some(Hit { pattern, outcome })
    }
}
