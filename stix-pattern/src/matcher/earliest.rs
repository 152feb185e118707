//! Parts of an expression solved on their own, so that the search does not find out again and again that one of them
//! cannot be satisfied, or not yet.

use std::collections::HashMap;

use crate::matcher::Trouble;
use crate::matcher::assign::Budget;
use crate::matcher::candidates::Candidates;
use crate::matcher::plan::{Node, NodeKind};
use crate::matcher::search::Search;
use crate::matcher::ticks::Ticks;

/// More parts than this are not worth it: the search rarely comes to them all.
const MOST_PARTS: usize = 64;

/// When parts can be satisfied at the earliest.
#[derive(Debug, Default)]
pub(crate) struct Earliest {
    /// No instant for a part that cannot be satisfied at all.
    known: HashMap<*const Node, Option<Ticks>>,
}

impl Earliest {
    /// Solves the parts of `root` that need guesses, inner ones first, each without regard to the rest.
    pub(crate) fn of_parts(
        root: &Node,
        choices: &[Candidates],
        budget: &mut Budget,
    ) -> Result<Self, Trouble> {
        let mut parts = Vec::new();
        collect(root, &mut parts);
        parts.pop_if(|last| std::ptr::eq(*last, root));
        let mut earliest = Self::default();
        for part in parts.into_iter().take(MOST_PARTS) {
            let instant = Search::new(choices, &earliest, budget).run(part)?.map(|(_, instant)| instant);
            earliest.known.insert(part, instant);
        }
        Ok(earliest)
    }

    /// Whether a part may be satisfied, for all that is known.
    pub(crate) fn is_possible(&self, node: &Node) -> bool {
        !matches!(self.known.get(&std::ptr::from_ref(node)), Some(None))
    }

    /// An instant before which a part is not satisfied as a whole.
    pub(crate) fn instant(&self, node: &Node) -> Ticks {
        self.known.get(&std::ptr::from_ref(node)).copied().flatten().unwrap_or(Ticks::MIN)
    }
}

/// The parts that need guesses, those inside others first.
fn collect<'p>(node: &'p Node, parts: &mut Vec<&'p Node>) {
    match &node.kind {
        NodeKind::Leaf(_) | NodeKind::Never => {}
        NodeKind::And(nodes) | NodeKind::Or(nodes) => nodes.iter().for_each(|node| collect(node, parts)),
        NodeKind::FollowedBy(nodes) => {
            nodes.iter().for_each(|node| collect(node, parts));
            parts.push(node);
        }
        NodeKind::Repeats(_, inner) | NodeKind::Window(_, _, inner) => collect(inner, parts),
        NodeKind::Within(_, inner) => {
            collect(inner, parts);
            parts.push(node);
        }
    }
}
