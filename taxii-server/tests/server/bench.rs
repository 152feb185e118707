//! A store with the collections and feeds of some settings, into which records are put as a poll would.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::TimeDelta;
use serde_json::{Value, json};
use stix_core::Timestamp;
use taxii_server::clock::Clock;
use taxii_server::config::Config;
use taxii_server::feed::Reader;
use taxii_server::ingest::{Author, FeedBatch, Form, Ingest, Ingested, Minting, Tended, Upkeep};
use taxii_server::storage::{self, CollectionId, Database, Query, Storage, VersionFilter};

pub(crate) const ALL: &str = "943b1240-00c1-4707-802e-594f4d1104a6";
pub(crate) const HIGH: &str = "0b1f8d7e-1f5a-4e0c-8a11-10a5a8b4e2b4";
pub(crate) const ENERGY: &str = "0b1f8d7e-1f5a-4e0c-8a11-10a5a8b4e2b5";
pub(crate) const OTHER: &str = "0b1f8d7e-1f5a-4e0c-8a11-10a5a8b4e2b6";

pub(crate) const SETTINGS: &str = r#"
[retention]
expire_after = "never"

[[collection]]
id = "943b1240-00c1-4707-802e-594f4d1104a6"
title = "All"
alias = "everything"
[[collection]]
id = "0b1f8d7e-1f5a-4e0c-8a11-10a5a8b4e2b4"
title = "High"
alias = "high"
[[collection]]
id = "0b1f8d7e-1f5a-4e0c-8a11-10a5a8b4e2b5"
title = "Energy"
alias = "energy"
[[collection]]
id = "0b1f8d7e-1f5a-4e0c-8a11-10a5a8b4e2b6"
title = "Other"
alias = "other"

[[feed]]
name = "a"
collection = "everything"
tlp = "green"
time_to_live = { ipv4 = "10d" }
[[feed.route]]
collection = "high"
type = ["ipv4", "domain"]
confidence = "high"
[[feed.route]]
collection = "energy"
sector = ["Energy"]

[[feed]]
name = "b"
collection = "other"
tlp = "amber"
emit = "indicators+observables"
"#;

pub(crate) struct Bench {
    pub(crate) storage: Arc<dyn Storage>,
    pub(crate) clock: Clock,
    pub(crate) ingest: Ingest,
    pub(crate) config: Config,
}

impl Bench {
    pub(crate) async fn new(database: &Database, settings: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("settings.toml");
        std::fs::write(&file, settings).unwrap();
        let config = Config::read(&file).unwrap();
        config.check().unwrap();
        let storage = storage::open(database).await.unwrap();
        let ids: Vec<_> = config.all_collections().map(|collection| collection.id.into()).collect();
        storage.register_collections(&ids).await.unwrap();
        let clock = Clock::manual("2026-01-01T00:00:00Z".parse().unwrap());
        let ingest = config.ingest(storage.clone(), clock.clone()).unwrap();
        Self { storage, clock, ingest, config }
    }

    pub(crate) async fn take(&self, feed: &str, form: Form, records: &[Value]) -> Ingested {
        let latest = Timestamp::from_millis(self.clock.now() + TimeDelta::minutes(5));
        let reader = Reader::new(feed);
        let settings = self.config.feeds.iter().find(|settings| settings.name == feed).unwrap();
        let arrivals =
            records.iter().flat_map(|record| reader.read(form, record.to_string().as_bytes(), &latest));
        let batch = FeedBatch {
            feed: feed.to_owned(),
            collection: self.config.collection_of(settings).unwrap(),
            progress: None,
            question: None,
            gaps: Vec::new(),
            arrivals: arrivals.collect(),
            released: Vec::new(),
        };
        let minting = Minting::new(Author::Source, "", None).unwrap();
        self.ingest.feed(&minting, batch).await.unwrap()
    }

    /// All that is to be done now without anything being heard.
    pub(crate) async fn tend(&self) -> Tended {
        Upkeep::new(self.ingest.clone()).round().await.unwrap()
    }

    /// The last versions in a collection, by identifier.
    pub(crate) async fn objects(&self, collection: &str) -> BTreeMap<String, Value> {
        let query = Query { versions: VersionFilter::LAST, ..Query::new(10_000, u64::MAX) };
        let collection = CollectionId::from(collection.parse::<uuid::Uuid>().unwrap());
        let page = self.storage.objects(&collection, &query).await.unwrap();
        let objects = page.rows.iter().map(|row| serde_json::from_slice::<Value>(&row.body).unwrap());
        objects.map(|object| (object["id"].as_str().unwrap().to_owned(), object)).collect()
    }

    /// What all collections show, without the times of storing.
    pub(crate) async fn published(&self) -> BTreeMap<&'static str, BTreeMap<String, Value>> {
        let mut all = BTreeMap::new();
        for collection in [ALL, HIGH, ENERGY, OTHER] {
            let mut objects = self.objects(collection).await;
            nothing_dangles(&objects);
            // The author and the markings that only others had which are gone stay.
            objects
                .retain(|_, object| object["type"] != "marking-definition" && object["type"] != "identity");
            for object in objects.values_mut() {
                let object = object.as_object_mut().unwrap();
                object.retain(|name, _| !matches!(name.as_str(), "created" | "modified"));
            }
            all.insert(collection, objects);
        }
        all
    }

    /// The names of the objects in a collection, and those of relations.
    pub(crate) async fn names(&self, collection: &str) -> BTreeSet<String> {
        let objects = self.objects(collection).await;
        let name = |object: &Value| {
            object["name"].as_str().or(object["relationship_type"].as_str()).map(str::to_owned)
        };
        objects.values().filter_map(name).collect()
    }
}

pub(crate) fn row(id: &str, value: &str, confidence: &str) -> Value {
    json!({"id": id, "type": "ipv4", "value": value, "confidence": confidence, "first_seen": "2025-06-01T10:00:00Z"})
}

pub(crate) fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// What objects refer to is there.
pub(crate) fn nothing_dangles(objects: &BTreeMap<String, Value>) {
    for object in objects.values() {
        let markings = object["object_marking_refs"].as_array().cloned().unwrap_or_default();
        let refs = ["created_by_ref", "source_ref", "target_ref"].map(|name| object[name].clone());
        for id in refs.iter().chain(&markings).filter_map(Value::as_str) {
            // The extension of TLP 2.0 is no object of anybody's.
            assert!(objects.contains_key(id), "{object} refers to {id}");
        }
    }
}
