//! What the bridge makes of records is valid for other tools: over all settings that shape objects, all shapes in which
//! the service may send records, and all that may be wrong with one.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::Path;
use std::time::Duration;

use conformance::{client, workspace};
use serde_json::Value;
use socdefenders_standin::{
    Clock as ServiceClock, Defect, Frame, Handle, Ids, Ioc, Settings, Shape, StandIn,
};
use stix_core::tlp::Tlp;
use taxii_server::clock::Clock;
use taxii_server::config::Config;
use taxii_server::feed::{FeedSettings, Poller, Retry};
use taxii_server::ingest::{AllowAction, AllowListSettings, Repair};
use taxii_server::storage::quarantine::{Form, Handling, QuarantinedRecord};
use taxii_server::storage::{self, Query, Storage, VersionFilter};

/// The services, by the names of their feeds.
type Upstreams = BTreeMap<&'static str, Handle>;

#[tokio::test]
#[ignore = "needs the Python clients: tests/run sets them up"]
async fn what_is_made_of_records_is_valid_for_others_with_all_settings() {
    let path = workspace().join("tests/clients/minted_settings.toml");
    let cases: BTreeMap<String, FeedSettings> =
        toml::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let markings: HashSet<_> = cases.values().filter_map(FeedSettings::marking).collect();
    assert_eq!(markings, HashSet::from(Tlp::ALL), "every level has a case");

    let clock = Clock::manual("2026-01-31T12:00:00Z".parse().unwrap());
    let (upstreams, place) = (upstreams(&clock).await, tempfile::tempdir().unwrap());
    for (name, settings) in cases {
        let objects = minted(settings, &upstreams, &clock).await;
        let lines: String = objects.iter().map(|object| format!("{object}\n")).collect();
        std::fs::write(place.path().join(format!("{name}.jsonl")), lines).unwrap();
    }
    client::run_alone("minted_objects.py", &[place.path()]);
}

/// Each of the shapes that the pages of the service show, in each frame, and one that is right but for some records.
async fn upstreams(clock: &Clock) -> Upstreams {
    let shapes = [
        ("short", Settings::new().with_frame(Frame::Nested)),
        ("long", Settings::new().with_shape(Shape::Full).with_frame(Frame::Lines)),
        ("malformed", Settings::new().with_shape(Shape::Full).with_ids(Ids::Malformed)),
        ("valid", Settings::new().with_shape(Shape::Full).with_valid_stix(true).with_frame(Frame::Array)),
    ];
    let mut upstreams = Upstreams::new();
    for (seed, (name, settings)) in (1..).zip(shapes) {
        let settings = settings.with_clock(ServiceClock::stopped_at(clock.now()));
        let upstream = StandIn::start(settings.with_iocs(50).with_seed(seed)).await.unwrap();
        spoil(&upstream);
        upstreams.insert(name, upstream);
    }
    upstreams
}

/// Gives each defect to a record of its own.
fn spoil(upstream: &Handle) {
    let mut whole = upstream.rows();
    // Those that few records can have come first.
    let mut defects: Vec<Defect> = Defect::ALL.to_vec();
    defects.sort_by_cached_key(|defect| whole.iter().filter(|row| defect.suits(row.ioc_type)).count());
    for defect in defects {
        let place = whole.iter().position(|row| defect.suits(row.ioc_type));
        let row = whole.remove(place.unwrap_or_else(|| panic!("no record is left for {defect:?}")));
        upstream.replace(Ioc { defect: Some(defect), ..row });
    }
}

/// All versions of what is made with these settings: of what the services have, and of the records in `fixtures/feed`.
async fn minted(settings: FeedSettings, upstreams: &Upstreams, clock: &Clock) -> Vec<Value> {
    let place = tempfile::tempdir().unwrap();
    let mut config = Config::default();
    config.allow_lists = allow_lists(place.path());
    config.feeds =
        upstreams.iter().map(|(name, upstream)| feed(&settings, name, upstream, place.path())).collect();
    let database = place.path().join("taxii.db");
    let storage = storage::open(&database.as_path().into()).await.unwrap();
    let collection = config.collection_of(&settings).unwrap();
    storage.register_collections(&[collection]).await.unwrap();
    let ingest = config.ingest(storage.clone(), clock.clone()).unwrap();
    for settings in &config.feeds {
        let mut poller = Poller::new(settings.clone(), collection, ingest.clone(), clock.clone()).unwrap();
        let polled = poller.poll().await.unwrap();
        assert!(polled.complete, "{}: {polled:?}", settings.name);
        clock.advance(Duration::from_secs(1));
    }
    let retry = Retry::new(&config.feeds[0], collection, ingest, clock.clone()).unwrap();
    let feed = &config.feeds[0].name;
    retry.retry(feed, &fixtures(feed)).await.unwrap();
    assert_all_repairs(&*storage).await;
    let query = Query { versions: VersionFilter::All, ..Query::new(1_000_000, u64::MAX) };
    let page = storage.objects(&collection, &query).await.unwrap();
    page.rows.iter().map(|row| serde_json::from_slice(&row.body).unwrap()).collect()
}

fn feed(settings: &FeedSettings, name: &str, upstream: &Handle, place: &Path) -> FeedSettings {
    let key = place.join(name);
    std::fs::write(&key, upstream.pro_key()).unwrap();
    let mut settings = settings.clone();
    (settings.name, settings.url, settings.api_key_file) = (name.to_owned(), upstream.base_url(), Some(key));
    settings
}

/// One labels networks, one lowers the confidence of names.
fn allow_lists(place: &Path) -> Vec<AllowListSettings> {
    let lists = [
        (
            AllowAction::Label,
            r#"{"name":"Networks","type":"cidr","list":["198.18.0.0/16","2001:db8:8000::/33"]}"#,
        ),
        (AllowAction::Lower, r#"{"name":"Names","type":"hostname","list":[".test"]}"#),
    ];
    let list = |(action, text): (AllowAction, &str)| {
        let file = place.join(format!("{action:?}.json"));
        std::fs::write(&file, text).unwrap();
        AllowListSettings { file, action }
    };
    lists.into_iter().map(list).collect()
}

/// The records in `fixtures/feed`, as if they came from this feed.
fn fixtures(feed: &str) -> Vec<QuarantinedRecord> {
    let mut records = Vec::new();
    for file in std::fs::read_dir(workspace().join("fixtures/feed")).unwrap() {
        let case: Value = serde_json::from_slice(&std::fs::read(file.unwrap().path()).unwrap()).unwrap();
        let each = |name: &str| case[name].as_array().cloned().unwrap_or_default();
        let rows = each("rows").into_iter().map(|row| (Form::Row, row.to_string()));
        let object = case.get("bundle").map(|bundle| (Form::Object, bundle.to_string()));
        let text = case["text"].as_str().map(|text| (Form::Object, text.to_owned()));
        records.extend(rows.chain(object).chain(text));
    }
    records.into_iter().map(|(form, text)| QuarantinedRecord::unread(feed, form, text.into_bytes())).collect()
}

/// Each repair was made.
async fn assert_all_repairs(storage: &dyn Storage) {
    let counts = storage.record_counts(None).await.unwrap().into_iter();
    let made: BTreeSet<_> =
        counts.filter(|count| count.handling == Handling::Repaired).map(|count| count.reason).collect();
    let wanted = Repair::ALL.iter().map(|repair| repair.name().to_owned()).collect();
    assert_eq!(made, wanted, "each is needed by some record");
}
