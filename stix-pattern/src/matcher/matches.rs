//! The matches of a pattern as an iterator (STIX 2.1, section 9.1).

use std::fmt;

use crate::matcher::ways::Ways;
use crate::matcher::{Binding, CompiledPattern, Match, MatchLimits, Observations, Trouble};

/// The different matches of a pattern: no two bind the same observations to the same brackets.
///
/// Made by [`CompiledPattern::matches`]. It ends after the first trouble.
pub struct Matches<'m> {
    pattern: &'m CompiledPattern,
    observations: &'m Observations<'m>,
    limits: MatchLimits,
    state: State,
}

enum State {
    /// The pattern is one bracket, or several with `OR` between them: the next observation, and the next of them.
    Single {
        observation: usize,
        alternative: usize,
    },
    Start,
    /// What follows the first match.
    Next(Match),
    Ways(Box<Ways>),
    End,
}

impl<'m> Matches<'m> {
    pub(crate) fn new(
        pattern: &'m CompiledPattern,
        observations: &'m Observations<'m>,
        limits: MatchLimits,
    ) -> Self {
        let state = match pattern.is_single() {
            true => State::Single { observation: 0, alternative: 0 },
            false => State::Start,
        };
        Self { pattern, observations, limits, state }
    }

    fn advance(&mut self) -> Result<Option<Match>, Trouble> {
        let Self { pattern, observations, limits, state } = self;
        loop {
            match std::mem::replace(state, State::End) {
                State::Single { observation: index, alternative } => {
                    let Some(observation) = observations.as_slice().get(index) else { return Ok(None) };
                    let Some((place, next)) = pattern.place(observation, alternative)? else {
                        *state = State::Single { observation: index + 1, alternative: 0 };
                        continue;
                    };
                    *state = State::Single { observation: index, alternative: next };
                    return Ok(Some(Match::from(Binding::once(place, index))));
                }
                State::Start => {
                    let first = pattern.find(observations, limits)?;
                    if let Some(first) = &first {
                        *state = State::Next(first.clone());
                    }
                    return Ok(first);
                }
                State::Next(first) => {
                    *state = State::Ways(Box::new(Ways::new(pattern, observations, &first, limits)?));
                }
                State::Ways(mut ways) => {
                    let next = ways.next()?;
                    *state = State::Ways(ways);
                    return Ok(next);
                }
                State::End => return Ok(None),
            }
        }
    }
}

impl Iterator for Matches<'_> {
    type Item = Result<Match, Trouble>;

    fn next(&mut self) -> Option<Self::Item> {
        self.advance().transpose()
    }
}

impl fmt::Debug for Matches<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Matches").field("limits", &self.limits).finish_non_exhaustive()
    }
}
