//! What the settings of feeds make of records: into which collections objects go, what allow-lists change, and that what
//! is published is a function of what was said, in whatever order, by whichever feed.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use rand::rngs::StdRng;
use rand::seq::{IndexedRandom, SliceRandom};
use rand::{Rng, SeedableRng};
use serde_json::{Value, json};
use taxii_server::ingest::Form;
use taxii_server::storage::quarantine::Handling;

use super::backend::{Backend, on_both};
use super::bench::{ALL, Bench, ENERGY, HIGH, OTHER, SETTINGS, nothing_dangles, row, set};

on_both!(
    objects_go_where_routes_lead_and_stay_there,
    an_object_of_the_feed_stands_as_long_as_nothing_else_tells,
    what_is_long_is_found_again,
    batches_into_the_same_collections_do_not_wait_for_each_other
);

async fn objects_go_where_routes_lead_and_stay_there(backend: Backend) {
    let place = backend.place().await;
    let bench = Bench::new(&place.database(), SETTINGS).await;
    let mut low = row("1", "192.0.2.1", "low");
    low["mitre_techniques"] = json!(["T1059"]);
    bench.take("a", Form::Row, &[low, row("2", "192.0.2.2", "high")]).await;
    let author = "SOC Defenders";
    let green = "TLP:GREEN";
    assert_eq!(bench.names(ALL).await, set(&[author, green, "192.0.2.1", "192.0.2.2", "T1059", "indicates"]));
    assert_eq!(bench.names(HIGH).await, set(&[author, green, "192.0.2.2"]));
    assert!(bench.names(ENERGY).await.is_empty());

    // Another source is sure, and knows the sector: the indicator goes there with all that hangs on it.
    let mut sure = row("3", "192.0.2.1", "high");
    sure["industry"] = json!("energy");
    bench.take("a", Form::Row, &[sure]).await;
    let all = bench.names(ALL).await;
    assert_eq!(bench.names(HIGH).await, all);
    assert_eq!(bench.names(ENERGY).await, set(&[author, green, "192.0.2.1", "T1059", "indicates"]));

    // The same source is less sure now: the version is in all collections.
    bench.clock.advance(Duration::from_secs(60));
    let mut unsure = row("3", "192.0.2.1", "low");
    unsure["industry"] = json!("energy");
    unsure["last_seen"] = json!("2025-06-02T10:00:00Z");
    bench.take("a", Form::Row, &[unsure]).await;
    let version = |objects: BTreeMap<String, Value>| {
        objects.into_values().find(|object| object["name"] == "192.0.2.1").unwrap()
    };
    let newest = version(bench.objects(HIGH).await);
    assert_eq!(newest["confidence"], 15);
    assert_eq!(version(bench.objects(ALL).await), newest);
    assert_eq!(version(bench.objects(ENERGY).await), newest);

    // Another feed tells of it, too: what it emits goes to all collections where the indicator is.
    let told = bench.take("b", Form::Row, &[row("x", "192.0.2.1", "medium")]).await;
    assert_eq!(
        (told.new, told.changed),
        (2, 3),
        "amber makes new versions of indicator, technique and relation"
    );
    let names = bench.names(OTHER).await;
    assert_eq!(names, set(&[author, "TLP:AMBER", "192.0.2.1", "T1059", "indicates", "based-on"]));
    assert!(bench.objects(ENERGY).await.keys().any(|id| id.starts_with("ipv4-addr--")));
    for collection in [ALL, HIGH, ENERGY, OTHER] {
        nothing_dangles(&bench.objects(collection).await);
    }
}

