//! What leaves the store in time, and what comes back.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use stix_core::Timestamp;
use taxii_server::ingest::{Form, Tended};
use taxii_server::storage::deletion::Doomed;
use taxii_server::storage::feed::FeedWrite;
use taxii_server::storage::quarantine::Chosen;
use taxii_server::storage::supervision::{Gap, GapReason};
use taxii_server::storage::{CollectionId, DateAdded, Dating, Query, VersionFilter};

use super::backend::{Backend, Place, on_both};
use super::bench::{ALL, Bench, OTHER, SETTINGS, nothing_dangles, row, set};
use super::world::object;

on_both!(
    what_is_over_leaves_and_comes_back_as_a_later_version,
    a_valid_object_of_the_feed_leaves_and_comes_back_too,
    what_has_no_end_leaves_when_it_is_not_seen_any_more,
    objects_of_the_feed_leave_so_long_after_their_last_version,
    what_says_nothing_of_times_stays_as_long_as_it_is_heard,
    what_came_too_late_is_remembered_and_shown_when_it_lives,
    what_somebody_deleted_stays_away,
    what_is_forgotten_begins_anew_and_later,
    old_versions_are_pruned_but_not_the_last,
    who_pages_meanwhile_loses_nothing,
    odd_records_have_a_bound,
    a_store_does_not_grow_without_bound,
);

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// The settings of the other tests, where addresses of the feed `a` live for ten days, but everything goes soon.
fn settings() -> String {
    let retention = "expire_after = '5d'\nforget_after = '30d'\nkeep_versions_for = '7d'\n\
                     keep_quarantined = 20\nkeep_repaired = 20\n";
    SETTINGS.replace("expire_after = \"never\"\n", retention)
}

/// The same, where what has no end ends after twenty days without being seen.
fn unseen() -> String {
    settings().replace("expire_after", "unseen_after = '20d'\nexpire_after")
}

async fn bench(backend: Backend) -> (Bench, Place) {
    bench_of(backend, &settings()).await
}

async fn bench_of(backend: Backend, settings: &str) -> (Bench, Place) {
    let place = backend.place().await;
    (Bench::new(&place.database(), settings).await, place)
}

/// A record of an address that was seen on a day of 2026 for the last time, and indicates a technique.
fn seen(value: &str, days: i64) -> Value {
    let mut row = row(value, value, "low");
    let new_year: DateTime<Utc> = "2026-01-01T00:00:00Z".parse().unwrap();
    row["first_seen"] = json!("2026-01-01T00:00:00Z");
    row["last_seen"] = json!((new_year + TimeDelta::days(days)).to_rfc3339());
    row["mitre_techniques"] = json!(["T1059"]);
    row
}

fn id(collection: &str) -> CollectionId {
    collection.parse::<uuid::Uuid>().unwrap().into()
}

async fn named(bench: &Bench, name: &str) -> Option<Value> {
    named_in(bench, ALL, name).await
}

async fn named_in(bench: &Bench, collection: &str, name: &str) -> Option<Value> {
    bench.objects(collection).await.into_values().find(|object| object["name"] == name)
}

fn time(object: &Value, name: &str) -> Timestamp {
    object[name].as_str().unwrap().parse().unwrap()
}

async fn what_is_over_leaves_and_comes_back_as_a_later_version(backend: Backend) {
    let (bench, _place) = bench(backend).await;
    bench.take("a", Form::Row, &[seen("192.0.2.1", 0)]).await;
    let first = named(&bench, "192.0.2.1").await.unwrap();
    let all = bench.names(ALL).await;
    assert_eq!(all, set(&["SOC Defenders", "TLP:GREEN", "192.0.2.1", "T1059", "indicates"]));

    bench.clock.advance(15 * DAY);
    assert_eq!(bench.tend().await.expired, 0, "ten days to live, and five more");
    let revision = bench.storage.revision(&id(ALL)).await.unwrap();
    bench.clock.advance(Duration::from_secs(1));
    assert_eq!(bench.tend().await.expired, 2, "with the relation, but without what is shared");
    assert_eq!(bench.names(ALL).await, set(&["SOC Defenders", "TLP:GREEN", "T1059"]));
    assert_ne!(
        bench.storage.revision(&id(ALL)).await.unwrap(),
        revision,
        "a page that was kept is not served"
    );
    assert_eq!(bench.tend().await, Tended::default());

    // Old news do not bring it back, but count.
    let told = bench.take("a", Form::Row, &[seen("192.0.2.1", 0), seen("192.0.2.1", 0)]).await;
    assert_eq!((told.new, told.changed, told.hidden), (0, 0, 1));
    let mut labelled = seen("192.0.2.1", 0);
    labelled["tags"] = json!(["late"]);
    bench.take("a", Form::Row, &[labelled]).await;
    assert_eq!(named(&bench, "192.0.2.1").await, None);

    // It lives: the same object with all that is known, later than any version before.
    let told = bench.take("a", Form::Row, &[seen("192.0.2.1", 14)]).await;
    assert_eq!((told.new, told.hidden), (2, 0));
    let again = named(&bench, "192.0.2.1").await.unwrap();
    assert_eq!((&again["id"], &again["created"]), (&first["id"], &first["created"]));
    assert!(time(&again, "modified") > time(&first, "modified"));
    assert_eq!(again["labels"], json!(["tag:late"]));
    assert_eq!(bench.names(ALL).await, all);
    nothing_dangles(&bench.objects(ALL).await);
}

