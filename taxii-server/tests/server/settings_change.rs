//! What a change of the settings does to what is stored: the same as if the settings had always been so.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};
use taxii_server::ingest::Form;
use taxii_server::storage::{CollectionId, Query, VersionFilter};

use super::backend::{Backend, on_both};
use super::bench::{ALL, Bench, HIGH, OTHER, SETTINGS, row};

on_both!(
    stored_objects_follow_the_settings,
    a_sweep_goes_on_where_it_stopped,
    what_a_list_drops_leaves_the_collections_and_comes_back,
    an_observable_is_replaced_by_one_that_is_marked_more_strictly,
    another_author_makes_other_objects,
);

/// Changes of the settings: what stands there, and what is put in its place.
const CHANGES: [(&str, &str); 14] = [
    ("tlp = \"green\"", "tlp = \"red\""),
    ("tlp = \"green\"", "tlp = \"green\"\ntlp_version = 1"),
    ("tlp = \"amber\"", ""),
    ("tlp = \"green\"", "tlp = \"green\"\nlabels = { tag = \"\", sector = false }"),
    ("ipv4 = \"10d\"", "ipv4 = \"20d\""),
    ("time_to_live = { ipv4 = \"10d\" }", ""),
    ("time_to_live", "emit = \"indicators+observables\"\ntime_to_live"),
    ("type = [\"ipv4\", \"domain\"]\nconfidence = \"high\"", "type = [\"ipv4\", \"malware\"]"),
    ("sector = [\"Energy\"]", "sector = [\"Energy\", \"Water\"]"),
    ("expire_after = \"never\"", "unseen_after = \"1d\"\nexpire_after = \"208d\""),
    ("sector = [\"Energy\"]", "sector = [\"Water\"]"),
    ("type = [\"ipv4\", \"domain\"]\nconfidence = \"high\"", "type = [\"domain\"]"),
    ("collection = \"other\"", "collection = \"everything\""),
    ("emit = \"indicators+observables\"", ""),
];

/// Records of both feeds: the feed, the form, and what it says.
fn records() -> Vec<(&'static str, Form, Value)> {
    let rich = |id: &str, value: &str, sector: &str| {
        let mut row = row(id, value, "low");
        row["industry"] = json!(sector);
        row["tags"] = json!(["botnet"]);
        row["mitre_techniques"] = json!(["T1059"]);
        row["last_seen"] = json!("2025-07-01T10:00:00Z");
        row
    };
    let malware = json!({
        "type": "malware", "spec_version": "2.1", "id": "malware--7c9e6679-7425-40de-944b-e07fc1f90ae7",
        "created": "2025-06-01T10:00:00.000Z", "modified": "2025-06-01T10:00:00.000Z", "is_family": false,
        "name": "Worm",
    });
    vec![
        ("a", Form::Row, rich("1", "192.0.2.1", "energy")),
        ("a", Form::Row, rich("2", "192.0.2.2", "water")),
        ("a", Form::Row, row("3", "192.0.2.3", "high")),
        ("a", Form::Row, json!({"id": "4", "type": "cve", "value": "CVE-2024-1234"})),
        ("a", Form::Object, malware),
        ("b", Form::Row, rich("5", "192.0.2.1", "water")),
        ("b", Form::Row, rich("6", "192.0.2.6", "energy")),
    ]
}

async fn take_all(bench: &Bench) {
    for (feed, form, record) in records() {
        bench.take(feed, form, &[record]).await;
    }
}

/// Makes the store follow the settings; the answer is how many steps that took, and how many objects changed.
async fn follow(bench: &Bench) -> (u32, usize) {
    let (mut steps, mut changed) = (0, 0);
    while let Some(step) = bench.ingest.follow_settings().await.unwrap() {
        (steps, changed) = (steps + 1, changed + step.changed);
    }
    assert_eq!(bench.storage.subjects_behind().await.unwrap(), 0);
    (steps, changed)
}

fn changed(from: &str, to: &str) -> String {
    assert!(SETTINGS.contains(from), "{from}");
    SETTINGS.replace(from, to)
}

