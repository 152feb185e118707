//! The program killed in the middle of POSTs: what it acknowledged is there, once, and who is paging meanwhile misses
//! nothing.

use std::collections::{HashMap, HashSet};
use std::net::TcpListener;
use std::process::Output;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use reqwest::{Client, Method, RequestBuilder};
use serde_json::Value;
use taxii_server::storage::{self, Dating, Query, VersionFilter};
use tokio::time::sleep;

use super::backend::{Backend, on_both};
use super::posting::{MODIFIED, tool_id, tools};
use super::program::{account, configure, program, serve};
use super::world::{OBJECTS, add, collection, object};

on_both!(
    killed_in_the_middle_of_posts_it_keeps_what_it_acknowledged,
    the_collections_are_listed_shown_and_objects_restored,
);

/// How often the program is killed; `tests/run --long` asks for more.
fn kills() -> u64 {
    if std::env::var_os("TESTS_LONG").is_some() { 100 } else { 6 }
}

/// What clients know of the server, which comes and goes.
struct Clients {
    client: Client,
    url: String,
    token: String,
    /// No more is posted.
    over: AtomicBool,
    /// No more is added.
    settled: AtomicBool,
    sent: AtomicUsize,
    /// The status of each acknowledged request, and which objects it had.
    acknowledged: Mutex<Vec<(String, std::ops::Range<usize>)>>,
}

impl Clients {
    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.client.request(method, format!("{}{path}", self.url)).bearer_auth(&self.token);
        request.header("accept", "application/taxii+json;version=2.1").timeout(Duration::from_secs(10))
    }

    async fn get(&self, path: &str) -> Option<Value> {
        let response = self.request(Method::GET, path).send().await.ok()?;
        assert_eq!(response.status(), 200, "{path}");
        serde_json::from_slice(&response.bytes().await.ok()?).ok()
    }

    /// Posts small and large envelopes, each object once.
    async fn post(&self) {
        while !self.over.load(Ordering::SeqCst) {
            let count = if self.sent.load(Ordering::SeqCst).is_multiple_of(3) { 1_200 } else { 5 };
            let first = self.sent.fetch_add(count, Ordering::SeqCst);
            let request = self.request(Method::POST, OBJECTS).body(tools(first..first + count).to_string());
            match request.header("content-type", "application/taxii+json").send().await {
                Ok(response) => {
                    assert_eq!(response.status(), 202);
                    let Ok(body) = response.bytes().await else { continue };
                    let status: Value = serde_json::from_slice(&body).unwrap();
                    let id = status["id"].as_str().unwrap().to_owned();
                    self.acknowledged.lock().unwrap().push((id, first..first + count));
                }
                Err(_) => sleep(Duration::from_millis(20)).await,
            }
        }
    }

    /// Reads on and on by date; gives how often each object was seen.
    async fn read(&self) -> HashMap<String, usize> {
        let (mut seen, mut place) = (HashMap::new(), None::<String>);
        loop {
            let settled = self.settled.load(Ordering::SeqCst);
            let query = place.as_ref().map(|place| format!("&added_after={place}")).unwrap_or_default();
            let request = self.request(Method::GET, &format!("{OBJECTS}?limit=150{query}"));
            let Ok(response) = request.send().await else {
                sleep(Duration::from_millis(20)).await;
                continue;
            };
            assert_eq!(response.status(), 200);
            let last = response.headers().get("x-taxii-date-added-last");
            let last = last.map(|date| date.to_str().unwrap().to_owned());
            let Ok(body) = response.bytes().await else { continue };
            let page: Value = serde_json::from_slice(&body).unwrap();
            let objects = page["objects"].as_array().cloned().unwrap_or_default();
            for object in &objects {
                *seen.entry(object["id"].as_str().unwrap().to_owned()).or_insert(0) += 1;
            }
            place = last.or(place);
            if objects.is_empty() {
                if settled {
                    return seen;
                }
                sleep(Duration::from_millis(30)).await;
            }
        }
    }

    /// Waits until the server takes requests again, so that there is something to kill.
    async fn one_more_acknowledged(&self) {
        let count = || self.acknowledged.lock().unwrap().len();
        let before = count();
        for _ in 0..1200 {
            if count() > before {
                return;
            }
            sleep(Duration::from_millis(50)).await;
        }
        panic!("no request is acknowledged any more");
    }

    /// Waits until every acknowledged request is complete: with all of its objects.
    async fn completed(&self) {
        let acknowledged = self.acknowledged.lock().unwrap().clone();
        for (id, objects) in acknowledged {
            let mut done = false;
            for _ in 0..600 {
                let status = self.get(&format!("/socdefenders/status/{id}/")).await.unwrap_or_default();
                if status["status"] == "complete" {
                    assert_eq!(status["success_count"], objects.len(), "{id}");
                    assert_eq!(status["successes"][0]["id"], tool_id(objects.start));
                    done = true;
                    break;
                }
                sleep(Duration::from_millis(100)).await;
            }
            assert!(done, "the request {id} is lost");
        }
    }
}

