//! What the program writes into its log: each request with its id, whatever becomes of it, and never a credential.

use std::collections::HashSet;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::{Client, RequestBuilder};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::backend::{Backend, on_both};
use super::posting::tools;
use super::program::Served;
use super::world::{MEDIA_TYPE, OBJECTS};

on_both!(each_request_has_an_id_in_the_log_and_no_credential_is_there);

async fn each_request_has_an_id_in_the_log_and_no_credential_is_there(backend: Backend) {
    let mut served = Served::start(backend).await;
    let url = |path: &str| format!("http://{}{path}", served.address);
    let status = async |request: RequestBuilder| request.send().await.unwrap().status().as_u16();
    let (get, post) = (|path: &str| Client::new().get(url(path)), Client::new().post(url(OBJECTS)));
    let (guess, wrong_token) = ("Hunter2-and-more", "taxii_wrong");

    assert_eq!(status(served.with_credentials(get("/taxii2/"))).await, 200);
    assert_eq!(status(served.with_credentials(get("/nowhere/"))).await, 404);
    assert_eq!(status(served.with_credentials(get(&format!("{OBJECTS}?limit=x")))).await, 400);
    assert_eq!(status(get("/taxii2/").bearer_auth(&served.token).header("accept", "text/html")).await, 406);
    assert_eq!(status(get("/taxii2/").basic_auth("writer", Some(guess))).await, 401);
    assert_eq!(status(get("/taxii2/").bearer_auth(wrong_token)).await, 401);
    assert_eq!(status(get("/taxii2/").basic_auth(&served.token, Some(&served.token))).await, 200);
    assert_eq!(status(served.with_credentials(post.try_clone().unwrap().body("nonsense"))).await, 400);
    assert_eq!(status(served.with_credentials(post.body(tools(0..1).to_string()))).await, 202);

    // What fails within says so in the log, under the id that the client is told.
    served.place.execute("ALTER TABLE object RENAME TO gone").await;
    let response = served.with_credentials(get(OBJECTS)).header("user-agent", "a TIP").send().await.unwrap();
    assert_eq!(response.status(), 500);
    assert_eq!(response.headers()["content-type"], MEDIA_TYPE);
    let told: Value = serde_json::from_slice(&response.bytes().await.unwrap()).unwrap();
    served.tell_to_stop();
    served.stopped().await;

    let log = served.log();
    let ended: Vec<_> = log.iter().filter(|line| line["message"] == "served").collect();
    let seen: Vec<_> = ended.iter().map(|line| line["status"].as_u64().unwrap()).collect();
    assert_eq!(seen, [200, 404, 400, 406, 401, 401, 200, 400, 202, 500]);
    let ids: HashSet<_> = ended.iter().map(|line| line["span"]["id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), ended.len(), "each has its own");
    let failed = log.iter().find(|line| line["level"] == "ERROR").unwrap();
    assert_eq!((&failed["span"]["id"], &failed["span"]["agent"]), (&told["error_id"], &"a TIP".into()));
    assert!(failed["error"].as_str().unwrap().contains("database"), "{failed}");

    let text = served.log_text();
    let encoded = STANDARD.encode(format!("writer:{guess}"));
    for secret in [&served.token, guess, wrong_token, &encoded] {
        assert!(!text.contains(secret), "{secret}");
    }
}

/// Anybody can send any number of them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn malformed_request_is_no_line_in_the_log() {
    let mut served = Served::start(Backend::Sqlite).await;
    for request in ["nonsense\r\n\r\n", "GET / HTTP/1.1\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n"] {
        let mut stream = tokio::net::TcpStream::connect(&served.address).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        assert!(answer.starts_with(b"HTTP/1.1 400 "), "{}", String::from_utf8_lossy(&answer));
    }
    served.tell_to_stop();
    served.stopped().await;
    let log = served.log();
    let of_framework =
        |line: &Value| line["target"].as_str().is_some_and(|target| target.starts_with("actix"));
    assert!(!log.iter().any(|line| line["level"] == "ERROR" || of_framework(line)), "{log:?}");
}
