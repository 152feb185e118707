//! What a pattern of several brackets has seen so far (STIX 2.1, section 9.5).

use crate::matcher::candidates::{Candidate, Candidates};
use crate::matcher::ticks::Ticks;
use crate::matcher::{CompiledPattern, Instant, Match, MatchLimits, Observation, Trouble};

/// The candidates for the brackets of one pattern. Of the observations, only times and numbers are kept.
#[derive(Clone, Debug)]
pub(crate) struct Window {
    choices: Vec<Vec<Candidate>>,
    /// The choices without which there is no match.
    needed: Vec<usize>,
    /// How far apart the observations of a match can be at most.
    span: Option<Ticks>,
}

impl Window {
    pub(crate) fn new(pattern: &CompiledPattern) -> Self {
        let plan = pattern.plan();
        let mut needed = Vec::new();
        plan.root.needed(&mut needed);
        Self { choices: vec![Vec::new(); plan.choices.len()], needed, span: plan.root.span() }
    }

    /// Keeps an observation for the brackets that it passes; whether there are any.
    ///
    /// # Errors
    ///
    /// When it would take too long to tell.
    pub(crate) fn keep(
        &mut self,
        pattern: &CompiledPattern,
        observation: &Observation<'_>,
        index: usize,
    ) -> Result<bool, Trouble> {
        let mut is_kept = false;
        pattern.try_on(observation, |choice, alternative| {
            if let Some(kept) = self.choices.get_mut(choice) {
                kept.push(Candidate::new(observation, index, alternative));
                is_kept = true;
            }
        })?;
        Ok(is_kept)
    }

    /// Looks for a match among what was kept of so many observations.
    pub(crate) fn search(
        &self,
        pattern: &CompiledPattern,
        limits: &MatchLimits,
        observations: usize,
    ) -> Result<Option<Match>, Trouble> {
        let kept: usize = self.choices.iter().map(Vec::len).sum();
        if kept >= MatchLimits::candidates(observations) {
            return Err(Trouble::TooCostly);
        }
        let is_missing = |choice: &usize| self.choices.get(*choice).is_none_or(Vec::is_empty);
        if self.needed.iter().any(is_missing) {
            return Ok(None);
        }
        let choices: Vec<Candidates> = self.choices.iter().cloned().map(Candidates::new).collect();
        pattern.search(&choices, limits)
    }

    /// Forgets what is too early to match together with anything from `instant` on.
    pub(crate) fn forget_before(&mut self, instant: Instant) {
        if let Some(span) = self.span {
            let now = Ticks::at(instant);
            for kept in &mut self.choices {
                kept.retain(|candidate| candidate.last.after(span) > now);
            }
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.choices.iter().all(Vec::is_empty)
    }
}
