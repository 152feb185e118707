//! A clock that is wrong, ahead or behind or one after the other: nothing is deleted and nothing is dated years ahead.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use reqwest::Method;
use serde_json::{Value, json};
use taxii_server::clock::Clock;
use taxii_server::ingest::{Form, Intake, Tended};
use taxii_server::storage::feed::FeedWrite;
use taxii_server::storage::supervision::{Gap, GapReason};
use taxii_server::storage::{CollectionId, Dating};

use super::backend::{Backend, Place, on_both};
use super::bench::{ALL, Bench, SETTINGS, row};
use super::posting::{MODIFIED, ROOT, post, send, tool, tools};
use super::world::{MEDIA_TYPE, OBJECTS, World, body, object};

on_both!(
    no_kind_of_maintenance_trusts_a_clock_that_jumped,
    poll_takes_nothing_away_while_the_clock_is_ahead,
    objects_are_not_dated_by_a_clock_far_ahead,
    disputed_clock_dates_nothing,
    new_store_follows_the_service_rather_than_a_wrong_clock,
    statuses_outlive_a_clock_that_jumped,
    restart_goes_on_from_the_known_time,
    known_time_moves_on_while_a_server_runs,
);

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const YEARS: Duration = Duration::from_secs(4 * 365 * 24 * 60 * 60);

/// How the clock goes wrong, from a time that is right.
const WRONG: [&[i64]; 4] = [&[4 * 365], &[-4 * 365], &[4 * 365, -365], &[-365, 4 * 365]];

fn settings() -> String {
    let retention =
        "expire_after = '5d'\nforget_after = '30d'\nkeep_versions_for = '7d'\nkeep_gaps_for = '40d'\n";
    SETTINGS.replace("expire_after = \"never\"\n", retention)
}

fn seen(value: &str, confidence: &str) -> Value {
    let mut row = row(value, value, confidence);
    row["first_seen"] = json!("2026-01-01T00:00:00Z");
    row["last_seen"] = json!("2026-01-01T00:00:00Z");
    row
}

/// A store with something for each kind of maintenance: objects that will end, an old version, a gap.
async fn store(backend: Backend) -> (Bench, Place) {
    let place = backend.place().await;
    let bench = Bench::new(&place.database(), &settings()).await;
    bench.storage.note_time(bench.clock.now()).await.unwrap();
    for confidence in ["low", "high"] {
        bench.take("a", Form::Row, &[seen("192.0.2.1", confidence), seen("192.0.2.2", confidence)]).await;
        bench.clock.advance(Duration::from_secs(1));
    }
    let (until, reason) = (bench.clock.now(), GapReason::Overflow);
    let gap = Gap { from: until - TimeDelta::hours(1), until, reason, found: until };
    let write = FeedWrite { gaps: vec![gap], ..FeedWrite::new("a") };
    let dating = Dating { clock: bench.clock.clone(), allowance: Duration::ZERO };
    let collection = CollectionId::from(ALL.parse::<uuid::Uuid>().unwrap());
    bench.storage.write_feed(&collection, write, &dating).await.unwrap();
    for modified in ["2025-05-01T00:00:00.000Z", "2025-05-02T00:00:00.000Z"] {
        bench.storage.add_objects(&collection, &[object("tool", 1, modified)], &dating).await.unwrap();
    }
    (bench, place)
}

/// All that a round of maintenance deletes because of its age. A new kind does not compile until it is listed here.
fn deleted(tended: &Tended) -> [u64; 4] {
    let Tended { followed: _, expired, forgotten, pruned, trimmed: _, gaps, paused: _ } = *tended;
    [expired as u64, forgotten, pruned, gaps]
}

async fn no_kind_of_maintenance_trusts_a_clock_that_jumped(backend: Backend) {
    let (bench, _place) = store(backend).await;
    bench.tend().await;
    let right = bench.clock.now();
    let before = bench.objects(ALL).await;
    for jumps in WRONG {
        for days in jumps {
            bench.clock.set(right + TimeDelta::days(*days));
            let tended = bench.tend().await;
            assert_eq!(deleted(&tended), [0; 4], "{jumps:?}");
            assert_eq!(tended.paused, *days > 0, "{jumps:?}");
            assert_eq!(bench.objects(ALL).await, before, "{jumps:?}");
        }
        bench.clock.set(right);
        assert_eq!(deleted(&bench.tend().await), [0; 4], "{jumps:?}");
    }
    // The time of another service confirms the clock only if it is the same.
    bench.clock.set(right + TimeDelta::days(4 * 365));
    bench.ingest.confirm_time(right).await.unwrap();
    assert!(bench.tend().await.paused);
    bench.ingest.confirm_time(bench.clock.now() - TimeDelta::minutes(59)).await.unwrap();
    let tended = bench.tend().await;
    assert!(!tended.paused && deleted(&tended).iter().all(|count| *count > 0), "{tended:?}");
}

async fn poll_takes_nothing_away_while_the_clock_is_ahead(backend: Backend) {
    let (bench, _place) = store(backend).await;
    let names = bench.names(ALL).await;
    bench.clock.advance(20 * DAY);
    let taken = bench.take("a", Form::Row, &[seen("192.0.2.1", "low"), seen("192.0.2.3", "low")]).await;
    assert_eq!((taken.left, taken.hidden, taken.new), (0, 0, 1), "{taken:?}");
    assert!(bench.names(ALL).await.is_superset(&names));
}

