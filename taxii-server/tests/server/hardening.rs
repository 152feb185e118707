//! Whatever a client does, others are served, and what is refused is told as a TAXII error.

use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::backend::{Backend, on_both};
use super::posting::tools;
use super::world::{Caller, MEDIA_TYPE, OBJECTS, World};

on_both!(item_09_health_and_metrics_on_an_address_of_their_own);

async fn connect(world: &Caller) -> TcpStream {
    TcpStream::connect(world.url.trim_start_matches("http://")).await.unwrap()
}

/// Sends these bytes, and reads status, head and body of the answer. The server may hang up before it has read them
/// all, and then an answer still counts.
pub(crate) async fn raw(world: &Caller, request: &[u8]) -> (u16, String, Value) {
    let mut stream = connect(world).await;
    let (mut reading, mut writing) = stream.split();
    let mut answer = Vec::new();
    let read = async {
        let mut part = [0; 4096];
        while let Ok(count @ 1..) = reading.read(&mut part).await {
            answer.extend_from_slice(&part[..count]);
        }
    };
    let write = async {
        let _ = writing.write_all(request).await;
    };
    tokio::time::timeout(Duration::from_secs(20), async { tokio::join!(read, write) }).await.unwrap();
    let answer = String::from_utf8(answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no answer: {answer:?}"));
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (status, head.to_lowercase(), serde_json::from_str(body).unwrap_or_default())
}

#[tokio::test]
async fn item_33_what_cannot_be_a_request_gets_a_taxii_error() {
    let world = World::start(Backend::Sqlite).await;
    let get = |path: &str, headers: &str| {
        format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{headers}\r\n").into_bytes()
    };
    let large = "x".repeat(1 << 20);
    let cases = [
        ("a header of 1 MiB", get("/taxii2/", &format!("x-large: {large}\r\n")), 431),
        ("a thousand headers", get("/taxii2/", &"a: b\r\n".repeat(1000)), 431),
        ("a path of 64 KiB", get(&format!("/{}", "x".repeat(65_535)), ""), 400),
        ("a path of 60 KiB", get(&format!("/{}", "x".repeat(60_000)), ""), 404),
        ("no HTTP", b"nonsense\r\n\r\n".to_vec(), 400),
        ("two lengths", get("/taxii2/", "content-length: 1\r\ncontent-length: 2\r\n"), 400),
        ("a bad encoding", get("/taxii2/%zz/%00/", ""), 404),
    ];
    for (what, request, expected) in cases {
        let (status, head, body) = raw(&world, &request).await;
        // Where authentication comes first, it may say so instead.
        assert!(status == expected || status == 401, "{what}: {status}");
        assert!(head.contains(&format!("content-type: {MEDIA_TYPE}")), "{what}: {head}");
        assert_eq!(body["http_status"], status.to_string(), "{what}");
    }
    assert_eq!(world.get("/taxii2/").await.status(), 200);
    world.stop().await;
}

/// The value of this number.
type MakeValue = fn(usize) -> String;

#[tokio::test]
async fn item_54_a_thousand_values_in_a_filter_and_no_more() {
    let world = World::start(Backend::Sqlite).await;
    world.add(&[super::world::indicator(999)]).await;
    let id = |number: usize| format!("indicator--{number:08x}-0000-4000-8000-000000000000");
    let version = |number: usize| format!("2025-01-01T00:00:00.{:03}Z", number % 1000);
    let cases: [(&str, MakeValue, usize, u16); 6] = [
        ("id", id, 1000, 200),
        ("id", id, 1001, 400),
        ("type", |number| format!("x-type-{number}"), 1000, 400),
        ("version", version, 1000, 400),
        ("spec_version", |_| "2.1".to_owned(), 1000, 400),
        ("id", |_| "x".to_owned(), 1000, 400),
    ];
    for (field, value, count, expected) in cases {
        let values: Vec<_> = (0..count).map(value).collect();
        let response = world.get(&format!("{OBJECTS}?match[{field}]={}", values.join(","))).await;
        assert_eq!(response.status(), expected, "{count} values of {field}");
        assert_eq!(response.headers()["content-type"], MEDIA_TYPE);
        let body: Value = serde_json::from_slice(&response.bytes().await.unwrap()).unwrap();
        if expected == 200 {
            assert_eq!(body["objects"].as_array().unwrap().len(), 1, "the last of them");
        } else {
            assert_eq!(body["http_status"], "400", "{field}");
            assert!(body["description"].as_str().unwrap().contains(&format!("match[{field}]")), "{body}");
        }
    }
    world.stop().await;
}

/// The greatest body of the defaults is 100 MiB; with `TESTS_LONG=1` all of the rest of 1 GiB is offered, else a part.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn item_72_a_body_of_a_gibibyte_is_refused() {
    let world = World::start_with(Backend::Sqlite, |config| {
        if !long() {
            config.max_content_length = 1 << 20;
        }
    })
    .await;
    let head = format!(
        "POST {OBJECTS} HTTP/1.1\r\nhost: x\r\nauthorization: {}\r\ncontent-type: {MEDIA_TYPE}\r\n",
        World::authorization("writer")
    );
    let (status, _, body) =
        raw(&world, format!("{head}content-length: {}\r\n\r\n", 1 << 30).as_bytes()).await;
    assert_eq!((status, &body["http_status"]), (413, &"413".into()), "one that says so");

    let mut stream = connect(&world).await;
    stream.write_all(format!("{head}transfer-encoding: chunked\r\n\r\n").as_bytes()).await.unwrap();
    let (mut reading, mut writing) = stream.split();
    let chunk = [format!("{:x}\r\n", 1 << 16).into_bytes(), vec![b' '; 1 << 16], b"\r\n".to_vec()].concat();
    let count = if long() { 1 << 14 } else { 1 << 10 };
    let write = async {
        let mut sent = 0;
        while sent < count && writing.write_all(&chunk).await.is_ok() {
            sent += 1;
        }
        std::future::pending::<()>().await;
    };
    let mut answer = [0; 1000];
    let read = async {
        tokio::select! { read = reading.read(&mut answer) => read.unwrap(), () = write => 0 }
    };
    let read = tokio::time::timeout(Duration::from_secs(60), read).await.unwrap();
    let answer = String::from_utf8_lossy(&answer[..read]).to_lowercase();
    assert!(answer.starts_with("http/1.1 413 ") && answer.contains(MEDIA_TYPE), "one that goes on: {answer}");
    assert_eq!(world.get("/taxii2/").await.status(), 200, "it lives");
    world.stop().await;
}

