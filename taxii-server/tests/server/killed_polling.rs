//! The program killed at any moment, between polls and in the middle of them: nothing is lost, nothing doubled.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;
use socdefenders_standin::{Settings, StandIn};
use taxii_server::storage::{self, Query, VersionFilter};
use tokio::time::sleep;

use super::backend::{Backend, Place, on_both};
use super::program::{add_feed, configure, serve};
use super::several::{TAKEOVER, until};
use super::world::collection;

on_both!(killed_again_and_again_while_polling_it_loses_and_doubles_nothing);

/// How often the program is killed; `tests/run --long` asks for more.
fn kills() -> u64 {
    if std::env::var_os("TESTS_LONG").is_some() { 100 } else { 12 }
}

/// All versions that are stored, in the order of their dates of adding.
async fn stored(place: &Place) -> Vec<(i64, Value)> {
    let storage = storage::open(&place.database()).await.unwrap();
    let query = Query { versions: VersionFilter::All, ..Query::new(1_000_000, u64::MAX) };
    let page = storage.objects(&collection(), &query).await.unwrap();
    storage.close().await;
    let read = |body: &[u8]| serde_json::from_slice(body).unwrap();
    page.rows.iter().map(|row| (row.date_added.millis(), read(&row.body))).collect()
}

async fn killed_again_and_again_while_polling_it_loses_and_doubles_nothing(backend: Backend) {
    let (place, folder) = (backend.place().await, tempfile::tempdir().unwrap());
    let standin = StandIn::start(Settings::new().with_iocs(600)).await.unwrap();
    configure(folder.path(), &place, 0);
    add_feed(folder.path(), &standin);
    let mut before: Vec<(i64, Value)> = Vec::new();
    for round in 0..kills() {
        let mut child = serve(folder.path());
        standin.add(5);
        // From the first moments of the program to the middle of a second poll.
        sleep(Duration::from_millis(40 + round * 173 % 1900)).await;
        child.kill().unwrap();
        child.wait().unwrap();
        let now = stored(&place).await;
        // What was once there stays, under its date; what is new has a later date.
        assert_eq!(now.get(..before.len()), Some(before.as_slice()), "round {round}");
        before = now;
    }
    let mut child = serve(folder.path());
    // The author, and one object for each value.
    let all = standin.unique_count() + 1;
    until("all is polled", TAKEOVER, async || stored(&place).await.len() >= all).await;
    child.kill().unwrap();
    child.wait().unwrap();
    let rows = stored(&place).await;
    let mut by_name: BTreeMap<&str, usize> = BTreeMap::new();
    for (_, object) in &rows {
        *by_name.entry(object["name"].as_str().unwrap()).or_default() += 1;
    }
    for ioc in standin.rows() {
        assert_eq!(by_name.get(ioc.value.as_str()), Some(&1), "{} is lost or doubled", ioc.value);
    }
    assert_eq!(rows.len(), all);
}
