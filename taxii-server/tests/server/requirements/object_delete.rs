//! Deleting objects by DELETE, and that they stay away (TAXII 2.1, section 5.7).

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use reqwest::{Method, Response};
use serde_json::{Value, json};
use socdefenders_standin::{Settings, StandIn};
use taxii_server::feed::{FeedSettings, Poller};
use taxii_server::ingest::Ingest;
use taxii_server::storage::feed::FeedWrite;
use taxii_server::storage::{self, Access, Dating, Scope};

use crate::backend::{Backend, on_both};
use crate::posting::{MODIFIED, post, tool, tool_id, tools};
use crate::world::{OBJECTS, World, body, collection, object};

on_both!(
    item_74_deleting_takes_both_rights,
    item_75_a_deleted_object_is_gone_everywhere,
    item_76_versions_are_chosen_by_filters_and_all_go_without,
    item_77_a_feed_does_not_bring_back_what_was_deleted,
    item_77_a_poll_does_not_bring_back_what_was_deleted,
    who_is_paging_loses_nothing_else,
    a_version_that_becomes_the_last_one_is_found_by_who_has_passed_it,
);

async fn delete_as(world: &World, name: &str, path: &str) -> Response {
    world.request_of(name, Method::DELETE, path).send().await.unwrap()
}

async fn delete(world: &World, path: &str) -> u16 {
    delete_as(world, "writer", path).await.status().as_u16()
}

async fn status(world: &World, path: &str) -> u16 {
    world.get(path).await.status().as_u16()
}

async fn versions(world: &World, number: usize) -> Vec<String> {
    let response = world.get(&format!("{OBJECTS}{}/versions/", tool_id(number))).await;
    let body = body(response).await;
    let versions = body["versions"].as_array().into_iter().flatten();
    versions.map(|version| version.as_str().unwrap().to_owned()).collect()
}

async fn item_74_deleting_takes_both_rights(backend: Backend) {
    let world = World::start(backend).await;
    post(&world, &tools(0..1)).await;
    let path = format!("{OBJECTS}{}/", tool_id(0));
    let cases = [(Access::NONE, 404), (Access::READ, 403), (Access::WRITE, 403), (Access::BOTH, 200)];
    for (number, (access, expected)) in cases.into_iter().enumerate() {
        let name = format!("somebody-{number}");
        world.add_account(&name, Scope::Collection(collection()), access).await;
        assert_eq!(delete_as(&world, &name, &path).await.status(), expected, "{access}");
    }
    world.stop().await;
}

async fn item_75_a_deleted_object_is_gone_everywhere(backend: Backend) {
    let world = World::start(backend).await;
    post(&world, &tools(0..3)).await;
    let path = format!("{OBJECTS}{}/", tool_id(1));
    let response = delete_as(&world, "writer", &path).await;
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "application/taxii+json;version=2.1");
    assert!(response.bytes().await.unwrap().is_empty());

    assert_eq!(status(&world, &path).await, 404);
    assert_eq!(status(&world, &format!("{path}versions/")).await, 404);
    let ids = |body: Value| -> Vec<String> {
        let objects = body["objects"].as_array().unwrap();
        objects.iter().map(|object| object["id"].as_str().unwrap().to_owned()).collect()
    };
    let rest = [tool_id(0), tool_id(2)];
    assert_eq!(ids(world.json(OBJECTS).await), rest);
    assert_eq!(ids(world.json("/socdefenders/collections/socdefenders/manifest/").await), rest);
    let nothing =
        [path, format!("{OBJECTS}{}/", tool_id(9)), format!("{OBJECTS}nonsense/"), format!("{OBJECTS}%ff/")];
    for path in nothing {
        assert_eq!(delete(&world, &path).await, 404, "{path}");
    }
    assert_eq!(delete(&world, &format!("{OBJECTS}{}/?match[version]=newest", tool_id(0))).await, 400);
    world.stop().await;
}

