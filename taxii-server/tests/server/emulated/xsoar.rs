//! The TAXII feeds of Cortex XSOAR, which are built on taxii2-client.
//!
//! They find the API root by the last segment of its path and the collection by its title, ask for the wanted types and
//! for relationships, and stop at the first page without objects. They go on after the newest `modified` that they have
//! seen, which is no date of adding at all. After 406 they would turn to TAXII 2.0.

use async_trait::async_trait;
use serde_json::Value;
use stix_core::Timestamp;

use super::taxii2_client::Taxii2Client;
use super::{Reader, Site};
use crate::backend::{Backend, on_both};
use crate::paging::Answer;
use crate::posting::{post, tool};
use crate::world::World;

on_both!(item_65_no_date_of_adding_is_before_modified);

pub(crate) struct Xsoar {
    client: Taxii2Client,
    root: String,
    title: String,
    newest: Option<Timestamp>,
}

impl Xsoar {
    pub(crate) fn new(site: Site, root: &str, title: &str) -> Self {
        Self { client: Taxii2Client::new(site), root: root.to_owned(), title: title.to_owned(), newest: None }
    }
}

#[async_trait]
impl Reader for Xsoar {
    async fn pull(&mut self) -> Vec<Value> {
        let path = self.client.objects_of(&self.root, &self.title).await;
        let mut parameters = vec![("match[type]", "tool,relationship".to_owned())];
        parameters.extend(self.newest.as_ref().map(|newest| ("added_after", newest.to_string())));
        let (mut objects, mut next, mut limit) = (Vec::new(), None, 100);
        loop {
            let mut parameters = parameters.clone();
            parameters.push(("limit", limit.to_string()));
            parameters.extend(next.map(|next| ("next", next)));
            let answer = Answer::of(self.client.get(&path, &parameters).await).await;
            if answer.objects.is_empty() {
                return objects;
            }
            // The library asks for pages of the size of the first one.
            limit = answer.objects.len();
            let modified = answer.objects.iter().map(|object| object["modified"].as_str().unwrap());
            self.newest =
                self.newest.take().into_iter().chain(modified.map(|text| text.parse().unwrap())).max();
            objects.extend(answer.objects);
            if !answer.more {
                return objects;
            }
            next = answer.next;
        }
    }
}

/// Also not when a writer's clock is fast: then what comes after is dated after it.
async fn item_65_no_date_of_adding_is_before_modified(backend: Backend) {
    let world = World::start(backend).await;
    let site = Site::new(std::slice::from_ref(&world), "reader");
    let mut xsoar = Xsoar::new(site, "socdefenders", "SOC Defenders");
    let mut number = 0;
    for modified in ["2026-01-01T00:04:59.9985Z", "2025-06-01T00:00:00.000Z", "2026-01-01T00:05:00.000Z"] {
        for modified in [modified, "2025-01-01T00:00:00.000Z"] {
            let sent = tool(number, modified);
            post(&world, &serde_json::json!({"objects": [sent]})).await;
            assert!(xsoar.pull().await.contains(&sent), "it misses number {number}");
            number += 1;
        }
    }
    let manifest = world.json("/socdefenders/collections/socdefenders/manifest/").await;
    let dates =
        manifest["objects"].as_array().unwrap().iter().map(|record| record["date_added"].as_str().unwrap());
    let expected = ["04:59.999", "05:00.000", "05:00.001", "05:00.002", "05:00.003", "05:00.004"];
    assert!(dates.eq(expected.map(|time| format!("2026-01-01T00:{time}000Z"))), "{manifest}");
    world.stop().await;
}
