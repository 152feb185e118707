//! How large an envelope, its objects and the bodies of all requests may be, and how much a status tells.

use std::io::{Read, Write};
use std::net::TcpStream;

use serde_json::{Value, json};

use super::backend::{Backend, on_both};
use super::posting::{MODIFIED, ROOT, completed, counts_fit, post, send, status, tool, tool_id, tools};
use super::world::{MEDIA_TYPE, OBJECTS, World, body};

on_both!(
    envelope_with_too_many_objects_is_refused_as_a_whole,
    envelope_with_anything_but_objects_is_refused_as_a_whole,
    object_beyond_the_limit_is_refused_alone,
    status_lists_every_failure_and_explains_the_first,
    status_that_is_too_long_is_removed_by_the_migration,
);

/// Sends an envelope that must be refused, and returns the description of the error.
async fn refused(world: &World, envelope: &Value) -> String {
    let response = send(world, Some(MEDIA_TYPE), envelope.to_string()).await;
    assert_eq!(response.status(), 422);
    assert_eq!(response.headers()["content-type"], MEDIA_TYPE);
    let error = body(response).await;
    assert_eq!(world.json(OBJECTS).await.get("objects"), None, "nothing may be stored");
    assert_eq!(world.place.number("SELECT count(*) FROM submission").await, 0);
    error["description"].as_str().unwrap().to_owned()
}

async fn envelope_with_too_many_objects_is_refused_as_a_whole(backend: Backend) {
    let world = World::start_with(backend, |config| config.max_objects = 3).await;
    let description = refused(&world, &tools(0..4)).await;
    assert!(description.contains("`max_objects`, 3 objects: send it in parts"), "{description}");
    assert_eq!(post(&world, &tools(0..3)).await["success_count"], 3);
    world.stop().await;
}

async fn envelope_with_anything_but_objects_is_refused_as_a_whole(backend: Backend) {
    let world = World::start(backend).await;
    for other in [json!(7), json!("x"), json!(null), json!([tool(2, MODIFIED)])] {
        let description = refused(&world, &json!({"objects": [tool(1, MODIFIED), other]})).await;
        assert!(description.contains("`/objects/1` is not a JSON object"), "{description}");
    }
    world.stop().await;
}

async fn object_beyond_the_limit_is_refused_alone(backend: Backend) {
    let mut long = tool(1, MODIFIED);
    long["description"] = json!("x".repeat(1 << 20));
    // One that is checked at once, and one that waits and is checked by the worker.
    for small_envelope in [10, 1] {
        let change = |config: &mut taxii_server::config::Config| {
            (config.small_envelope, config.max_object_bytes) = (small_envelope, 1 << 20);
        };
        let world = World::start_with(backend, change).await;
        let sent = post(&world, &json!({"objects": [tool(0, MODIFIED), long, tool(2, MODIFIED)]})).await;
        let status = completed(&world, &sent).await;
        assert_eq!((&status["success_count"], &status["failure_count"]), (&json!(2), &json!(1)));
        let failure = &status["failures"][0];
        assert_eq!((&failure["id"], &failure["version"]), (&json!(tool_id(1)), &json!(MODIFIED)));
        let reason = failure["message"].as_str().unwrap();
        assert!(reason.contains("more than `max_object_bytes`, 1048576"), "{reason}");
        world.stop().await;
    }
}

async fn status_lists_every_failure_and_explains_the_first(backend: Backend) {
    for small_envelope in [10_000, 1] {
        let world = World::start_with(backend, |config| config.small_envelope = small_envelope).await;
        let mut objects = vec![json!({}); 2_500];
        objects[10] = tool(0, MODIFIED);
        let sent = post(&world, &json!({ "objects": objects })).await;
        let status = completed(&world, &sent).await;
        assert_eq!((&status["success_count"], &status["failure_count"]), (&json!(1), &json!(2_499)));
        let failures = status["failures"].as_array().unwrap();
        let explained = failures.iter().take_while(|failure| failure["message"].is_string()).count();
        assert!((900..=1000).contains(&explained), "{explained}");
        assert!(failures[explained..].iter().all(|failure| failure.get("message").is_none()));
        assert_eq!(failures.last().unwrap()["id"], "/objects/2499");
        if small_envelope > 1 {
            assert_eq!(status, sent, "the answer to the request and the status say the same");
        }
        let longest = "SELECT CAST(max(length(outcomes)) AS bigint) FROM submission_part";
        let longest = world.place.number(longest).await;
        assert!(longest < 1_000_000, "a row holds {longest} characters");
        world.stop().await;
    }
}