async fn item_76_versions_are_chosen_by_filters_and_all_go_without(backend: Backend) {
    let all = ["2025-01-01T00:00:00.000Z", "2025-02-01T00:00:00.000Z", "2025-03-01T00:00:00.000Z"];
    let cases: [(&str, u16, &[&str]); 9] = [
        ("", 200, &[]),
        ("?match[version]=all", 200, &[]),
        ("?match[version]=last", 200, &all[..2]),
        ("?match[version]=first", 200, &all[1..]),
        ("?match[version]=first,2025-02-01T00:00:00Z", 200, &all[2..]),
        ("?match[version]=2025-04-01T00:00:00Z", 404, &all),
        ("?match[spec_version]=2.1", 200, &[]),
        ("?match[spec_version]=2.0", 404, &all),
        ("?match[spec_version]=2.1&match[version]=last", 200, &all[..2]),
    ];
    let world = World::start(backend).await;
    for (number, (query, expected, left)) in cases.into_iter().enumerate() {
        let objects = all.map(|modified| tool(number, modified));
        post(&world, &json!({ "objects": objects })).await;
        assert_eq!(
            delete(&world, &format!("{OBJECTS}{}/{query}", tool_id(number))).await,
            expected,
            "{query}"
        );
        let mut found = versions(&world, number).await;
        found.sort_unstable();
        assert_eq!(found, left, "{query}");
    }
    world.stop().await;
}

async fn item_77_a_feed_does_not_bring_back_what_was_deleted(backend: Backend) {
    let world = World::start(backend).await;
    let dating = Dating { clock: world.clock.clone(), allowance: Duration::ZERO };
    let (old, new) = ("2025-01-01T00:00:00.000Z", "2025-02-01T00:00:00.000Z");
    let polled = async |objects| {
        let write = FeedWrite { objects, ..FeedWrite::new("feed") };
        world.storage.write_feed(&collection(), write, &dating).await.unwrap()
    };
    assert_eq!(
        polled(vec![
            object("tool", 1, old),
            object("tool", 1, new),
            object("tool", 2, old),
            object("tool", 2, new),
        ])
        .await,
        0
    );
    assert_eq!(delete(&world, &format!("{OBJECTS}{}/", tool_id(1))).await, 200);
    assert_eq!(delete(&world, &format!("{OBJECTS}{}/?match[version]=last", tool_id(2))).await, 200);

    let newer = "2025-03-01T00:00:00.000Z";
    assert_eq!(
        polled(vec![object("tool", 1, new), object("tool", 1, newer), object("tool", 2, new)]).await,
        3
    );
    assert_eq!(versions(&world, 1).await, [""; 0], "neither an old nor a new version");
    assert_eq!(versions(&world, 2).await, [old], "not this version");
    assert_eq!(polled(vec![object("tool", 2, newer)]).await, 0);
    assert_eq!(versions(&world, 2).await, [old, newer], "another version of an object that is still there");

    // The store remembers it when it is opened again.
    let again = storage::open(&world.place.database()).await.unwrap();
    let write = FeedWrite { objects: vec![object("tool", 1, new)], ..FeedWrite::new("feed") };
    again.write_feed(&collection(), write, &dating).await.unwrap();
    let inventory = again.inventory(&collection()).await.unwrap();
    assert_eq!((inventory.objects, inventory.versions, inventory.tombstones), (1, 2, 2));
    let tombstones = again.tombstones(&collection(), 10).await.unwrap();
    let named: Vec<_> = tombstones.iter().map(|tomb| (tomb.id.as_str(), tomb.version.as_deref())).collect();
    assert_eq!(named, [(tool_id(1).as_str(), None), (tool_id(2).as_str(), Some(new))]);
    again.close().await;
    assert_eq!(versions(&world, 1).await, [""; 0]);

    // Who adds it wants it back, and then the feed may go on with it.
    assert_eq!(post(&world, &json!({"objects": [tool(1, new), tool(2, new)]})).await["success_count"], 2);
    assert_eq!(polled(vec![object("tool", 1, newer)]).await, 0);
    assert_eq!(versions(&world, 1).await, [new, newer]);
    assert_eq!(world.storage.inventory(&collection()).await.unwrap().tombstones, 0);
    world.stop().await;
}

