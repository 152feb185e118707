//! Polling the stand-in for SOC Defenders: whatever the endpoint, shape, order or number of polls, the store
//! ends up with the same objects.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use serde_json::Value;
use socdefenders_standin::{Fault, Handle, Ids, Ioc, Order, Settings, Shape, StandIn};
use stix_core::validate::{Rule, check_object};
use taxii_server::clock::Clock;
use taxii_server::feed::{Endpoint, FeedSettings, Polled, Poller};
use taxii_server::ingest::Ingest;
use taxii_server::storage::quarantine::Chosen;
use taxii_server::storage::{self, CollectionId, Query, Storage, VersionFilter};

const ALLOWANCE: Duration = Duration::from_secs(2);

/// A store that is filled from a stand-in.
struct Bench {
    folder: tempfile::TempDir,
    storage: Arc<dyn Storage>,
    collection: CollectionId,
}

impl Bench {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let storage = storage::open(&folder.path().join("taxii.db").into()).await.unwrap();
        let collection = CollectionId::from(taxii_server::config::DEFAULT_COLLECTION);
        storage.register_collections(&[collection]).await.unwrap();
        Self { folder, storage, collection }
    }

    fn poller(&self, standin: &Handle, endpoint: Endpoint, key: &str) -> Poller {
        self.poller_with(settings(self.folder.path(), standin, endpoint, key))
    }

    fn poller_with(&self, settings: FeedSettings) -> Poller {
        let clock = Clock::system();
        let ingest = Ingest::new(self.storage.clone(), clock.clone(), ALLOWANCE);
        Poller::new(settings, self.collection, ingest, clock).unwrap()
    }

    async fn poll(&self, standin: &Handle, endpoint: Endpoint) -> Polled {
        self.poller(standin, endpoint, &standin.pro_key()).poll().await.unwrap()
    }

    /// Everything in the collection, with the dates of adding.
    async fn rows(&self) -> Vec<(i64, Value)> {
        let query = Query { versions: VersionFilter::All, ..Query::new(1_000_000, u64::MAX) };
        let page = self.storage.objects(&self.collection, &query).await.unwrap();
        let object = |body: &[u8]| serde_json::from_slice(body).unwrap();
        page.rows.iter().map(|row| (row.date_added.millis(), object(&row.body))).collect()
    }

    /// The objects by identifier; fails if there is a second version of one.
    async fn objects(&self) -> BTreeMap<String, Value> {
        let rows = self.rows().await;
        let count = rows.len();
        let by_id: BTreeMap<_, _> =
            rows.into_iter().map(|(_, object)| (object["id"].as_str().unwrap().to_owned(), object)).collect();
        assert_eq!(by_id.len(), count, "an object has more than one version");
        by_id
    }
}

fn settings(folder: &Path, standin: &Handle, endpoint: Endpoint, key: &str) -> FeedSettings {
    let key_file = folder.join("key");
    std::fs::write(&key_file, key).unwrap();
    let mut settings = FeedSettings::default();
    settings.url = standin.base_url();
    settings.api_key_file = Some(key_file);
    settings.endpoint = endpoint;
    settings.backoff = Duration::from_millis(1);
    settings
}

/// The names of the objects for the rows of the stand-in, and in the full shape of the techniques that the
/// rows of indicators mention.
fn names(standin: &Handle, shape: Shape) -> BTreeSet<String> {
    let mentioned = |ioc: &Ioc| match shape {
        Shape::Full if is_indicator(ioc) => ioc.mitre_techniques.clone(),
        _ => Vec::new(),
    };
    standin
        .rows()
        .into_iter()
        .flat_map(|ioc| mentioned(&ioc).into_iter().chain([ioc.value.clone()]))
        .collect()
}

fn is_indicator(ioc: &Ioc) -> bool {
    !matches!(ioc.ioc_type.as_str(), "cve" | "mitre-attack")
}

/// Fails with the difference only: the sets are long.
fn assert_same(found: &BTreeSet<String>, expected: &BTreeSet<String>, case: &str) {
    let missing: Vec<_> = expected.difference(found).collect();
    let extra: Vec<_> = found.difference(expected).collect();
    assert!(missing.is_empty() && extra.is_empty(), "{case}: missing {missing:?}, extra {extra:?}");
}

fn names_of(objects: &BTreeMap<String, Value>) -> BTreeSet<String> {
    let named = objects.values().filter(|object| {
        matches!(object["type"].as_str(), Some("indicator" | "vulnerability" | "attack-pattern"))
    });
    named.map(|object| object["name"].as_str().unwrap().to_owned()).collect()
}

fn small() -> Settings {
    Settings::new().with_iocs(300).with_second_source_share(0.2)
}

