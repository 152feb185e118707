//! Going back to a backup: clients that go on from where they were miss nothing that is added from then on.

use std::error::Error as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use taxii_server::clock::Clock;
use taxii_server::clock::trust::{Evidence, KnownTime};
use taxii_server::config::Config;
use taxii_server::storage::{self, DateAdded, Dating, Restored, Storage};

use super::backend::{Backend, Place, on_both};
use super::posting::{post, tools};
use super::world::{OBJECTS, World, add, collection, indicator};

on_both!(advanced_dates_are_seen_by_clients, dates_that_ran_ahead_are_put_back);

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

    // An answer means that all is stored.
    let patient = |config: &mut Config| config.post_wait = Duration::from_secs(60);
    let world = World::start_on(Arc::clone(&place), patient).await;
    post(&world, &tools(0..3)).await;
    storage::backup(&file, &backup).await.unwrap();
    // What the client reads now is lost; its place lies after it.
    post(&world, &tools(3..503)).await;
    let reached = newest(&world).await;
    // The files as a server leaves them that is killed.
    let killed = folder.path().join("killed.db");
    std::fs::copy(&file, &killed).unwrap();
    std::fs::copy(log_of(&file), log_of(&killed)).unwrap();
    world.stop().await;
    std::fs::rename(&killed, &file).unwrap();
    std::fs::rename(log_of(&killed), log_of(&file)).unwrap();
    if way == Way::Copy {
        std::fs::copy(&backup, &file).unwrap();
    } else {
        let now = "2026-01-01T00:00:00Z".parse().unwrap();
        let lock = storage::lock(&file.clone().into()).unwrap();
        let refused = storage::restore(&file, &backup, now).await;
        assert!(refused.unwrap_err().is_in_use());
        drop(lock);
        let Restored { kept, knows_former_dates } = storage::restore(&file, &backup, now).await.unwrap();
        assert!(kept[0].ends_with("taxii.db-replaced-20260101T000000Z"), "{kept:?}");
        assert!(
            kept[1].ends_with("taxii.db-replaced-20260101T000000Z-wal") && knows_former_dates,
            "{kept:?}"
        );
        let kept = storage::open(&kept[0].clone().into()).await.unwrap();
        assert_eq!(kept.inventory(&collection()).await.unwrap().objects, 503, "what was there can be read");
        kept.close().await;
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

/// The log beside a database.
fn log_of(database: &Path) -> PathBuf {
    format!("{}-wal", database.display()).into()
}

/// The last date that was given.
async fn last_date(storage: &dyn Storage) -> i64 {
    storage.last_dates().await.unwrap().first().unwrap().1.millis()
}

#[tokio::test]
async fn objects_added_after_a_restore_survive_a_kill() {
    for way in [Way::Command, Way::Copy] {
        let folder = tempfile::tempdir().unwrap();
        let (file, backup) = (folder.path().join("taxii.db"), folder.path().join("backup.db"));
        let storage = storage::open(&file.clone().into()).await.unwrap();
        storage.register_collections(&[collection()]).await.unwrap();
        storage::backup(&file, &backup).await.unwrap();
        storage.close().await;
        match way {
            Way::Command => {
                storage::restore(&file, &backup, "2026-01-01T00:00:00Z".parse().unwrap()).await.unwrap();
            }
            Way::Copy => drop(std::fs::copy(&backup, &file).unwrap()),
        }
        let storage = storage::open(&file.clone().into()).await.unwrap();
        let clock = Clock::manual("2026-01-01T00:00:00Z".parse().unwrap());
        add(&*storage, &[indicator(1)], &clock).await;
        let date = last_date(&*storage).await;
        // The files as they are now: what was added is in the log, which is the database's own.
        let killed = folder.path().join("killed.db");
        std::fs::copy(&file, &killed).unwrap();
        std::fs::copy(log_of(&file), log_of(&killed)).unwrap();
        storage.close().await;
        let storage = storage::open(&killed.into()).await.unwrap();
        assert_eq!(storage.inventory(&collection()).await.unwrap().objects, 1, "{way:?}");
        assert_eq!(last_date(&*storage).await, date, "{way:?}: dates are put forward once");
        storage.close().await;
    }
}

#[tokio::test]
async fn restored_dates_go_on_after_those_of_the_former_database() {
    let folder = tempfile::tempdir().unwrap();
    let (file, backup) = (folder.path().join("taxii.db"), folder.path().join("backup.db"));
    let clock = Clock::manual("2026-01-01T00:00:00Z".parse().unwrap());
    let dating = Dating { clock: clock.clone(), allowance: Duration::ZERO };
    let storage = storage::open(&file.clone().into()).await.unwrap();
    storage.register_collections(&[collection()]).await.unwrap();
    storage::backup(&file, &backup).await.unwrap();
    let far = clock.now() + chrono::TimeDelta::hours(7);
    let far = DateAdded::from_millis(far.timestamp_millis());
    storage.advance_dates(&collection(), far, &dating).await.unwrap();
    storage.close().await;
    let now = clock.now();
    assert!(
        storage::restore(&file, &file, now)
            .await
            .unwrap_err()
            .source()
            .unwrap()
            .to_string()
            .contains("itself")
    );
    assert!(storage::restore(&file, &backup, now).await.unwrap().knows_former_dates);
    let storage = storage::open(&file.clone().into()).await.unwrap();
    add(&*storage, &[indicator(1)], &clock).await;
    assert!(last_date(&*storage).await > far.millis());
    storage.close().await;

    // Of a database that cannot be read no dates are known.
    std::fs::write(&file, "no database at all").unwrap();
    assert!(
        !storage::restore(&file, &backup, now + chrono::TimeDelta::hours(1))
            .await
            .unwrap()
            .knows_former_dates
    );
    let storage = storage::open(&file.into()).await.unwrap();
    add(&*storage, &[indicator(1)], &clock).await;
    assert!(last_date(&*storage).await >= (now + chrono::TimeDelta::hours(1)).timestamp_millis());
    storage.close().await;
}

/// Dates that a wrong clock gave are put back: objects keep their order, and every client that begins anew gets all.
async fn dates_that_ran_ahead_are_put_back(backend: Backend) {
    let world = World::start(backend).await;
    post(&world, &tools(0..3)).await;
    let right = world.clock.now();
    let known = |time| KnownTime::new(time, Evidence::Confirmed);
    let wrong = right + chrono::TimeDelta::days(3650);
    world.clock.set(wrong);
    world.storage.judge_time(known(wrong)).await.unwrap();
    post(&world, &tools(3..203)).await;
    let before = world.json(OBJECTS).await["objects"].clone();
    world.clock.set(right);
    world.storage.judge_time(known(right)).await.unwrap();

    let dating = Dating { clock: world.clock.clone(), allowance: Duration::from_secs(2) };
    let revision = world.storage.revision(&collection()).await.unwrap();
    let rewound = world.storage.rewind_dates(&collection(), &dating).await.unwrap();
    assert_eq!(rewound.versions, 202, "one of the first three has the very date of the clock");
    assert!(rewound.to.millis() < (right + chrono::TimeDelta::minutes(1)).timestamp_millis());
    assert_ne!(world.storage.revision(&collection()).await.unwrap(), revision);
    assert_eq!(world.json(OBJECTS).await["objects"], before);
    post(&world, &tools(203..204)).await;
    let page = world.json(&format!("{OBJECTS}?added_after={}", rewound.to.timestamp())).await;
    assert_eq!(page["objects"].as_array().unwrap().len(), 1);
    let again = world.storage.rewind_dates(&collection(), &dating).await.unwrap();
    assert_eq!(again.to.millis(), rewound.to.millis() + 1, "the last one stays the last");
    world.stop().await;
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
    let dating = Dating { clock: world.clock.clone(), allowance: Duration::ZERO };
    let advanced = world.storage.advance_dates(&collection(), to, &dating).await.unwrap();
    assert_eq!(advanced, to);
    assert_ne!(world.storage.revision(&collection()).await.unwrap(), revision);
    let again = world.storage.advance_dates(&collection(), to, &dating).await.unwrap();
    assert_eq!(again.millis(), to.millis() + 1, "dates never go back");
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
