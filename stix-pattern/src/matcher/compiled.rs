//! Patterns ready to be matched, one at a time.

use crate::Pattern;
use crate::matcher::assign::Budget;
use crate::matcher::candidates::{Candidate, Candidates};
use crate::matcher::earliest::Earliest;
use crate::matcher::plan::{Node, NodeKind, Plan};
use crate::matcher::search::{Search, Solution};
use crate::matcher::verdict::find;
use crate::matcher::{
    Binding, CompileError, Match, MatchLimits, Matches, Observation, Observations, Trouble,
};

/// A pattern whose regular expressions, networks and timestamps have been worked out once.
///
/// ```
/// use serde_json::json;
/// use stix_pattern::Pattern;
/// use stix_pattern::matcher::{CompiledPattern, Instant, MatchLimits, Observation, Observations};
///
/// let (login, beacon) = (json!({"type": "user-account", "user_id": "root"}), json!({"type": "url", "value": "u"}));
/// let at = |text| Instant::parse(text).unwrap();
/// let observations = Observations::from_iter([
///     Observation::of_objects(at("2024-01-01T10:00:30Z"), [&beacon]),
///     Observation::of_objects(at("2024-01-01T10:00:00Z"), [&login]),
/// ]);
/// let source = "([user-account:user_id = 'root'] FOLLOWEDBY [url:value = 'u']) WITHIN 60 SECONDS";
/// let pattern = CompiledPattern::compile(&Pattern::parse(source)?)?;
/// let found = pattern.find(&observations, &MatchLimits::default())?.unwrap();
/// let bound: Vec<_> = found.bindings().iter().map(|bound| (bound.bracket(), bound.observation())).collect();
/// assert_eq!(bound, [(0, 1), (1, 0)]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct CompiledPattern {
    plan: Plan,
}

impl CompiledPattern {
    /// Makes a pattern ready.
    ///
    /// # Errors
    ///
    /// When a regular expression, a network or a timestamp of the pattern is not one, or takes too much.
    pub fn compile(pattern: &Pattern) -> Result<Self, CompileError> {
        Plan::new(pattern).map(|plan| Self { plan })
    }

    /// Looks for observations that satisfy the pattern.
    ///
    /// Each observed-data stands for `number_observed` distinct observations, each at an instant of its own between
    /// the first and the last. The pattern matches if there are distinct observations for its brackets, and one
    /// choice of their instants that meets all its qualifiers and operators together. There is no bound on the number
    /// of observations. An expression that repeats zero times, spans zero seconds, or lies in a window that ends
    /// before it starts is satisfied by nothing.
    ///
    /// For a single bracket the time is that of trying it on each observation until one passes. For several it can,
    /// at worst, grow with the number of observations to the power of the number of `WITHIN` and `FOLLOWEDBY`.
    ///
    /// # Errors
    ///
    /// When the search takes more than the limits allow, so that it is not known whether the pattern matches.
    pub fn find(
        &self,
        observations: &Observations<'_>,
        limits: &MatchLimits,
    ) -> Result<Option<Match>, Trouble> {
        if self.is_single() {
            let mut trouble = None;
            for (index, observation) in observations.as_slice().iter().enumerate() {
                match self.find_single(observation, index) {
                    Ok(None) => {}
                    Ok(found) => return Ok(found),
                    Err(error) => trouble = Some(error),
                }
            }
            return trouble.map_or(Ok(None), Err);
        }
        let observations = observations.as_slice().iter().enumerate();
        let made = observations.clone().map(|(_, observation)| observation.number_observed());
        if made.fold(0, u64::saturating_add) < self.plan.root.least {
            return Ok(None);
        }
        let mut choices = vec![Vec::new(); self.plan.choices.len()];
        let mut room = MatchLimits::candidates(observations.len());
        for (index, observation) in observations {
            self.try_on(observation, |choice, alternative| {
                room = room.saturating_sub(1);
                if let Some(found) = choices.get_mut(choice).filter(|_| room > 0) {
                    found.push(Candidate::new(observation, index, alternative));
                }
            })?;
            if room == 0 {
                return Err(Trouble::TooCostly);
            }
        }
        let choices: Vec<Candidates> = choices.into_iter().map(Candidates::new).collect();
        self.search(&choices, limits)
    }

