//! The search for observations and instants that satisfy an observation expression (STIX 2.1, section 9.5).
//!
//! An expression leaves three things open: which operand of an `OR` holds, which observation each bracket gets, and at
//! which instant each of these was made. The instants are what makes this hard, and they are taken out of the way
//! first. Guess the last instant `m` of what a `WITHIN s` spans: then all its observations lie after `m - s` and not
//! after `m`. Guess the instant `p` at which a `FOLLOWEDBY` passes from its left to its right: then those on the left
//! are not after `p` and those on the right not before. With all guesses made, each bracket is bounded by a low and a
//! high instant of its own, and what is left is to give distinct observations to brackets, which is a flow problem
//! and takes polynomial time.
//!
//! Few guesses suffice. All constraints have the form "`x` is not before `y` plus a constant", and of the solutions of
//! such constraints there is an earliest, in which every guess is the first instant of some observation, the start of
//! a `START`, or the low bound from the guesses around it. The search tries these from the outside in and in
//! ascending order, and after each guess asks whether the brackets can still be served if all that is not guessed yet
//! is ignored.
//!
//! The worst case is the number of observations to the power of the number of `WITHIN` and `FOLLOWEDBY` (an
//! expression under `REPEATS` counts as often as it repeats, and `OR` of groups multiplies by its operands). No general
//! method is known to be much better, hence the budget; what patterns ask in practice stays far from it.

use std::collections::HashMap;
use std::rc::Rc;

use crate::matcher::Trouble;
use crate::matcher::assign::{Budget, Demand, Shares, assign, can_assign};
use crate::matcher::candidates::Candidates;
use crate::matcher::earliest::Earliest;
use crate::matcher::guess::Guesses;
use crate::matcher::plan::{Node, NodeKind};
use crate::matcher::ticks::Ticks;

/// What is found: each demand with those that serve it.
pub(crate) type Solution<'p> = Vec<(Demand<'p>, Shares)>;

/// How many choices may depend on each other, which bounds the memory to some tens of megabytes.
const MOST_FRAMES: usize = 40_000;

/// An expression that is still to be satisfied, `count` times over and independently, between two instants.
#[derive(Clone, Copy, Debug)]
struct Work<'p> {
    node: &'p Node,
    /// The first operand that counts, for `FOLLOWEDBY`.
    from: usize,
    low: Ticks,
    high: Ticks,
    count: u64,
    /// Of repetitions, which are alike, only those orders are tried in which the guesses ascend: where to begin.
    floor: Floor,
    /// The work to do afterwards, as an index into the list of all work.
    next: Option<usize>,
}

#[derive(Clone, Copy, Debug)]
struct Floor {
    instant: Ticks,
    operand: usize,
}

const NO_FLOOR: Floor = Floor { instant: Ticks::MIN, operand: 0 };

/// A choice that was made and can be made in another way.
struct Frame<'p> {
    work: Work<'p>,
    /// How much work and how many demands there were before.
    works: usize,
    demands: usize,
    options: Options,
    /// The latest option, and how many of the repetitions it was tried for.
    tried: Option<(Floor, u64)>,
}

enum Options {
    Operands(usize),
    Guesses(Guesses),
}

pub(crate) struct Search<'p, 'c> {
    choices: &'c [Candidates],
    earliest: &'c Earliest,
    budget: &'c mut Budget,
    /// As many observations as the pattern can bind.
    most: u64,
    works: Vec<Work<'p>>,
    head: Option<usize>,
    demands: Vec<Demand<'p>>,
    frames: Vec<Frame<'p>>,
    instants: HashMap<*const Node, Rc<[Ticks]>>,
}

impl<'p, 'c> Search<'p, 'c> {
    pub(crate) fn new(choices: &'c [Candidates], earliest: &'c Earliest, budget: &'c mut Budget) -> Self {
        Self {
            choices,
            earliest,
            budget,
            most: 0,
            works: Vec::new(),
            head: None,
            demands: Vec::new(),
            frames: Vec::new(),
            instants: HashMap::new(),
        }
    }

    /// Looks for a way to satisfy `root`. The instant is one before which that cannot be done.
    pub(crate) fn run(mut self, root: &'p Node) -> Result<Option<(Solution<'p>, Ticks)>, Trouble> {
        self.most = root.most;
        let work = Work {
            node: root,
            from: 0,
            low: Ticks::MIN,
            high: Ticks::MAX,
            count: 1,
            floor: NO_FLOOR,
            next: None,
        };
        self.push(work);
        let mut is_alive = self.is_feasible()?;
        loop {
            if !is_alive && !self.backtrack()? {
                return Ok(None);
            }
            let Some(work) = self.pop() else {
                if let Some(shares) = assign(&self.demands, self.choices, self.budget)? {
                    let earliest = self.first_guess();
                    return Ok(Some((self.demands.into_iter().zip(shares).collect(), earliest)));
                }
                is_alive = false;
                continue;
            };
            is_alive = self.step(work)?;
        }
    }

