//! A server that is started once for each backend, for the tests that only read.
//!
//! It holds the objects of `fixtures/taxii21/library.json`, each added a millisecond after the one before. Nobody counts
//! what is in its collection `inbox`, to which tests may add.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, LazyLock, mpsc};

use serde_json::Value;
use serde_json::value::RawValue;
use taxii_server::config::{CollectionSettings, Config};
use taxii_server::storage::{Access, NewObject, Scope};

use crate::backend::{Backend, Place};
use crate::world::{Caller, World, collection};

/// Without objects.
const EMPTY: &str = "d5fa3d52-6eb1-4f6b-8cf3-6f2f9a2d8c34";
/// For additions.
const INBOX: &str = "3f6a8f0e-6d2b-4f0e-9c55-6a3b5a0f7d11";

static ON_SQLITE: LazyLock<Shared> = LazyLock::new(|| Shared::start(Backend::Sqlite));
static ON_POSTGRES: LazyLock<Shared> = LazyLock::new(|| Shared::start(Backend::Postgres));

/// Somebody who asks the server on this backend.
pub(super) fn library(backend: Backend) -> Caller {
    Caller::of(match backend {
        Backend::Sqlite => &ON_SQLITE.url,
        Backend::Postgres => &ON_POSTGRES.url,
    })
}

pub(super) fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/taxii21")
}

/// Reads a file of the fixtures.
pub(super) fn fixture(name: &str) -> Value {
    let path = fixtures().join(name);
    let text = std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_slice(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// A server that runs as long as this process.
struct Shared {
    url: String,
    /// Removes the folder of the database when this process ends, however it ends.
    _broom: Option<Child>,
}

impl Shared {
    /// The server has a runtime of its own, because that of a test ends with the test.
    fn start(backend: Backend) -> Self {
        let (tell, told) = mpsc::channel();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Runtime::new().unwrap();
            runtime.block_on(async move {
                let place = Arc::new(backend.place().await);
                let broom = match &*place {
                    Place::Sqlite(folder) => Some(broom(folder.path())),
                    Place::Postgres(_) => None,
                };
                let world = World::start_on(place, configure).await;
                fill(&world).await;
                tell.send(Self { url: world.url.clone(), _broom: broom }).unwrap();
                std::future::pending::<()>().await;
            });
        });
        told.recv().expect("the shared server does not start; see above")
    }
}

fn configure(config: &mut Config) {
    // Tests fail to log in on purpose, all from one address.
    config.max_login_failures = 0;
    for (id, name, description) in [(EMPTY, "empty", None), (INBOX, "inbox", Some("For additions"))] {
        config.collections.push(CollectionSettings {
            id: id.parse().unwrap(),
            title: format!("The {name} collection"),
            alias: Some(name.to_owned()),
            description: description.map(str::to_owned),
            ..CollectionSettings::default()
        });
    }
}

/// The objects, and accounts with rights to the first collection only.
async fn fill(world: &World) {
    for (name, access) in
        [("nobody", Access::NONE), ("only-reads", Access::READ), ("only-writes", Access::WRITE)]
    {
        world.add_account(name, Scope::Collection(collection()), access).await;
    }
    let objects = fixture("library.json");
    let objects: Vec<_> = objects.as_array().unwrap().iter().map(new_object).collect();
    world.add(&objects).await;
}

fn new_object(object: &Value) -> NewObject {
    let version = object.get("modified").or(object.get("created"));
    NewObject {
        id: object["id"].as_str().unwrap().parse().unwrap(),
        // STIX 2.0 has no such property.
        spec_version: object["spec_version"].as_str().unwrap_or("2.0").to_owned(),
        version: version.map(|version| version.as_str().unwrap().parse().unwrap()),
        body: RawValue::from_string(object.to_string()).unwrap(),
    }
}

fn broom(folder: &Path) -> Child {
    let mut broom = Command::new("sh");
    broom.args(["-c", r#"read -r _; rm -rf -- "$1""#, "sh"]).arg(folder).stdin(Stdio::piped());
    broom.spawn().unwrap()
}