async fn stored_objects_follow_the_settings(backend: Backend) {
    for (from, to) in CHANGES {
        let settings = changed(from, to);
        let place = backend.place().await;
        let before = Bench::new(&place.database(), SETTINGS).await;
        take_all(&before).await;
        let unchanged = before.published().await;
        follow(&before).await;
        assert_eq!(before.published().await, unchanged, "nothing has changed");
        assert_eq!(follow(&before).await, (0, 0), "once is enough");

        let after = Bench::new(&place.database(), &settings).await;
        after.clock.advance(Duration::from_secs(60));
        follow(&after).await;
        let other = backend.place().await;
        let always = Bench::new(&other.database(), &settings).await;
        take_all(&always).await;
        let (mut found, expected) = (after.published().await, always.published().await);
        // A technique stays where anything has ever needed it.
        for (collection, objects) in &mut found {
            let is_needed = |id: &String, object: &Value| {
                object["type"] != "attack-pattern" || expected[collection].contains_key(id)
            };
            objects.retain(|id, object| is_needed(id, object));
        }
        assert_ne!(expected, unchanged, "{to}: the records do not show the change");
        for (collection, objects) in &expected {
            for (id, object) in objects {
                assert_eq!(found[collection].get(id), Some(object), "{to}: {collection}");
            }
            assert_eq!(found[collection].len(), objects.len(), "{to}: {collection}");
        }
        // Hearing it all again tells nothing new.
        let followed = after.published().await;
        take_all(&after).await;
        assert_eq!(after.published().await, followed, "{to}");
    }
}

async fn a_sweep_goes_on_where_it_stopped(backend: Backend) {
    let place = backend.place().await;
    let bench = Bench::new(&place.database(), SETTINGS).await;
    let rows = (0..700).map(|n| row(&n.to_string(), &format!("198.51.{}.{}", n / 250, n % 250), "low"));
    bench.take("a", Form::Row, &rows.collect::<Vec<_>>()).await;
    follow(&bench).await;
    let red = changed("tlp = \"green\"", "tlp = \"red\"");
    let count = async |bench: &Bench, level: &str| {
        let objects = bench.objects(ALL).await;
        let marking =
            objects.values().find(|object| object["name"] == level).map(|object| object["id"].clone());
        let marked = |object: &&Value| {
            object["type"] == "indicator" && marking.as_ref() == Some(&object["object_marking_refs"][0])
        };
        objects.values().filter(marked).count()
    };
    let first = Bench::new(&place.database(), &red).await;
    let step = first.ingest.follow_settings().await.unwrap().unwrap();
    let done = count(&first, "TLP:RED").await;
    assert!(done > 0 && done < 700 && step.changed == done, "{done}");
    assert_eq!(first.storage.subjects_behind().await.unwrap(), 700 - u64::try_from(done).unwrap());

    // Another process, as after a restart, goes on; what is heard meanwhile follows the settings anyhow.
    let second = Bench::new(&place.database(), &red).await;
    second.take("a", Form::Row, &[row("new", "203.0.113.1", "low")]).await;
    let (_, changed_then) = follow(&second).await;
    assert_eq!((done + changed_then, count(&second, "TLP:RED").await), (700, 701));

    // Settings that change in the middle of it begin anew.
    let amber = changed("tlp = \"green\"", "tlp = \"amber\"");
    let third = Bench::new(&place.database(), &amber).await;
    third.ingest.follow_settings().await.unwrap().unwrap();
    let last = Bench::new(&place.database(), &red).await;
    follow(&last).await;
    assert_eq!(count(&last, "TLP:RED").await, 701);
}

fn list(file: &Path, values: &[&str], action: &str) -> String {
    std::fs::write(file, json!({"name": "Ours", "type": "string", "list": values}).to_string()).unwrap();
    format!("{SETTINGS}[[allow_list]]\nfile = '{}'\naction = '{action}'\n", file.display())
}

