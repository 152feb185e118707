//! Every way in which clients page sees every object exactly once, also while somebody adds.

use std::collections::HashSet;

use reqwest::Response;
use serde_json::Value;
use taxii_server::clock::Clock;

use super::backend::{Backend, on_both};
use super::world::{World, add, indicator};

on_both!(
    by_next_without_the_date,
    by_next_with_the_first_date,
    by_next_and_a_date_that_moves_along,
    by_date_only,
    by_a_date_cut_to_milliseconds,
    with_a_limit_that_changes,
    the_manifest_pages_like_the_objects,
    by_date_only_beside_a_busy_writer,
);

/// What a client keeps between two requests.
pub(crate) struct Place {
    pub(crate) added_after: Option<String>,
    pub(crate) next: Option<String>,
    pub(crate) limit: usize,
}

pub(crate) struct Answer {
    pub(crate) ids: Vec<String>,
    pub(crate) more: bool,
    pub(crate) next: Option<String>,
    pub(crate) last: Option<String>,
}

pub(crate) async fn fetch(world: &World, resource: &str, place: &Place) -> Answer {
    let mut path = format!("/socdefenders/collections/socdefenders/{resource}/?limit={}", place.limit);
    if let Some(added_after) = &place.added_after {
        path += &format!("&added_after={added_after}");
    }
    if let Some(next) = &place.next {
        path += &format!("&next={next}");
    }
    let response: Response = world.get(&path).await;
    assert_eq!(response.status(), 200, "{path}");
    let last =
        response.headers().get("x-taxii-date-added-last").map(|value| value.to_str().unwrap().to_owned());
    let body: Value = serde_json::from_slice(&response.bytes().await.unwrap()).unwrap();
    let objects = body["objects"].as_array().cloned().unwrap_or_default();
    let answer = Answer {
        ids: objects.iter().map(|object| object["id"].as_str().unwrap().to_owned()).collect(),
        more: body["more"].as_bool().unwrap_or(false),
        next: body["next"].as_str().map(str::to_owned),
        last,
    };
    assert_eq!(answer.more, answer.next.is_some(), "`more` and `next` come together");
    assert!(!answer.more || !answer.ids.is_empty(), "no empty page with `more`");
    assert!(answer.ids.len() <= place.limit);
    answer
}

/// Reads to the end while objects are added; `step` says how the client goes on from an answer.
async fn read_all(backend: Backend, resource: &str, step: impl Fn(&mut Place, &Answer)) {
    let world = World::start(backend).await;
    let numbers = |range: std::ops::Range<u32>| range.map(indicator).collect::<Vec<_>>();
    world.add(&numbers(0..40)).await;
    let mut place = Place { added_after: None, next: None, limit: 7 };
    let mut seen = Vec::new();
    for round in 0_u32.. {
        assert!(round < 100, "the client never comes to an end");
        let answer = fetch(&world, resource, &place).await;
        seen.extend(answer.ids.iter().cloned());
        if round < 8 {
            world.add(&numbers(40 + round * 3..43 + round * 3)).await;
        } else if !answer.more {
            break;
        }
        step(&mut place, &answer);
    }
    let unique: HashSet<_> = seen.iter().collect();
    assert_eq!(unique.len(), 64, "every object");
    assert_eq!(seen.len(), 64, "exactly once");
    world.stop().await;
}

/// Goes on by `next` if there is one, else by the date in the header.
fn go_on(place: &mut Place, answer: &Answer) {
    place.next = answer.next.clone();
    if answer.next.is_none() {
        place.added_after = answer.last.clone();
    }
}

async fn by_next_without_the_date(backend: Backend) {
    read_all(backend, "objects", |place, answer| {
        go_on(place, answer);
        if place.next.is_some() {
            place.added_after = None;
        }
    })
    .await;
}

async fn by_next_with_the_first_date(backend: Backend) {
    read_all(backend, "objects", |place, answer| {
        go_on(place, answer);
        place.added_after.get_or_insert_with(|| "2020-01-01T00:00:00Z".to_owned());
    })
    .await;
}

async fn by_next_and_a_date_that_moves_along(backend: Backend) {
    read_all(backend, "objects", |place, answer| {
        place.next = answer.next.clone();
        place.added_after = answer.last.clone();
    })
    .await;
}

async fn by_date_only(backend: Backend) {
    read_all(backend, "objects", |place, answer| place.added_after = answer.last.clone()).await;
}

async fn by_a_date_cut_to_milliseconds(backend: Backend) {
    read_all(backend, "objects", |place, answer| {
        place.added_after = answer.last.as_ref().map(|last| format!("{}Z", &last[..23]));
    })
    .await;
}

async fn with_a_limit_that_changes(backend: Backend) {
    read_all(backend, "objects", |place, answer| {
        go_on(place, answer);
        place.limit = if place.limit == 7 { 3 } else { 7 };
    })
    .await;
}

async fn the_manifest_pages_like_the_objects(backend: Backend) {
    read_all(backend, "manifest", go_on).await;
    read_all(backend, "manifest", |place, answer| place.added_after = answer.last.clone()).await;
}

/// Really at the same time: the writer does not wait for the reader.
async fn by_date_only_beside_a_busy_writer(backend: Backend) {
    let world = World::start(backend).await;
    let (storage, clock) = (world.storage.clone(), Clock::system());
    let writer = tokio::spawn(async move {
        for batch in 0..60 {
            let objects: Vec<_> = (batch * 10..batch * 10 + 10).map(indicator).collect();
            add(&*storage, &objects, &clock).await;
        }
    });
    let mut place = Place { added_after: None, next: None, limit: 7 };
    let mut seen = Vec::new();
    loop {
        let done = writer.is_finished();
        let answer = fetch(&world, "objects", &place).await;
        seen.extend(answer.ids);
        if done && !answer.more {
            break;
        }
        place.added_after = answer.last.or(place.added_after);
    }
    writer.await.unwrap();
    let unique: HashSet<_> = seen.iter().collect();
    assert_eq!((unique.len(), seen.len()), (600, 600));
    world.stop().await;
}
