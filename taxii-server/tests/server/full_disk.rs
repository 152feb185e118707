//! A disk that is full and has room again: nothing acknowledged is lost, and no restart is needed.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use reqwest::Method;
use taxii_server::storage::StorageErrorKind;

use super::backend::{Backend, Place};
use super::posting::{MODIFIED, post, send, tool, tool_id};
use super::world::{MEDIA_TYPE, OBJECTS, World, body};

/// An envelope with one object of some kilobytes.
fn envelope(number: usize) -> String {
    let mut tool = tool(number, MODIFIED);
    tool["description"] = "x".repeat(20_000).into();
    serde_json::json!({ "objects": [tool] }).to_string()
}

async fn readiness(world: &World) -> (u16, String) {
    // Longer than an answer is shared.
    tokio::time::sleep(Duration::from_millis(250)).await;
    let response = world.client.get(format!("{}/readyz", world.url)).send().await.unwrap();
    (response.status().as_u16(), response.text().await.unwrap())
}

/// Adds objects until one is refused; returns how many were acknowledged, and checks how the refusal is said.
async fn fill(world: &World, first: usize) -> usize {
    for number in first..first + 10_000 {
        let response = send(world, Some(MEDIA_TYPE), envelope(number)).await;
        if response.status() == 202 {
            continue;
        }
        assert_eq!(response.status(), 507);
        assert!(response.headers().contains_key("retry-after"));
        let error = body(response).await;
        assert_eq!((&error["http_status"], &error["error_code"]), (&"507".into(), &"storage_full".into()));
        return number - first;
    }
    panic!("nothing is ever full");
}

async fn assert_all_there(world: &World, numbers: std::ops::Range<usize>) {
    for number in numbers {
        let path = format!("{OBJECTS}{}/", tool_id(number));
        let found = world.request_of("reader", Method::GET, &path).send().await.unwrap();
        assert_eq!(found.status(), 200, "{number} was acknowledged");
    }
}

#[tokio::test]
async fn server_writes_again_as_soon_as_there_is_room() {
    // Without pages there is no index for them, whose small writes may find room where objects do not.
    let world = World::start_with(Backend::Sqlite, |config| config.status_page = false).await;
    let mut added = 0;
    for round in 0..3 {
        world.storage.limit_size(Some(1 << 20));
        let acknowledged = fill(&world, added).await;
        added += acknowledged;
        assert!(acknowledged > 0 || round > 0, "there was room at first");
        assert_eq!(world.storage.last_write_failure().unwrap().kind, StorageErrorKind::Full);
        let (status, why) = readiness(&world).await;
        let [began, ended] = ["the last write failed at 20", ": the disk of the database is full\n"];
        assert!(status == 503 && why.starts_with(began) && why.ends_with(ended), "{status} {why}");
        // Reading goes on, and so does every other kind of write as soon as there is room.
        assert_all_there(&world, 0..added).await;
        let path = format!("{OBJECTS}{}/", tool_id(0));
        world.storage.limit_size(None);
        post(&world, &serde_json::from_str(&envelope(added)).unwrap()).await;
        added += 1;
        assert_eq!(world.storage.last_write_failure(), None);
        assert_eq!(readiness(&world).await.0, 200);
        if round == 2 {
            let deleted = world.request_of("writer", Method::DELETE, &path).send().await.unwrap();
            assert_eq!(deleted.status(), 200);
        }
    }
    assert_all_there(&world, 1..added).await;
    world.stop().await;
}

#[tokio::test]
async fn idle_server_becomes_ready_by_its_own_probe() {
    let world = World::start(Backend::Sqlite).await;
    world.storage.limit_size(Some(1 << 20));
    fill(&world, 0).await;
    world.storage.limit_size(None);
    let mut tries = 0;
    while readiness(&world).await.0 != 200 {
        tries += 1;
        assert!(tries < 100, "no probe was made");
    }
    assert!(world.storage.probe_write().await.is_ok());
    world.stop().await;
}

/// The same on a real disk, which takes the right to mount one.
#[tokio::test]
async fn small_disk_fills_and_has_room_again() {
    if std::env::var_os("TESTS_LONG").is_none() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mount = |options: &str| {
        let command =
            Command::new("mount").args(["-t", "tmpfs", "-o", options, "tmpfs"]).arg(folder.path()).status();
        command.is_ok_and(|status| status.success())
    };
    if !mount("size=12m") {
        eprintln!("skipped: mounting a tmpfs takes root");
        return;
    }
    let _unmounted = Unmount(folder.path());
    let place = Place::Sqlite(tempfile::tempdir_in(folder.path()).unwrap());
    let world = World::start_on(Arc::new(place), |_| {}).await;
    let added = fill(&world, 0).await;
    assert!(added > 0);
    assert_eq!(readiness(&world).await.0, 503);
    assert_all_there(&world, 0..added).await;
    assert!(mount("remount,size=60m"));
    post(&world, &serde_json::from_str(&envelope(added)).unwrap()).await;
    assert_all_there(&world, 0..added + 1).await;
    world.stop().await;
}

struct Unmount<'a>(&'a Path);

impl Drop for Unmount<'_> {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.0).status();
    }
}
