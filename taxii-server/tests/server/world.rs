//! A server on a free port, its store, and somebody who may read.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::{Client, Method, RequestBuilder, Response};
use serde_json::value::RawValue;
use taxii_server::auth::password;
use taxii_server::clock::Clock;
use taxii_server::config::{Config, DEFAULT_COLLECTION};
use taxii_server::ingest::Ingest;
use taxii_server::server::{Running, Server};
use taxii_server::storage::{
    self, Access, Added, CollectionId, DateAdded, Dating, Grants, NewObject, NewSecret, Scope, SecretKind,
    Storage,
};

use super::backend::{Backend, Place};

pub(crate) const PASSWORD: &str = "correct horse";
pub(crate) const MEDIA_TYPE: &str = "application/taxii+json;version=2.1";
pub(crate) const OBJECTS: &str = "/socdefenders/collections/socdefenders/objects/";

pub(crate) struct World {
    pub(crate) storage: Arc<dyn Storage>,
    pub(crate) clock: Clock,
    caller: Caller,
    running: Running,
    pub(crate) place: Arc<Place>,
}

/// Somebody who sends requests to a server.
pub(crate) struct Caller {
    pub(crate) client: Client,
    pub(crate) url: String,
}

impl World {
    pub(crate) async fn start(backend: Backend) -> Self {
        Self::start_with(backend, |_| {}).await
    }

    pub(crate) async fn start_with(backend: Backend, change: impl FnOnce(&mut Config)) -> Self {
        Self::start_on(Arc::new(backend.place().await), change).await
    }

    pub(crate) async fn start_on(place: Arc<Place>, change: impl FnOnce(&mut Config)) -> Self {
        Self::start_at(Clock::manual("2026-01-01T00:00:00Z".parse().unwrap()), place, change).await
    }

    pub(crate) async fn start_at(clock: Clock, place: Arc<Place>, change: impl FnOnce(&mut Config)) -> Self {
        let storage = storage::open(&place.database()).await.unwrap();
        let mut config = Config::default();
        config.listen.set_port(0);
        // What is pending is looked at.
        config.post_wait = Duration::ZERO;
        change(&mut config);
        let running = Server::start(config, storage.clone(), clock.clone()).await.unwrap();
        let caller = Caller::of(running.url());
        let world = Self { storage, clock, caller, running, place };
        for (name, access) in [("reader", Access::READ), ("writer", Access::BOTH), ("writer-2", Access::BOTH)]
        {
            world.add_account(name, Scope::Everywhere, access).await;
        }
        world
    }

    /// Adds an account with the password of all accounts.
    pub(crate) async fn add_account(&self, name: &str, scope: Scope, access: Access) {
        let date = DateAdded::from_millis(0);
        self.storage.add_account(name, &Grants::from_iter([(scope, access)]), date).await.unwrap();
        let secret = NewSecret::new(SecretKind::Password, password::hash(PASSWORD).unwrap());
        self.storage.add_secret(name, &secret, date).await.unwrap().unwrap();
    }

    pub(crate) fn authorization(name: &str) -> String {
        format!("Basic {}", STANDARD.encode(format!("{name}:{PASSWORD}")))
    }

    pub(crate) async fn add(&self, objects: &[NewObject]) -> Vec<Added> {
        add(&*self.storage, objects, &self.clock).await
    }

    /// What writes the objects of feeds into the store.
    pub(crate) fn ingest(&self) -> Ingest {
        Ingest::new(self.storage.clone(), self.clock.clone(), Duration::from_secs(2))
    }

    /// Where health and metrics are, if they have an address of their own.
    pub(crate) fn admin_address(&self) -> Option<std::net::SocketAddr> {
        self.running.admin_address()
    }

    pub(crate) async fn stop(self) {
        self.running.stop().await;
        self.storage.close().await;
    }
}

impl Deref for World {
    type Target = Caller;

    fn deref(&self) -> &Caller {
        &self.caller
    }
}

impl DerefMut for World {
    fn deref_mut(&mut self) -> &mut Caller {
        &mut self.caller
    }
}

impl Caller {
    /// One with nothing in hand for the server at this URL.
    pub(crate) fn of(url: &str) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        Self { client: Client::new(), url: url.to_owned() }
    }

    /// A request with credentials and TAXII's media type.
    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.request_of("reader", method, path)
    }

    /// A request with the credentials of another account, such as `writer`.
    pub(crate) fn request_of(&self, name: &str, method: Method, path: &str) -> RequestBuilder {
        self.client
            .request(method, format!("{}{path}", self.url))
            .header("authorization", World::authorization(name))
            .header("accept", "application/taxii+json;version=2.1")
    }

    pub(crate) async fn get(&self, path: &str) -> Response {
        self.request(Method::GET, path).send().await.unwrap()
    }

    /// The answer to a GET that must succeed.
    pub(crate) async fn json(&self, path: &str) -> serde_json::Value {
        let response = self.get(path).await;
        assert_eq!(response.status(), 200, "{path}");
        serde_json::from_slice(&response.bytes().await.unwrap()).unwrap()
    }
}

pub(crate) async fn body(response: Response) -> serde_json::Value {
    serde_json::from_slice(&response.bytes().await.unwrap()).unwrap()
}

pub(crate) fn collection() -> CollectionId {
    DEFAULT_COLLECTION.into()
}

pub(crate) async fn add(storage: &dyn Storage, new: &[NewObject], clock: &Clock) -> Vec<Added> {
    let dating = Dating { clock: clock.clone(), allowance: Duration::from_secs(2) };
    storage.add_objects(&collection(), new, &dating).await.unwrap()
}

/// Version `modified` of the object of this type with this number.
pub(crate) fn object(object_type: &str, number: u32, modified: &str) -> NewObject {
    let id = format!("{object_type}--{number:08x}-0000-4000-8000-000000000000");
    let body =
        format!(r#"{{"type":"{object_type}","spec_version":"2.1","id":"{id}","modified":"{modified}"}}"#);
    NewObject {
        id: id.parse().unwrap(),
        spec_version: "2.1".to_owned(),
        version: Some(modified.parse().unwrap()),
        body: RawValue::from_string(body).unwrap(),
    }
}

pub(crate) fn indicator(number: u32) -> NewObject {
    object("indicator", number, "2025-06-01T00:00:00.000Z")
}

/// An object that has no version.
pub(crate) fn address(value: &str) -> NewObject {
    let id = "ipv4-addr--ff26c055-6336-5bc5-b98d-13d6226742dd";
    let body = format!(r#"{{"type":"ipv4-addr","spec_version":"2.1","id":"{id}","value":"{value}"}}"#);
    NewObject {
        id: id.parse().unwrap(),
        spec_version: "2.1".to_owned(),
        version: None,
        body: RawValue::from_string(body).unwrap(),
    }
}
