//! The TAXII ingester of the OpenCTI platform.
//!
//! It is told the API root and the collection. While there is `more` with `next` it keeps added_after as it is; at the
//! end it goes on after X-TAXII-Date-Added-Last, in whole milliseconds. `more` without `next` is the end to it, and an
//! answer without objects changes nothing.

use async_trait::async_trait;
use reqwest::Method;
use serde_json::Value;

use super::{Reader, Site};
use crate::paging::Answer;
use crate::world::OBJECTS;

pub(crate) struct OpenctiIngester {
    site: Site,
    added_after: Option<String>,
}

impl OpenctiIngester {
    pub(crate) fn new(site: Site) -> Self {
        Self { site, added_after: None }
    }

    async fn page(&self, next: Option<&str>) -> Answer {
        let place = [("added_after", self.added_after.as_deref()), ("next", next)];
        let place: Vec<_> = place.into_iter().filter_map(|(name, value)| Some((name, value?))).collect();
        let request = self.site.request(Method::GET, OBJECTS).query(&place);
        let request = request.header("accept", "application/taxii+json;version=2.1");
        let request = request.header("authorization", format!("Basic {}", self.site.credentials));
        Answer::of(request.send().await.unwrap()).await
    }
}

#[async_trait]
impl Reader for OpenctiIngester {
    async fn pull(&mut self) -> Vec<Value> {
        let (mut objects, mut next) = (Vec::new(), None);
        loop {
            let answer = self.page(next.as_deref()).await;
            let any = !answer.objects.is_empty();
            let last = answer.last.filter(|_| any);
            objects.extend(answer.objects);
            next = answer.next.filter(|_| answer.more);
            if next.is_none() {
                // Without the header it takes its own clock, and what the clock has overtaken is lost.
                assert!(!any || last.is_some(), "objects without X-TAXII-Date-Added-Last");
                self.added_after = last.map(|last| format!("{}Z", &last[..23])).or(self.added_after.take());
                return objects;
            }
        }
    }
}