async fn objects_are_not_dated_by_a_clock_far_ahead(backend: Backend) {
    let world = World::start(backend).await;
    post(&world, &tools(0..1)).await;
    let right = world.clock.now();
    world.clock.set(right + YEARS);
    let envelope = json!({ "objects": [tool(1, MODIFIED)] }).to_string();
    let refused = send(&world, Some(MEDIA_TYPE), envelope.clone()).await;
    assert_eq!(refused.status(), 503);
    assert!(refused.headers().contains_key("retry-after"));
    assert!(body(refused).await["description"].as_str().unwrap().contains("clock"));
    let deleted =
        world.request_of("writer", Method::DELETE, &format!("{OBJECTS}{}/", super::posting::tool_id(0)));
    assert_eq!(deleted.send().await.unwrap().status(), 503);
    let ready = world.client.get(format!("{}/readyz", world.url)).send().await.unwrap();
    assert_eq!(ready.status(), 503);
    // Reading goes on, and with the right time everything does.
    assert_eq!(world.request_of("reader", Method::GET, OBJECTS).send().await.unwrap().status(), 200);
    world.clock.set(right);
    assert_eq!(send(&world, Some(MEDIA_TYPE), envelope).await.status(), 202);
    let latest = world.storage.last_dates().await.unwrap().into_iter().map(|(_, date)| date.millis()).max();
    assert!(latest.unwrap() < (right + TimeDelta::minutes(1)).timestamp_millis());
    world.stop().await;
}

async fn disputed_clock_dates_nothing(backend: Backend) {
    let world = World::start(backend).await;
    post(&world, &tools(0..1)).await;
    let right = world.clock.now();
    let ingest = world.ingest();
    ingest.confirm_time(right).await.unwrap();
    let status = async |number| {
        let envelope = json!({ "objects": [tool(number, MODIFIED)] }).to_string();
        send(&world, Some(MEDIA_TYPE), envelope).await.status().as_u16()
    };
    world.clock.set(right + TimeDelta::days(10));
    assert_eq!(status(1).await, 202, "a server may have been off for ten days");
    world.clock.set(right + TimeDelta::days(20));
    ingest.confirm_time(right).await.unwrap();
    assert_eq!(status(2).await, 503, "the service says that it was not");
    ingest.confirm_time(right + TimeDelta::days(20)).await.unwrap();
    assert_eq!(status(2).await, 202, "the service has come to the same time");
    world.stop().await;
}

async fn new_store_follows_the_service_rather_than_a_wrong_clock(backend: Backend) {
    let place = Arc::new(backend.place().await);
    let right: DateTime<Utc> = "2026-01-01T00:00:00Z".parse().unwrap();
    let world = World::start_at(Clock::manual(right + YEARS), place, |_| {}).await;
    let envelope = tools(0..1).to_string();
    world.ingest().confirm_time(right).await.unwrap();
    assert_eq!(send(&world, Some(MEDIA_TYPE), envelope.clone()).await.status(), 503);
    world.clock.set(right);
    assert_eq!(send(&world, Some(MEDIA_TYPE), envelope).await.status(), 202);
    world.stop().await;
}

async fn known_time_moves_on_while_a_server_runs(backend: Backend) {
    let place = Arc::new(backend.place().await);
    let right: DateTime<Utc> = "2026-01-01T00:00:00Z".parse().unwrap();
    World::start_at(Clock::manual(right), Arc::clone(&place), |_| {}).await.stop().await;
    // Off for three days, and then it runs for so long that it would refuse to date objects if nothing was known of that.
    let world = World::start_at(Clock::manual(right + 3 * DAY), Arc::clone(&place), |_| {}).await;
    assert_eq!(known_time(&world).await, right);
    world.clock.advance(40 * DAY);
    world.stop().await;
    let world = World::start_at(Clock::manual(right + 43 * DAY), place, |_| {}).await;
    assert_eq!(known_time(&world).await, right + 43 * DAY, "it was believed meanwhile");
    assert_eq!(send(&world, Some(MEDIA_TYPE), tools(0..1).to_string()).await.status(), 202);
    world.stop().await;
}

async fn known_time(world: &World) -> DateTime<Utc> {
    world.storage.known_time().await.unwrap().unwrap().latest
}

async fn statuses_outlive_a_clock_that_jumped(backend: Backend) {
    let world = World::start(backend).await;
    let status = post(&world, &tools(0..1)).await;
    let path = format!("{ROOT}/status/{}/", status["id"].as_str().unwrap());
    let none: [(CollectionId, _); 0] = [];
    let intake = Intake::new(world.storage.clone(), world.clock.clone(), Duration::ZERO, none, 1);
    world.clock.set(world.clock.now() + YEARS);
    assert_eq!(intake.tidy().await.unwrap(), 0);
    assert_eq!(world.request_of("writer", Method::GET, &path).send().await.unwrap().status(), 200);
    world.storage.note_time(world.clock.now()).await.unwrap();
    assert_eq!(intake.tidy().await.unwrap(), 1);
    world.stop().await;
}

async fn restart_goes_on_from_the_known_time(backend: Backend) {
    let place = Arc::new(backend.place().await);
    let mut known: DateTime<Utc> = "2026-01-01T00:00:00Z".parse().unwrap();
    // Each start finds another clock, and moves the known time on only if that can be right.
    for (days, trusted) in [(0, true), (1, true), (-3, true), (400, false), (1, true)] {
        let now = known + TimeDelta::days(days);
        let world = World::start_at(Clock::manual(now), Arc::clone(&place), |_| {}).await;
        let found = known_time(&world).await;
        world.stop().await;
        let expected = if trusted { known.max(now) } else { known };
        assert_eq!(found, expected, "{days} days");
        known = found;
    }
}