    /// The different ways in which the pattern matches: the one that [`find`](Self::find) gives, then others.
    ///
    /// ```
    /// use serde_json::json;
    /// use stix_pattern::Pattern;
    /// use stix_pattern::matcher::{CompiledPattern, Instant, MatchLimits, Observation, Observations};
    ///
    /// let url = json!({"type": "url", "value": "u"});
    /// let at = |text| Observation::of_objects(Instant::parse(text).unwrap(), [&url]);
    /// let observations = ["2024-01-01T00:00:00Z", "2024-01-02T00:00:00Z", "2024-01-03T00:00:00Z"].map(at);
    /// let observations = Observations::from_iter(observations);
    /// let pattern = Pattern::parse("[url:value = 'u'] FOLLOWEDBY [url:value = 'u']")?;
    /// let pattern = CompiledPattern::compile(&pattern)?;
    /// assert_eq!(pattern.matches(&observations, &MatchLimits::default()).count(), 3);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// The first match has the steps of the limits for itself, and all others have them together. Of a pattern that
    /// binds more than a thousand observations no other is looked for.
    #[must_use]
    pub fn matches<'m>(&'m self, observations: &'m Observations<'m>, limits: &MatchLimits) -> Matches<'m> {
        Matches::new(self, observations, *limits)
    }

    /// Whether the pattern matches the observations.
    ///
    /// # Errors
    ///
    /// The same as [`find`](Self::find).
    pub fn is_match(&self, observations: &Observations<'_>, limits: &MatchLimits) -> Result<bool, Trouble> {
        self.find(observations, limits).map(|found| found.is_some())
    }

    /// Whether the pattern matches this observation taken alone. Allocates nothing for a pattern of one bracket.
    ///
    /// # Errors
    ///
    /// The same as [`find`](Self::find).
    pub fn is_match_alone(
        &self,
        observation: &Observation<'_>,
        limits: &MatchLimits,
    ) -> Result<bool, Trouble> {
        if let NodeKind::Leaf(leaf) = &self.plan.root.kind {
            return Ok(self.alternative(leaf.choice, observation, 0)?.is_some());
        }
        if observation.number_observed() < self.plan.root.least {
            return Ok(false);
        }
        self.is_match(&Observations::from_iter([observation.clone()]), limits)
    }

    /// Whether one observation is all it takes.
    #[must_use]
    pub fn is_single(&self) -> bool {
        matches!(self.plan.root.kind, NodeKind::Leaf(_))
    }

    pub(crate) fn plan(&self) -> &Plan {
        &self.plan
    }

    /// The match of a pattern of one bracket, if this observation, which has the given place, is one.
    ///
    /// # Errors
    ///
    /// When it would take too long to tell.
    pub(crate) fn find_single(
        &self,
        observation: &Observation<'_>,
        index: usize,
    ) -> Result<Option<Match>, Trouble> {
        let place = self.place(observation, 0)?;
        Ok(place.map(|(bracket, _)| Match::from(Binding::once(bracket, index))))
    }

    /// The first bracket of the text from an alternative on that an observation passes, and the alternative behind
    /// it. Only for a pattern of which one observation is all it takes.
    ///
    /// # Errors
    ///
    /// When it would take too long to tell.
    pub(crate) fn place(
        &self,
        observation: &Observation<'_>,
        from: usize,
    ) -> Result<Option<(usize, usize)>, Trouble> {
        let NodeKind::Leaf(leaf) = &self.plan.root.kind else { return Ok(None) };
        let Some(alternative) = self.alternative(leaf.choice, observation, from)? else { return Ok(None) };
        let place = leaf.places.get(alternative).copied().unwrap_or_default();
        Ok(Some((place, alternative + 1)))
    }

    /// The first bracket of a choice, from a place on, that an observation passes.
    fn alternative(
        &self,
        choice: usize,
        observation: &Observation<'_>,
        from: usize,
    ) -> Result<Option<usize>, Trouble> {
        let brackets = self.plan.choices.get(choice).and_then(|brackets| brackets.get(from..));
        let passes = |bracket: &usize| match self.plan.brackets.get(*bracket) {
            Some(bracket) => bracket.matches(observation),
            None => Ok(false),
        };
        Ok(find(brackets.unwrap_or_default(), passes)?.map(|place| place + from))
    }

    /// Tries each bracket once and reports the choices that the observation will do for.
    ///
    /// # Errors
    ///
    /// When it would take too long to tell; nothing was reported then.
    pub(crate) fn try_on(
        &self,
        observation: &Observation<'_>,
        mut report: impl FnMut(usize, usize),
    ) -> Result<(), Trouble> {
        let passes: Vec<bool> = self
            .plan
            .brackets
            .iter()
            .map(|bracket| bracket.matches(observation))
            .collect::<Result<_, _>>()?;
        for (choice, brackets) in self.plan.choices.iter().enumerate() {
            let passing =
                brackets.iter().position(|bracket| passes.get(*bracket).copied().unwrap_or_default());
            if let Some(alternative) = passing {
                report(choice, alternative);
            }
        }
        Ok(())
    }

    /// Looks for a match among candidates, one list for each choice.
    pub(crate) fn search(
        &self,
        choices: &[Candidates],
        limits: &MatchLimits,
    ) -> Result<Option<Match>, Trouble> {
        let solution = solve(&self.plan.root, choices, &mut limits.budget())?;
        Ok(solution.map(Match::of_solution))
    }
}

/// Looks for observations that satisfy an expression among candidates, one list for each choice.
pub(crate) fn solve<'p>(
    root: &'p Node,
    choices: &[Candidates],
    budget: &mut Budget,
) -> Result<Option<Solution<'p>>, Trouble> {
    if offered(choices) < root.least {
        return Ok(None);
    }
    let earliest = Earliest::of_parts(root, choices, budget)?;
    Ok(Search::new(choices, &earliest, budget).run(root)?.map(|(solution, _)| solution))
}

/// How many observations the candidates offer together.
fn offered(choices: &[Candidates]) -> u64 {
    let mut seen = std::collections::HashSet::new();
    let mut total = 0_u64;
    for candidate in choices.iter().flat_map(Candidates::as_slice) {
        if seen.insert(candidate.observation) {
            total = total.saturating_add(candidate.count);
        }
    }
    total
}