async fn a_valid_object_of_the_feed_leaves_and_comes_back_too(backend: Backend) {
    let (bench, _place) = bench(backend).await;
    let object = |modified: &str, until: &str| {
        json!({
            "type": "indicator", "spec_version": "2.1", "id": "indicator--7c9e6679-7425-40de-944b-e07fc1f90ae7",
            "created": "2025-12-01T10:00:00.000Z", "modified": modified, "pattern_type": "stix", "name": "theirs",
            "pattern": "[ipv4-addr:value = '192.0.2.9']", "valid_from": "2025-12-01T10:00:00.000Z", "valid_until": until,
        })
    };
    let first = object("2025-12-01T10:00:00.000Z", "2026-01-05T00:00:00Z");
    bench.take("a", Form::Object, std::slice::from_ref(&first)).await;
    assert_eq!(named(&bench, "theirs").await.as_ref(), Some(&first));
    bench.tend().await;
    bench.clock.advance(11 * DAY);
    assert_eq!(bench.tend().await.expired, 1);
    assert_eq!(bench.take("a", Form::Object, &[first]).await.hidden, 1);
    let second = object("2026-01-11T10:00:00.000Z", "2026-01-20T00:00:00Z");
    assert_eq!(bench.take("a", Form::Object, std::slice::from_ref(&second)).await.new, 1);
    assert_eq!(named(&bench, "theirs").await, Some(second));
}

async fn what_has_no_end_leaves_when_it_is_not_seen_any_more(backend: Backend) {
    let (bench, place) = bench_of(backend, &unseen()).await;
    let ends = async || {
        let [first, last] = ["SELECT min(valid_until) FROM subject", "SELECT max(valid_until) FROM subject"];
        (place.number(first).await, place.number(last).await)
    };
    let day = |days: i64| 1_767_225_600_000_i64 + days * 86_400_000;
    bench.take("b", Form::Row, &[seen("192.0.2.1", 0)]).await;
    let first = bench.objects(OTHER).await;
    assert_eq!(ends().await, (day(20), day(20)));
    let object = named_in(&bench, OTHER, "192.0.2.1").await.unwrap();
    assert_eq!(object.get("valid_until"), None, "its text does not tell");

    // Seen again: no version of anything, but all that has an end ends later.
    bench.clock.advance(6 * DAY);
    let told = bench.take("b", Form::Row, &[seen("192.0.2.1", 6)]).await;
    assert_eq!((told.new, told.changed, bench.objects(OTHER).await), (0, 0, first.clone()));
    assert_eq!(place.number("SELECT count(*) FROM subject WHERE valid_until IS NOT NULL").await, 4);
    assert_eq!(ends().await, (day(26), day(26)));

    bench.clock.advance(25 * DAY);
    assert_eq!(bench.tend().await.expired, 0);
    bench.clock.advance(Duration::from_secs(1));
    assert_eq!(bench.tend().await.expired, 4, "with its value and the relations, but without the technique");
    assert_eq!(bench.names(OTHER).await, set(&["SOC Defenders", "TLP:AMBER", "T1059"]));
    let told = bench.take("b", Form::Row, &[seen("192.0.2.1", 30)]).await;
    assert_eq!((told.new, told.hidden), (4, 0));
    let again = bench.objects(OTHER).await;
    assert!(again.keys().eq(first.keys()));

    // And is forgotten like everything else; an end of its own goes before.
    bench.take("a", Form::Row, &[seen("192.0.2.2", 31)]).await;
    assert_eq!(ends().await, (day(41), day(50)));
    bench.clock.advance(100 * DAY);
    assert_eq!(bench.tend().await, Tended { expired: 6, forgotten: 6, ..Tended::default() });
    assert_eq!(place.number("SELECT count(*) FROM subject").await, 1);
}

