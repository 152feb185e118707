//! Eight writers at once, and beside them every style of paging and the clients that there are: each sees every object,
//! in order, and misses none (TAXII 2.1, sections 3.2 and 3.5). On one server, and on two that share a database and take
//! turns at every request.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::future::join_all;
use serde_json::Value;
use serde_json::value::RawValue;
use taxii_server::clock::Clock;
use taxii_server::config::Config;
use taxii_server::storage::feed::FeedWrite;
use taxii_server::storage::{Dating, NewObject, Query, Storage, VersionFilter};
use taxii_server::wire::Timestamp;
use tokio::time::sleep;

use super::backend::{Backend, on_both};
use super::emulated::{
    Elastic, MispCore, OpenctiConnector, OpenctiIngester, OpenctiStream, Reader, Site, SplunkCtis, Writer,
    Xsoar,
};
use super::paging::{Place, STYLES, Style, fetch, ids};
use super::posting::tool;
use super::world::{OBJECTS, World, collection};

on_both!(item_62_nobody_misses_anything_beside_eight_writers);

async fn item_62_nobody_misses_anything_beside_eight_writers(backend: Backend) {
    crowd(backend, 1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn item_62_nobody_misses_anything_on_two_servers_beside_eight_writers() {
    crowd(Backend::Postgres, 2).await;
}

/// How many of them write, each in a way of its own or as one other does.
const WRITERS: usize = 8;

/// How often each of them does.
fn batches() -> usize {
    if std::env::var_os("TESTS_LONG").is_some() { 150 } else { 10 }
}

/// Enough for a machine that stands still for a while between the reading of the clock and the commit.
const ALLOWANCE: Duration = Duration::from_secs(60);

fn settings(config: &mut Config) {
    config.accept_stix_json = true;
    config.allowance = ALLOWANCE;
    // Most requests are worked off after their answer, and those who ask for this length have to cut theirs.
    (config.small_envelope, config.max_content_length) = (4, 3000);
}

async fn crowd(backend: Backend, servers: usize) {
    let place = Arc::new(backend.place().await);
    let mut worlds = Vec::new();
    for _ in 0..servers {
        worlds.push(World::start_at(Clock::system(), Arc::clone(&place), settings).await);
    }
    let over = AtomicBool::new(false);
    let writing = async {
        let sent = join_all((0..WRITERS).map(|writer| write(&worlds, writer))).await;
        while worlds[0].storage.waiting_part().await.unwrap().is_some() {
            sleep(Duration::from_millis(20)).await;
        }
        over.store(true, Ordering::SeqCst);
        sent.into_iter().sum::<usize>()
    };
    let accounts = STYLES.iter().zip(5..).map(|((_, style), limit)| read(&worlds, *style, limit, &over));
    let mut clients = clients(&worlds);
    let followed = clients.iter_mut().map(|(_, _, client)| follow(&mut **client, &over));
    let (sent, accounts, runs) = tokio::join!(writing, join_all(accounts), join_all(followed));

    let query = Query { versions: VersionFilter::All, ..Query::new(1_000_000, u64::MAX) };
    let records = worlds[0].storage.records(&collection(), &query).await.unwrap().rows;
    assert_eq!(records.len(), sent, "each object is stored once");
    let places = records.into_iter().map(|record| record.id).zip(0..).collect();
    for ((name, _), account) in STYLES.iter().zip(accounts) {
        judge(name, &[account], Repeats::Never, &places);
    }
    for ((name, repeats, _), runs) in clients.iter().zip(runs) {
        judge(name, &runs, *repeats, &places);
    }
    for page in ["?limit=7", "?limit=100&match[type]=tool", "?added_after=2020-01-01T00:00:00Z"] {
        let path = format!("{OBJECTS}{page}");
        let answer = worlds[0].json(&path).await;
        for other in &worlds[1..] {
            assert_eq!(other.json(&path).await, answer, "also `next` is the same");
        }
    }
    for world in worlds {
        world.stop().await;
    }
}

/// Sends batch after batch; gives the number of objects.
async fn write(worlds: &[World], writer: usize) -> usize {
    let site = Site::new(worlds, "writer");
    let mut client: Box<dyn Writer> = match writer % 4 {
        0 => Box::new(OpenctiStream::new(site)),
        1 => Box::new(MispCore::new(site)),
        2 => Box::new(SplunkCtis::new(site)),
        _ => Box::new(Feed { storage: Arc::clone(&worlds[writer / 4 % worlds.len()].storage), writer }),
    };
    // What a bundle can hold.
    const MOST: usize = 9;
    let (mut sent, mut requests) = (0, 0);
    for batch in 0..batches() {
        let count = match writer % 4 {
            1 => 4 * MOST,
            _ => 1 + (batch * 7 + writer * 3) % MOST,
        };
        let first = (batch * WRITERS + writer) * 4 * MOST;
        let now = Timestamp::new(Clock::system().now()).to_string();
        requests += client.push((first..first + count).map(|number| tool(number, &now)).collect()).await;
        sent += count;
    }
    assert_eq!(requests > batches(), writer % 4 == 1, "these do not fit into one request");
    sent
}

/// A feed of the server's own.
struct Feed {
    storage: Arc<dyn Storage>,
    writer: usize,
}

#[async_trait::async_trait]
impl Writer for Feed {
    async fn push(&mut self, objects: Vec<Value>) -> usize {
        let new = |object: Value| NewObject {
            id: object["id"].as_str().unwrap().parse().unwrap(),
            spec_version: "2.1".to_owned(),
            version: Some(object["modified"].as_str().unwrap().parse().unwrap()),
            body: RawValue::from_string(object.to_string()).unwrap(),
        };
        let objects = objects.into_iter().map(new).collect();
        let write = FeedWrite { objects, ..FeedWrite::new(&format!("feed {}", self.writer)) };
        let dating = Dating { clock: Clock::system(), allowance: ALLOWANCE };
        self.storage.write_feed(&collection(), write, &dating).await.unwrap();
        1
    }
}

/// Reads on, page after page, until the writers have ended and there is no more.
async fn read(worlds: &[World], style: Style, limit: usize, over: &AtomicBool) -> Vec<String> {
    let (mut place, mut account) = (Place::first(limit), Vec::new());
    for world in worlds.iter().cycle() {
        let last = over.load(Ordering::SeqCst);
        let answer = fetch(world, "objects", &place).await;
        account.extend(answer.ids());
        if last && !answer.more {
            break;
        }
        style(&mut place, &answer);
    }
    account
}

/// What a run of a client may bring again of what an earlier one has brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Repeats {
    /// Nothing.
    Never,
    /// The newest.
    Newest,
    /// Everything, since it keeps no place.
    All,
}

fn clients(worlds: &[World]) -> Vec<(&'static str, Repeats, Box<dyn Reader>)> {
    let site = || Site::new(worlds, "reader");
    let (clock, ahead) = (Clock::system(), Duration::from_millis(500));
    let connector = OpenctiConnector::new(site(), "socdefenders.SOC Defenders", clock, ahead);
    vec![
        ("OpenCTI, the ingester", Repeats::Never, Box::new(OpenctiIngester::new(site()))),
        ("OpenCTI, the connector", Repeats::Newest, Box::new(connector)),
        ("XSOAR", Repeats::Newest, Box::new(Xsoar::new(site(), "socdefenders", "SOC Defenders"))),
        ("MISP", Repeats::All, Box::new(MispCore::new(site()))),
        ("Elastic", Repeats::Newest, Box::new(Elastic::new(site()))),
    ]
}

/// Runs a client again and again, the last time after the writers have ended.
async fn follow(client: &mut dyn Reader, over: &AtomicBool) -> Vec<Vec<String>> {
    let mut runs = Vec::new();
    loop {
        let last = over.load(Ordering::SeqCst);
        runs.push(ids(&client.pull().await).collect());
        if last {
            return runs;
        }
        sleep(Duration::from_millis(10)).await;
    }
}

/// Each run must be a stretch of the collection without a gap or a repetition, and begin where an earlier one has ended at
/// the latest; together they must reach to the end. `places` tells the place of each object in the collection.
fn judge(name: &str, runs: &[Vec<String>], repeats: Repeats, places: &HashMap<String, usize>) {
    let mut end = 0;
    for run in runs {
        let run: Vec<_> = run.iter().map(|id| places[id]).collect();
        let Some(first) = run.first() else { continue };
        assert!(*first <= end, "{name} misses what is from {end} to {first}");
        match repeats {
            Repeats::Never => assert_eq!(*first, end, "{name} sees something again"),
            Repeats::All => assert_eq!(*first, 0, "{name} begins somewhere"),
            Repeats::Newest => {}
        }
        let in_order = run.is_sorted_by(|one, other| one + 1 == *other);
        assert!(in_order, "{name} misses something, or sees it twice or out of order: {run:?}");
        end = end.max(first + run.len());
    }
    assert_eq!(end, places.len(), "{name} misses the newest");
}