async fn killed_in_the_middle_of_posts_it_keeps_what_it_acknowledged(backend: Backend) {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let place = backend.place().await;
    let folder = tempfile::tempdir().unwrap();
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    configure(folder.path(), &place, port);
    let clients = Arc::new(Clients {
        client: Client::new(),
        url: format!("http://127.0.0.1:{port}"),
        token: account(&place).await,
        over: AtomicBool::new(false),
        settled: AtomicBool::new(false),
        sent: AtomicUsize::new(0),
        acknowledged: Mutex::default(),
    });
    let (poster, reader) = (Arc::clone(&clients), Arc::clone(&clients));
    let poster = tokio::spawn(async move { poster.post().await });
    let reader = tokio::spawn(async move { reader.read().await });
    for round in 0..kills() {
        let mut child = serve(folder.path());
        clients.one_more_acknowledged().await;
        sleep(Duration::from_millis(round * 377 % 1700)).await;
        child.kill().unwrap();
        child.wait().unwrap();
    }
    let mut child = serve(folder.path());
    sleep(Duration::from_secs(1)).await;
    clients.completed().await;
    clients.over.store(true, Ordering::SeqCst);
    poster.await.unwrap();
    clients.completed().await;
    // Also what was stored without being acknowledged.
    let storage = storage::open(&place.database()).await.unwrap();
    while storage.waiting_part().await.unwrap().is_some() {
        sleep(Duration::from_millis(50)).await;
    }
    clients.settled.store(true, Ordering::SeqCst);
    let seen = reader.await.unwrap();
    child.kill().unwrap();
    child.wait().unwrap();

    let query = Query { versions: VersionFilter::All, ..Query::new(1_000_000, u64::MAX) };
    let rows = storage.records(&collection(), &query).await.unwrap().rows;
    storage.close().await;
    let stored: HashSet<String> = rows.iter().map(|row| row.id.clone()).collect();
    assert_eq!(stored.len(), rows.len(), "each object once");
    assert!(rows.is_sorted_by(|one, other| one.date_added < other.date_added));
    let acknowledged = clients.acknowledged.lock().unwrap();
    for number in acknowledged.iter().flat_map(|(_, objects)| objects.clone()) {
        assert!(stored.contains(&tool_id(number)), "{number} was acknowledged and is lost");
    }
    assert!(seen.values().all(|times| *times == 1), "who pages sees nothing twice");
    let missed: Vec<_> = stored.iter().filter(|id| !seen.contains_key(*id)).take(5).collect();
    assert!(missed.is_empty() && seen.len() == stored.len(), "who pages misses {missed:?}");
}

async fn the_collections_are_listed_shown_and_objects_restored(backend: Backend) {
    let place = backend.place().await;
    let folder = tempfile::tempdir().unwrap();
    configure(folder.path(), &place, 0);
    let storage = storage::open(&place.database()).await.unwrap();
    storage.register_collections(&[collection()]).await.unwrap();
    let clock = taxii_server::clock::Clock::manual("2026-01-01T00:00:00Z".parse().unwrap());
    let objects: Vec<_> = (0..3).map(|number| object("tool", number, MODIFIED)).collect();
    add(&*storage, &objects, &clock).await;
    let dating = Dating { clock, allowance: Duration::ZERO };
    let doomed = storage::deletion::Doomed::Object;
    assert_eq!(storage.delete_object(&collection(), &objects[1].id, &doomed, &dating).await.unwrap(), 1);
    storage.close().await;

    let run = |arguments: &[&str]| -> Output {
        program(folder.path()).arg("collection").args(arguments).output().unwrap()
    };
    let printed = |output: &Output| {
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout.clone()).unwrap()
    };
    let id = taxii_server::config::DEFAULT_COLLECTION;
    assert_eq!(printed(&run(&["list"])), format!("{id}\tSOC Defenders\t2 objects\t2 versions\t1 deleted\n"));
    let shown = printed(&run(&["show", "socdefenders"]));
    let deleted = format!("deleted      1\n  {}  on 2026-01-01T00:00:00.000000Z\n", tool_id(1));
    assert!(shown.contains("objects      2\n") && shown.ends_with(&deleted), "{shown}");

    let restored = printed(&run(&["restore", &id.to_string(), &tool_id(1)]));
    assert!(restored.starts_with(&format!("`{}` comes back", tool_id(1))), "{restored}");
    assert!(printed(&run(&["list"])).ends_with("0 deleted\n"));
    let failures = [
        (["restore", "socdefenders", &tool_id(1)], 1, "nothing of `tool--"),
        (["restore", "nowhere", &tool_id(1)], 1, "there is no collection `nowhere`"),
        (["restore", "socdefenders", "nonsense"], 2, "invalid value 'nonsense'"),
    ];
    for (arguments, code, message) in failures {
        let output = run(&arguments);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}");
        assert!(String::from_utf8_lossy(&output.stderr).contains(message), "{arguments:?}");
    }
}
