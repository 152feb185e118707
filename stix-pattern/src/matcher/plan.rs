//! Observation expressions (STIX 2.1, section 9.5) in the form that the search works on.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use crate::Pattern;
use crate::ast::{
    Bracket, ComparisonExpression, ObservationExpression, Qualified, Qualifier, QualifierKind, Timestamp,
};
use crate::matcher::allowance::Allowance;
use crate::matcher::bracket::CompiledBracket;
use crate::matcher::ticks::Ticks;
use crate::matcher::{CompileError, CompileErrorKind, Instant};

/// A pattern taken apart.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) root: Node,
    /// The brackets of the pattern that differ from each other.
    pub(crate) brackets: Vec<CompiledBracket>,
    /// Sets of brackets any of which will do; each leaf has one. An index into `brackets` each.
    pub(crate) choices: Vec<Vec<usize>>,
}

/// An observation expression.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) kind: NodeKind,
    /// The least and the greatest number of observations that a match binds.
    pub(crate) least: u64,
    pub(crate) most: u64,
}

/// The kinds of observation expressions.
#[derive(Clone, Debug)]
pub(crate) enum NodeKind {
    /// One bracket, or several with `OR` between them.
    Leaf(Leaf),
    And(Vec<Node>),
    Or(Vec<Node>),
    FollowedBy(Vec<Node>),
    Repeats(u64, Box<Node>),
    Within(Ticks, Box<Node>),
    /// From the first tick to the last.
    Window(Ticks, Ticks, Box<Node>),
    /// Something that nothing satisfies, such as an expression that repeats zero times.
    Never,
}

/// One bracket, or several with `OR` between them: one observation that passes any of them.
#[derive(Clone, Debug)]
pub(crate) struct Leaf {
    /// Which of the plan's choices.
    pub(crate) choice: usize,
    /// For each bracket of the choice, which bracket of the pattern it stands for, counted from 0 in the text.
    pub(crate) places: Vec<usize>,
}

impl Plan {
    pub(crate) fn new(pattern: &Pattern) -> Result<Self, CompileError> {
        let mut planner = Planner::default();
        let root = planner.node(pattern.root())?;
        Ok(Self { root, brackets: planner.brackets, choices: planner.choices })
    }
}

impl Node {
    pub(crate) fn new(kind: NodeKind) -> Self {
        let sum = |nodes: &[Self], count: fn(&Self) -> u64| {
            nodes.iter().fold(0_u64, |sum, node| sum.saturating_add(count(node)))
        };
        let (least, most) = match &kind {
            NodeKind::Leaf(_) => (1, 1),
            NodeKind::And(nodes) | NodeKind::FollowedBy(nodes) => {
                (sum(nodes, |node| node.least), sum(nodes, |node| node.most))
            }
            NodeKind::Or(nodes) => (
                nodes.iter().map(|node| node.least).min().unwrap_or_default(),
                nodes.iter().map(|node| node.most).max().unwrap_or_default(),
            ),
            NodeKind::Repeats(count, node) => {
                (node.least.saturating_mul(*count), node.most.saturating_mul(*count))
            }
            NodeKind::Within(_, node) | NodeKind::Window(_, _, node) => (node.least, node.most),
            NodeKind::Never => (1, 1),
        };
        Self { kind, least, most }
    }

    /// The length of a span that all observations of a match lie within; `None` if there is none.
    pub(crate) fn span(&self) -> Option<Ticks> {
        match &self.kind {
            NodeKind::Leaf(_) | NodeKind::Never => Some(Ticks::ZERO),
            NodeKind::Within(length, node) => Some(node.span().map_or(*length, |inner| inner.min(*length))),
            NodeKind::Window(_, _, node) => node.span(),
            NodeKind::Or(nodes) => nodes.iter().map(Self::span).try_fold(Ticks::ZERO, |a, b| Some(a.max(b?))),
            NodeKind::And(_) | NodeKind::FollowedBy(_) | NodeKind::Repeats(..) => None,
        }
    }

    /// Adds the choices that every match has an observation from.
    pub(crate) fn needed(&self, choices: &mut Vec<usize>) {
        match &self.kind {
            NodeKind::Leaf(leaf) => choices.push(leaf.choice),
            NodeKind::And(nodes) | NodeKind::FollowedBy(nodes) => {
                nodes.iter().for_each(|node| node.needed(choices));
            }
            NodeKind::Repeats(_, node) | NodeKind::Within(_, node) | NodeKind::Window(_, _, node) => {
                node.needed(choices);
            }
            NodeKind::Or(_) | NodeKind::Never => {}
        }
    }

    fn never() -> Self {
        Self::new(NodeKind::Never)
    }
}

