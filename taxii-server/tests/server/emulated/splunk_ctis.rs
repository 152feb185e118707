//! The CTIS app of Splunk, which is built on taxii2-client: it posts whole bundles, declared as envelopes.

use async_trait::async_trait;
use serde_json::Value;

use super::taxii2_client::Taxii2Client;
use super::{Site, Writer, accepted, bundle};
use crate::world::OBJECTS;

pub(crate) struct SplunkCtis {
    client: Taxii2Client,
}

impl SplunkCtis {
    pub(crate) fn new(site: Site) -> Self {
        Self { client: Taxii2Client::new(site) }
    }
}

#[async_trait]
impl Writer for SplunkCtis {
    async fn push(&mut self, objects: Vec<Value>) -> usize {
        accepted(self.client.post(OBJECTS, bundle(objects).to_string()).await).await;
        1
    }
}