async fn objects_of_the_feed_leave_so_long_after_their_last_version(backend: Backend) {
    let (bench, place) = bench_of(backend, &unseen()).await;
    let object = |kind: &str, day: u32, more: Value| {
        let mut object = json!({
            "type": kind, "spec_version": "2.1", "id": format!("{kind}--7c9e6679-7425-40de-944b-e07fc1f90ae7"),
            "created": "2025-12-01T10:00:00.000Z", "modified": format!("2026-01-{day:02}T00:00:00.000Z"), "name": kind,
        });
        object.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        object
    };
    let pattern = "[ipv4-addr:value = '192.0.2.9']";
    let indicator =
        json!({"pattern": pattern, "pattern_type": "stix", "valid_from": "2025-12-01T10:00:00.000Z"});
    let malware = |day: u32| object("malware", day, json!({"is_family": false}));
    let technique = json!({"external_references": [{"source_name": "mitre-attack", "external_id": "T1059"}]});
    bench.clock.advance(DAY);
    let all = [
        object("indicator", 1, indicator),
        malware(1),
        object("attack-pattern", 1, technique),
        object("identity", 1, json!({"identity_class": "organization"})),
        json!({"type": "ipv4-addr", "spec_version": "2.1", "value": "192.0.2.9",
               "id": "ipv4-addr--7c9e6679-7425-50de-944b-e07fc1f90ae7"}),
    ];
    assert_eq!(bench.take("a", Form::Object, &all).await.new, 5);
    bench.tend().await;
    bench.clock.advance(4 * DAY);
    bench.take("a", Form::Object, &[malware(3)]).await;
    bench.clock.advance(20 * DAY);
    assert_eq!(bench.tend().await.expired, 0);
    bench.clock.advance(DAY);
    assert_eq!(bench.tend().await.expired, 1, "the indicator");
    assert_eq!(named(&bench, "indicator").await, None);
    bench.clock.advance(DAY);
    assert_eq!(bench.tend().await.expired, 0);
    bench.clock.advance(DAY);
    assert_eq!(bench.tend().await.expired, 1, "the malware");
    assert_eq!(named(&bench, "malware").await, None);
    assert_eq!(bench.take("a", Form::Object, &[malware(3)]).await.hidden, 1);
    assert_eq!(bench.take("a", Form::Object, &[malware(20)]).await.new, 1);
    assert_eq!(named(&bench, "malware").await, Some(malware(20)));
    bench.clock.advance(365 * DAY);
    bench.tend().await;
    let kept = bench.objects(ALL).await.into_keys().map(|id| id.split("--").next().unwrap().to_owned());
    let shared = ["attack-pattern", "identity"].map(str::to_owned);
    assert_eq!(kept.collect::<BTreeSet<_>>(), BTreeSet::from(shared));
    assert_eq!(place.number("SELECT count(*) FROM subject").await, 2);
}

async fn what_says_nothing_of_times_stays_as_long_as_it_is_heard(backend: Backend) {
    let (bench, place) = bench_of(backend, &unseen().replace("'20d'", "'60d'")).await;
    let row = |n: u32| json!({"type": "ipv4", "value": format!("192.0.2.{n}"), "confidence": "low"});
    for day in 0..200 {
        let told = match day {
            0 => bench.take("b", Form::Row, &[row(1), row(2)]).await,
            _ => bench.take("b", Form::Row, &[row(1)]).await,
        };
        assert_eq!((told.new > 0, told.changed), (day == 0, 0), "day {day}");
        bench.clock.advance(DAY);
        bench.tend().await;
    }
    let names = bench.names(OTHER).await;
    assert!(names.contains("192.0.2.1") && !names.contains("192.0.2.2"), "{names:?}");
    assert_eq!(
        place.number("SELECT count(*) FROM subject").await,
        3,
        "the value with its object, and what relates them"
    );
}

