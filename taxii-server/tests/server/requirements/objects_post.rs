//! `POST .../objects/`: what is added, refused and counted (section 5.5).

use std::time::Duration;

use reqwest::Body;
use serde_json::{Value, json};
use taxii_server::config::Config;

use crate::backend::{Backend, on_both};
use crate::posting::{self, MODIFIED, ROOT, post, send, tool, tool_id, tools};
use crate::world::{MEDIA_TYPE, OBJECTS, World, body};

on_both!(
    item_69_a_small_envelope_is_complete_with_the_answer,
    item_69_a_large_envelope_that_is_done_in_time_is_complete_with_the_answer,
    item_70_an_exact_duplicate_succeeds,
    item_70_the_same_version_with_other_content_fails_and_the_rest_is_stored,
    item_71_each_object_is_judged_by_itself,
    item_71_what_is_no_json_and_what_is_no_envelope,
    item_14_a_whole_bundle_is_an_envelope,
    item_72_a_body_of_undeclared_length_is_counted_as_it_comes,
    item_72_a_declared_length_is_refused_before_the_body_comes,
);

async fn item_69_a_small_envelope_is_complete_with_the_answer(backend: Backend) {
    let world = World::start(backend).await;
    let status = post(&world, &tools(0..3)).await;
    assert_eq!((&status["status"], &status["success_count"]), (&json!("complete"), &json!(3)));
    assert_eq!(status["request_timestamp"], "2026-01-01T00:00:00.000000Z");
    assert_eq!(status["successes"][1], json!({"id": tool_id(1), "version": MODIFIED}));
    assert_eq!(status["id"].as_str().unwrap().as_bytes()[14], b'4', "a UUID of version 4");
    assert_eq!(posting::status(&world, status["id"].as_str().unwrap()).await, status);
    assert_eq!(world.json(OBJECTS).await["objects"], tools(0..3)["objects"]);
    world.stop().await;
}

async fn item_69_a_large_envelope_that_is_done_in_time_is_complete_with_the_answer(backend: Backend) {
    let patience = |config: &mut Config| {
        (config.small_envelope, config.post_wait) = (5, Duration::from_secs(60));
    };
    let world = World::start_with(backend, patience).await;
    let (one, other) = (tools(0..20), tools(20..50));
    let statuses = tokio::join!(post(&world, &one), post(&world, &other));
    for (status, count) in [(statuses.0, 20), (statuses.1, 30)] {
        assert_eq!((&status["status"], &status["success_count"]), (&json!("complete"), &json!(count)));
        assert_eq!(posting::status(&world, status["id"].as_str().unwrap()).await, status);
    }
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

async fn item_71_what_is_no_json_and_what_is_no_envelope(backend: Backend) {
    let world = World::start(backend).await;
    let cases: [(&[u8], u16); 11] = [
        (b"", 400),
        (b"hello", 400),
        (b"{\"objects\": [", 400),
        (b"{\"objects\": [\"\xff\"]}", 400),
        (b"[]", 422),
        (b"{}", 422),
        (b"{\"objects\": []}", 422),
        (b"{\"objects\": {}}", 422),
        (b"{\"type\": \"bundle\"}", 422),
        (b"{\"objects\": [{}, 7]}", 422),
        (b"{\"objects\": [[{}]]}", 422),
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

async fn item_72_a_body_of_undeclared_length_is_counted_as_it_comes(backend: Backend) {
    let text = tools(0..1).to_string();
    let limit = text.len() as u64;
    let world = World::start_with(backend, |config| config.max_content_length = limit).await;
    let chunked = |text: String| {
        let chunks: Vec<Result<_, std::io::Error>> =
            text.as_bytes().chunks(100).map(|chunk| Ok(chunk.to_vec())).collect();
        Body::wrap_stream(futures_util::stream::iter(chunks))
    };
    assert_eq!(send(&world, Some(MEDIA_TYPE), chunked(text.clone())).await.status(), 202);
    let long = send(&world, Some(MEDIA_TYPE), chunked(format!("{text} "))).await;
    assert_eq!(long.status(), 413);
    assert_eq!(long.headers()["content-type"], MEDIA_TYPE);
    // More than fits into what the network keeps: the answer arrives although the body is not taken.
    assert_eq!(send(&world, Some(MEDIA_TYPE), "x".repeat(8 << 20)).await.status(), 413);
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

fn reasons(status: &Value) -> Vec<&str> {
    let failures = status["failures"].as_array().into_iter().flatten();
    failures.map(|failure| failure["message"].as_str().unwrap()).collect()
}