async fn what_a_list_drops_leaves_the_collections_and_comes_back(backend: Backend) {
    let place = backend.place().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("list.json");
    let settings = list(&file, &[], "drop");
    let bench = Bench::new(&place.database(), &settings).await;
    take_all(&bench).await;
    follow(&bench).await;
    let before = bench.published().await;
    let about = |published: &BTreeMap<&str, BTreeMap<String, Value>>, value: &str| {
        let objects = published.values().flat_map(BTreeMap::values);
        objects.filter(|object| object["name"] == value || object["value"] == value).count()
    };
    assert_eq!(about(&before, "192.0.2.1"), 6, "as an indicator and as an observable in three collections");
    let revision = bench.storage.revision(&id(OTHER)).await.unwrap();

    // The file changes, not the settings: the value leaves with all that rests on it, from every collection.
    list(&file, &["192.0.2.1"], "drop");
    follow(&bench).await;
    let dropped = bench.published().await;
    assert_eq!(about(&dropped, "192.0.2.1"), 0);
    assert_eq!(about(&dropped, "192.0.2.6"), about(&before, "192.0.2.6"));
    assert_ne!(
        bench.storage.revision(&id(OTHER)).await.unwrap(),
        revision,
        "a page that was kept is not served"
    );
    let told = bench.take("a", Form::Row, &[records().remove(0).2]).await;
    assert_eq!((told.dropped, told.new), (1, 0));

    // And back: the same versions, under new dates.
    list(&file, &[], "drop");
    bench.clock.advance(Duration::from_secs(60));
    follow(&bench).await;
    assert_eq!(bench.published().await, before);

    // A label is another version.
    let settings = list(&file, &["192.0.2.1"], "label");
    let labelled = Bench::new(&place.database(), &settings).await;
    assert_eq!(follow(&labelled).await.1, 1);
    let objects = labelled.objects(HIGH).await;
    assert!(objects.values().all(|object| object["name"] != "192.0.2.1"), "it was never sure");
    let object =
        labelled.objects(ALL).await.into_values().find(|object| object["name"] == "192.0.2.1").unwrap();
    assert!(object["labels"].as_array().unwrap().contains(&json!("allow-list:Ours")), "{object}");
}

fn id(collection: &str) -> CollectionId {
    collection.parse::<uuid::Uuid>().unwrap().into()
}

/// An object without versions: there is one of it at any time, and clients find the other one by its date.
async fn an_observable_is_replaced_by_one_that_is_marked_more_strictly(backend: Backend) {
    let place = backend.place().await;
    let bench = Bench::new(&place.database(), SETTINGS).await;
    bench.take("b", Form::Row, &[row("1", "192.0.2.1", "low")]).await;
    let query = Query {
        types: Some(vec!["ipv4-addr".to_owned()]),
        versions: VersionFilter::All,
        ..Query::new(10, u64::MAX)
    };
    let shown = async |bench: &Bench| {
        let page = bench.storage.objects(&id(OTHER), &query).await.unwrap();
        let [row] = &page.rows[..] else { panic!("{page:?}") };
        (row.date_added, serde_json::from_slice::<Value>(&row.body).unwrap())
    };
    let (first, amber) = shown(&bench).await;
    let settings = changed("tlp = \"amber\"", "tlp = \"red\"");
    let after = Bench::new(&place.database(), &settings).await;
    after.clock.advance(Duration::from_secs(60));
    follow(&after).await;
    let (second, red) = shown(&after).await;
    assert!(second > first);
    assert_ne!(red["object_marking_refs"], amber["object_marking_refs"]);
    assert_eq!(red["id"], amber["id"]);
}

async fn another_author_makes_other_objects(backend: Backend) {
    let place = backend.place().await;
    let bench = Bench::new(&place.database(), SETTINGS).await;
    take_all(&bench).await;
    let before = bench.published().await;
    let settings = SETTINGS.replace("tlp =", "author = \"bridge\"\ntlp =");
    let other = Bench::new(&place.database(), &settings).await;
    assert_eq!(follow(&other).await.1, 0);
    assert_eq!(other.published().await, before, "what the other author made stays as it is");
    other.take("a", Form::Row, &[row("3", "192.0.2.3", "high")]).await;
    let both = other.objects(ALL).await.into_values().filter(|object| object["name"] == "192.0.2.3").count();
    assert_eq!(both, 2);
}