async fn what_came_too_late_is_remembered_and_shown_when_it_lives(backend: Backend) {
    let (bench, _place) = bench(backend).await;
    bench.clock.advance(20 * DAY);
    let told = bench.take("a", Form::Row, &[seen("192.0.2.1", 0)]).await;
    assert_eq!((told.new, told.hidden), (1, 1), "the technique, and not the indicator");
    assert_eq!(bench.names(ALL).await, set(&["SOC Defenders", "TLP:GREEN", "T1059"]));
    bench.take("a", Form::Row, &[seen("192.0.2.1", 19)]).await;
    let shown = named(&bench, "192.0.2.1").await.unwrap();
    assert_eq!(shown["created"], shown["modified"], "it is the first version");
    // Settings by which it is not over have the same effect.
    for (from, to) in
        [("ipv4 = \"10d\"", "ipv4 = \"30d\""), ("expire_after = '5d'", "expire_after = 'never'")]
    {
        let (other, place) = self::bench(backend).await;
        other.clock.advance(20 * DAY);
        other.take("a", Form::Row, &[seen("192.0.2.1", 0)]).await;
        let longer = Bench::new(&place.database(), &settings().replace(from, to)).await;
        longer.clock.advance(20 * DAY);
        assert_eq!(longer.tend().await.followed.new, 2, "{to}");
        assert!(named(&longer, "192.0.2.1").await.is_some());
        nothing_dangles(&longer.objects(ALL).await);
    }
}

async fn what_somebody_deleted_stays_away(backend: Backend) {
    let (bench, _place) = bench(backend).await;
    bench.take("a", Form::Row, &[seen("192.0.2.1", 0)]).await;
    let object = named(&bench, "192.0.2.1").await.unwrap();
    let object_id = object["id"].as_str().unwrap().parse().unwrap();
    let dating = Dating { clock: bench.clock.clone(), allowance: Duration::ZERO };
    let deleted = bench.storage.delete_object(&id(ALL), &object_id, &Doomed::Object, &dating).await.unwrap();
    assert_eq!(deleted, 1);
    bench.clock.advance(16 * DAY);
    bench.tend().await;
    let told = bench.take("a", Form::Row, &[seen("192.0.2.1", 15)]).await;
    assert_eq!(told.withheld, 1);
    assert_eq!(named(&bench, "192.0.2.1").await, None);
    assert_eq!(bench.storage.lift_tombstones(&id(ALL), &object_id).await.unwrap(), 1);
    bench.clock.advance(DAY);
    bench.take("a", Form::Row, &[seen("192.0.2.1", 17)]).await;
    let again = named(&bench, "192.0.2.1").await.unwrap();
    assert!(time(&again, "modified") > time(&object, "modified"));
}

async fn what_is_forgotten_begins_anew_and_later(backend: Backend) {
    let (bench, place) = bench(backend).await;
    bench.take("a", Form::Row, &[seen("192.0.2.1", 0)]).await;
    bench.clock.advance(8 * DAY);
    bench.take("a", Form::Row, &[seen("192.0.2.2", 8)]).await;
    let first = named(&bench, "192.0.2.1").await.unwrap();
    let subjects = "SELECT count(*) FROM subject";
    let contributions = "SELECT count(*) FROM contribution";
    let before = (place.number(subjects).await, place.number(contributions).await);
    assert_eq!(before, (5, 5), "two indicators with their relations, and a technique");
    bench.clock.advance(8 * DAY);
    assert_eq!(bench.tend().await.forgotten, 0);
    bench.clock.advance(30 * DAY);
    assert_eq!(bench.tend().await, Tended { expired: 2, forgotten: 2, ..Tended::default() });
    assert_eq!((place.number(subjects).await, place.number(contributions).await), (3, 3));
    bench.take("a", Form::Row, &[seen("192.0.2.1", 45)]).await;
    let again = named(&bench, "192.0.2.1").await.unwrap();
    assert_eq!(again["id"], first["id"]);
    assert!(time(&again, "modified") > time(&first, "modified"), "{again}");
    assert_eq!(again["valid_from"], first["valid_from"]);
}

/// The versions of an object, or all of them, by the dates of adding.
async fn versions(bench: &Bench, versions: VersionFilter) -> Vec<(DateAdded, String)> {
    let query = Query { types: Some(vec!["indicator".to_owned()]), versions, ..Query::new(1000, u64::MAX) };
    let page = bench.storage.records(&id(ALL), &query).await.unwrap();
    page.rows.into_iter().map(|row| (row.date_added, row.version.unwrap())).collect()
}