async fn an_object_of_the_feed_stands_as_long_as_nothing_else_tells(backend: Backend) {
    let place = backend.place().await;
    let bench = Bench::new(&place.database(), SETTINGS).await;
    let time = "2025-06-01T10:00:00.000Z";
    let (indicator, technique) = (valid(0, time, time), valid(8, time, time));
    let relation = json!({
        "type": "relationship", "spec_version": "2.1", "id": format!("relationship--{UPSTREAM}99"), "created": time,
        "modified": time, "relationship_type": "indicates", "source_ref": indicator["id"], "target_ref": technique["id"],
    });
    let bundle = json!({"type": "bundle", "id": format!("bundle--{UPSTREAM}98"), "objects": [indicator, technique, relation]});
    let published = async || {
        nothing_dangles(&bench.objects(OTHER).await);
        let mut objects = bench.objects(ALL).await;
        nothing_dangles(&objects);
        objects
            .retain(|_, object| !matches!(object["type"].as_str(), Some("identity" | "marking-definition")));
        objects.into_values().collect::<Vec<_>>()
    };
    bench.take("a", Form::Object, std::slice::from_ref(&bundle)).await;
    let as_they_are = [&technique, &indicator, &relation].map(Clone::clone);
    assert_eq!(published().await, as_they_are);
    assert_eq!(bench.take("a", Form::Object, std::slice::from_ref(&bundle)).await.changed, 0);

    // Another feed tells of the value, too: one object knows what both know, and the other one is gone.
    bench.clock.advance(Duration::from_secs(60));
    let told = bench.take("b", Form::Row, &[row("1", "192.0.2.4", "high")]).await;
    assert_eq!((told.changed, told.left), (1, 0));
    let told = bench.take("a", Form::Object, std::slice::from_ref(&bundle)).await;
    assert_eq!((told.changed, told.new), (1, 0), "the relation follows");
    let now = published().await;
    let of = |kind: &str| now.iter().find(|object| object["type"] == kind).unwrap();
    assert_eq!(of("attack-pattern"), &technique);
    let joined = of("indicator");
    assert_eq!((&joined["confidence"], &joined["valid_from"]), (&json!(85), &json!(time)));
    let named = |id: &Value| {
        joined["external_references"].as_array().unwrap().iter().any(|from| from["external_id"] == *id)
    };
    assert!(named(&json!("1")) && named(&indicator["id"]), "{joined}");
    assert_eq!(of("relationship")["source_ref"], joined["id"]);
    assert_eq!(now.iter().filter(|object| object["type"] == "indicator").count(), 1);
    // And that stays so.
    assert_eq!(bench.take("a", Form::Object, &[bundle]).await.changed, 0);
    let later = valid(0, time, "2025-06-02T10:00:00.000Z");
    bench.take("a", Form::Object, &[later]).await;
    assert!(bench.objects(ALL).await.keys().all(|id| id.as_str() != indicator["id"]));
}

/// Values and identifiers that no index takes whole.
async fn what_is_long_is_found_again(backend: Backend) {
    let place = backend.place().await;
    let bench = Bench::new(&place.database(), SETTINGS).await;
    let mut random = StdRng::seed_from_u64(1);
    let tail: String = (0..9000).map(|_| char::from(random.random_range(b'a'..=b'z'))).collect();
    let long = |end: &str, confidence: &str| {
        let mut row = row(&format!("{tail}{end}"), &format!("https://example.com/{tail}{end}"), confidence);
        row["type"] = json!("url");
        row["mitre_techniques"] = json!(["T1059"]);
        row
    };
    let told = bench.take("b", Form::Row, &[long("a", "low"), long("b", "low")]).await;
    assert_eq!(told.new, 9, "two values, each with an object and two relations, and a technique");
    let told = bench.take("b", Form::Row, &[long("a", "low"), long("b", "low")]).await;
    assert_eq!((told.new, told.changed), (0, 0));
    assert_eq!(bench.take("b", Form::Row, &[long("a", "high")]).await.changed, 1);
    let red = SETTINGS.replace("tlp = \"amber\"", "tlp = \"red\"");
    let red = Bench::new(&place.database(), &red).await;
    assert_eq!(red.tend().await.followed.changed, 9);
}

/// Two processes that write into several collections at once.
async fn batches_into_the_same_collections_do_not_wait_for_each_other(backend: Backend) {
    let place = backend.place().await;
    let (one, other) =
        (Bench::new(&place.database(), SETTINGS).await, Bench::new(&place.database(), SETTINGS).await);
    let write = async |bench: &Bench, feed: &str| {
        for number in 0..10 {
            let mut record = row(&format!("{feed}{number}"), &format!("192.0.2.{number}"), "high");
            record["industry"] = json!("energy");
            bench.take(feed, Form::Row, &[record]).await;
        }
    };
    tokio::join!(write(&one, "a"), write(&other, "b"));
    let indicators = |objects: BTreeMap<String, Value>| {
        objects.values().filter(|object| object["type"] == "indicator").count()
    };
    for collection in [ALL, HIGH, ENERGY, OTHER] {
        assert_eq!(indicators(one.objects(collection).await), 10);
    }
}

