//! What is next to a node.

use super::{Edge, Graph, Node};

/// The neighbours of a node; see [`Graph::neighbours`].
///
/// ```
/// use serde_json::json;
/// use stix_core::graph::{Direction, Graph, Neighbour, Neighbours};
///
/// let identity = "identity--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f";
/// let campaign = json!({"id": "campaign--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f", "created_by_ref": identity});
/// let graph = Graph::of_values([&campaign]);
/// let next: Neighbours = graph.neighbours("campaign--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f");
/// let found: Vec<Neighbour> = next.outgoing().of_type("identity").iter().collect();
/// assert_eq!((found.len(), found[0].direction), (1, Direction::Outgoing));
/// assert_eq!(found[0].edge.name(), "created_by_ref");
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Neighbours<'g> {
    graph: &'g Graph,
    node: Option<&'g Node>,
    direction: Option<Direction>,
    name: Option<&'g str>,
    object_type: Option<&'g str>,
}

/// Whether an edge leads away from a node or to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// The node refers to the other.
    Outgoing,
    /// The other refers to the node.
    Incoming,
}

/// A node and the edge that leads to or from it.
#[derive(Clone, Copy, Debug)]
pub struct Neighbour<'g> {
    /// The node on the other end.
    pub node: &'g Node,
    /// The edge between.
    pub edge: &'g Edge,
    /// Which way it leads.
    pub direction: Direction,
}

impl<'g> Neighbours<'g> {
    pub(super) fn new(graph: &'g Graph, node: Option<&'g Node>) -> Self {
        Self { graph, node, direction: None, name: None, object_type: None }
    }

    /// Only what the node refers to.
    #[must_use]
    pub fn outgoing(self) -> Self {
        Self { direction: Some(Direction::Outgoing), ..self }
    }

    /// Only what refers to the node.
    #[must_use]
    pub fn incoming(self) -> Self {
        Self { direction: Some(Direction::Incoming), ..self }
    }

    /// Only by edges of this name: see [`Edge::name`].
    #[must_use]
    pub fn named(self, name: &'g str) -> Self {
        Self { name: Some(name), ..self }
    }

    /// Only objects of this type.
    #[must_use]
    pub fn of_type(self, object_type: &'g str) -> Self {
        Self { object_type: Some(object_type), ..self }
    }

    /// The neighbours, outgoing first; one that several edges lead to comes several times.
    pub fn iter(self) -> impl Iterator<Item = Neighbour<'g>> {
        let sides = self.node.into_iter().flat_map(|node| {
            let outgoing = node.outgoing.iter().map(|place| (*place, Direction::Outgoing));
            outgoing.chain(node.incoming.iter().map(|place| (*place, Direction::Incoming)))
        });
        let chosen =
            sides.filter(move |(_, direction)| self.direction.is_none_or(|chosen| chosen == *direction));
        chosen.filter_map(move |(place, direction)| self.neighbour(place, direction))
    }

    fn neighbour(&self, place: usize, direction: Direction) -> Option<Neighbour<'g>> {
        let edge = self.graph.edges.get(place)?;
        let node = match direction {
            Direction::Outgoing => self.graph.target(edge)?,
            Direction::Incoming => self.graph.source(edge)?,
        };
        let chosen = self.name.is_none_or(|name| edge.name() == name)
            && self.object_type.is_none_or(|object_type| node.object_type() == object_type);
        chosen.then_some(Neighbour { node, edge, direction })
    }
}