fn wanted(first: bool) -> VersionFilter {
    VersionFilter::Some { first, last: !first, exact: Vec::new() }
}

async fn old_versions_are_pruned_but_not_the_last(backend: Backend) {
    let (bench, _place) = bench(backend).await;
    for week in 0..5 {
        let mut row = seen("192.0.2.1", week * 4);
        row["tags"] = json!([format!("week {week}")]);
        bench.take("a", Form::Row, &[row]).await;
        bench.clock.advance(4 * DAY);
    }
    // Somebody else's versions, the later one of which came first.
    let dating = Dating { clock: bench.clock.clone(), allowance: Duration::ZERO };
    for modified in ["2025-05-02T00:00:00.000Z", "2025-05-01T00:00:00.000Z"] {
        bench.storage.add_objects(&id(ALL), &[object("indicator", 1, modified)], &dating).await.unwrap();
    }
    let all = versions(&bench, VersionFilter::All).await;
    assert_eq!(all.len(), 7);
    let (first, revision) = (versions(&bench, wanted(true)).await, bench.storage.revision(&id(ALL)).await);
    assert_eq!(first[0], all[0]);
    // At the time of 20 days: those that came at 0, 4, 8 have been followed for 7 days.
    assert_eq!(bench.tend().await.pruned, 3);
    assert_eq!(versions(&bench, VersionFilter::All).await, all[3..]);
    assert_eq!(versions(&bench, wanted(true)).await[0], all[3], "with the date that it had");
    assert_ne!(bench.storage.revision(&id(ALL)).await.unwrap(), revision.unwrap());
    assert_eq!(bench.tend().await, Tended::default());

    bench.clock.advance(4 * DAY);
    assert_eq!(bench.tend().await.pruned, 1);
    bench.clock.advance(100 * DAY);
    let last = versions(&bench, wanted(false)).await;
    bench.tend().await;
    let left = versions(&bench, VersionFilter::All).await;
    assert_eq!(
        left,
        all[5..],
        "what came in the other order stays, for those who ask for the first versions"
    );
    assert_eq!(last.len(), 2, "until its own time the last version stayed");
}

/// Reads on from a date, as clients do: one page.
async fn page(bench: &Bench, after: Option<DateAdded>, versions: VersionFilter) -> Vec<(DateAdded, String)> {
    let query = Query { after, versions, ..Query::new(7, u64::MAX) };
    let page = bench.storage.records(&id(ALL), &query).await.unwrap();
    page.rows.into_iter().map(|row| (row.date_added, row.id)).collect()
}

async fn who_pages_meanwhile_loses_nothing(backend: Backend) {
    let (bench, _place) = bench(backend).await;
    let address = |number: i64| format!("192.0.2.{number}");
    for day in 0..24_i64 {
        // Each day new addresses, and others that are seen again or told of otherwise.
        let mut rows: Vec<_> = (0..4).map(|n| seen(&address(day * 4 + n), day)).collect();
        rows.extend((0..day).step_by(3).map(|other| seen(&address(other * 4), day)));
        bench.take("a", Form::Row, &rows).await;
        bench.clock.advance(DAY);
    }
    let mut readers: BTreeMap<&str, (VersionFilter, Option<DateAdded>, BTreeSet<String>)> = BTreeMap::new();
    for (name, filter) in [("first", wanted(true)), ("last", wanted(false)), ("all", VersionFilter::All)] {
        readers.insert(name, (filter, None, BTreeSet::new()));
    }
    let mut gone = (0, 0);
    for step in 0..40_i64 {
        for (filter, after, read) in readers.values_mut() {
            let rows = page(&bench, *after, filter.clone()).await;
            *after = rows.last().map_or(*after, |(date, _)| Some(*date));
            read.extend(rows.into_iter().map(|(_, id)| id));
        }
        if step < 20 {
            let tended = bench.tend().await;
            gone = (gone.0 + tended.expired, gone.1 + tended.pruned);
            bench.take("a", Form::Row, &[seen(&address(step * 3), 24)]).await;
            bench.clock.advance(DAY / 4);
        }
    }
    assert!(gone.0 > 30 && gone.1 > 20, "{gone:?}");
    let there: BTreeSet<String> = bench.objects(ALL).await.into_keys().collect();
    assert!(there.len() > 50);
    for (name, (_, _, read)) in readers {
        let missed: Vec<_> = there.difference(&read).collect();
        assert!(missed.is_empty(), "{name} has missed {missed:?}");
    }
}