fn long() -> bool {
    std::env::var_os("TESTS_LONG").is_some_and(|long| long == "1")
}

/// 500 connections, or with `TESTS_LONG=1` 10,000: half of them say nothing, half begin a request and go on slowly.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn item_17_idle_and_slow_connections_do_not_stop_a_good_client() {
    let count = if long() { 9_900 } else { 500 };
    let world = World::start(Backend::Sqlite).await;
    let mut held = Vec::with_capacity(count);
    for number in 0..count {
        let mut stream = connect(&world).await;
        if number % 2 == 0 {
            stream.write_all(b"GET /taxii2/ HTTP/1.1\r\nhost:").await.unwrap();
        }
        held.push(stream);
    }
    for stream in held.iter_mut().step_by(2) {
        // The server may have given it up by now.
        let _ = stream.write_all(b" x").await;
    }
    for _ in 0..20 {
        let answer = tokio::time::timeout(Duration::from_secs(60), world.get("/taxii2/")).await;
        assert_eq!(answer.expect("it waits").status(), 200, "beside {count} connections");
    }
    drop(held);
    world.stop().await;
}

#[tokio::test]
async fn item_33_a_header_that_does_not_end_is_given_up() {
    let world = World::start(Backend::Sqlite).await;
    let (status, head, body) = raw(&world, b"GET /taxii2/ HTTP/1.1\r\nhost: x\r\n").await;
    assert_eq!((status, body["http_status"].as_str()), (408, Some("408")), "{head}");
    world.stop().await;
}

