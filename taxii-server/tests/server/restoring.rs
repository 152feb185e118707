//! Going back to a backup: clients that go on from where they were miss nothing that is added from then on.

use std::path::Path;
use std::sync::Arc;

use taxii_server::storage::{self, DateAdded};

use super::backend::{Backend, Place, on_both};
use super::posting::{post, tools};
use super::world::{OBJECTS, World, collection};

on_both!(advanced_dates_are_seen_by_clients);

/// How somebody puts the backup in the place of the database.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Way {
    Command,
    /// By hand, over the log of a server that was killed.
    Copy,
}

async fn newest(world: &World) -> String {
    let response = world.get(OBJECTS).await;
    response.headers()["x-taxii-date-added-last"].to_str().unwrap().to_owned()
}

async fn go_back(way: Way) {
    let place = Arc::new(Backend::Sqlite.place().await);
    let Place::Sqlite(folder) = &*place else { panic!() };
    let (file, backup) = (folder.path().join("taxii.db"), folder.path().join("backup.db"));

    let world = World::start_on(Arc::clone(&place), |_| {}).await;
    post(&world, &tools(0..3)).await;
    storage::backup(&file, &backup).await.unwrap();
    // What the client reads now is lost; its place lies after it.
    post(&world, &tools(3..503)).await;
    let reached = newest(&world).await;
    if way == Way::Copy {
        let log = |name: &str| folder.path().join(format!("taxii.db{name}"));
        std::fs::copy(log("-wal"), folder.path().join("left-over")).unwrap();
        world.stop().await;
        std::fs::copy(&backup, &file).unwrap();
        std::fs::rename(folder.path().join("left-over"), log("-wal")).unwrap();
    } else {
        world.stop().await;
        let lock = storage::lock(&file.clone().into()).unwrap();
        let refused = storage::restore(&file, &backup, "2026-01-01T00:00:00Z".parse().unwrap()).await;
        assert!(refused.unwrap_err().is_in_use());
        drop(lock);
        let kept = storage::restore(&file, &backup, "2026-01-01T00:00:00Z".parse().unwrap()).await.unwrap();
        assert!(kept[0].ends_with("taxii.db-replaced-20260101T000000Z"), "{kept:?}");
        assert!(kept.iter().all(|path| path.exists()));
    }

    let world = World::start_on(Arc::clone(&place), |_| {}).await;
    let ids = |page: &serde_json::Value| page["objects"].as_array().map_or(0, Vec::len);
    assert_eq!(ids(&world.json(OBJECTS).await), 3, "{way:?}: it holds what the backup holds");
    post(&world, &tools(600..601)).await;
    let page = world.json(&format!("{OBJECTS}?added_after={reached}")).await;
    assert_eq!(ids(&page), 1, "{way:?}: the client sees what is new");
    assert_eq!(page["objects"][0]["name"], "tool 600");
    world.stop().await;
    // The mark is gone: the next start goes on as any other.
    let world = World::start_on(Arc::clone(&place), |_| {}).await;
    assert_eq!(ids(&world.json(OBJECTS).await), 4);
    world.stop().await;
    assert!(Path::new(&backup).exists(), "the backup stays");
}

#[tokio::test]
async fn client_misses_nothing_after_restore() {
    go_back(Way::Command).await;
}

#[tokio::test]
async fn client_misses_nothing_after_a_copy_by_hand() {
    go_back(Way::Copy).await;
}

/// After a failover to a replica that lags behind, the operator advances the dates.
async fn advanced_dates_are_seen_by_clients(backend: Backend) {
    let world = World::start(backend).await;
    post(&world, &tools(0..1)).await;
    // The client has seen objects whose dates the replica does not know.
    let reached = "2026-01-01T00:30:00.000Z";
    let to = DateAdded::from_millis(world.clock.now().timestamp_millis() + 3_600_000);
    let revision = world.storage.revision(&collection()).await.unwrap();
    assert_eq!(world.storage.advance_dates(&[collection()], to).await.unwrap(), 1);
    assert_ne!(world.storage.revision(&collection()).await.unwrap(), revision);
    assert_eq!(world.storage.advance_dates(&[collection()], to).await.unwrap(), 0);
    post(&world, &tools(1..2)).await;
    let page = world.json(&format!("{OBJECTS}?added_after={reached}")).await;
    assert_eq!(page["objects"][0]["name"], "tool 1");
    world.stop().await;
}

#[tokio::test]
async fn what_is_no_backup_replaces_nothing() {
    let place = Backend::Sqlite.place().await;
    let Place::Sqlite(folder) = &place else { panic!() };
    let file = folder.path().join("taxii.db");
    storage::open(&file.clone().into()).await.unwrap().close().await;
    let before = std::fs::read(&file).unwrap();
    let damaged = folder.path().join("damaged.db");
    let mut bytes = before.clone();
    let middle = bytes.len() / 2;
    bytes.truncate(middle);
    std::fs::write(&damaged, bytes).unwrap();
    std::fs::write(folder.path().join("text.db"), "no database at all").unwrap();
    for name in ["damaged.db", "text.db", "missing.db"] {
        let backup = folder.path().join(name);
        let restored = storage::restore(&file, &backup, "2026-01-01T00:00:00Z".parse().unwrap()).await;
        assert!(restored.is_err(), "{name}");
        assert_eq!(std::fs::read(&file).unwrap(), before, "{name}");
    }
}