/// Records of both forms that tell of a few values in many ways. Of some only one valid object tells, in several versions.
fn records(random: &mut StdRng) -> Vec<(&'static str, Form, Value)> {
    let mut records = Vec::new();
    for number in 0..40 {
        let value = format!("192.0.2.{}", random.random_range(0..6));
        let feed = *["a", "b"].choose(random).unwrap();
        // No two say the same: of such, only the identifier of the first would be known.
        let day = |random: &mut StdRng, month: u32| {
            format!("2025-{month:02}-{:02}T10:00:{number:02}.000Z", random.random_range(1..28))
        };
        let (first, last) = (day(random, 3), day(random, 6));
        if random.random_bool(0.2) {
            let number = random.random_range(0..10);
            records.push((feed, Form::Object, valid(number, &first, &last)));
            continue;
        }
        if random.random_bool(0.3) {
            let id = uuid::Builder::from_random_bytes(random.random()).into_uuid();
            // Without `created`, so that the bridge has to make it anew.
            records.push((feed, Form::Object, json!({
                "type": "indicator", "spec_version": "2.1", "id": format!("indicator--{id}"), "modified": last,
                "pattern": format!("[ipv4-addr:value = '{value}']"), "pattern_type": "stix", "valid_from": first,
            })));
            continue;
        }
        let confidence = *["low", "medium", "high"].choose(random).unwrap();
        let sector = *["energy", "water"].choose(random).unwrap();
        let techniques: Vec<_> =
            (0..3).filter(|_| random.random_bool(0.3)).map(|n| format!("T100{n}")).collect();
        let tags: Vec<_> = (0..3).filter(|_| random.random_bool(0.3)).map(|n| format!("tag {n}")).collect();
        let mut row = json!({
            "id": format!("{}", number % 25), "type": "ipv4", "value": value, "confidence": confidence,
            "industry": sector, "tags": tags, "mitre_techniques": techniques,
            "context": format!("context {}", random.random_range(0..3)),
            "source": {"feed_name": format!("Source {}", random.random_range(0..3)), "category": "news"},
        });
        if number % 9 != 8 {
            (row["first_seen"], row["last_seen"]) = (json!(first), json!(last));
        }
        records.push((feed, Form::Row, row));
    }
    records
}

/// How the identifiers of objects begin that can be passed through.
const UPSTREAM: &str = "7c9e6679-7425-40de-944b-e07fc1f90a";

/// An object that can be passed through: an indicator of a value of which others tell, too, or only another one, or nobody;
/// a vulnerability; or a technique.
fn valid(number: u32, first: &str, last: &str) -> Value {
    let mut object = json!({"spec_version": "2.1", "created": "2025-03-01T10:00:00.000Z", "modified": last});
    let (name, more) = match number {
        0..7 => {
            let pattern =
                format!("[ipv4-addr:value = '192.0.2.{}']", if number == 6 { 9 } else { number + 4 });
            ("indicator", json!({"pattern": pattern, "pattern_type": "stix", "valid_from": first}))
        }
        7 => ("vulnerability", json!({"name": "CVE-2024-1234"})),
        _ => ("attack-pattern", json!({"name": format!("T100{}", number - 7)})),
    };
    object["type"] = json!(name);
    object["id"] = json!(format!("{name}--{UPSTREAM}{number:02}"));
    object.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    object
}

