//! Answers that are given before the body of a request was read: whatever they say, they close the connection, since
//! nobody reads the rest (RFC 9112, section 9.3).

use std::net::SocketAddr;
use std::time::Duration;

use taxii_server::feed::FeedSettings;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::backend::Backend;
use super::world::{MEDIA_TYPE, OBJECTS, World};

/// The greatest body in these tests.
const MOST: usize = 1 << 20;

/// How a body is delimited, with the first part of one that is longer than `MOST` and never ends.
fn framings() -> [(String, Vec<u8>); 2] {
    let part = vec![b' '; MOST + (64 << 10)];
    let chunk = [format!("{:x}\r\n", part.len()).into_bytes(), part.clone(), b"\r\n".to_vec()].concat();
    [(format!("content-length: {}", 100 * MOST), part), ("transfer-encoding: chunked".to_owned(), chunk)]
}

/// Sends a head and a part of the body, and reads until the server hangs up. Returns the status and the head.
async fn answer(address: SocketAddr, head: &str, body: &[u8]) -> (u16, String) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let (mut reading, mut writing) = stream.split();
    let mut answer = Vec::new();
    let write = async {
        // The server may have hung up.
        let _ = writing.write_all(head.as_bytes()).await;
        let _ = writing.write_all(body).await;
        std::future::pending::<()>().await;
    };
    let read = async {
        let mut part = [0; 4096];
        while let Ok(count @ 1..) = reading.read(&mut part).await {
            answer.extend_from_slice(&part[..count]);
        }
    };
    let over = async {
        tokio::select! { () = read => {}, () = write => {} }
    };
    assert!(timeout(Duration::from_secs(60), over).await.is_ok(), "the connection stays open: {head}");
    let answer = String::from_utf8_lossy(&answer).to_lowercase();
    let (head, _) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no answer: {answer:?}"));
    (head.split(' ').nth(1).unwrap().parse().unwrap(), head.to_owned())
}

fn address(world: &World) -> SocketAddr {
    world.url.trim_start_matches("http://").parse().unwrap()
}

/// A request line, who sends it, further headers, and the status of the answer.
type Case<'a> = (&'a str, &'a str, &'a str, u16);

async fn close(address: SocketAddr, cases: &[Case<'_>]) {
    let framings = framings();
    let pairs = cases.iter().flat_map(|case| framings.iter().map(move |framing| (case, framing)));
    let checks = pairs.map(async |((line, name, headers, status), (framing, part))| {
        let authorization = World::authorization(name);
        let head = format!(
            "{line} HTTP/1.1\r\nhost: x\r\nauthorization: {authorization}\r\n{headers}{framing}\r\n\r\n"
        );
        let (found, answered) = answer(address, &head, part).await;
        assert_eq!(found, *status, "{head}");
        assert!(answered.contains("\r\nconnection: close"), "{head}: {answered}");
    });
    futures_util::future::join_all(checks).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn unread_body_closes_the_connection_whatever_the_answer() {
    let world = World::start_with(Backend::Sqlite, |config| {
        config.max_content_length = u64::try_from(MOST).unwrap();
        config.max_login_failures = 0;
        config.admin_listen = Some("127.0.0.1:0".parse().unwrap());
        // It waits for its first poll.
        config.feeds.push(FeedSettings::default());
    })
    .await;
    let post = format!("POST {OBJECTS}");
    let (put, delete) = (format!("PUT {OBJECTS}"), format!("DELETE {OBJECTS}indicator--x/"));
    let get = format!("GET {OBJECTS}");
    let taxii = format!("content-type: {MEDIA_TYPE}\r\n");
    let html = "accept: text/html\r\n";
    let cases: [Case<'_>; 13] = [
        (&post, "nobody", &taxii, 401),
        (&post, "reader", &taxii, 403),
        ("POST /nowhere/", "writer", &taxii, 404),
        (&delete, "writer", "", 404),
        (&put, "writer", &taxii, 405),
        ("OPTIONS /taxii2/", "writer", "", 405),
        (&post, "writer", html, 406),
        (&post, "writer", &taxii, 413),
        (&post, "writer", "content-type: text/plain\r\n", 415),
        (&get, "reader", "", 200),
        ("POST /status/quarantine/x/drop", "writer", html, 403),
        ("POST /status/search", "nobody", html, 401),
        ("GET /status/style.css", "reader", "", 200),
    ];
    close(address(&world), &cases).await;
    let health = [
        ("GET /healthz", "nobody", "", 200),
        ("GET /readyz", "nobody", "", 503),
        ("GET /metrics", "nobody", "", 200),
        ("POST /nowhere", "nobody", "", 404),
    ];
    close(world.admin_address().unwrap(), &health).await;
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn unread_body_of_who_must_wait_closes_the_connection() {
    let world = World::start_with(Backend::Sqlite, |config| config.max_login_failures = 1).await;
    let post = format!("POST {OBJECTS}");
    world.client.get(format!("{}/taxii2/", world.url)).basic_auth("nobody", Some("x")).send().await.unwrap();
    close(address(&world), &[(&post, "nobody", "", 429)]).await;
    world.stop().await;
}

/// A client that goes on with its body whatever it is told.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn body_without_end_is_not_read_for_ever() {
    let world = World::start(Backend::Sqlite).await;
    let mut stream = TcpStream::connect(address(&world)).await.unwrap();
    let head = format!("POST {OBJECTS} HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
    let sending = async { while stream.write_all(b"4\r\nlong\r\n").await.is_ok() {} };
    assert!(timeout(Duration::from_secs(60), sending).await.is_ok(), "it is still read");
    world.stop().await;
}

/// One that sends its body whole before it reads gets the answer, and a body that was read leaves the connection open.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn body_that_was_read_keeps_the_connection() {
    let world = World::start(Backend::Sqlite).await;
    let mut stream = TcpStream::connect(address(&world)).await.unwrap();
    let authorization = World::authorization("writer");
    let head = format!(
        "POST {OBJECTS} HTTP/1.1\r\nhost: x\r\nauthorization: {authorization}\r\ncontent-type: {MEDIA_TYPE}\r\n"
    );
    for body in
        ["content-length: 8\r\n\r\nnonsense", "transfer-encoding: chunked\r\n\r\n8\r\nnonsense\r\n0\r\n\r\n"]
    {
        stream.write_all(format!("{head}{body}").as_bytes()).await.unwrap();
        let mut answer = [0; 4096];
        let count = timeout(Duration::from_secs(60), stream.read(&mut answer)).await.unwrap().unwrap();
        let answer = String::from_utf8_lossy(&answer[..count]);
        assert!(answer.starts_with("HTTP/1.1 400 "), "{body}: {answer}");
        assert!(!answer.to_lowercase().contains("connection: close"), "{answer}");
    }
    world.stop().await;
}
