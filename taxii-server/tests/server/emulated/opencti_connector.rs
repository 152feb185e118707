//! The TAXII 2 connector of OpenCTI, which is built on taxii2-client.
//!
//! `root.title` names what it reads, so neither may have a dot. It drops added_after when it follows `next`. The next
//! run goes on after the time at which this one began, by the clock of the client.

use std::time::Duration;

use async_trait::async_trait;
use serde_json::Value;
use taxii_server::clock::Clock;
use taxii_server::wire::Timestamp;

use super::taxii2_client::Taxii2Client;
use super::{Reader, Site};
use crate::backend::{Backend, on_both};
use crate::paging::Answer;
use crate::world::{World, indicator};

on_both!(item_65_a_clock_less_fast_than_the_allowance_loses_nothing);

pub(crate) struct OpenctiConnector {
    client: Taxii2Client,
    root: String,
    title: String,
    clock: Clock,
    /// How far its clock is ahead of that of the server.
    ahead: Duration,
    added_after: Option<Timestamp>,
}

impl OpenctiConnector {
    pub(crate) fn new(site: Site, collection: &str, clock: Clock, ahead: Duration) -> Self {
        let [root, title] = collection.split('.').collect::<Vec<_>>()[..] else {
            panic!("it cannot tell root and title apart in `{collection}`")
        };
        Self {
            client: Taxii2Client::new(site),
            root: root.to_owned(),
            title: title.to_owned(),
            clock,
            ahead,
            added_after: None,
        }
    }
}

#[async_trait]
impl Reader for OpenctiConnector {
    async fn pull(&mut self) -> Vec<Value> {
        let begun = Timestamp::new(self.clock.now() + self.ahead);
        let path = self.client.objects_of(&self.root, &self.title).await;
        let after = self.added_after.map(|after| ("added_after", after.to_string()));
        let (mut objects, mut parameters) = (Vec::new(), Vec::from_iter(after));
        loop {
            let answer = Answer::of(self.client.get(&path, &parameters).await).await;
            objects.extend(answer.objects);
            if !answer.more {
                self.added_after = Some(begun);
                return objects;
            }
            // Without `next` it would ask for the first page for ever.
            parameters = vec![("next", answer.next.unwrap())];
        }
    }
}

/// What comes right behind its back is found by the next run.
async fn item_65_a_clock_less_fast_than_the_allowance_loses_nothing(backend: Backend) {
    for (ahead, finds) in [(0, true), (1_999, true), (2_000, false)] {
        let world = World::start(backend).await;
        let (clock, ahead) = (world.clock.clone(), Duration::from_millis(ahead));
        let site = Site::new(std::slice::from_ref(&world), "reader");
        let mut connector = OpenctiConnector::new(site, "socdefenders.SOC Defenders", clock, ahead);
        assert!(connector.pull().await.is_empty());
        world.add(&[indicator(1)]).await;
        assert_eq!(!connector.pull().await.is_empty(), finds, "{ahead:?} ahead");
        world.stop().await;
    }
}
