//! Every way in which a pattern matches (STIX 2.1, section 9.1), one after another.
//!
//! `REPEATS` is written out and each bracket of each repetition becomes a slot. The slots are filled from left to
//! right; the search for a single match says which value of a slot can be completed, so that no time goes into
//! beginnings without an end. Repetitions are alike, so only those orders count in which their first slots ascend.

use std::collections::HashSet;
use std::ops::Range;

use crate::matcher::assign::Budget;
use crate::matcher::bindings::Match;
use crate::matcher::candidates::{Candidate, Candidates};
use crate::matcher::compiled::{CompiledPattern, solve};
use crate::matcher::plan::{Leaf, Node, NodeKind, Plan};
use crate::matcher::{Binding, MatchLimits, Observations, Trouble};

/// The most slots of a pattern of which more than one match is looked for.
const MOST_SLOTS: usize = 1000;

/// What copying a candidate costs, in candidates a step.
const COPIED_PER_STEP: usize = 16;

/// The slots of a pattern and what fills them.
pub(crate) struct Ways {
    root: Node,
    slots: Vec<Slot>,
    /// By bracket of the plan.
    candidates: Vec<Candidates>,
    /// The slots that are filled, and the next one, whose value is open.
    frames: Vec<Frame>,
    budget: Budget,
    known: HashSet<Match>,
}

/// A bracket of the pattern in one of its repetitions.
struct Slot {
    /// Which bracket of the plan, and which of the text.
    bracket: usize,
    place: usize,
    /// The slots that stay empty if this one is filled: those in other operands of the `OR`s around it.
    rivals: Vec<Range<usize>>,
    /// The slot of the repetition before, which has no later observation.
    before: Option<usize>,
}

/// What was tried for a slot.
#[derive(Default)]
struct Frame {
    /// The value that is tried: an observation, or nothing.
    value: Option<Candidate>,
    tried: HashSet<u32>,
    is_empty_tried: bool,
}

type Values = Vec<Option<Candidate>>;

impl Ways {
    pub(crate) fn new(
        pattern: &CompiledPattern,
        observations: &Observations<'_>,
        first: &Match,
        limits: &MatchLimits,
    ) -> Result<Self, Trouble> {
        let plan = pattern.plan();
        let mut slots = Slots { plan, list: Vec::new() };
        let root = slots.unrolled(&plan.root)?;
        let mut passing = vec![Vec::new(); plan.brackets.len()];
        let mut room = MatchLimits::candidates(observations.as_slice().len());
        for (index, observation) in observations.as_slice().iter().enumerate() {
            for (bracket, passing) in plan.brackets.iter().zip(&mut passing) {
                if bracket.matches(observation)? {
                    room = room.checked_sub(1).ok_or(Trouble::TooCostly)?;
                    passing.push(Candidate::new(observation, index, 0));
                }
            }
        }
        Ok(Self {
            root,
            slots: slots.list,
            candidates: passing.into_iter().map(Candidates::new).collect(),
            frames: vec![Frame::default()],
            budget: limits.budget(),
            known: HashSet::from([first.clone()]),
        })
    }

