//! Adding objects by POST and asking what became of them (TAXII 2.1, sections 4.3 and 5.5).

use std::sync::Arc;
use std::time::Duration;

use reqwest::{Body, Method, Response};
use serde_json::{Value, json};
use taxii_server::clock::Clock;
use taxii_server::config::ProfileName;
use taxii_server::ingest::{Intake, Posting};
use taxii_server::storage::{self, CollectionId, Dating};

use super::backend::{Backend, on_both};
use super::world::{OBJECTS, World, body, collection};

on_both!(
    item_69_a_small_envelope_is_complete_with_the_answer,
    item_70_an_exact_duplicate_succeeds,
    item_70_the_same_version_with_other_content_fails_and_the_rest_is_stored,
    item_71_each_object_is_judged_by_itself,
    item_71_what_is_no_envelope,
    item_14_a_whole_bundle_is_an_envelope,
    item_29_content_types,
    item_72_a_body_over_the_limit_is_refused_declared_or_not,
    item_72_a_declared_length_is_refused_before_the_body_comes,
    item_41_a_large_envelope_is_pending_then_complete,
    item_43_a_status_is_kept_for_a_day_and_then_unknown,
    item_44_a_status_is_seen_by_its_sender_only,
    item_34_who_may_not_write_is_refused_before_the_body_is_looked_at,
    the_profile_of_the_collection_decides_how_strict_the_checks_are,
    item_57_versions_are_chosen_by_their_own_time_whenever_they_arrive,
    any_body_gets_an_answer_of_taxii,
    item_41_what_waited_when_the_server_died_is_processed_once,
    a_request_is_worked_off_by_one_server_at_a_time,
    many_at_once_do_not_stand_in_each_others_way,
);

const MEDIA_TYPE: &str = "application/taxii+json;version=2.1";
const ROOT: &str = "/socdefenders";

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

