//! Every way in which clients page sees every object exactly once, in order (TAXII 2.1, sections 3.2 and 3.5).

use reqwest::Response;
use serde_json::Value;
use taxii_server::storage::Query;

use super::backend::{Backend, on_both};
use super::world::{World, body, collection, indicator};

on_both!(item_62_every_style_sees_every_object_once, item_64_the_manifest_pages_like_the_objects,);

/// What a client keeps between two requests.
pub(crate) struct Place {
    pub(crate) added_after: Option<String>,
    pub(crate) next: Option<String>,
    pub(crate) limit: usize,
}

impl Place {
    /// The beginning, in pages of this size.
    pub(crate) fn first(limit: usize) -> Self {
        Self { added_after: None, next: None, limit }
    }
}

/// How a client goes on from an answer.
pub(crate) type Style = fn(&mut Place, &Answer);

/// The styles, by name.
pub(crate) const STYLES: [(&str, Style); 8] = [
    ("next, and the first date", go_on),
    ("next without the date", next_without_the_date),
    ("next, and a date of the client's own", next_with_another_date),
    ("next, and a date that moves along", |place, answer| {
        place.next = answer.next.clone();
        place.added_after = answer.last.clone();
    }),
    ("the date only", date_only),
    ("the date, cut to milliseconds", |place, answer| {
        place.added_after = answer.last.as_ref().map(|last| format!("{}Z", &last[..23]));
    }),
    ("next, and another limit each time", |place, answer| {
        go_on(place, answer);
        place.limit = 1 + (place.limit * 5 + 2) % 11;
    }),
    ("the date, and another limit each time", |place, answer| {
        date_only(place, answer);
        place.limit = 1 + (place.limit * 5 + 2) % 11;
    }),
];

/// Goes on by `next` if there is one, else by the date in the header.
fn go_on(place: &mut Place, answer: &Answer) {
    place.next = answer.next.clone();
    if answer.next.is_none() {
        place.added_after = answer.last.clone();
    }
}

fn next_without_the_date(place: &mut Place, answer: &Answer) {
    go_on(place, answer);
    if place.next.is_some() {
        place.added_after = None;
    }
}

fn next_with_another_date(place: &mut Place, answer: &Answer) {
    go_on(place, answer);
    place.added_after.get_or_insert_with(|| "2020-01-01T00:00:00Z".to_owned());
}

fn date_only(place: &mut Place, answer: &Answer) {
    place.added_after = answer.last.clone();
}

/// A page, as clients read it.
pub(crate) struct Answer {
    pub(crate) objects: Vec<Value>,
    pub(crate) more: bool,
    pub(crate) next: Option<String>,
    pub(crate) last: Option<String>,
}

impl Answer {
    pub(crate) async fn of(response: Response) -> Self {
        let url = response.url().clone();
        assert_eq!(response.status(), 200, "{url}");
        let last = response.headers().get("x-taxii-date-added-last");
        let last = last.map(|value| value.to_str().unwrap().to_owned());
        let body = body(response).await;
        let answer = Self {
            objects: body["objects"].as_array().cloned().unwrap_or_default(),
            more: body["more"].as_bool().unwrap_or(false),
            next: body["next"].as_str().map(str::to_owned),
            last,
        };
        assert_eq!(answer.more, answer.next.is_some(), "`more` and `next` come together: {url}");
        assert!(!answer.more || !answer.objects.is_empty(), "no empty page with `more`: {url}");
        answer
    }

    pub(crate) fn ids(&self) -> impl Iterator<Item = String> {
        ids(&self.objects)
    }
}

pub(crate) fn ids(objects: &[Value]) -> impl Iterator<Item = String> {
    objects.iter().map(|object| object["id"].as_str().unwrap().to_owned())
}

pub(crate) async fn fetch(world: &World, resource: &str, place: &Place) -> Answer {
    let mut path = format!("/socdefenders/collections/socdefenders/{resource}/?limit={}", place.limit);
    for (name, value) in [("added_after", &place.added_after), ("next", &place.next)] {
        if let Some(value) = value {
            path += &format!("&{name}={value}");
        }
    }
    let answer = Answer::of(world.get(&path).await).await;
    assert!(answer.objects.len() <= place.limit);
    answer
}

/// Reads to the end, while between any two pages objects are added.
async fn read_all(world: &World, resource: &str, name: &str, style: Style) {
    let stored = async || {
        let query = Query::new(1_000_000, u64::MAX);
        world.storage.records(&collection(), &query).await.unwrap().rows
    };
    let before = u32::try_from(stored().await.len()).unwrap();
    let numbers = |range: std::ops::Range<u32>| range.map(indicator).collect::<Vec<_>>();
    world.add(&numbers(before..before + 40)).await;
    let (mut place, mut seen) = (Place::first(7), Vec::new());
    for round in 0_u32.. {
        assert!(round < 1000, "{name}: the client never comes to an end");
        let answer = fetch(world, resource, &place).await;
        seen.extend(answer.ids());
        if round < 8 {
            world.add(&numbers(before + 40 + round * 3..before + 43 + round * 3)).await;
        } else if !answer.more {
            break;
        }
        style(&mut place, &answer);
    }
    let expected: Vec<_> = stored().await.into_iter().map(|row| row.id).collect();
    assert!(seen == expected, "{name}: {seen:?}");
}

async fn item_62_every_style_sees_every_object_once(backend: Backend) {
    let world = World::start(backend).await;
    for (name, style) in STYLES {
        read_all(&world, "objects", name, style).await;
    }
    world.stop().await;
}

async fn item_64_the_manifest_pages_like_the_objects(backend: Backend) {
    let world = World::start(backend).await;
    read_all(&world, "manifest", "next", go_on).await;
    read_all(&world, "manifest", "the date only", date_only).await;
    world.stop().await;
}