#[tokio::test]
async fn polling_ten_times_changes_nothing() {
    for shape in [Shape::Seed, Shape::Full] {
        for ids in [Ids::Stable, Ids::PerRequest, Ids::Malformed] {
            for order in [Order::NewestFirst, Order::OldestFirst, Order::Shuffled] {
                let standin =
                    StandIn::start(small().with_shape(shape).with_ids(ids).with_order(order)).await.unwrap();
                let bench = Bench::new().await;
                let first = bench.poll(&standin, Endpoint::Auto).await;
                assert!(first.complete && first.ingested.quarantined == 0, "{first:?}");
                let rows = bench.rows().await;
                for _ in 0..9 {
                    let again = bench.poll(&standin, Endpoint::Auto).await;
                    assert_eq!(
                        (again.ingested.new, again.ingested.changed),
                        (0, 0),
                        "{shape:?} {ids:?} {order:?}"
                    );
                }
                assert!(bench.rows().await == rows, "{shape:?} {ids:?} {order:?}");
                assert_same(
                    &names_of(&bench.objects().await),
                    &names(&standin, shape),
                    &format!("{shape:?} {ids:?} {order:?}"),
                );
            }
        }
    }
}

#[tokio::test]
async fn the_endpoints_give_the_same_identifiers_in_any_order() {
    for shape in [Shape::Seed, Shape::Full] {
        let standin = StandIn::start(small().with_shape(shape)).await.unwrap();
        let mut seen = Vec::new();
        for route in [[Endpoint::List, Endpoint::Stix], [Endpoint::Stix, Endpoint::List]] {
            let bench = Bench::new().await;
            let mut poller = bench.poller(&standin, route[0], &standin.pro_key());
            poller.poll().await.unwrap();
            // Another feed name, so that the second route starts from the beginning too.
            let mut other = settings(bench.folder.path(), &standin, route[1], &standin.pro_key());
            other.name = "other".to_owned();
            let ingest = Ingest::new(bench.storage.clone(), Clock::system(), ALLOWANCE);
            let mut other = Poller::new(other, bench.collection, ingest, Clock::system()).unwrap();
            other.poll().await.unwrap();
            let both = bench.rows().await;
            for poller in [&mut poller, &mut other] {
                let again = poller.poll().await.unwrap().ingested;
                assert_eq!((again.new, again.changed), (0, 0), "{shape:?} {route:?}");
            }
            assert!(bench.rows().await == both, "{shape:?} {route:?}");
            let latest: BTreeMap<String, Value> = both
                .into_iter()
                .map(|(_, object)| (object["id"].as_str().unwrap().to_owned(), known_by_all(&object)))
                .collect();
            assert_same(&names_of(&latest), &names(&standin, shape), "");
            seen.push(latest);
        }
        for (id, object) in &seen[0] {
            assert_eq!(seen[1].get(id), Some(object), "{shape:?}");
        }
        assert_eq!(seen[0].len(), seen[1].len(), "{shape:?}");
    }
}

/// What does not depend on which route came first: all but the times, which are those of storing.
fn known_by_all(object: &Value) -> Value {
    let mut object = object.clone();
    for time in ["created", "modified"] {
        object[time] = Value::Null;
    }
    object
}

#[tokio::test]
async fn what_is_minted_is_valid_and_knows_what_both_endpoints_say() {
    let standin = StandIn::start(small()).await.unwrap();
    let bench = Bench::new().await;
    bench.poll(&standin, Endpoint::Auto).await;
    let objects = bench.objects().await;
    for object in objects.values() {
        let report = check_object(object);
        // Nobody fetches what a reference leads to, so that there are no hashes of it.
        let mut problems = report.problems().iter();
        assert!(
            problems.all(|problem| problem.rule() == Rule::ExternalReferenceHashes),
            "{report}\n{object}"
        );
    }
    for ioc in standin.rows().iter().filter(|ioc| ioc.ioc_type.as_str() == "ipv4") {
        let object = objects.values().find(|object| object["name"] == ioc.value.as_str()).unwrap();
        assert_eq!(object["pattern"], format!("[ipv4-addr:value = '{}']", ioc.value));
        // From the list: the confidence, and the category as a label. From the bundle: the time.
        assert!(object["confidence"].as_u64().unwrap() >= u64::from(confidence(ioc.confidence.as_str())));
        let label = Value::from(format!("category:{}", ioc.source.category));
        assert!(object["labels"].as_array().unwrap().contains(&label), "{object}");
        let valid_from: chrono::DateTime<chrono::Utc> =
            object["valid_from"].as_str().unwrap().parse().unwrap();
        assert!(valid_from <= ioc.first_seen, "{object}");
    }
}

fn confidence(word: &str) -> u8 {
    match word {
        "low" => 15,
        "medium" => 50,
        _ => 85,
    }
}