/// All collections after these records, in batches of some size that are written in steps, without the times of storing. Now and then it is looked
/// after what is stored.
async fn published(
    settings: &str,
    records: &[(&'static str, Form, Value)],
    batch: usize,
    step: usize,
) -> BTreeMap<&'static str, BTreeMap<String, Value>> {
    let folder = tempfile::tempdir().unwrap();
    let mut bench = Bench::new(&folder.path().join("taxii.db").into(), settings).await;
    bench.ingest = bench.ingest.with_step(step);
    for records in records.chunks(batch) {
        for feed in ["a", "b"] {
            for form in [Form::Row, Form::Object] {
                let meant = records.iter().filter(|record| (record.0, record.1) == (feed, form));
                let meant: Vec<_> = meant.map(|record| record.2.clone()).collect();
                if !meant.is_empty() {
                    bench.take(feed, form, &meant).await;
                }
            }
        }
        bench.tend().await;
    }
    bench.published().await
}

#[tokio::test]
async fn what_is_published_is_a_function_of_what_was_said() {
    let seeds = if std::env::var_os("TESTS_LONG").is_some() { 100 } else { 6 };
    // About half of what has an end is over for too long; and of what was not seen any more.
    let expiring = SETTINGS.replace("\"never\"", "\"180d\"");
    let unseen = expiring.replace("expire_after", "unseen_after = \"5d\"\nexpire_after");
    let all = [SETTINGS, &expiring, &unseen];
    let (mut shown, mut passed) = ([0; 3], 0);
    for (seed, (kind, settings)) in
        (0..seeds).flat_map(|seed| all.into_iter().enumerate().map(move |each| (seed, each)))
    {
        let mut random = StdRng::seed_from_u64(seed);
        let mut records = records(&mut random);
        let expected = published(settings, &records, 40, 5000).await;
        shown[kind] += expected.values().map(BTreeMap::len).sum::<usize>();
        passed += expected[ALL].keys().filter(|id| id.contains(UPSTREAM)).count();
        for _ in 0..2 {
            records.shuffle(&mut random);
            let batch = random.random_range(1..20);
            let step = random.random_range(1..10);
            let found = published(settings, &records, batch, step).await;
            for (collection, objects) in &expected {
                let found = &found[collection];
                let differs = objects.iter().find(|(id, object)| found.get(*id) != Some(object));
                let differs = differs.map(|(id, object)| (object, found.get(id)));
                let more = found.iter().find(|(id, _)| !objects.contains_key(*id));
                assert!(found == objects, "seed {seed}, {collection}: {differs:?} {more:?}");
            }
        }
    }
    assert!(shown[2] < shown[1] && shown[1] < shown[0], "nothing has expired: {shown:?}");
    assert!(passed > 0, "no object of the feed stands as it is");
}

#[tokio::test]
async fn allow_lists_label_lower_and_drop() {
    let folder = tempfile::tempdir().unwrap();
    let list = |name: &str, text: Value| {
        std::fs::write(folder.path().join(name), text.to_string()).unwrap();
        folder.path().join(name)
    };
    let resolvers = list("a", json!({"name": "Resolvers", "type": "string", "list": ["192.0.2.1"]}));
    let private = list("b", json!({"name": "Private", "type": "cidr", "list": ["10.0.0.0/8"]}));
    let popular = list("c", json!({"name": "Popular", "type": "hostname", "list": ["example.com"]}));
    let entry = |file: &Path, action: &str| {
        format!("[[allow_list]]\nfile = '{}'\naction = '{action}'\n", file.display())
    };
    let lists = [entry(&resolvers, "label"), entry(&private, "lower"), entry(&popular, "drop")].concat();
    let bench = Bench::new(&folder.path().join("taxii.db").into(), &format!("{SETTINGS}{lists}")).await;
    let mut domain = row("3", "www.example.com", "high");
    domain["type"] = json!("domain");
    domain["mitre_techniques"] = json!(["T1059"]);
    let rows =
        [row("1", "192.0.2.1", "high"), row("2", "10.1.2.3", "high"), domain, row("4", "192.0.2.4", "high")];
    let taken = bench.take("a", Form::Row, &rows).await;
    assert_eq!((taken.new, taken.dropped), (3, 1));
    let objects = bench.objects(ALL).await;
    let named = |name: &str| objects.values().find(|object| object["name"] == name).unwrap();
    assert_eq!(named("192.0.2.1")["labels"], json!(["allow-list:Resolvers"]));
    assert_eq!(named("10.1.2.3")["confidence"], 15);
    assert_eq!((&named("192.0.2.4")["confidence"], named("192.0.2.4").get("labels")), (&json!(85), None));
    let counts = bench.storage.record_counts(None).await.unwrap();
    let dropped: Vec<_> = counts.iter().filter(|count| count.handling == Handling::Dropped).collect();
    assert_eq!((dropped.len(), dropped[0].reason.as_str(), dropped[0].times), (1, "Popular", 1));

    // A list that has changed counts with the next batch.
    list("a", json!({"name": "Resolvers", "type": "string", "list": ["192.0.2.1", "192.0.2.4"]}));
    assert_eq!(bench.take("a", Form::Row, &rows).await.changed, 1);
    // A valid object that a list changes is one of the bridge's own, at once or from then on.
    let indicator = |number: u32, value: &str| {
        let mut object = valid(number, "2025-06-01T10:00:00.000Z", "2025-06-01T10:00:00.000Z");
        object["pattern"] = json!(format!("[ipv4-addr:value = '{value}']"));
        object
    };
    bench.take("a", Form::Object, &[indicator(1, "10.9.9.9"), indicator(2, "11.9.9.9")]).await;
    let confidence = async |value: &str| {
        let objects = bench.objects(ALL).await;
        objects.values().find(|object| object["name"] == value).map(|object| object["confidence"].clone())
    };
    assert_eq!((confidence("10.9.9.9").await, confidence("11.9.9.9").await), (Some(json!(15)), None));
    list("b", json!({"name": "Private", "type": "cidr", "list": ["10.0.0.0/7"]}));
    bench.tend().await;
    assert_eq!(confidence("11.9.9.9").await, Some(json!(15)));
    assert!(bench.objects(ALL).await.keys().all(|id| !id.contains(UPSTREAM)));
}
