//! The program told to stop (SIGTERM): what it has accepted it finishes, and what it cannot finish is done by whoever
//! starts next.
#![cfg(unix)]

use std::collections::HashSet;
use std::time::Duration;

use reqwest::Client;
use serde_json::{Value, json};
use taxii_server::storage::{self, Query, VersionFilter};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

use super::backend::{Backend, on_both};
use super::posting::{MODIFIED, tool, tool_id, tools};
use super::program::Served;
use super::world::{MEDIA_TYPE, OBJECTS, collection};

on_both!(
    stopped_in_the_middle_of_the_work_it_goes_on_when_it_starts_again,
    stopped_in_the_middle_of_a_request_it_answers,
);

async fn stopped_in_the_middle_of_the_work_it_goes_on_when_it_starts_again(backend: Backend) {
    const COUNT: usize = 4000;

    let mut served = Served::start(backend).await;
    let posted = served.post(&tools(0..COUNT)).await;
    assert_eq!(posted["status"], "pending");
    served.tell_to_stop();
    served.stopped().await;
    let storage = storage::open(&served.place.database()).await.unwrap();
    assert!(storage.waiting_part().await.unwrap().is_some(), "in the middle");
    served.restart().await;
    assert_eq!(served.completed(&posted).await["success_count"], COUNT);
    let query = Query { versions: VersionFilter::All, ..Query::new(1_000_000, u64::MAX) };
    let rows = storage.records(&collection(), &query).await.unwrap().rows;
    let ids: HashSet<_> = rows.iter().map(|row| &row.id).collect();
    assert_eq!((rows.len(), ids.len()), (COUNT, COUNT), "each once");
    storage.close().await;
    served.tell_to_stop();
    served.stopped().await;
}

async fn stopped_in_the_middle_of_a_request_it_answers(backend: Backend) {
    let mut served = Served::start(backend).await;
    // A page that is larger than what the network keeps.
    let long = |number| {
        let mut tool = tool(number, MODIFIED);
        tool["description"] = json!("x".repeat(16 << 10));
        tool
    };
    let posted = served.post(&json!({ "objects": (0..700).map(long).collect::<Vec<_>>() })).await;
    assert_eq!(served.completed(&posted).await["success_count"], 700);

    let mut reading = served.begin(&format!("GET {OBJECTS} HTTP/1.1\r\nconnection: close")).await;
    let mut page = vec![0; 10_000];
    reading.read_exact(&mut page).await.unwrap();
    let body = json!({ "objects": [tool(1000, MODIFIED)] }).to_string();
    let head = format!("content-type: {MEDIA_TYPE}\r\ncontent-length: {}", body.len());
    let mut writing = served.begin(&format!("POST {OBJECTS} HTTP/1.1\r\n{head}")).await;
    let (first, rest) = body.as_bytes().split_at(20);
    writing.write_all(first).await.unwrap();
    sleep(Duration::from_millis(300)).await;

    served.tell_to_stop();
    sleep(Duration::from_secs(1)).await;
    assert!(TcpStream::connect(&served.address).await.is_err(), "nobody new is let in");
    writing.write_all(rest).await.unwrap();
    let mut answer = [0; 12];
    timeout(Duration::from_secs(8), writing.read_exact(&mut answer)).await.unwrap().unwrap();
    assert_eq!(&answer, b"HTTP/1.1 202");
    reading.read_to_end(&mut page).await.unwrap();
    served.stopped().await;

    let page = String::from_utf8(page).unwrap();
    let (_, body) = page.split_once("\r\n\r\n").unwrap();
    let body: Value = serde_json::from_str(body).unwrap();
    assert_eq!(body["objects"].as_array().unwrap().len(), 700, "the whole page");
    let storage = storage::open(&served.place.database()).await.unwrap();
    assert!(storage.has_object(&collection(), &tool_id(1000)).await.unwrap(), "what was acknowledged");
    storage.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hangup_does_not_end_a_server_without_certificate() {
    let mut served = Served::start(Backend::Sqlite).await;
    for _ in 0..3 {
        served.hang_up();
        let request =
            served.with_credentials(Client::new().get(format!("http://{}/taxii2/", served.address)));
        assert_eq!(request.send().await.unwrap().status(), 200);
    }
    served.tell_to_stop();
    served.stopped().await;
    assert!(served.log().iter().any(|line| line["message"] == "stopping"), "it ended as it was told to");
}
