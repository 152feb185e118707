//! The custom threat intelligence integration of Elastic.
//!
//! It is told the URL of the objects. Whether there is more it knows from `next` alone. It goes on after
//! X-TAXII-Date-Added-Last, of which it sends whole seconds. It would take 206 for 200, as TAXII 2.0 had it.

use async_trait::async_trait;
use reqwest::Method;
use serde_json::Value;

use super::{Reader, Site};
use crate::paging::Answer;
use crate::world::OBJECTS;

pub(crate) struct Elastic {
    site: Site,
    cursor: String,
}

impl Elastic {
    /// Its first interval reaches back to before there were any objects.
    pub(crate) fn new(site: Site) -> Self {
        Self { site, cursor: "2020-01-01T00:00:00.000000Z".to_owned() }
    }
}

#[async_trait]
impl Reader for Elastic {
    async fn pull(&mut self) -> Vec<Value> {
        let added_after = format!("{}Z", &self.cursor[..19]);
        let mut parameters = vec![("added_after", added_after), ("limit", "100".to_owned())];
        let mut objects = Vec::new();
        loop {
            let request = self.site.request(Method::GET, OBJECTS).query(&parameters);
            let request = request.header("accept", "application/taxii+json;version=2.1");
            let request = request.header("authorization", format!("Basic {}", self.site.credentials));
            let answer = Answer::of(request.send().await.unwrap()).await;
            objects.extend(answer.objects);
            // Whatever stands in the header is its next place, also that of an empty page.
            self.cursor = answer.last.unwrap();
            let Some(next) = answer.next.filter(|next| !next.is_empty()) else { return objects };
            parameters.truncate(2);
            parameters.push(("next", next));
        }
    }
}