#[tokio::test]
async fn the_full_shape_brings_techniques_and_relations() {
    let standin = StandIn::start(small().with_shape(Shape::Full)).await.unwrap();
    let bench = Bench::new().await;
    bench.poll(&standin, Endpoint::List).await;
    let rows = bench.rows().await;
    let mut met = BTreeSet::new();
    let mut relations = 0;
    for (_, object) in rows {
        if object["type"] == "relationship" {
            relations += 1;
            for end in ["source_ref", "target_ref"] {
                assert!(met.contains(object[end].as_str().unwrap()), "{end} comes later: {object}");
            }
        }
        met.insert(object["id"].as_str().unwrap().to_owned());
    }
    let expected: BTreeSet<_> = standin
        .rows()
        .into_iter()
        .filter(is_indicator)
        .flat_map(|ioc| ioc.mitre_techniques.into_iter().map(move |technique| (ioc.value.clone(), technique)))
        .collect();
    assert!(relations > 0);
    assert_eq!(relations, expected.len());
}

#[tokio::test]
async fn a_silently_capped_bundle_is_filled_from_the_list() {
    let settings = Settings::new().with_iocs(2500).with_stix_cap(Some(Settings::SILENT_CAP));
    let standin = StandIn::start(settings).await.unwrap();
    for endpoint in [Endpoint::Stix, Endpoint::Auto] {
        let bench = Bench::new().await;
        assert!(bench.poll(&standin, endpoint).await.complete);
        assert_same(
            &names_of(&latest(&bench).await),
            &names(&standin, Shape::Seed),
            &format!("{endpoint:?}"),
        );
    }
}

/// The STIX endpoint would bring the other categories, too.
#[tokio::test]
async fn with_a_category_only_that_comes() {
    let standin = StandIn::start(small()).await.unwrap();
    let bench = Bench::new().await;
    let mut settings = settings(bench.folder.path(), &standin, Endpoint::Auto, &standin.pro_key());
    settings.category = Some("government".to_owned());
    assert!(bench.poller_with(settings).poll().await.unwrap().complete);
    let rows = standin.rows().into_iter().filter(|row| row.source.category == "government");
    assert_same(&names_of(&latest(&bench).await), &rows.map(|row| row.value).collect(), "government");
}

/// No record says so, but only such was asked for.
#[tokio::test]
async fn what_comes_of_a_feed_for_one_sector_is_of_that_sector() {
    let standin = StandIn::start(small()).await.unwrap();
    for endpoint in [Endpoint::List, Endpoint::Stix] {
        let bench = Bench::new().await;
        let mut settings = settings(bench.folder.path(), &standin, endpoint, &standin.pro_key());
        settings.industry = Some("energy".to_owned());
        assert!(bench.poller_with(settings).poll().await.unwrap().complete);
        let objects = latest(&bench).await;
        let rows = standin.rows().into_iter().filter(|row| row.industry.as_deref() == Some("energy"));
        assert_same(&names_of(&objects), &rows.map(|row| row.value).collect(), "energy");
        let labels = |object: &Value| object["labels"].as_array().cloned().unwrap_or_default();
        for object in objects.values().filter(|object| object["type"] == "indicator") {
            assert!(labels(object).contains(&"sector:energy".into()), "{object}");
        }
    }
}

/// What other filters have left out lies before the place that was reached with them.
#[tokio::test]
async fn with_another_filter_the_past_is_read_anew() {
    let standin = StandIn::start(small()).await.unwrap();
    let bench = Bench::new().await;
    let all = settings(bench.folder.path(), &standin, Endpoint::Auto, &standin.pro_key());
    let mut some = all.clone();
    some.ioc_type = Some("ipv4".to_owned());
    assert!(bench.poller_with(some.clone()).poll().await.unwrap().complete);
    let (before, place) = (latest(&bench).await, standin.now());
    assert!(before.len() < standin.unique_count());
    // One that fails has changed nothing.
    standin.inject(Fault::Status(400));
    assert!(bench.poller_with(all.clone()).poll().await.is_err());
    assert_eq!(latest(&bench).await, before);
    let mut poller = bench.poller_with(all);
    assert!(poller.backfill().await.unwrap().is_none(), "the past of that question has not begun");
    assert!(poller.poll().await.unwrap().complete);
    assert_same(&names_of(&latest(&bench).await), &names(&standin, Shape::Seed), "all");
    let progress = bench.storage.feed_progress(&some.name).await.unwrap().unwrap();
    assert!(progress.began >= place - TimeDelta::seconds(1) && progress.covered_from < place);
    let again = poller.poll().await.unwrap();
    assert!(again.complete && again.ingested.records < standin.row_count(), "the same question goes on");
}

