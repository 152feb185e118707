//! Objects as a graph: what refers to what (STIX 2.1 sections 1.3, 2.9 and 5.1).
//!
//! Each object is a node. A relationship is an edge from its source to its target, named by its
//! type, and a node as well, since reports and markings may refer to it. Every other reference that
//! is embedded in an object, at any depth and in extensions too, is an edge named by its property.
//!
//! ```
//! use serde_json::json;
//! use stix_core::graph::Graph;
//!
//! let objects = [
//!     json!({"type": "malware", "id": "malware--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f",
//!            "created_by_ref": "identity--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f"}),
//!     json!({"type": "indicator", "id": "indicator--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f"}),
//!     json!({"type": "relationship", "id": "relationship--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f",
//!            "relationship_type": "indicates",
//!            "source_ref": "indicator--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f",
//!            "target_ref": "malware--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f"}),
//! ];
//! let graph = Graph::of_values(&objects);
//!
//! let indicators = graph.neighbours("malware--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f").incoming();
//! let indicator = indicators.named("indicates").iter().next().ok_or("none")?;
//! assert_eq!(indicator.node.position().map(|position| &objects[position]), Some(&objects[1]));
//!
//! let missing: Vec<_> = graph.dangling().map(|node| node.id().as_str()).collect();
//! assert_eq!(missing, ["identity--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f"]);
//! # Ok::<(), &str>(())
//! ```

mod neighbours;
mod read;

use std::collections::HashMap;

use serde_json::Value;

use crate::{Identifier, Object, Timestamp};

pub use neighbours::{Direction, Neighbour, Neighbours};

/// The objects of a bundle or any other collection, and what refers to what.
///
/// Of several versions of an object the latest counts; of those with the same version the last.
/// The graph holds no content: [`Node::position`] says where the object stood in what was given.
/// Objects without an identifier are passed over.
///
/// ```
/// use stix_core::{Object, graph::{Edge, EdgeKind, Graph, Node}, sdo::{Identity, Report}, Timestamp};
///
/// let acme = Identity::new("ACME");
/// let report = Report::new("Week 3", "2024-01-20T17:00:00Z".parse::<Timestamp>()?, [&acme.common.id]);
/// let objects: [Object; 2] = [acme.into(), report.into()];
/// let graph = Graph::of_objects(&objects);
/// assert_eq!(graph.nodes().count(), 2);
///
/// let edge: &Edge = graph.edges().first().ok_or("none")?;
/// assert!(!edge.is_relationship());
/// assert!(matches!(edge.kind(), EdgeKind::Embedded { path } if &**path == "/object_refs/0"));
/// assert_eq!(graph.source(edge).map(Node::object_type), Some("report"));
/// let target = graph.target(edge).ok_or("none")?;
/// assert!(!target.is_revoked() && target.version() == objects[0].modified().as_ref());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Graph {
    nodes: Vec<Node>,
    edges: Vec<Edge>,
    places: HashMap<Identifier, usize>,
}

/// An object, or an identifier that something refers to.
#[derive(Clone, Debug)]
pub struct Node {
    id: Identifier,
    object: Option<Known>,
    outgoing: Vec<usize>,
    incoming: Vec<usize>,
}

/// What is known of an object that was given.
#[derive(Clone, Debug)]
struct Known {
    position: usize,
    version: Option<Timestamp>,
    revoked: bool,
}

/// A reference from one object to another.
#[derive(Clone, Debug)]
pub struct Edge {
    source: usize,
    target: usize,
    kind: EdgeKind,
}

/// What makes a reference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EdgeKind {
    /// A relationship object.
    Relationship {
        /// Its `relationship_type`.
        name: Box<str>,
        /// Its identifier.
        id: Identifier,
    },
    /// A reference in a property of the source.
    Embedded {
        /// An RFC 6901 JSON Pointer to it, such as `/object_refs/0`.
        path: Box<str>,
    },
}

impl Graph {
    /// The graph of objects in JSON.
    pub fn of_values<'a>(objects: impl IntoIterator<Item = &'a Value>) -> Self {
        let mut graph = Self::default();
        let mut references = HashMap::new();
        for (position, object) in objects.into_iter().enumerate() {
            graph.add(position, object, &mut references);
        }
        graph.connect(references);
        graph
    }

    /// The graph of typed objects.
    pub fn of_objects<'a>(objects: impl IntoIterator<Item = &'a Object>) -> Self {
        let mut graph = Self::default();
        let mut references = HashMap::new();
        for (position, object) in objects.into_iter().enumerate() {
            // An object that cannot be written has no references that could be read.
            if let Ok(value) = serde_json::to_value(object) {
                graph.add(position, &value, &mut references);
            }
        }
        graph.connect(references);
        graph
    }

    /// All nodes, in the order in which their identifiers were first met.
    pub fn nodes(&self) -> impl Iterator<Item = &Node> {
        self.nodes.iter()
    }

    /// All edges.
    pub fn edges(&self) -> &[Edge] {
        &self.edges
    }

    /// The node of an identifier.
    pub fn node(&self, id: &str) -> Option<&Node> {
        self.nodes.get(*self.places.get(&id.parse::<Identifier>().ok()?)?)
    }

    /// Where an edge starts.
    pub fn source(&self, edge: &Edge) -> Option<&Node> {
        self.nodes.get(edge.source)
    }

    /// Where an edge leads.
    pub fn target(&self, edge: &Edge) -> Option<&Node> {
        self.nodes.get(edge.target)
    }

    /// The identifiers that objects refer to without being there.
    pub fn dangling(&self) -> impl Iterator<Item = &Node> {
        self.nodes.iter().filter(|node| node.object.is_none())
    }

    /// What is next to the node of an identifier, in both directions unless one is chosen; nothing
    /// next to one that is not in the graph.
    pub fn neighbours<'g>(&'g self, id: &str) -> Neighbours<'g> {
        Neighbours::new(self, self.node(id))
    }
}

impl Node {
    /// The identifier.
    pub fn id(&self) -> &Identifier {
        &self.id
    }

    /// The type of the object, which the identifier says.
    pub fn object_type(&self) -> &str {
        self.id.object_type()
    }

    /// The place of the object in what the graph was made of; none if it is only referred to.
    pub fn position(&self) -> Option<usize> {
        self.object.as_ref().map(|object| object.position)
    }

    /// `modified` of the object, else `created`.
    pub fn version(&self) -> Option<&Timestamp> {
        self.object.as_ref()?.version.as_ref()
    }

    /// Whether the latest version is revoked.
    pub fn is_revoked(&self) -> bool {
        self.object.as_ref().is_some_and(|object| object.revoked)
    }
}

impl Edge {
    /// What makes the reference.
    pub fn kind(&self) -> &EdgeKind {
        &self.kind
    }

    /// The type of a relationship, or the name of the property that refers, such as `object_refs`.
    pub fn name(&self) -> &str {
        match &self.kind {
            EdgeKind::Relationship { name, .. } => name,
            EdgeKind::Embedded { path } => {
                let is_place = |step: &&str| step.bytes().all(|byte| byte.is_ascii_digit());
                path.rsplit('/').find(|step| !is_place(step)).unwrap_or_default()
            }
        }
    }

    /// Whether a relationship object makes the reference.
    pub fn is_relationship(&self) -> bool {
        matches!(self.kind, EdgeKind::Relationship { .. })
    }
}
