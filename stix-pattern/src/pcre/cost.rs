//! How the time of a search with backtracking can grow with the length of the text.
//!
//! `fancy-regex` counts the steps that it takes back, but not those that it takes forward, and one look-around may
//! read the text to its end. So the time is bounded before the search: by the power of the length that the shape of
//! the expression allows.

use super::node::Node;

/// The greatest power of the length of the text that the time of a search can grow with, when each part that may be
/// repeated without end is repeated to the end of the text, and the search begins at each character.
pub(super) fn degree(root: &Node) -> u32 {
    repeated(root) + 1
}

/// The degree of what is done at one place of the text.
fn repeated(node: &Node) -> u32 {
    match node {
        Node::Empty
        | Node::Fail
        | Node::Literal { .. }
        | Node::Any { .. }
        | Node::Set(_)
        | Node::Assertion(_) => 0,
        // It compares a text that may be as long as the whole.
        Node::BackReference { .. } => 1,
        Node::Concat(nodes) | Node::Alternation(nodes) => nodes.iter().map(repeated).max().unwrap_or(0),
        Node::Capture(node) | Node::Atomic(node) | Node::Look { node, .. } => repeated(node),
        Node::Conditional { yes, no, .. } => repeated(yes).max(repeated(no)),
        Node::Repeat { node, max, .. } => repeated(node) + u32::from(max.is_none_or(|max| max > 1)),
    }
}