async fn latest(bench: &Bench) -> BTreeMap<String, Value> {
    let rows = bench.rows().await.into_iter();
    rows.map(|(_, object)| (object["id"].as_str().unwrap().to_owned(), object)).collect()
}

#[tokio::test]
async fn a_free_key_reads_the_list_in_pages_of_a_hundred_in_any_order() {
    for order in [Order::NewestFirst, Order::OldestFirst, Order::Shuffled] {
        let standin = StandIn::start(Settings::new().with_iocs(450).with_order(order)).await.unwrap();
        let bench = Bench::new().await;
        let polled = bench.poller(&standin, Endpoint::Auto, &standin.free_key()).poll().await.unwrap();
        assert!(polled.complete, "{order:?}");
        assert_same(&names_of(&latest(&bench).await), &names(&standin, Shape::Seed), &format!("{order:?}"));
    }
}

#[tokio::test]
async fn nothing_is_lost_while_the_feed_grows_and_rows_move() {
    for order in [Order::NewestFirst, Order::OldestFirst] {
        let standin = StandIn::start(Settings::new().with_iocs(450).with_order(order)).await.unwrap();
        let bench = Bench::new().await;
        let mut poller = bench.poller(&standin, Endpoint::List, &standin.free_key());
        for _ in 0..6 {
            let moving = async {
                for index in 0..40 {
                    standin.add(1);
                    standin.touch(index * 7);
                    tokio::time::sleep(Duration::from_millis(2)).await;
                }
            };
            let (polled, ()) = tokio::join!(poller.poll(), moving);
            polled.unwrap();
        }
        // The last poll is of a feed that holds still.
        assert!(poller.poll().await.unwrap().complete, "{order:?}");
        assert_same(&names_of(&latest(&bench).await), &names(&standin, Shape::Seed), &format!("{order:?}"));
    }
}

#[tokio::test]
async fn an_update_makes_one_new_version_and_a_repeat_none() {
    let standin =
        StandIn::start(small().with_shape(Shape::Full).with_second_source_share(0.0)).await.unwrap();
    let bench = Bench::new().await;
    bench.poll(&standin, Endpoint::List).await;
    let before = bench.rows().await;
    // A later sighting alone makes no new version.
    standin.touch(0).unwrap();
    let ingested = bench.poll(&standin, Endpoint::List).await.ingested;
    assert_eq!((ingested.new, ingested.changed), (0, 0));
    // Another source with a tag of its own does.
    let mut other = standin.rows()[0].clone();
    other.id = uuid::Uuid::from_u128(0x0123_4567_89ab_4def_8123_4567_89ab_cdef);
    other.tags = vec!["a-new-tag".to_owned()];
    other.mitre_techniques.clear();
    other.updated = standin.now();
    standin.insert(other.clone());
    let ingested = bench.poll(&standin, Endpoint::List).await.ingested;
    assert_eq!((ingested.new, ingested.changed), (0, 1));
    let rows = bench.rows().await;
    let (_, version) = rows.last().unwrap();
    let (_, first) = before.iter().find(|(_, object)| object["id"] == version["id"]).unwrap();
    assert_eq!(version["created"], first["created"]);
    assert!(version["modified"].as_str().unwrap() > first["modified"].as_str().unwrap());
    assert!(version["labels"].as_array().unwrap().contains(&Value::from("tag:a-new-tag")));
    for label in first["labels"].as_array().unwrap() {
        assert!(version["labels"].as_array().unwrap().contains(label), "{label} was erased");
    }
    assert_eq!(rows.len(), before.len() + 1);
}

#[tokio::test]
async fn a_bad_record_is_quarantined_once_and_stops_nothing() {
    let standin = StandIn::start(small()).await.unwrap();
    let good = names(&standin, Shape::Seed);
    let mut bad = standin.rows()[0].clone();
    bad.ioc_type = "ipv4".parse().unwrap();
    bad.value = "999.1.1.1".to_owned();
    bad.id = uuid::Uuid::from_u128(0x0123_4567_89ab_4def_8123_4567_89ab_cdef);
    standin.insert(bad);
    let bench = Bench::new().await;
    for _ in 0..3 {
        let polled = bench.poll(&standin, Endpoint::List).await;
        assert!(polled.complete);
    }
    assert_same(&names_of(&bench.objects().await), &good, "");
    let quarantined = bench.storage.quarantined(&Chosen::default(), 10).await.unwrap();
    assert_eq!(quarantined.len(), 1);
    assert!(quarantined[0].quarantined.reason.contains("999.1.1.1"), "{quarantined:?}");
    let record = String::from_utf8(quarantined[0].quarantined.record.clone()).unwrap();
    assert!(record.contains("999.1.1.1"), "{record}");
}