#[tokio::test]
async fn item_33_nor_may_the_second_header_of_a_connection_last_for_ever() {
    let world = World::start(Backend::Sqlite).await;
    let mut stream = connect(&world).await;
    stream.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    let mut answer = [0; 1000];
    assert!(stream.read(&mut answer).await.unwrap() > 0);
    stream.write_all(b"GET /healthz HTTP/1.1\r\nhost:").await.unwrap();
    let (mut reading, mut writing) = stream.split();
    let slowly = async {
        while writing.write_all(b"x").await.is_ok() {
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    };
    let hung_up = async { while let Ok(1..) = reading.read(&mut answer).await {} };
    let outcome = tokio::time::timeout(Duration::from_secs(40), async {
        tokio::select! { () = slowly => {}, () = hung_up => {} }
    });
    assert!(outcome.await.is_ok(), "it is still open");
    world.stop().await;
}

#[tokio::test]
async fn item_72_a_body_that_is_silent_or_too_slow_is_given_up() {
    let world =
        World::start_with(Backend::Sqlite, |config| config.body_timeout = Duration::from_secs(2)).await;
    let head = format!(
        "POST {OBJECTS} HTTP/1.1\r\nhost: x\r\nauthorization: {}\r\ncontent-type: {MEDIA_TYPE}\r\n",
        World::authorization("writer")
    );
    for length in ["content-length: 1000", "transfer-encoding: chunked"] {
        let mut stream = connect(&world).await;
        stream.write_all(format!("{head}{length}\r\n\r\n").as_bytes()).await.unwrap();
        let (mut reading, mut writing) = stream.split();
        let slowly = async {
            // A chunk of one octet, which is as good as any octets.
            while writing.write_all(b"1\r\n \r\n").await.is_ok() {
                tokio::time::sleep(Duration::from_millis(500)).await;
            }
            std::future::pending::<()>().await;
        };
        let mut answer = [0; 1000];
        let read = async {
            tokio::select! { count = reading.read(&mut answer) => count.unwrap(), () = slowly => 0 }
        };
        let count = tokio::time::timeout(Duration::from_secs(20), read).await.unwrap();
        let answer = String::from_utf8_lossy(&answer[..count]).to_lowercase();
        assert!(answer.starts_with("http/1.1 408 ") && answer.contains(MEDIA_TYPE), "{length}: {answer}");
        assert!(answer.ends_with("\"http_status\":\"408\"}"), "{length}: {answer}");
    }
    let (status, _, body) = raw(&world, format!("{head}content-length: 9\r\n\r\n{{}}").as_bytes()).await;
    assert_eq!((status, &body["error_code"]), (408, &"request_timeout".into()), "one that is silent");
    // Who is quick may take longer for more.
    let chunks = futures_util::stream::unfold(0, async |sent| {
        tokio::time::sleep(Duration::from_millis(500)).await;
        let chunk = if sent < 6 { vec![b' '; 64 << 10] } else { tools(0..1).to_string().into_bytes() };
        (sent < 7).then_some((Ok::<_, std::io::Error>(chunk), sent + 1))
    });
    let request =
        world.request_of("writer", reqwest::Method::POST, OBJECTS).header("content-type", MEDIA_TYPE);
    let response = request.body(reqwest::Body::wrap_stream(chunks)).send().await.unwrap();
    assert_eq!(response.status(), 202);
    world.stop().await;
}

async fn item_09_health_and_metrics_on_an_address_of_their_own(backend: Backend) {
    let world = World::start(backend).await;
    let get = async |url: String| {
        let response = world.client.get(url).send().await.unwrap();
        (response.status().as_u16(), response.text().await.unwrap())
    };
    assert_eq!(get(format!("{}/healthz", world.url)).await, (200, "ok\n".to_owned()));
    assert_eq!(get(format!("{}/metrics", world.url)).await.0, 404);
    world.stop().await;

    let world = World::start_with(backend, |config| {
        config.admin_listen = Some("127.0.0.1:0".parse().unwrap());
    })
    .await;
    let admin = format!("http://{}", world.admin_address().unwrap());
    let get = async |url: String| {
        let response = world.client.get(url).send().await.unwrap();
        (response.status().as_u16(), response.text().await.unwrap())
    };
    assert_eq!(get(format!("{}/healthz", world.url)).await.0, 404, "not for everybody");
    assert_eq!(get(format!("{admin}/healthz")).await, (200, "ok\n".to_owned()));
    assert_eq!(get(format!("{admin}/readyz")).await, (200, "ready\n".to_owned()));
    assert_eq!(get(format!("{admin}/taxii2/")).await.0, 404);
    world.add(&[super::world::indicator(1), super::world::indicator(2)]).await;
    world.json("/socdefenders/collections/socdefenders/objects/").await;
    assert_eq!(
        world.client.get(format!("{}/taxii2/", world.url)).bearer_auth("x").send().await.unwrap().status(),
        401
    );
    let (status, text) = get(format!("{admin}/metrics")).await;
    assert_eq!(status, 200);
    for line in [
        "taxii_request_duration_seconds_count{endpoint=\"objects\",status=\"200\"} 1",
        "taxii_request_duration_seconds_count{endpoint=\"discovery\",status=\"401\"} 1",
        "taxii_pages_total 1",
        "taxii_objects_served_total 2",
        "taxii_objects{collection=\"943b1240-00c1-4707-802e-594f4d1104a6\",type=\"indicator\"} 2",
        "taxii_login_failures_total 1",
    ] {
        assert!(text.lines().any(|found| found == line), "{line}\n{text}");
    }
    world.stop().await;
}

#[tokio::test]
async fn item_71_nesting_without_end_is_refused() {
    let world = World::start(Backend::Sqlite).await;
    let everywhere = taxii_server::storage::Scope::Everywhere;
    assert!(world.storage.grant("reader", everywhere, taxii_server::storage::Access::BOTH).await.unwrap());
    let deep = 100_000;
    let bodies = [
        format!("{{\"objects\":[{}{}]}}", "[".repeat(deep), "]".repeat(deep)),
        format!(
            "{{\"objects\":[{{\"type\":\"indicator\",\"x\":{}1{}}}]}}",
            "{\"a\":".repeat(deep),
            "}".repeat(deep)
        ),
        "[".repeat(deep),
    ];
    for body in bodies {
        let request = world
            .request(reqwest::Method::POST, "/socdefenders/collections/socdefenders/objects/")
            .header("content-type", MEDIA_TYPE)
            .body(body.clone());
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        assert_eq!(response.headers()["content-type"], MEDIA_TYPE);
        let answer: Value = serde_json::from_slice(&response.bytes().await.unwrap()).unwrap();
        // An object that cannot be read may also be told as a failure of its own.
        let refused = [400, 422].contains(&status) || (status == 202 && answer["failure_count"] == 1);
        assert!(refused, "{}...: {status} {answer}", &body[..30]);
    }
    assert_eq!(world.get("/taxii2/").await.status(), 200, "it lives");
    world.stop().await;
}
