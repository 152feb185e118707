//! Distinct observations for demands that share them: a flow problem (STIX 2.1, section 9.5: `AND` and `REPEATS` want
//! different observations).

use std::collections::hash_map::Entry;
use std::collections::{HashMap, VecDeque};
use std::ops::ControlFlow;

use crate::matcher::Trouble;
use crate::matcher::candidates::{Candidate, Candidates};
use crate::matcher::plan::Leaf;
use crate::matcher::ticks::Ticks;

/// Observations that are wanted: `count` of those that pass a leaf and can have an instant from `low` to `high`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Demand<'p> {
    pub(crate) leaf: &'p Leaf,
    pub(crate) low: Ticks,
    pub(crate) high: Ticks,
    pub(crate) count: u64,
}

/// What looking for candidates costs besides the candidates.
const STEPS_PER_DEMAND: usize = 10;

/// Counts what the search does against what it may do.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Budget(u64);

impl Budget {
    pub(crate) fn new(steps: u64) -> Self {
        Self(steps)
    }

    pub(crate) fn spend(&mut self, steps: usize) -> Result<(), Trouble> {
        let steps = u64::try_from(steps).unwrap_or(u64::MAX);
        self.0 = self.0.checked_sub(steps).ok_or(Trouble::TooCostly)?;
        Ok(())
    }
}

/// Whom a demand takes how much from, by observation.
pub(crate) type Shares = HashMap<u32, (Candidate, u64)>;

/// The candidates of a demand. Once they offer as much as all demands together take, further ones cannot matter.
struct Offer {
    candidates: Vec<Candidate>,
    is_plentiful: bool,
}

