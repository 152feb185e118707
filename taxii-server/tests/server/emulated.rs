//! Clients as they behave on the wire, quirks included: a file for each, written from what is known of its behaviour.
//!
//! Those that pull are a [`Reader`], those that push a [`Writer`]. All of them know a [`Site`].

mod elastic;
mod misp_core;
mod opencti_connector;
mod opencti_ingester;
mod opencti_stream;
mod splunk_ctis;
mod taxii2_client;
mod xsoar;

use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::{Client, Method, RequestBuilder, Response};
use serde_json::{Value, json};

pub(crate) use self::elastic::Elastic;
pub(crate) use self::misp_core::MispCore;
pub(crate) use self::opencti_connector::OpenctiConnector;
pub(crate) use self::opencti_ingester::OpenctiIngester;
pub(crate) use self::opencti_stream::OpenctiStream;
pub(crate) use self::splunk_ctis::SplunkCtis;
pub(crate) use self::xsoar::Xsoar;
use super::world::{PASSWORD, World};

/// A client that pulls, again and again.
#[async_trait]
pub(crate) trait Reader: Send {
    /// Pulls once, as its schedule would have it; the objects that it takes over, in their order.
    async fn pull(&mut self) -> Vec<Value>;
}

/// A client that pushes.
#[async_trait]
pub(crate) trait Writer: Send {
    /// Sends objects; gives the number of requests that it took.
    async fn push(&mut self, objects: Vec<Value>) -> usize;
}

/// What somebody has typed into a client: where the server is, and an account. Of several servers each request goes to
/// the next one, as behind a load balancer that keeps no client at one of them.
pub(crate) struct Site {
    client: Client,
    servers: Vec<String>,
    turn: AtomicUsize,
    /// Name and password as HTTP Basic has them.
    pub(crate) credentials: String,
}

impl Site {
    pub(crate) fn new(worlds: &[World], account: &str) -> Self {
        Self {
            client: worlds[0].client.clone(),
            servers: worlds.iter().map(|world| world.url.clone()).collect(),
            turn: AtomicUsize::new(0),
            credentials: STANDARD.encode(format!("{account}:{PASSWORD}")),
        }
    }

    /// A request without any header: those are the client's own affair.
    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        self.client.request(method, format!("{}{path}", self.servers[turn % self.servers.len()]))
    }
}

/// Objects in a bundle, for those who send one where an envelope belongs.
fn bundle(objects: Vec<Value>) -> Value {
    json!({"type": "bundle", "id": "bundle--5d0092c5-5f74-4287-9642-33f4c354e56d", "objects": objects})
}

/// What was sent must be accepted.
async fn accepted(response: Response) {
    let status = response.status();
    assert_eq!(status, 202, "{}", response.text().await.unwrap());
}
