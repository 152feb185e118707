//! Adding objects by POST, for all tests that do; and what requests that come together do to each other.

use std::sync::Arc;
use std::time::Duration;

use reqwest::{Body, Method, Response};
use serde_json::{Value, json};
use taxii_server::config::ProfileName;
use taxii_server::storage;

use super::backend::{Backend, on_both};
use super::world::{MEDIA_TYPE, OBJECTS, World, body};

on_both!(
    the_profile_of_the_collection_decides_how_strict_the_checks_are,
    any_body_gets_an_answer_of_taxii,
    a_request_is_worked_off_by_one_server_at_a_time,
    many_at_once_do_not_stand_in_each_others_way,
);

pub(crate) const ROOT: &str = "/socdefenders";

/// A valid object of a type that has few properties.
pub(crate) fn tool(number: usize, modified: &str) -> Value {
    json!({
        "type": "tool", "spec_version": "2.1", "id": tool_id(number), "created": "2024-01-01T00:00:00.000Z",
        "modified": modified, "name": format!("tool {number}"),
    })
}

pub(crate) fn tool_id(number: usize) -> String {
    format!("tool--{number:08x}-0000-4000-8000-000000000000")
}

pub(crate) const MODIFIED: &str = "2025-06-01T00:00:00.000Z";

pub(crate) fn tools(numbers: std::ops::Range<usize>) -> Value {
    json!({ "objects": numbers.map(|number| tool(number, MODIFIED)).collect::<Vec<_>>() })
}

/// Adds this, declared as that.
pub(crate) async fn send(world: &World, content_type: Option<&str>, bytes: impl Into<Body>) -> Response {
    let request = world.request_of("writer", Method::POST, OBJECTS).body(bytes);
    let request = match content_type {
        Some(content_type) => request.header("content-type", content_type),
        None => request,
    };
    request.send().await.unwrap()
}

pub(crate) async fn post(world: &World, envelope: &Value) -> Value {
    let response = send(world, Some(MEDIA_TYPE), envelope.to_string()).await;
    let status = response.status();
    let body = body(response).await;
    assert_eq!(status, 202, "{body}");
    counts_fit(&body);
    body
}

/// What clients check: the counts add up, and each list is as long as its count says, or not there.
pub(crate) fn counts_fit(status: &Value) {
    let count = |name: &str| usize::try_from(status[name].as_u64().unwrap()).unwrap();
    let parts =
        [("success_count", "successes"), ("failure_count", "failures"), ("pending_count", "pendings")];
    for (name, list) in parts {
        let items = status.get(list).map(|list| list.as_array().unwrap());
        assert_eq!(items.map(Vec::len), Some(count(name)).filter(|count| *count > 0), "{name}: {status}");
        for item in items.into_iter().flatten() {
            assert!(item["id"].is_string() && item["version"].is_string(), "{item}");
        }
    }
    assert_eq!(count("total_count"), parts.iter().map(|(name, _)| count(name)).sum::<usize>());
    assert_eq!(status["status"] == "pending", count("pending_count") > 0, "{status}");
}

pub(crate) async fn status(world: &World, id: &str) -> Value {
    let response = world.request_of("writer", Method::GET, &format!("{ROOT}/status/{id}/")).send();
    let status = body(response.await.unwrap()).await;
    counts_fit(&status);
    status
}