/// Collects the brackets, each of them once.
#[derive(Default)]
struct Planner<'p> {
    allowance: Allowance,
    brackets: Vec<CompiledBracket>,
    known_brackets: HashMap<&'p ComparisonExpression, usize>,
    choices: Vec<Vec<usize>>,
    known_choices: HashMap<Vec<usize>, usize>,
    /// How many brackets of the text are behind.
    places: usize,
}

impl<'p> Planner<'p> {
    fn node(&mut self, expression: &'p ObservationExpression) -> Result<Node, CompileError> {
        Ok(match expression {
            ObservationExpression::Bracket(bracket) => self.leaf(&[bracket])?,
            ObservationExpression::And(chain) => Node::new(NodeKind::And(self.nodes(chain.operands())?)),
            ObservationExpression::Or(chain) => self.or(chain.operands())?,
            ObservationExpression::FollowedBy(chain) => {
                Node::new(NodeKind::FollowedBy(self.nodes(chain.operands())?))
            }
            ObservationExpression::Qualified(qualified) => self.qualified(qualified)?,
        })
    }

    fn nodes(&mut self, expressions: &'p [ObservationExpression]) -> Result<Vec<Node>, CompileError> {
        expressions.iter().map(|expression| self.node(expression)).collect()
    }

    /// Neighbouring brackets become one leaf.
    fn or(&mut self, operands: &'p [ObservationExpression]) -> Result<Node, CompileError> {
        let mut nodes = Vec::new();
        let is_bracket =
            |operand: &ObservationExpression| matches!(operand, ObservationExpression::Bracket(_));
        for run in operands.chunk_by(|one, next| is_bracket(one) && is_bracket(next)) {
            let brackets: Vec<&Bracket> = run
                .iter()
                .filter_map(|operand| match operand {
                    ObservationExpression::Bracket(bracket) => Some(bracket),
                    _ => None,
                })
                .collect();
            if brackets.is_empty() {
                nodes.extend(self.nodes(run)?);
            } else {
                nodes.push(self.leaf(&brackets)?);
            }
        }
        let first = nodes.pop();
        Ok(match first {
            Some(only) if nodes.is_empty() => only,
            last => {
                nodes.extend(last);
                Node::new(NodeKind::Or(nodes))
            }
        })
    }

    fn leaf(&mut self, brackets: &[&'p Bracket]) -> Result<Node, CompileError> {
        let mut choice = Vec::with_capacity(brackets.len());
        let mut places = Vec::with_capacity(brackets.len());
        for bracket in brackets {
            let index = self.bracket(bracket.comparison())?;
            choice.push(index);
            places.push(self.places);
            self.places += 1;
        }
        let next = self.choices.len();
        let choice = match self.known_choices.entry(choice) {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(vacant) => {
                self.choices.push(vacant.key().clone());
                *vacant.insert(next)
            }
        };
        Ok(Node::new(NodeKind::Leaf(Leaf { choice, places })))
    }

    fn bracket(&mut self, comparison: &'p ComparisonExpression) -> Result<usize, CompileError> {
        if let Some(index) = self.known_brackets.get(comparison) {
            return Ok(*index);
        }
        self.brackets.push(CompiledBracket::new(comparison, &mut self.allowance)?);
        self.known_brackets.insert(comparison, self.brackets.len() - 1);
        Ok(self.brackets.len() - 1)
    }

    fn qualified(&mut self, qualified: &'p Qualified) -> Result<Node, CompileError> {
        let node = self.node(qualified.expression())?;
        qualified.qualifiers().iter().try_fold(node, qualify)
    }
}

fn qualify(node: Node, qualifier: &Qualifier) -> Result<Node, CompileError> {
    Ok(match qualifier.kind() {
        QualifierKind::Repeats(0) => Node::never(),
        QualifierKind::Repeats(1) => node,
        QualifierKind::Repeats(count) => Node::new(NodeKind::Repeats(*count, Box::new(node))),
        QualifierKind::Within(seconds) => match Ticks::of_seconds(seconds) {
            Ticks::ZERO => Node::never(),
            // One instant lies within any span.
            _ if node.most <= 1 => node,
            length => Node::new(NodeKind::Within(length, Box::new(node))),
        },
        QualifierKind::StartStop { start, stop } => {
            let (start, stop) = (instant(start, qualifier)?, instant(stop, qualifier)?);
            let (first, last) = (Ticks::at(start), Ticks::at(stop).before());
            if first > last {
                return Ok(Node::never());
            }
            Node::new(NodeKind::Window(first, last, Box::new(node)))
        }
    })
}

fn instant(timestamp: &Timestamp, qualifier: &Qualifier) -> Result<Instant, CompileError> {
    let kind = CompileErrorKind::InvalidTimestamp;
    Instant::parse(timestamp.as_str())
        .ok_or_else(|| CompileError::new(kind, qualifier.span(), timestamp.as_str(), ""))
}
