//! The graph of a collection of objects.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may fail")]

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use stix_core::{
    Object,
    graph::{Direction, EdgeKind, Graph, Node},
};

const MALWARE: &str = "malware--00000000-0000-4000-8000-000000000002";
const IDENTITY: &str = "identity--00000000-0000-4000-8000-000000000001";

fn collection() -> Value {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../fixtures/graph/collection.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn ids<'a>(nodes: impl IntoIterator<Item = &'a Node>) -> Vec<&'a str> {
    nodes.into_iter().map(|node| node.id().as_str()).collect()
}

fn edges(graph: &Graph) -> Value {
    let id = |node: Option<&Node>| node.unwrap().id().to_string();
    let edge = graph.edges().iter().map(|edge| {
        let made_by = match edge.kind() {
            EdgeKind::Relationship { id, .. } => id.as_str(),
            EdgeKind::Embedded { path } => path,
        };
        json!([id(graph.source(edge)), id(graph.target(edge)), edge.name(), made_by])
    });
    edge.collect()
}

#[test]
fn every_reference_is_an_edge() {
    let collection = collection();
    let graph = Graph::of_values(collection["objects"].as_array().unwrap());
    assert_eq!(edges(&graph), collection["edges"]);
    assert_eq!(json!(ids(graph.dangling())), collection["dangling"]);
    assert_eq!(graph.edges().iter().filter(|edge| edge.is_relationship()).count(), 2);
    assert_eq!(graph.nodes().count(), 11);
}

#[test]
fn typed_objects_make_the_same_graph() {
    let object = |object_type: &str, own: Value| {
        let mut object = json!({
            "type": object_type, "spec_version": "2.1",
            "id": format!("{object_type}--00000000-0000-4000-8000-000000000001"),
            "created_by_ref": IDENTITY, "created": "2024-01-15T10:00:00.000Z",
            "modified": "2024-01-15T10:00:00.000Z",
        });
        object.as_object_mut().unwrap().extend(own.as_object().unwrap().clone());
        object
    };
    let values = [
        object("identity", json!({"name": "Acme", "extensions": {"x-acme-ext": {"parent_ref": IDENTITY}}})),
        object("vulnerability", json!({"name": "CVE-2024-0001", "x_acme_refs": [MALWARE]})),
        object(
            "relationship",
            json!({
                "relationship_type": "related-to", "source_ref": MALWARE, "target_ref": IDENTITY,
            }),
        ),
        serde_json::to_value(stix_core::tlp::Tlp::Red2.marking()).unwrap(),
    ];
    let objects: Vec<Object> =
        values.iter().map(|value| serde_json::from_value(value.clone()).unwrap()).collect();
    assert!(!objects.iter().any(|object| matches!(object, Object::Untyped(_))));
    let (left, right) = (Graph::of_objects(&objects), Graph::of_values(&values));
    assert_eq!(edges(&left).as_array().unwrap().len(), 6);
    assert_eq!(edges(&left), edges(&right));
    assert_eq!(ids(left.nodes()), ids(right.nodes()));
}

#[test]
fn the_latest_version_counts_in_any_order() {
    let collection = collection();
    let mut objects = collection["objects"].as_array().unwrap().clone();
    objects.reverse();
    let graph = Graph::of_values(&objects);
    let node = graph.node(MALWARE).unwrap();
    assert_eq!(objects[node.position().unwrap()]["name"], "new");
    assert_eq!(node.version().unwrap().to_string(), "2024-01-16T10:00:00.000Z");
    assert_eq!(graph.edges().len(), collection["edges"].as_array().unwrap().len());
    assert!(graph.node("identity--00000000-0000-4000-8000-000000000009").is_none());
}

#[test]
fn neighbours_are_chosen_by_direction_name_and_type() {
    let collection = collection();
    let graph = Graph::of_values(collection["objects"].as_array().unwrap());
    let near = |neighbours: stix_core::graph::Neighbours<'_>| {
        neighbours.iter().map(|near| near.node.id().to_string()).collect::<Vec<_>>()
    };
    let malware = graph.neighbours(MALWARE);
    assert_eq!(near(malware).len(), 6);
    assert_eq!(near(malware.named("indicates")), ["indicator--00000000-0000-4000-8000-000000000003"]);
    assert_eq!(near(malware.outgoing().named("indicates")), [""; 0]);
    assert_eq!(near(malware.of_type("identity")), [IDENTITY]);
    assert_eq!(near(malware.named("related-to")), [MALWARE, MALWARE]);
    assert_eq!(near(malware.incoming().named("related-to")), [MALWARE]);
    let created = graph.neighbours(IDENTITY).incoming().named("created_by_ref");
    assert_eq!(near(created), [MALWARE, "relationship--00000000-0000-4000-8000-000000000004"]);
    assert_eq!(near(created.of_type("malware")), [MALWARE]);
    assert!(created.iter().all(|near| near.direction == Direction::Incoming && !near.edge.is_relationship()));
    assert_eq!(near(graph.neighbours("malware--00000000-0000-4000-8000-000000000099")), [""; 0]);
    assert_eq!(near(graph.neighbours("no identifier")), [""; 0]);
}

#[test]
fn revoked_relationships_say_so() {
    let collection = collection();
    let graph = Graph::of_values(collection["objects"].as_array().unwrap());
    let revoked = graph.nodes().filter(|node| node.is_revoked());
    assert_eq!(ids(revoked), ["relationship--00000000-0000-4000-8000-000000000005"]);
}

#[test]
fn twenty_thousand_objects_take_no_time() {
    let id = |kind: &str, number: usize| format!("{kind}--00000000-0000-4000-8000-{number:012}");
    let objects: Vec<Value> = (0..20_000)
        .map(|number| match number % 2 {
            0 => json!({
                "type": "malware", "id": id("malware", number), "created": "2024-01-15T10:00:00.000Z",
                "modified": "2024-01-15T10:00:00.000Z", "created_by_ref": id("identity", 1),
                "external_references": [{"source_name": "a", "url": "https://example.com/"}],
            }),
            _ => json!({
                "type": "relationship", "id": id("relationship", number), "relationship_type": "related-to",
                "source_ref": id("malware", number - 1), "target_ref": id("malware", (number * 7 + 3) % 20_000),
            }),
        })
        .collect();
    let started = Instant::now();
    let graph = Graph::of_values(&objects);
    let near = graph.neighbours(&id("identity", 1)).incoming().of_type("malware").iter().count();
    assert_eq!(near, 10_000);
    // Generous: the build may be without optimisation and the machine busy.
    assert!(started.elapsed() < Duration::from_secs(60), "{:?}", started.elapsed());
}