/// Serves all demands, or says that it cannot be done.
///
/// A demand whose candidates offer as many observations as all demands together want can always be served last. The
/// others are served one after another; where one finds everything taken, those before it are moved elsewhere along
/// an augmenting path.
pub(crate) fn assign(
    demands: &[Demand<'_>],
    choices: &[Candidates],
    budget: &mut Budget,
) -> Result<Option<Vec<Shares>>, Trouble> {
    let Some(offers) = offers(demands, choices, budget)? else { return Ok(None) };
    let mut flow = Flow::new(&offers);
    let (scarce, plentiful) = split(&offers);
    let served = flow.serve_all(demands, &scarce, budget)? && flow.serve_all(demands, &plentiful, budget)?;
    Ok(served.then_some(flow.shares))
}

/// Whether all demands can be served.
pub(crate) fn can_assign(
    demands: &[Demand<'_>],
    choices: &[Candidates],
    budget: &mut Budget,
) -> Result<bool, Trouble> {
    let Some(offers) = offers(demands, choices, budget)? else { return Ok(false) };
    let (scarce, _) = split(&offers);
    // Each demand could be served alone, or there would be no offers.
    if scarce.len() <= 1 { Ok(true) } else { Flow::new(&offers).serve_all(demands, &scarce, budget) }
}

/// What each demand can choose from; `None` if that is too little for one of them, whatever the others take.
fn offers(
    demands: &[Demand<'_>],
    choices: &[Candidates],
    budget: &mut Budget,
) -> Result<Option<Vec<Offer>>, Trouble> {
    let total = demands.iter().fold(0_u64, |total, demand| total.saturating_add(demand.count));
    let mut offers = Vec::with_capacity(demands.len());
    for demand in demands {
        let offer = offer(demand, choices, total);
        budget.spend(offer.candidates.len() + STEPS_PER_DEMAND)?;
        if sum(&offer.candidates) < demand.count {
            return Ok(None);
        }
        offers.push(offer);
    }
    Ok(Some(offers))
}

/// The demands that may be in each other's way, and those that cannot be.
fn split(offers: &[Offer]) -> (Vec<usize>, Vec<usize>) {
    (0..offers.len()).partition(|index| offers.get(*index).is_some_and(|offer| !offer.is_plentiful))
}

fn offer(demand: &Demand<'_>, choices: &[Candidates], total: u64) -> Offer {
    let mut candidates = Vec::new();
    let mut offered = 0_u64;
    let Some(all) = choices.get(demand.leaf.choice) else {
        return Offer { candidates, is_plentiful: false };
    };
    let flow = all.overlapping(demand.low, demand.high, &mut |candidate| {
        candidates.push(*candidate);
        offered = offered.saturating_add(candidate.count);
        if offered >= total { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    Offer { candidates, is_plentiful: flow.is_break() }
}

fn sum(candidates: &[Candidate]) -> u64 {
    candidates.iter().fold(0, |sum, candidate| sum.saturating_add(candidate.count))
}

/// Who takes what.
struct Flow<'o> {
    offers: &'o [Offer],
    /// What is left of each observation that somebody took from.
    left: HashMap<u32, u64>,
    /// The demands that take from an observation.
    takers: HashMap<u32, Vec<usize>>,
    shares: Vec<Shares>,
}

/// How a search for something free came to a demand: from another one, that would take this observation over.
type Came = Option<(usize, Candidate)>;

impl<'o> Flow<'o> {
    fn new(offers: &'o [Offer]) -> Self {
        Self {
            offers,
            left: HashMap::new(),
            takers: HashMap::new(),
            shares: vec![Shares::new(); offers.len()],
        }
    }

    fn left(&self, candidate: &Candidate) -> u64 {
        self.left.get(&candidate.observation).copied().unwrap_or(candidate.count)
    }

    fn share(&self, demand: usize, observation: u32) -> u64 {
        let shares = self.shares.get(demand);
        shares.and_then(|shares| shares.get(&observation)).map_or(0, |(_, count)| *count)
    }

    fn serve_all(
        &mut self,
        demands: &[Demand<'_>],
        which: &[usize],
        budget: &mut Budget,
    ) -> Result<bool, Trouble> {
        for index in which {
            let count = demands.get(*index).map_or(0, |demand| demand.count);
            if !self.serve(*index, count, budget)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn serve(&mut self, demand: usize, mut count: u64, budget: &mut Budget) -> Result<bool, Trouble> {
        let offers = self.offers;
        let candidates = offers.get(demand).map(|offer| offer.candidates.as_slice()).unwrap_or_default();
        for candidate in candidates {
            let taken = self.left(candidate).min(count);
            if taken > 0 {
                self.take(demand, candidate, taken);
                count -= taken;
            }
            if count == 0 {
                return Ok(true);
            }
        }
        while count > 0 {
            let moved = self.augment(demand, count, budget)?;
            if moved == 0 {
                return Ok(false);
            }
            count -= moved;
        }
        Ok(true)
    }

    /// Gets up to `count` more for a demand by moving others to what is free; how many it got.
    fn augment(&mut self, demand: usize, count: u64, budget: &mut Budget) -> Result<u64, Trouble> {
        let mut came: HashMap<usize, Came> = HashMap::from([(demand, None)]);
        let mut queue = VecDeque::from([demand]);
        while let Some(at) = queue.pop_front() {
            let offers = self.offers;
            for candidate in offers.get(at).map(|offer| offer.candidates.as_slice()).unwrap_or_default() {
                budget.spend(1)?;
                if self.left(candidate) > 0 {
                    return Ok(self.shift(at, candidate, count, &came));
                }
                for taker in self.takers.get(&candidate.observation).into_iter().flatten() {
                    budget.spend(1)?;
                    if !came.contains_key(taker) && self.share(*taker, candidate.observation) > 0 {
                        came.insert(*taker, Some((at, *candidate)));
                        queue.push_back(*taker);
                    }
                }
            }
        }
        Ok(0)
    }

    /// Lets the demand at the end of a path take something free and hand what it had to the one before it.
    fn shift(&mut self, end: usize, free: &Candidate, count: u64, came: &HashMap<usize, Came>) -> u64 {
        let mut amount = self.left(free).min(count);
        let mut at = end;
        while let Some(Some((before, candidate))) = came.get(&at) {
            amount = amount.min(self.share(at, candidate.observation));
            at = *before;
        }
        self.take(end, free, amount);
        let mut at = end;
        while let Some(Some((before, candidate))) = came.get(&at) {
            self.give_back(at, candidate, amount);
            self.take(*before, candidate, amount);
            at = *before;
        }
        amount
    }

    fn take(&mut self, demand: usize, candidate: &Candidate, count: u64) {
        let left = self.left.entry(candidate.observation).or_insert(candidate.count);
        *left -= count;
        let Some(shares) = self.shares.get_mut(demand) else { return };
        match shares.entry(candidate.observation) {
            Entry::Occupied(mut share) => share.get_mut().1 += count,
            Entry::Vacant(vacant) => {
                vacant.insert((*candidate, count));
                self.takers.entry(candidate.observation).or_default().push(demand);
            }
        }
    }

    fn give_back(&mut self, demand: usize, candidate: &Candidate, count: u64) {
        *self.left.entry(candidate.observation).or_default() += count;
        let shares = self.shares.get_mut(demand);
        if let Some((_, share)) = shares.and_then(|shares| shares.get_mut(&candidate.observation)) {
            *share -= count;
        }
    }
}
