//! The connector that posts a stream of OpenCTI to a TAXII server: whole bundles, declared as STIX.

use async_trait::async_trait;
use reqwest::Method;
use serde_json::Value;

use super::{Site, Writer, accepted, bundle};
use crate::world::OBJECTS;

pub(crate) struct OpenctiStream {
    site: Site,
}

impl OpenctiStream {
    pub(crate) fn new(site: Site) -> Self {
        Self { site }
    }
}

#[async_trait]
impl Writer for OpenctiStream {
    async fn push(&mut self, objects: Vec<Value>) -> usize {
        let request = self.site.request(Method::POST, OBJECTS).body(bundle(objects).to_string());
        let request = request.header("accept", "application/taxii+json; version=2.1");
        let request = request.header("content-type", "application/stix+json; version=2.1");
        let request = request.header("authorization", format!("Basic {}", self.site.credentials));
        accepted(request.send().await.unwrap()).await;
        1
    }
}