/// Rows of a thousand outcomes are short; those of old servers, which may hold an envelope without any bound, are gone.
async fn status_that_is_too_long_is_removed_by_the_migration(backend: Backend) {
    let world = World::start(backend).await;
    let kept = post(&world, &tools(0..2)).await;
    let removed = post(&world, &tools(2..4)).await;
    let id: &'static str = Box::leak(removed["id"].as_str().unwrap().to_owned().into_boxed_str());
    let lengthen = format!(
        "UPDATE submission_part SET outcomes = outcomes || '{}' WHERE submission = '{id}'",
        " ".repeat(17 << 20)
    );
    world.place.execute(Box::leak(lengthen.into_boxed_str())).await;
    let migration = match backend {
        Backend::Sqlite => include_str!("../../migrations/sqlite/0021_bounds.sql"),
        Backend::Postgres => include_str!("../../migrations/postgres/0021_bounds.sql"),
    };
    let statement =
        migration.split(';').find(|statement| statement.contains("DELETE FROM submission ")).unwrap();
    world.place.execute(statement).await;
    let path = format!("{ROOT}/status/{id}/");
    let answer = world.request_of("writer", reqwest::Method::GET, &path).send().await.unwrap();
    assert_eq!(answer.status(), 404);
    let kept = status(&world, kept["id"].as_str().unwrap()).await;
    counts_fit(&kept);
    world.stop().await;
}

/// Sends the head of a request and this much of its body, and keeps the connection.
fn begin(world: &World, account: &str, bytes: usize) -> TcpStream {
    let address = world.url.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    let authorization = World::authorization(account);
    let head = format!(
        "POST {OBJECTS} HTTP/1.1\r\nhost: {address}\r\nauthorization: {authorization}\r\n\
         content-type: {MEDIA_TYPE}\r\ncontent-length: 1000000\r\n\r\n",
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(&vec![b' '; bytes]).unwrap();
    stream
}

/// The beginning of the answer.
fn answer(mut stream: TcpStream) -> String {
    let mut text = vec![0; 4096];
    let length = stream.read(&mut text).unwrap();
    text.truncate(length);
    String::from_utf8(text).unwrap().to_ascii_lowercase()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bodies_in_flight_are_bounded_for_an_account_and_in_all() {
    let world = World::start_with(Backend::Sqlite, |config| {
        config.max_content_length = 1_000_000;
        config.max_account_bodies_bytes = 1_000_000;
        config.max_bodies_bytes = 1_200_000;
    })
    .await;
    let answers = tokio::task::block_in_place(|| {
        // The first body holds nearly all that its account may hold.
        let held = begin(&world, "writer", 990_000);
        std::thread::sleep(std::time::Duration::from_millis(500));
        let same_account = begin(&world, "writer", 100_000);
        let small = begin(&world, "writer-2", 100_000);
        std::thread::sleep(std::time::Duration::from_millis(500));
        let more = begin(&world, "writer-2", 200_000);
        let answers = [answer(same_account), answer(more)];
        drop((held, small));
        answers
    });
    for (answer, status) in answers.iter().zip(["429", "503"]) {
        assert!(answer.starts_with(&format!("http/1.1 {status} ")), "{answer}");
        assert!(answer.contains("\r\nretry-after: "), "{answer}");
        assert!(answer.contains(&format!("content-type: {MEDIA_TYPE}")), "{answer}");
    }
    // What the connections held has come back.
    assert_eq!(post(&world, &tools(0..1)).await["success_count"], 1);
    world.stop().await;
}
