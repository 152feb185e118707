//! The order of answers, and the dates that it is made of (sections 3.3 and 3.5).
//!
//! That no way of paging loses anything is shown in `crate::paging`.

use std::time::Duration;

use serde_json::{Value, json};

use super::exchange::exchanges;
use super::library::library;
use crate::backend::{Backend, on_both};
use crate::posting::{MODIFIED, post, tool, tools};
use crate::world::{OBJECTS, World};

exchanges!(
    item_61_more_says_whether_there_is_more_and_comes_with_next,
    item_64_manifest_and_versions_have_next_too,
);
on_both!(
    item_60_objects_are_in_the_order_in_which_they_were_added,
    item_65_dates_are_unique_whole_milliseconds_ahead_of_the_clock,
    item_65_a_client_that_asks_by_its_own_clock_misses_nothing,
);

const MANIFEST: &str = "/socdefenders/collections/socdefenders/manifest/";

/// The identifiers and dates of the manifest, in its order.
async fn dates(manifest: Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let records = manifest["objects"].as_array().unwrap().iter();
    records.map(|record| (text(&record["id"]), text(&record["date_added"]))).collect()
}

async fn item_60_objects_are_in_the_order_in_which_they_were_added(backend: Backend) {
    let caller = library(backend);
    for query in ["", "&match[type]=tool,indicator,malware", "&match[spec_version]=2.0,2.1"] {
        let records = dates(caller.json(&format!("{MANIFEST}?match[version]=all{query}")).await).await;
        assert!(records.len() > 5 && records.is_sorted_by(|a, b| a.1 < b.1), "{query}: {records:?}");
        let objects = caller.json(&format!("{OBJECTS}?match[version]=all{query}")).await;
        let ids: Vec<_> = objects["objects"].as_array().unwrap().iter().map(|object| &object["id"]).collect();
        assert_eq!(ids, records.iter().map(|record| &record.0).collect::<Vec<_>>(), "{query}");
    }
}

async fn item_65_dates_are_unique_whole_milliseconds_ahead_of_the_clock(backend: Backend) {
    let world = World::start(backend).await;
    post(&world, &tools(0..3)).await;
    // The same moment again, a clock that went back, and one that stands within a millisecond.
    post(&world, &tools(3..4)).await;
    world.clock.set("2025-12-01T00:00:00Z".parse().unwrap());
    post(&world, &tools(4..5)).await;
    world.clock.set("2026-02-01T00:00:00.000001Z".parse().unwrap());
    world.storage.note_time(world.clock.now()).await.unwrap();
    post(&world, &tools(5..6)).await;
    let found: Vec<_> = dates(world.json(MANIFEST).await).await.into_iter().map(|(_, date)| date).collect();
    let mut expected: Vec<_> = (0..5).map(|millis| format!("2026-01-01T00:00:02.{millis:03}000Z")).collect();
    expected.push("2026-02-01T00:00:02.001000Z".to_owned());
    assert_eq!(found, expected);
    world.stop().await;
}

/// Its clock is fast, but no faster than the settings allow for.
async fn item_65_a_client_that_asks_by_its_own_clock_misses_nothing(backend: Backend) {
    let world = World::start_with(backend, |config| config.allowance = Duration::from_secs(2)).await;
    post(&world, &tools(0..1)).await;
    let now = "2026-01-01T00:00:01.999Z";
    let later = json!({"objects": [tool(1, MODIFIED)]});
    post(&world, &later).await;
    let page = world.json(&format!("{OBJECTS}?added_after={now}")).await;
    assert!(page["objects"].as_array().unwrap().contains(&later["objects"][0]), "{page}");
    world.stop().await;
}
