//! The program killed at any moment, between polls and in the middle of them: nothing is lost, nothing doubled.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail")]

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::Value;
use socdefenders_standin::{Handle, Settings, StandIn};
use taxii_server::storage::{self, CollectionId, Query, VersionFilter};

/// How often the program is killed; `tests/run --long` asks for more.
fn kills() -> u64 {
    if std::env::var_os("TESTS_LONG").is_some() { 100 } else { 12 }
}

fn configure(folder: &Path, standin: &Handle) {
    let (url, key) = (standin.base_url(), folder.join("key"));
    std::fs::write(&key, standin.pro_key()).unwrap();
    let text = format!(
        "listen = \"127.0.0.1:0\"\ndatabase = \"{}\"\n[[feed]]\nurl = \"{url}\"\napi_key_file = \"{}\"\ninterval = \"1s\"\n",
        folder.join("taxii.db").display(),
        key.display()
    );
    std::fs::write(folder.join("taxii-server.toml"), text).unwrap();
}

fn serve(folder: &Path) -> Child {
    let program = env!("CARGO_BIN_EXE_taxii-server");
    let mut command = Command::new(program);
    command.arg("serve").current_dir(folder).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().unwrap()
}

/// All versions that are stored, in the order of their dates of adding.
async fn stored(folder: &Path) -> Vec<(i64, Value)> {
    let storage = storage::open(&folder.join("taxii.db").into()).await.unwrap();
    let collection = CollectionId::from(taxii_server::config::DEFAULT_COLLECTION);
    let query = Query { versions: VersionFilter::All, ..Query::new(1_000_000, u64::MAX) };
    let page = storage.objects(&collection, &query).await.unwrap();
    storage.close().await;
    let read = |body: &[u8]| serde_json::from_slice(body).unwrap();
    page.rows.iter().map(|row| (row.date_added.millis(), read(&row.body))).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_again_and_again_it_loses_and_doubles_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let standin = StandIn::start(Settings::new().with_iocs(600)).await.unwrap();
    configure(folder.path(), &standin);
    let mut before: Vec<(i64, Value)> = Vec::new();
    for round in 0..kills() {
        let mut child = serve(folder.path());
        standin.add(5);
        // From the first moments of the program to the middle of a second poll.
        tokio::time::sleep(Duration::from_millis(40 + round * 173 % 1900)).await;
        child.kill().unwrap();
        child.wait().unwrap();
        let now = stored(folder.path()).await;
        // What was once there stays, under its date; what is new has a later date.
        assert_eq!(now.get(..before.len()), Some(before.as_slice()), "round {round}");
        before = now;
    }
    let mut child = serve(folder.path());
    for _ in 0..200 {
        tokio::time::sleep(Duration::from_millis(100)).await;
        if stored(folder.path()).await.len() > standin.unique_count() {
            break;
        }
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let rows = stored(folder.path()).await;
    let mut by_name: BTreeMap<String, Vec<&Value>> = BTreeMap::new();
    for (_, object) in &rows {
        by_name.entry(object["name"].as_str().unwrap().to_owned()).or_default().push(object);
    }
    for ioc in standin.rows() {
        let versions = by_name.get(&ioc.value).unwrap_or_else(|| panic!("{} is lost", ioc.value));
        assert_eq!(versions.len(), 1, "{} is doubled", ioc.value);
    }
    assert_eq!(rows.len(), standin.unique_count() + 1, "the author and one object for each value");
}