async fn odd_records_have_a_bound(backend: Backend) {
    let (bench, _place) = bench(backend).await;
    for day in 0..10 {
        let bad = (0..5).map(|n| json!({"type": "ipv4", "value": format!("{day}.{n}")}));
        let odd = (0..5).map(|n| json!({"type": "ipv4", "value": format!("192[.]0.2.{n}"), "id": day}));
        bench.take("a", Form::Row, &bad.chain(odd).collect::<Vec<_>>()).await;
        bench.clock.advance(DAY);
    }
    assert_eq!(bench.tend().await.trimmed, 60);
    let quarantined = bench.storage.quarantined(&Chosen::default(), 100).await.unwrap();
    let repaired = bench.storage.repaired(100).await.unwrap();
    assert_eq!((quarantined.len(), repaired.len()), (20, 20));
    let sixth = bench.clock.now().timestamp_millis() - 4 * 86_400_000;
    assert!(quarantined.iter().all(|record| record.first_seen.millis() >= sixth), "the oldest have gone");
}

/// A feed that brings as much every week, over a year.
async fn a_store_does_not_grow_without_bound(backend: Backend) {
    let settings = unseen().replace("keep_q", "keep_gaps_for = '40d'\nkeep_q");
    let (bench, place) = bench_of(backend, &settings).await;
    const TABLES: [(&str, &str); 7] = [
        ("object", "SELECT count(*) FROM object"),
        ("subject", "SELECT count(*) FROM subject"),
        ("contribution", "SELECT count(*) FROM contribution"),
        ("quarantine", "SELECT count(*) FROM quarantine"),
        ("repaired", "SELECT count(*) FROM repaired"),
        ("record_count", "SELECT count(*) FROM record_count"),
        ("feed_gap", "SELECT count(*) FROM feed_gap"),
    ];
    let mut most = [0; 2];
    let mut rows: [BTreeMap<&str, i64>; 2] = Default::default();
    for week in 0..52_i64 {
        let half = usize::from(week >= 26);
        for day in [0, 3] {
            let value = |n: i64| format!("10.{week}.{n}.1");
            let mut records: Vec<_> = (0..20).map(|n| seen(&value(n), week * 7 + day)).collect();
            records.iter_mut().for_each(|record| record["tags"] = json!([format!("{day}")]));
            records.push(json!({"type": "ipv4", "value": format!("bad {week} {day}")}));
            records.push(json!({"type": "ipv4", "value": format!("10[.]{week}.0.1"), "id": day}));
            bench.take("a", Form::Row, &records).await;
            // What has no end; of the objects of the feed, nothing but themselves is known.
            let endless: Vec<_> = (30..40).map(|n| seen(&value(n), week * 7 + day)).collect();
            bench.take("b", Form::Row, &endless).await;
            let objects: Vec<_> = (0..5).map(|n| tool(week, n, bench.clock.now())).collect();
            bench.take("b", Form::Object, &objects).await;
            let (until, reason) = (bench.clock.now(), GapReason::Overflow);
            let gap = Gap { from: until - TimeDelta::hours(1), until, reason, found: until };
            let write = FeedWrite { gaps: vec![gap], ..FeedWrite::new("b") };
            let dating = Dating { clock: bench.clock.clone(), allowance: Duration::ZERO };
            bench.storage.write_feed(&id(OTHER), write, &dating).await.unwrap();
            bench.clock.advance(DAY);
        }
        bench.clock.advance(5 * DAY);
        bench.tend().await;
        for (table, sql) in TABLES {
            let count = place.number(sql).await;
            let largest = rows[half].entry(table).or_default();
            *largest = count.max(*largest);
            most[half] = most[half].max(count);
        }
    }
    for (table, first) in &rows[0] {
        assert!(rows[1][table] <= *first, "{table}: {rows:?}");
    }
    assert!(most[0] > 100 && rows[0]["feed_gap"] == 10, "{rows:?}");
}

/// A tool that the feed itself has made an object of.
fn tool(week: i64, number: i64, modified: DateTime<Utc>) -> Value {
    let id = format!("tool--7c9e6679-7425-40de-944b-{week:06}{number:06}");
    let modified = Timestamp::from_millis(modified).to_string();
    json!({"type": "tool", "spec_version": "2.1", "id": id, "name": format!("{week}.{number}"),
           "created": modified, "modified": modified})
}
