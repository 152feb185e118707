//! The instants that are worth guessing (see the search).

use std::iter;
use std::rc::Rc;

use crate::matcher::candidates::Candidates;
use crate::matcher::plan::{Node, NodeKind};
use crate::matcher::ticks::Ticks;

/// Ascending guesses from a low bound to a high one: the low bound itself, then the instants of an expression.
#[derive(Debug)]
pub(crate) struct Guesses {
    low: Option<Ticks>,
    high: Ticks,
    instants: Rc<[Ticks]>,
    at: usize,
}

impl Guesses {
    pub(crate) fn new(instants: Rc<[Ticks]>, low: Ticks, high: Ticks) -> Self {
        let at = instants.partition_point(|instant| *instant <= low);
        // Nothing happens at the beginning of time.
        Self { low: (low > Ticks::MIN).then_some(low), high, instants, at }
    }

    pub(crate) fn next(&mut self) -> Option<Ticks> {
        let instant = self.low.take().or_else(|| {
            let instant = self.instants.get(self.at).copied();
            self.at += 1;
            instant
        });
        instant.filter(|instant| *instant <= self.high)
    }

    /// The first instants of all that may satisfy a bracket of the expression, and the starts of its `START`s, in
    /// order.
    pub(crate) fn instants_of(node: &Node, choices: &[Candidates]) -> Rc<[Ticks]> {
        let mut instants = Vec::new();
        collect(node, choices, &mut instants);
        instants.sort_unstable();
        instants.dedup();
        instants.into()
    }
}

fn collect(node: &Node, choices: &[Candidates], instants: &mut Vec<Ticks>) {
    match &node.kind {
        NodeKind::Never => {}
        NodeKind::Leaf(leaf) => {
            instants.extend_from_slice(choices.get(leaf.choice).map(Candidates::firsts).unwrap_or_default());
        }
        NodeKind::And(nodes) | NodeKind::Or(nodes) | NodeKind::FollowedBy(nodes) => {
            nodes.iter().for_each(|node| collect(node, choices, instants));
        }
        NodeKind::Repeats(_, node) | NodeKind::Within(_, node) => collect(node, choices, instants),
        NodeKind::Window(first, _, node) => {
            instants.extend(iter::once(*first));
            collect(node, choices, instants);
        }
    }
}
