//! Reading the references of objects.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::{Edge, EdgeKind, Graph, Known, Node};
use crate::{Identifier, versioning::Versioned};

/// The references of the version of each object that counts, by its node.
pub(super) type References = HashMap<usize, Vec<Reference>>;

/// A reference before all nodes are known.
pub(super) struct Reference {
    /// The source, if that is not the object itself.
    source: Option<Identifier>,
    target: Identifier,
    kind: EdgeKind,
}

impl Graph {
    /// Adds an object, unless a later version of it is there.
    pub(super) fn add(&mut self, position: usize, object: &Value, references: &mut References) {
        let (Some(id), Value::Object(members)) = (Versioned::id(object), object) else { return };
        let place = self.place(&id);
        let version = object.version();
        let Some(node) = self.nodes.get_mut(place) else { return };
        if node.object.as_ref().is_none_or(|known| version >= known.version) {
            let revoked = members.get("revoked") == Some(&Value::Bool(true));
            node.object = Some(Known { position, version, revoked });
            references.insert(place, references_of(&id, members));
        }
    }

    /// Turns the references into edges, in the order of the nodes.
    pub(super) fn connect(&mut self, references: References) {
        let mut references: Vec<_> = references.into_iter().collect();
        references.sort_unstable_by_key(|(place, _)| *place);
        for (place, references) in references {
            for Reference { source, target, kind } in references {
                let source = source.map_or(place, |source| self.place(&source));
                let target = self.place(&target);
                self.connect_one(Edge { source, target, kind });
            }
        }
    }

    fn connect_one(&mut self, edge: Edge) {
        let place = self.edges.len();
        if let Some(source) = self.nodes.get_mut(edge.source) {
            source.outgoing.push(place);
        }
        if let Some(target) = self.nodes.get_mut(edge.target) {
            target.incoming.push(place);
        }
        self.edges.push(edge);
    }

    /// The place of the node of an identifier, which becomes one if it is none yet.
    fn place(&mut self, id: &Identifier) -> usize {
        match self.places.get(id) {
            Some(place) => *place,
            None => {
                let place = self.nodes.len();
                let (outgoing, incoming) = (Vec::new(), Vec::new());
                self.nodes.push(Node { id: id.clone(), object: None, outgoing, incoming });
                self.places.insert(id.clone(), place);
                place
            }
        }
    }
}

fn references_of(id: &Identifier, members: &Map<String, Value>) -> Vec<Reference> {
    let relationship = relationship(id, members);
    // The two ends of a relationship are one edge, not an edge each.
    let ends: &[&str] = if relationship.is_some() { &["source_ref", "target_ref"] } else { &[] };
    let mut references: Vec<_> = relationship.into_iter().collect();
    let mut path = String::new();
    for (name, value) in members.iter().filter(|(name, _)| !ends.contains(&name.as_str())) {
        member(name, value, &mut path, &mut references);
    }
    references
}

fn relationship(id: &Identifier, members: &Map<String, Value>) -> Option<Reference> {
    let text = |name: &str| members.get(name).and_then(Value::as_str);
    if id.object_type() != "relationship" {
        return None;
    }
    let kind = EdgeKind::Relationship { name: text("relationship_type")?.into(), id: id.clone() };
    let (source, target) = (text("source_ref")?.parse().ok()?, text("target_ref")?.parse().ok()?);
    Some(Reference { source: Some(source), target, kind })
}

/// The references in the value that a name or place leads to: the texts of a property whose name
/// says that it refers, and all that are further inside.
fn walk(step: &str, value: &Value, refers: bool, path: &mut String, references: &mut Vec<Reference>) {
    let length = path.len();
    path.push('/');
    path.push_str(step);
    match value {
        Value::String(text) if refers => references.extend(embedded(text, path)),
        Value::Array(items) => {
            for (place, item) in items.iter().enumerate() {
                walk(&place.to_string(), item, refers, path, references);
            }
        }
        Value::Object(members) => {
            members.iter().for_each(|(name, value)| member(name, value, path, references));
        }
        _ => {}
    }
    path.truncate(length);
}

fn member(name: &str, value: &Value, path: &mut String, references: &mut Vec<Reference>) {
    let refers = name.ends_with("_ref") || name.ends_with("_refs");
    walk(&name.replace('~', "~0").replace('/', "~1"), value, refers, path, references);
}

fn embedded(text: &str, path: &str) -> Option<Reference> {
    let target = text.parse().ok()?;
    Some(Reference { source: None, target, kind: EdgeKind::Embedded { path: path.into() } })
}