    /// For a `WITHIN`, when its last observation is made at the earliest: all guesses before were in vain.
    fn first_guess(&self) -> Ticks {
        let is_within = |frame: &&Frame<'_>| matches!(frame.work.node.kind, NodeKind::Within(..));
        let tried = self.frames.first().filter(is_within).and_then(|frame| frame.tried);
        tried.map_or(Ticks::MIN, |(option, _)| option.instant)
    }

    fn push(&mut self, work: Work<'p>) {
        self.works.push(Work { next: self.head, ..work });
        self.head = Some(self.works.len() - 1);
    }

    fn pop(&mut self) -> Option<Work<'p>> {
        let work = self.works.get(self.head?).copied()?;
        self.head = work.next;
        Some(work)
    }

    /// Does a piece of work; false if it cannot be done.
    fn step(&mut self, work: Work<'p>) -> Result<bool, Trouble> {
        self.budget.spend(1)?;
        let Work { low, high, count, .. } = work;
        let options = match &work.node.kind {
            NodeKind::Never => return Ok(false),
            NodeKind::Leaf(leaf) => {
                self.demands.push(Demand { leaf, low, high, count });
                return Ok(true);
            }
            NodeKind::And(nodes) => {
                nodes.iter().rev().for_each(|node| self.push(Work { node, floor: NO_FLOOR, ..work }));
                return Ok(true);
            }
            NodeKind::Repeats(times, node) => {
                self.push(Work { node, count: count.saturating_mul(*times), floor: NO_FLOOR, ..work });
                return Ok(true);
            }
            NodeKind::Window(first, last, node) => {
                let (low, high) = (low.max(*first), high.min(*last));
                self.push(Work { node, low, high, floor: NO_FLOOR, ..work });
                return Ok(low <= high);
            }
            NodeKind::FollowedBy(nodes) if work.from + 1 >= nodes.len() => {
                nodes.last().into_iter().for_each(|node| {
                    self.push(Work { node, from: 0, floor: NO_FLOOR, ..work });
                });
                return Ok(true);
            }
            NodeKind::FollowedBy(nodes) => Options::Guesses(self.guesses(nodes.get(work.from), &work)),
            NodeKind::Within(_, node) => Options::Guesses(self.guesses(Some(node), &work)),
            NodeKind::Or(_) => Options::Operands(work.floor.operand),
        };
        if self.frames.len() >= MOST_FRAMES {
            return Err(Trouble::TooCostly);
        }
        let (works, demands) = (self.works.len(), self.demands.len());
        self.frames.push(Frame { work, works, demands, options, tried: None });
        Ok(false)
    }

    /// Makes the latest choice in the next way that may work; false if none is left.
    fn backtrack(&mut self) -> Result<bool, Trouble> {
        while let Some(frame) = self.frames.last_mut() {
            self.budget.spend(1)?;
            let work = frame.work;
            self.works.truncate(frame.works);
            self.demands.truncate(frame.demands);
            self.head = work.next;
            if let Some((option, 0 | 1)) = frame.tried
                && self.is_later_no_better(&work, option)?
            {
                self.frames.pop();
                continue;
            }
            let Some((option, portion)) = self.next_option() else {
                self.frames.pop();
                continue;
            };
            self.choose(work, option, portion);
            if self.is_feasible()? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The next option of the latest choice, with how many repetitions to take it for: all, then smaller and smaller
    /// portions, and at last one. The rest chooses again, but no option before this one.
    fn next_option(&mut self) -> Option<(Floor, u64)> {
        let frame = self.frames.last_mut()?;
        frame.tried = match frame.tried {
            Some((option, portion @ 8..)) => Some((option, portion / 2)),
            Some((option, 2..)) => Some((option, 1)),
            _ => frame.options.next(&frame.work).map(|option| (option, frame.work.count)),
        };
        frame.tried
    }

    /// Takes an option for a portion of the repetitions of the work.
    fn choose(&mut self, work: Work<'p>, option: Floor, portion: u64) {
        if portion < work.count {
            self.push(Work { count: work.count - portion, floor: option, ..work });
        }
        let (low, high) = (work.low, work.high);
        let chosen = Work { count: portion, floor: NO_FLOOR, ..work };
        match &work.node.kind {
            NodeKind::Or(nodes) => {
                nodes.get(option.operand).into_iter().for_each(|node| self.push(Work { node, ..chosen }));
            }
            NodeKind::Within(length, node) => {
                let low = low.max(option.instant.start_of_span(*length));
                self.push(Work { node, low, high: high.min(option.instant), ..chosen });
            }
            NodeKind::FollowedBy(nodes) => {
                self.push(Work { from: work.from + 1, low: low.max(option.instant), ..chosen });
                if let Some(node) = nodes.get(work.from) {
                    self.push(Work { node, from: 0, high: high.min(option.instant), ..chosen });
                }
            }
            _ => {}
        }
    }

    /// Whether all brackets can be served if `OR` and what is not guessed yet are ignored.
    fn is_feasible(&mut self) -> Result<bool, Trouble> {
        let mut demands = self.demands.clone();
        let mut next = self.head;
        while let Some(work) = next.and_then(|index| self.works.get(index)) {
            let from =
                if let NodeKind::FollowedBy(nodes) = &work.node.kind { nodes.get(work.from..) } else { None };
            let nodes = from.unwrap_or(std::slice::from_ref(work.node));
            for node in nodes {
                if !self.relax(node, work.low, work.high, work.count, &mut demands) {
                    return Ok(false);
                }
            }
            next = work.next;
        }
        self.budget.spend(demands.len())?;
        can_assign(&demands, self.choices, self.budget)
    }

    /// Collects what an expression demands whatever is guessed; false if it cannot be satisfied at all.
    fn relax(
        &self,
        node: &'p Node,
        low: Ticks,
        high: Ticks,
        count: u64,
        demands: &mut Vec<Demand<'p>>,
    ) -> bool {
        if !self.earliest.is_possible(node) || self.earliest.instant(node) > high {
            return false;
        }
        match &node.kind {
            NodeKind::Never => false,
            NodeKind::Leaf(leaf) => {
                demands.push(Demand { leaf, low, high, count });
                true
            }
            NodeKind::And(nodes) | NodeKind::FollowedBy(nodes) => {
                nodes.iter().all(|node| self.relax(node, low, high, count, demands))
            }
            NodeKind::Or(_) => true,
            NodeKind::Repeats(times, node) => {
                self.relax(node, low, high, count.saturating_mul(*times), demands)
            }
            NodeKind::Within(_, node) => self.relax(node, low, high, count, demands),
            NodeKind::Window(first, last, node) => {
                let (low, high) = (low.max(*first), high.min(*last));
                low <= high && self.relax(node, low, high, count, demands)
            }
        }
    }

    /// The left side of a `FOLLOWEDBY` that can be served up to an instant in so many ways that nothing else can be in
    /// its way gains nothing from a later instant, and the right side only loses.
    fn is_later_no_better(&mut self, work: &Work<'p>, tried: Floor) -> Result<bool, Trouble> {
        let NodeKind::FollowedBy(nodes) = &work.node.kind else { return Ok(false) };
        let Some(left) = nodes.get(work.from) else { return Ok(false) };
        self.is_plentiful(left, work.low, work.high.min(tried.instant))
    }

    fn is_plentiful(&mut self, node: &Node, low: Ticks, high: Ticks) -> Result<bool, Trouble> {
        match &node.kind {
            NodeKind::Leaf(leaf) => {
                let Some(all) = self.choices.get(leaf.choice) else { return Ok(false) };
                self.budget
                    .spend(all.as_slice().len().min(usize::try_from(self.most).unwrap_or(usize::MAX)))?;
                Ok(all.offer(low, high, self.most) >= self.most)
            }
            NodeKind::And(nodes) => {
                for node in nodes {
                    if !self.is_plentiful(node, low, high)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            NodeKind::Repeats(_, node) => self.is_plentiful(node, low, high),
            _ => Ok(false),
        }
    }

    fn guesses(&mut self, node: Option<&'p Node>, work: &Work<'p>) -> Guesses {
        let instants = node.map(|node| {
            let choices = self.choices;
            Rc::clone(self.instants.entry(node).or_insert_with(|| Guesses::instants_of(node, choices)))
        });
        let earliest = node.map_or(Ticks::MIN, |node| self.earliest.instant(node));
        let low = work.low.max(work.floor.instant).max(earliest);
        Guesses::new(instants.unwrap_or_default(), low, work.high)
    }
}

impl Options {
    fn next(&mut self, work: &Work<'_>) -> Option<Floor> {
        match self {
            Self::Guesses(guesses) => guesses.next().map(|instant| Floor { instant, operand: 0 }),
            Self::Operands(operand) => {
                let NodeKind::Or(nodes) = &work.node.kind else { return None };
                let chosen = Floor { instant: Ticks::MIN, operand: *operand };
                *operand = operand.saturating_add(1);
                (chosen.operand < nodes.len()).then_some(chosen)
            }
        }
    }
}