    /// The next way that is not known yet.
    pub(crate) fn next(&mut self) -> Result<Option<Match>, Trouble> {
        while !self.frames.is_empty() {
            let Some(values) = self.solve()? else {
                self.frames.pop();
                self.give_up();
                continue;
            };
            if !self.fill(&values) {
                continue;
            }
            self.give_up();
            let found = self.found(&values);
            if self.known.insert(found.clone()) {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    /// Takes the values for the slots that are open; whether they are all filled then.
    fn fill(&mut self, values: &Values) -> bool {
        let from = self.frames.len() - 1;
        let is_ascending = self.slots.iter().zip(values).skip(from + 1).all(|(slot, value)| {
            let before = slot.before.and_then(|before| *values.get(before)?);
            before.zip(*value).is_none_or(|(before, value)| before.observation <= value.observation)
        });
        // If the order is wrong, only the next slot is filled, and the search asked again with what that means.
        let end = if is_ascending { self.slots.len() } else { from + 1 };
        let mut values = values.iter().take(end).skip(from).copied();
        if let (Some(top), Some(value)) = (self.frames.last_mut(), values.next()) {
            top.value = value;
        }
        self.frames.extend(values.map(|value| Frame { value, ..Frame::default() }));
        if !is_ascending {
            self.frames.push(Frame::default());
        }
        is_ascending
    }

    /// Marks the value of the last filled slot as tried.
    fn give_up(&mut self) {
        let Some(top) = self.frames.last_mut() else { return };
        match top.value.take() {
            Some(candidate) => {
                top.tried.insert(candidate.observation);
            }
            None => top.is_empty_tried = true,
        }
    }

    fn found(&self, values: &Values) -> Match {
        let filled = self.slots.iter().zip(values);
        Match::of_bindings(
            filled
                .filter_map(|(slot, value)| Some(Binding::once(slot.place, value.as_ref()?.observation())))
                .collect(),
        )
    }

    /// Values for all slots that agree with what is filled and tried.
    fn solve(&mut self) -> Result<Option<Values>, Trouble> {
        let choices = self.choices();
        let copied: usize = choices.iter().map(|choice| choice.as_slice().len()).sum();
        self.budget.spend(1 + choices.len() + copied / COPIED_PER_STEP)?;
        let Some(solution) = solve(&self.root, &choices, &mut self.budget)? else { return Ok(None) };
        let mut values = vec![None; self.slots.len()];
        for (demand, shares) in solution {
            let share = shares.into_values().find(|(_, times)| *times > 0);
            if let (Some(value), Some((candidate, _))) = (values.get_mut(demand.leaf.choice), share) {
                *value = Some(candidate);
            }
        }
        Ok(Some(values))
    }

    /// What each slot can still be filled with.
    fn choices(&self) -> Vec<Candidates> {
        let Some((top, filled)) = self.frames.split_last() else { return Vec::new() };
        let value = |index: usize| filled.get(index).and_then(|frame| frame.value);
        let mut is_barred = vec![false; self.slots.len()];
        for (index, slot) in self.slots.iter().enumerate() {
            if value(index).is_some() || (index == filled.len() && top.is_empty_tried) {
                let barred = slot.rivals.iter().cloned().flatten();
                barred.for_each(|rival| is_barred.get_mut(rival).into_iter().for_each(|bar| *bar = true));
            }
        }
        let slots = self.slots.iter().zip(is_barred).enumerate();
        slots
            .map(|(index, (slot, is_barred))| {
                if is_barred {
                    return Candidates::default();
                }
                if index < filled.len() {
                    return Candidates::new(value(index).into_iter().collect());
                }
                let Some(all) = self.candidates.get(slot.bracket) else { return Candidates::default() };
                let from = slot.before.and_then(value).map_or(0, |before| before.observation);
                let is_top = index == filled.len() && !top.tried.is_empty();
                if from == 0 && !is_top {
                    return all.clone();
                }
                let is_open = |candidate: &&Candidate| {
                    candidate.observation >= from && !(is_top && top.tried.contains(&candidate.observation))
                };
                Candidates::new(all.as_slice().iter().filter(is_open).copied().collect())
            })
            .collect()
    }
}

/// The slots of an expression in the making.
struct Slots<'p> {
    plan: &'p Plan,
    list: Vec<Slot>,
}

impl Slots<'_> {
    /// The expression without `REPEATS`, where each leaf has a slot of its own.
    fn unrolled(&mut self, node: &Node) -> Result<Node, Trouble> {
        Ok(Node::new(match &node.kind {
            NodeKind::Never => NodeKind::Never,
            NodeKind::Leaf(leaf) => return self.leaf(leaf),
            NodeKind::And(nodes) => NodeKind::And(self.all(nodes)?),
            NodeKind::FollowedBy(nodes) => NodeKind::FollowedBy(self.all(nodes)?),
            NodeKind::Or(nodes) => {
                let start = self.list.len();
                let mut ranges = Vec::new();
                let mut unrolled = Vec::new();
                for node in nodes {
                    let from = self.list.len();
                    unrolled.push(self.unrolled(node)?);
                    ranges.push(from..self.list.len());
                }
                self.set_rivals(start, &ranges);
                NodeKind::Or(unrolled)
            }
            NodeKind::Repeats(count, node) => self.repeated(*count, node)?,
            NodeKind::Within(length, node) => NodeKind::Within(*length, Box::new(self.unrolled(node)?)),
            NodeKind::Window(first, last, node) => {
                NodeKind::Window(*first, *last, Box::new(self.unrolled(node)?))
            }
        }))
    }

    fn all(&mut self, nodes: &[Node]) -> Result<Vec<Node>, Trouble> {
        nodes.iter().map(|node| self.unrolled(node)).collect()
    }

    fn leaf(&mut self, leaf: &Leaf) -> Result<Node, Trouble> {
        let brackets = self.plan.choices.get(leaf.choice).map(Vec::as_slice).unwrap_or_default();
        let start = self.list.len();
        let mut nodes = Vec::new();
        for (bracket, place) in brackets.iter().zip(&leaf.places) {
            let slot = self.list.len();
            if slot >= MOST_SLOTS {
                return Err(Trouble::TooCostly);
            }
            self.list.push(Slot { bracket: *bracket, place: *place, rivals: Vec::new(), before: None });
            nodes.push(Node::new(NodeKind::Leaf(Leaf { choice: slot, places: vec![*place] })));
        }
        let ranges: Vec<Range<usize>> = (start..self.list.len()).map(|slot| slot..slot + 1).collect();
        self.set_rivals(start, &ranges);
        Ok(match nodes.pop_if(|_| ranges.len() == 1) {
            Some(only) => only,
            None => Node::new(NodeKind::Or(nodes)),
        })
    }

    fn repeated(&mut self, count: u64, node: &Node) -> Result<NodeKind, Trouble> {
        let mut nodes = Vec::new();
        let mut before = None;
        for _ in 0..count {
            let start = self.list.len();
            nodes.push(self.unrolled(node)?);
            if self.list.len() == start {
                return Ok(NodeKind::Never);
            }
            if has_first(node) {
                if let Some(slot) = self.list.get_mut(start) {
                    slot.before = before;
                }
                before = Some(start);
            }
        }
        Ok(NodeKind::And(nodes))
    }

    /// What is in one operand of an `OR` rivals what is in the others.
    fn set_rivals(&mut self, start: usize, operands: &[Range<usize>]) {
        let end = self.list.len();
        for operand in operands {
            for slot in self.list.get_mut(operand.clone()).unwrap_or_default() {
                let others = [start..operand.start, operand.end..end];
                slot.rivals.extend(others.into_iter().filter(|others| !others.is_empty()));
            }
        }
    }
}

/// Whether the first bracket of an expression is part of every match.
fn has_first(node: &Node) -> bool {
    match &node.kind {
        NodeKind::Leaf(leaf) => leaf.places.len() == 1,
        NodeKind::And(nodes) | NodeKind::FollowedBy(nodes) => nodes.first().is_some_and(has_first),
        NodeKind::Repeats(_, node) | NodeKind::Within(_, node) | NodeKind::Window(_, _, node) => {
            has_first(node)
        }
        NodeKind::Or(_) | NodeKind::Never => false,
    }
}