async fn send(world: &World, content_type: Option<&str>, bytes: impl Into<Body>) -> Response {
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
fn counts_fit(status: &Value) {
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

fn reasons(status: &Value) -> Vec<&str> {
    let failures = status["failures"].as_array().into_iter().flatten();
    failures.map(|failure| failure["message"].as_str().unwrap()).collect()
}

async fn item_69_a_small_envelope_is_complete_with_the_answer(backend: Backend) {
    let world = World::start(backend).await;
    let status = post(&world, &tools(0..3)).await;
    assert_eq!((&status["status"], &status["success_count"]), (&json!("complete"), &json!(3)));
    assert_eq!(status["request_timestamp"], "2026-01-01T00:00:00.000000Z");
    assert_eq!(status["successes"][1], json!({"id": tool_id(1), "version": MODIFIED}));
    assert_eq!(status["id"].as_str().unwrap().as_bytes()[14], b'4', "a UUID of version 4");
    assert_eq!(self::status(&world, status["id"].as_str().unwrap()).await, status);
    assert_eq!(world.json(OBJECTS).await["objects"], tools(0..3)["objects"]);
    world.stop().await;
}

async fn item_70_an_exact_duplicate_succeeds(backend: Backend) {
    let world = World::start(backend).await;
    post(&world, &tools(0..2)).await;
    let mut reordered = tool(0, "2025-06-01T00:00:00Z");
    reordered["modified"] = json!(MODIFIED);
    let status = post(&world, &json!({"objects": [reordered, tool(2, MODIFIED), tool(2, MODIFIED)]})).await;
    assert_eq!((&status["success_count"], &status["failure_count"]), (&json!(3), &json!(0)));
    assert_eq!(world.json(OBJECTS).await["objects"].as_array().unwrap().len(), 3);

    // An object that has no version is listed with the date when it was added, also when it comes again.
    let address = json!({"objects": [{
        "type": "ipv4-addr", "id": "ipv4-addr--ff26c055-6336-5bc5-b98d-13d6226742dd", "value": "198.51.100.3",
    }]});
    let first = post(&world, &address).await;
    let manifest =
        world.json(&format!("{ROOT}/collections/socdefenders/manifest/?match[type]=ipv4-addr")).await;
    assert_eq!(first["successes"][0]["version"], manifest["objects"][0]["version"]);
    assert_eq!(post(&world, &address).await["successes"][0]["version"], first["successes"][0]["version"]);
    world.stop().await;
}

async fn item_70_the_same_version_with_other_content_fails_and_the_rest_is_stored(backend: Backend) {
    let world = World::start(backend).await;
    post(&world, &tools(0..1)).await;
    let mut other = tool(0, MODIFIED);
    other["name"] = json!("another");
    let status = post(&world, &json!({"objects": [tool(1, MODIFIED), other, tool(2, MODIFIED)]})).await;
    assert_eq!((&status["success_count"], &status["failure_count"]), (&json!(2), &json!(1)));
    assert_eq!(
        (&status["failures"][0]["id"], &status["failures"][0]["version"]),
        (&json!(tool_id(0)), &json!(MODIFIED))
    );
    assert!(reasons(&status)[0].contains("other content"), "{status}");
    let kept = world.json(&format!("{OBJECTS}{}/", tool_id(0))).await;
    assert_eq!(kept["objects"], json!([tool(0, MODIFIED)]));
    world.stop().await;
}

async fn item_71_each_object_is_judged_by_itself(backend: Backend) {
    let world = World::start(backend).await;
    let with = |name: &str, value: Value| {
        let mut object = tool(9, MODIFIED);
        match value {
            Value::Null => drop(object.as_object_mut().unwrap().remove(name)),
            value => object[name] = value,
        }
        object
    };
    let indicator = json!({
        "type": "indicator", "spec_version": "2.1", "id": "indicator--00000001-0000-4000-8000-000000000000",
        "created": MODIFIED, "modified": MODIFIED, "pattern": "[ipv4-addr:value = 198.51.100.3]",
        "pattern_type": "stix", "valid_from": MODIFIED, "indicator_types": ["unknown"],
    });
    let cases = [
        (with("name", Value::Null), "required-property: /name: "),
        (with("modified", json!("2023-01-01T00:00:00.000Z")), "property-relation: `modified` is before"),
        (with("spec_version", Value::Null), "it has no `spec_version`, as in STIX 2.0"),
        (with("spec_version", json!("2.0")), "`spec_version` is `2.0`"),
        (
            with("modified", json!("2026-01-01T00:05:00.001Z")),
            "`modified` is `2026-01-01T00:05:00.001Z`, more than 5",
        ),
        (with("id", Value::Null), "/id: "),
        (indicator, "pattern: /pattern: "),
        (json!([1]), "expected a STIX object, found a list"),
        (json!({"type": "bundle", "id": "bundle--x", "objects": []}), "a bundle is no object"),
    ];
    let mut objects: Vec<_> = cases.iter().map(|(object, _)| object.clone()).collect();
    objects.insert(0, tool(1, "2026-01-01T00:05:00.000Z"));
    let status = post(&world, &json!({ "objects": objects })).await;
    assert_eq!((&status["success_count"], &status["failure_count"]), (&json!(1), &json!(cases.len())));
    for ((_, expected), reason) in cases.iter().zip(reasons(&status)) {
        assert!(reason.contains(expected), "{reason}");
    }
    assert_eq!(status["failures"][5]["id"], "/objects/6", "what names an object without an identifier");
    world.stop().await;
}

async fn item_71_what_is_no_envelope(backend: Backend) {
    let world = World::start(backend).await;
    let cases: [(&[u8], u16); 9] = [
        (b"", 400),
        (b"hello", 400),
        (b"{\"objects\": [", 400),
        (b"{\"objects\": [\"\xff\"]}", 400),
        (b"[]", 422),
        (b"{}", 422),
        (b"{\"objects\": []}", 422),
        (b"{\"objects\": {}}", 422),
        (b"{\"type\": \"bundle\"}", 422),
    ];
    for (bytes, expected) in cases {
        let response = send(&world, Some(MEDIA_TYPE), bytes).await;
        assert_eq!(response.status(), expected, "{}", String::from_utf8_lossy(bytes));
        assert_eq!(response.headers()["content-type"], MEDIA_TYPE);
        assert!(body(response).await["description"].is_string());
    }
    world.stop().await;
}

async fn item_14_a_whole_bundle_is_an_envelope(backend: Backend) {
    let world = World::start(backend).await;
    let mut bundle = tools(0..2);
    bundle["type"] = json!("bundle");
    bundle["id"] = json!("bundle--44af6c39-c09b-49c5-9de2-394224b04982");
    bundle["x_more"] = json!({"a": [1]});
    assert_eq!(post(&world, &bundle).await["success_count"], 2);
    world.stop().await;
}

async fn item_29_content_types(backend: Backend) {
    let world = World::start(backend).await;
    let text = tools(0..1).to_string();
    let types = |stix| {
        [
            (Some("application/taxii+json"), 202),
            (Some("application/taxii+json;version=2.1"), 202),
            (Some("application/taxii+json; version=2.1"), 202),
            (Some("application/stix+json; version=2.1"), stix),
            (Some("application/json"), 415),
            (Some("application/taxii+json;version=2.0"), 415),
            (None, 415),
        ]
    };
    for (content_type, expected) in types(415) {
        let response = send(&world, content_type, text.clone()).await;
        assert_eq!(response.status(), expected, "{content_type:?}");
        assert_eq!(response.headers()["content-type"], MEDIA_TYPE);
    }
    let compressed = world.request_of("writer", Method::POST, OBJECTS).header("content-encoding", "gzip");
    let compressed = compressed.header("content-type", MEDIA_TYPE).body(text.clone());
    assert_eq!(compressed.send().await.unwrap().status(), 415);
    let refused = world.client.post(format!("{}{OBJECTS}", world.url)).body(text.clone());
    let refused = refused.header("authorization", World::authorization("writer"));
    let refused = refused.header("accept", "application/taxii+json;version=2.0").send().await.unwrap();
    assert_eq!(refused.status(), 406, "item 28");
    world.stop().await;

    let world = World::start_with(backend, |config| config.accept_stix_json = true).await;
    for (content_type, expected) in types(202) {
        assert_eq!(send(&world, content_type, text.clone()).await.status(), expected, "{content_type:?}");
    }
    world.stop().await;
}

async fn item_72_a_body_over_the_limit_is_refused_declared_or_not(backend: Backend) {
    let text = tools(0..1).to_string();
    let limit = text.len() as u64;
    let world = World::start_with(backend, |config| config.max_content_length = limit).await;
    assert_eq!(world.json(&format!("{ROOT}/")).await["max_content_length"], limit);
    assert_eq!(send(&world, Some(MEDIA_TYPE), text.clone()).await.status(), 202, "just within the limit");
    let chunked = |text: String| {
        let chunks: Vec<Result<_, std::io::Error>> =
            text.as_bytes().chunks(100).map(|chunk| Ok(chunk.to_vec())).collect();
        Body::wrap_stream(futures_util::stream::iter(chunks))
    };
    assert_eq!(send(&world, Some(MEDIA_TYPE), chunked(text.clone())).await.status(), 202);
    let long = format!("{text} ");
    assert_eq!(send(&world, Some(MEDIA_TYPE), long.clone()).await.status(), 413);
    // More than fits into what the network keeps: the answer arrives although the body is not taken.
    assert_eq!(send(&world, Some(MEDIA_TYPE), "x".repeat(8 << 20)).await.status(), 413);
    let response = send(&world, Some(MEDIA_TYPE), chunked(long)).await;
    assert_eq!(
        (response.status().as_u16(), &response.headers()["content-type"]),
        (413, &MEDIA_TYPE.parse().unwrap())
    );
    world.stop().await;
}

async fn item_72_a_declared_length_is_refused_before_the_body_comes(backend: Backend) {
    use std::io::{Read, Write};

    let world = World::start(backend).await;
    let address = world.url.strip_prefix("http://").unwrap().to_owned();
    let request = format!(
        "POST {OBJECTS} HTTP/1.1\r\nhost: {address}\r\nauthorization: {}\r\ncontent-type: {MEDIA_TYPE}\r\n\
         content-length: 104857601\r\n\r\n",
        World::authorization("writer"),
    );
    let answer = tokio::task::spawn_blocking(move || {
        let mut stream = std::net::TcpStream::connect(address).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = vec![0; 12];
        stream.read_exact(&mut answer).unwrap();
        String::from_utf8(answer).unwrap()
    });
    assert_eq!(answer.await.unwrap(), "HTTP/1.1 413");
    world.stop().await;
}

async fn item_41_a_large_envelope_is_pending_then_complete(backend: Backend) {
    let world = World::start_with(backend, |config| config.small_envelope = 10).await;
    let mut envelope = tools(0..1200);
    envelope["objects"][700] = json!({"type": "tool", "id": tool_id(700)});
    envelope["objects"][701] = json!("nonsense");
    let status = post(&world, &envelope).await;
    assert_eq!((&status["status"], &status["total_count"]), (&json!("pending"), &json!(1200)));
    assert_eq!(status["pendings"][5], json!({"id": tool_id(5), "version": MODIFIED}));
    assert_eq!(status["pendings"][701]["id"], "/objects/701");
    let done = completed(&world, &status).await;
    assert_eq!((&done["id"], &done["success_count"]), (&status["id"], &json!(1198)));
    assert_eq!(
        (&done["failures"][0]["id"], &done["failures"][1]["id"]),
        (&json!(tool_id(700)), &json!("/objects/701"))
    );
    let page = world.json(&format!("{OBJECTS}?limit=1000")).await;
    assert_eq!(page["objects"].as_array().unwrap().len(), 1000);
    assert_eq!(page["objects"][999], tool(999 + 2, MODIFIED), "in the order in which they came");
    world.stop().await;
}

async fn item_43_a_status_is_kept_for_a_day_and_then_unknown(backend: Backend) {
    let world = World::start(backend).await;
    let status = post(&world, &tools(0..1)).await;
    let path = format!("{ROOT}/status/{}/", status["id"].as_str().unwrap());
    let intake = |world: &World| {
        let none: [(CollectionId, _); 0] = [];
        Intake::new(world.storage.clone(), world.clock.clone(), Duration::ZERO, none, 1)
    };
    for (hours, removed, expected) in [(24, 0, 200), (1, 1, 404)] {
        world.clock.advance(Duration::from_secs(hours * 3600));
        assert_eq!(intake(&world).tidy().await.unwrap(), removed);
        let response = world.request_of("writer", Method::GET, &path).send().await.unwrap();
        assert_eq!(response.status(), expected);
    }
    for id in ["2d086da7-4bdc-4f91-900e-d77486753710", "nonsense", "%ff", "2d086da74bdc4f91900ed77486753710"]
    {
        let response = world.request_of("writer", Method::GET, &format!("{ROOT}/status/{id}/"));
        assert_eq!(response.send().await.unwrap().status(), 404, "{id}");
    }
    world.stop().await;
}

async fn item_44_a_status_is_seen_by_its_sender_only(backend: Backend) {
    let world = World::start(backend).await;
    let status = post(&world, &tools(0..1)).await;
    let path = format!("{ROOT}/status/{}/", status["id"].as_str().unwrap());
    for (name, expected) in [("writer", 200), ("writer-2", 404), ("reader", 404)] {
        let response = world.request_of(name, Method::GET, &path).send().await.unwrap();
        assert_eq!(response.status(), expected, "{name}");
    }
    world.stop().await;
}

async fn item_34_who_may_not_write_is_refused_before_the_body_is_looked_at(backend: Backend) {
    let world = World::start(backend).await;
    let response = world.request_of("reader", Method::POST, OBJECTS).body("nonsense").send().await.unwrap();
    assert_eq!(response.status(), 403);
    let collection = world.request_of("writer", Method::GET, &format!("{ROOT}/collections/socdefenders/"));
    assert_eq!(body(collection.send().await.unwrap()).await["can_write"], true);
    world.stop().await;
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

async fn item_57_versions_are_chosen_by_their_own_time_whenever_they_arrive(backend: Backend) {
    let world = World::start(backend).await;
    let (newest, oldest, middle) =
        ("2025-03-01T00:00:00.000Z", "2025-01-01T00:00:00.000Z", "2025-02-01T00:00:00.500Z");
    for modified in [newest, oldest, middle] {
        post(&world, &json!({"objects": [tool(1, modified)]})).await;
    }
    let cases = [
        ("", vec![newest]),
        ("?match[version]=last", vec![newest]),
        ("?match[version]=first", vec![oldest]),
        ("?match[version]=first,last", vec![newest, oldest]),
        ("?match[version]=all", vec![newest, oldest, middle]),
        ("?match[version]=2025-02-01T00:00:00.5Z", vec![middle]),
        ("?match[version]=2025-02-01T00:00:00.500000Z,last", vec![newest, middle]),
        ("?match[version]=2025-02-01T00:00:00.501Z", vec![]),
        ("?match[spec_version]=2.1", vec![newest]),
        ("?match[spec_version]=2.0", vec![]),
    ];
    for (query, expected) in cases {
        for path in [OBJECTS.to_owned(), format!("{OBJECTS}{}/", tool_id(1))] {
            let page = world.json(&format!("{path}{query}")).await;
            let found: Vec<_> = page["objects"].as_array().into_iter().flatten().collect();
            let found: Vec<_> = found.iter().map(|object| object["modified"].as_str().unwrap()).collect();
            assert_eq!(found, expected, "{path}{query}");
        }
    }
    let versions = world.json(&format!("{OBJECTS}{}/versions/", tool_id(1))).await;
    assert_eq!(versions["versions"], json!([newest, oldest, middle]));
    world.stop().await;
}

async fn item_41_what_waited_when_the_server_died_is_processed_once(backend: Backend) {
    let place = Arc::new(backend.place().await);
    let storage = storage::open(&place.database()).await.unwrap();
    storage.register_collections(&[collection()]).await.unwrap();
    let clock = Clock::manual("2026-01-01T00:00:00Z".parse().unwrap());
    // An intake that nobody works for: the server died after the answer, and in the middle of the work.
    let none: [(CollectionId, _); 0] = [];
    let intake = Intake::new(storage.clone(), clock.clone(), Duration::ZERO, none, 0);
    let body = tools(0..1200).to_string().into_bytes();
    let posting = Posting { collection: collection(), sender: "writer".to_owned(), body };
    let (submission, _) = intake.post(posting).await.unwrap();
    let part = storage.waiting_part().await.unwrap().unwrap();
    assert!(
        storage
            .process_part(&part.name, Vec::new(), &Dating { clock, allowance: Duration::ZERO })
            .await
            .unwrap()
    );
    storage.close().await;

    let world = World::start_on(place, |_| {}).await;
    let done = completed(&world, &json!({"id": submission.id})).await;
    assert_eq!(done["success_count"], 700, "the first part was done, in this test with nothing in it");
    assert_eq!(world.json(OBJECTS).await["objects"].as_array().unwrap().len(), 700);
    let dating = Dating { clock: world.clock.clone(), allowance: Duration::ZERO };
    assert!(!world.storage.process_part(&part.name, Vec::new(), &dating).await.unwrap(), "not a second time");
    world.stop().await;
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