/// From the service to the reader, with objects that the bridge makes of records.
async fn item_77_a_poll_does_not_bring_back_what_was_deleted(backend: Backend) {
    let world = World::start(backend).await;
    let standin = StandIn::start(Settings::new().with_iocs(20)).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let key = folder.path().join("key");
    std::fs::write(&key, standin.pro_key()).unwrap();
    let mut settings = FeedSettings::default();
    settings.url = standin.base_url();
    settings.api_key_file = Some(key);
    // Every poll asks for all records again.
    settings.overlap = Duration::from_secs(10 * 365 * 86_400);
    let clock = taxii_server::clock::Clock::system();
    let ingest = Ingest::new(world.storage.clone(), clock.clone(), Duration::ZERO);
    let mut poller = Poller::new(settings, collection(), ingest, clock).unwrap();
    poller.poll().await.unwrap();
    let page = world.json(&format!("{OBJECTS}?match[type]=indicator&limit=1")).await;
    let id = page["objects"][0]["id"].as_str().unwrap().to_owned();
    let path = format!("{OBJECTS}{id}/");
    assert_eq!(delete(&world, &path).await, 200);
    for touched in 0..3 {
        standin.touch(touched);
        poller.poll().await.unwrap();
        assert_eq!(status(&world, &path).await, 404);
    }
    let lifted = world.storage.lift_tombstones(&collection(), &id.parse().unwrap()).await.unwrap();
    assert_eq!(lifted, 1);
    poller.poll().await.unwrap();
    assert_eq!(status(&world, &path).await, 200, "once the tombstone is lifted, the next poll brings it");
    world.stop().await;
}

async fn who_is_paging_loses_nothing_else(backend: Backend) {
    let world = World::start(backend).await;
    post(&world, &tools(0..100)).await;
    let (mut seen, mut gone) = (HashMap::<String, usize>::new(), HashSet::new());
    let mut path = format!("{OBJECTS}?limit=7");
    for round in 0.. {
        let page = world.json(&path).await;
        for object in page["objects"].as_array().unwrap() {
            *seen.entry(object["id"].as_str().unwrap().to_owned()).or_default() += 1;
        }
        let Some(next) = page["next"].as_str() else { break };
        path = format!("{OBJECTS}?limit=7&next={next}");
        // Some that were seen, the last one of the page among them, and some that were not.
        for number in [round * 7 + 6, round * 5, 99 - round] {
            if delete(&world, &format!("{OBJECTS}{}/", tool_id(number))).await == 200 {
                gone.insert(tool_id(number));
            }
        }
    }
    assert!(gone.len() > 20 && seen.values().all(|times| *times == 1));
    let lost: Vec<_> =
        (0..100).map(tool_id).filter(|id| !seen.contains_key(id) && !gone.contains(id)).collect();
    assert!(lost.is_empty(), "{lost:?}");
    world.stop().await;
}

async fn a_version_that_becomes_the_last_one_is_found_by_who_has_passed_it(backend: Backend) {
    let world = World::start(backend).await;
    let new = "2025-07-01T00:00:00.000Z";
    post(&world, &json!({"objects": [tool(1, MODIFIED), tool(2, MODIFIED), tool(1, new)]})).await;
    // The first page ends behind the old version, which is not shown.
    let page = world.json(&format!("{OBJECTS}?limit=1")).await;
    assert_eq!(page["objects"][0]["id"], tool_id(2));
    assert_eq!(delete(&world, &format!("{OBJECTS}{}/?match[version]=last", tool_id(1))).await, 200);
    let rest = world.json(&format!("{OBJECTS}?limit=1&next={}", page["next"].as_str().unwrap())).await;
    assert_eq!(rest["objects"], json!([tool(1, MODIFIED)]));
    world.stop().await;
}