/// Asks until the status is complete.
pub(crate) async fn completed(world: &World, status: &Value) -> Value {
    for _ in 0..600 {
        let now = self::status(world, status["id"].as_str().unwrap()).await;
        if now["status"] == "complete" {
            return now;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the status never becomes complete");
}

async fn the_profile_of_the_collection_decides_how_strict_the_checks_are(backend: Backend) {
    let mut coarse = tool(1, MODIFIED);
    coarse["created"] = json!("2024-01-01T00:00:00Z");
    let mut unknown_term = tool(2, MODIFIED);
    unknown_term["tool_types"] = json!(["hammer"]);
    let envelope = json!({"objects": [coarse, unknown_term]});
    for (profile, failures) in
        [(ProfileName::Lenient, 0), (ProfileName::Default, 1), (ProfileName::Strict, 2)]
    {
        let world = World::start_with(backend, |config| config.collections[0].profile = profile).await;
        assert_eq!(post(&world, &envelope).await["failure_count"], failures, "{profile:?}");
        world.stop().await;
    }
}

async fn a_request_is_worked_off_by_one_server_at_a_time(backend: Backend) {
    if backend == Backend::Sqlite {
        return; // which has one server only
    }
    let place = Arc::new(backend.place().await);
    let other = storage::open(&place.database()).await.unwrap();
    let lease = other.lead("intake").await.unwrap().unwrap();
    let world = World::start_on(place, |config| config.small_envelope = 1).await;
    let status = post(&world, &tools(0..10)).await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    let id = status["id"].as_str().unwrap();
    assert_eq!(self::status(&world, id).await["pending_count"], 10, "another server is at it");
    drop(lease);
    assert_eq!(completed(&world, &status).await["success_count"], 10);
    other.close().await;
    world.stop().await;
}

async fn many_at_once_do_not_stand_in_each_others_way(backend: Backend) {
    let world = World::start_with(backend, |config| config.small_envelope = 5).await;
    let client = async |client: usize| {
        for round in 0..15 {
            let first = (client * 15 + round) * 10;
            let count = if round % 5 == 0 { 10 } else { 5 };
            let status = post(&world, &tools(first..first + count)).await;
            assert_eq!(status["failure_count"], 0);
            if round % 4 == 0 {
                let path = format!("{OBJECTS}{}/", tool_id(first));
                let deleted = world.request_of("writer", Method::DELETE, &path).send().await.unwrap();
                assert!(matches!(deleted.status().as_u16(), 200 | 404));
            }
            completed(&world, &status).await;
        }
    };
    futures_util::future::join_all((0..8).map(client)).await;
    world.stop().await;
}

/// Bodies that are nearly envelopes, and bodies that are anything.
async fn any_body_gets_an_answer_of_taxii(backend: Backend) {
    use proptest::prelude::*;
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;

    let world = World::start_with(backend, |config| config.small_envelope = 3).await;
    let good = tools(0..5).to_string().into_bytes();
    let leaf = prop_oneof![
        Just(json!(null)),
        any::<i64>().prop_map(|number| json!(number)),
        "\\PC{0,8}".prop_map(Value::from),
        Just(json!("tool")),
        Just(json!(tool_id(3))),
        Just(json!(MODIFIED)),
    ];
    let name = prop_oneof![
        Just("type"),
        Just("id"),
        Just("spec_version"),
        Just("modified"),
        Just("created"),
        Just("objects"),
        Just("x")
    ];
    let json = leaf.prop_recursive(4, 40, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((name.clone(), inner), 0..6).prop_map(|members| members
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect()),
        ]
    });
    let length = good.len();
    let bodies = prop_oneof![
        prop::collection::vec(any::<u8>(), 0..300),
        prop::collection::vec(json.clone(), 0..6)
            .prop_map(|objects| json!({ "objects": objects }).to_string().into_bytes()),
        json.prop_map(|value| value.to_string().into_bytes()),
        (0..length, any::<u8>()).prop_map(move |(place, byte)| {
            let mut body = good.clone();
            body[place] = byte;
            body
        }),
    ];
    let mut runner = TestRunner::deterministic();
    for _ in 0..400 {
        let bytes = bodies.new_tree(&mut runner).unwrap().current();
        let response = send(&world, Some(MEDIA_TYPE), bytes.clone()).await;
        let status = response.status().as_u16();
        let shown = String::from_utf8_lossy(&bytes);
        assert!(matches!(status, 202 | 400 | 422), "{status}: {shown}");
        assert_eq!(response.headers()["content-type"], MEDIA_TYPE, "{shown}");
        let answer = body(response).await;
        match status {
            202 => counts_fit(&answer),
            _ => assert_eq!(answer["http_status"], status.to_string(), "{shown}"),
        }
    }
    let last = post(&world, &tools(100..110)).await;
    assert_eq!(completed(&world, &last).await["success_count"], 10, "what waited before was worked off");
    world.stop().await;
}
