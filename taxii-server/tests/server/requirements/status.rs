//! `GET .../status/{id}/`: what became of the objects of a request (section 4.3).

use std::sync::Arc;
use std::time::Duration;

use reqwest::Method;
use serde_json::json;
use taxii_server::clock::Clock;
use taxii_server::ingest::{Intake, Posting};
use taxii_server::storage::{self, CollectionId, Dating};

use crate::backend::{Backend, on_both};
use crate::posting::{MODIFIED, ROOT, completed, post, tool, tool_id, tools};
use crate::world::{OBJECTS, World, collection};

on_both!(
    item_42_the_counts_fit_while_it_is_pending_and_when_it_is_complete,
    item_43_a_status_is_kept_for_a_day_and_then_unknown,
    item_44_a_status_is_seen_by_its_sender_only,
    item_41_what_waited_when_the_server_died_is_processed_once,
);

async fn item_42_the_counts_fit_while_it_is_pending_and_when_it_is_complete(backend: Backend) {
    let world = World::start_with(backend, |config| config.small_envelope = 10).await;
    let mut envelope = tools(0..1200);
    envelope["objects"][700] = json!({"type": "tool", "id": tool_id(700)});
    envelope["objects"][701] = json!({});
    let status = post(&world, &envelope).await;
    assert_eq!((&status["status"], &status["total_count"]), (&json!("pending"), &json!(1200)));
    assert_eq!(status["pendings"][5], json!({"id": tool_id(5), "version": MODIFIED}));
    assert_eq!(status["pendings"][701]["id"], "/objects/701");
    let done = completed(&world, &status).await;
    assert_eq!((&done["id"], &done["success_count"]), (&status["id"], &json!(1198)));
    assert_eq!(
        (&done["failures"][0]["id"], &done["failures"][1]["id"]),
        (&json!(tool_id(700)), &json!("/objects/701"))
    );
    let page = world.json(&format!("{OBJECTS}?limit=1000")).await;
    assert_eq!(page["objects"].as_array().unwrap().len(), 1000);
    assert_eq!(page["objects"][999], tool(999 + 2, MODIFIED), "in the order in which they came");
    world.stop().await;
}

async fn item_43_a_status_is_kept_for_a_day_and_then_unknown(backend: Backend) {
    let world = World::start(backend).await;
    let status = post(&world, &tools(0..1)).await;
    let path = format!("{ROOT}/status/{}/", status["id"].as_str().unwrap());
    let intake = |world: &World| {
        let none: [(CollectionId, _); 0] = [];
        Intake::new(world.storage.clone(), world.clock.clone(), Duration::ZERO, none, 1)
    };
    for (hours, removed, expected) in [(24, 0, 200), (1, 1, 404)] {
        world.clock.advance(Duration::from_secs(hours * 3600));
        world.storage.note_time(world.clock.now()).await.unwrap();
        assert_eq!(intake(&world).tidy().await.unwrap(), removed);
        let response = world.request_of("writer", Method::GET, &path).send().await.unwrap();
        assert_eq!(response.status(), expected);
    }
    for id in ["2d086da7-4bdc-4f91-900e-d77486753710", "nonsense", "%ff", "2d086da74bdc4f91900ed77486753710"]
    {
        let response = world.request_of("writer", Method::GET, &format!("{ROOT}/status/{id}/"));
        assert_eq!(response.send().await.unwrap().status(), 404, "{id}");
    }
    world.stop().await;
}

async fn item_44_a_status_is_seen_by_its_sender_only(backend: Backend) {
    let world = World::start(backend).await;
    let status = post(&world, &tools(0..1)).await;
    let path = format!("{ROOT}/status/{}/", status["id"].as_str().unwrap());
    for (name, expected) in [("writer", 200), ("writer-2", 404), ("reader", 404)] {
        let response = world.request_of(name, Method::GET, &path).send().await.unwrap();
        assert_eq!(response.status(), expected, "{name}");
    }
    world.stop().await;
}

async fn item_41_what_waited_when_the_server_died_is_processed_once(backend: Backend) {
    let place = Arc::new(backend.place().await);
    let storage = storage::open(&place.database()).await.unwrap();
    storage.register_collections(&[collection()]).await.unwrap();
    let clock = Clock::manual("2026-01-01T00:00:00Z".parse().unwrap());
    // An intake that nobody works for: the server died after the answer, and in the middle of the work.
    let none: [(CollectionId, _); 0] = [];
    let intake = Intake::new(storage.clone(), clock.clone(), Duration::ZERO, none, 0);
    let body = tools(0..1_700).to_string().into_bytes();
    let posting = Posting { collection: collection(), sender: "writer".to_owned(), body };
    let (submission, _) = intake.post(posting).await.unwrap();
    let part = storage.waiting_part().await.unwrap().unwrap();
    assert!(
        storage
            .process_part(&part.name, Vec::new(), &Dating { clock, allowance: Duration::ZERO })
            .await
            .unwrap()
    );
    storage.close().await;

    let world = World::start_on(place, |_| {}).await;
    let done = completed(&world, &json!({"id": submission.id})).await;
    assert_eq!(done["success_count"], 700, "the first part was done, in this test with nothing in it");
    assert_eq!(world.json(OBJECTS).await["objects"].as_array().unwrap().len(), 700);
    let dating = Dating { clock: world.clock.clone(), allowance: Duration::ZERO };
    assert!(!world.storage.process_part(&part.name, Vec::new(), &dating).await.unwrap(), "not a second time");
    world.stop().await;
}
