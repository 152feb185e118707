//! The account at the end: what was heard is published as it was last said, what was refused is in quarantine, and nothing
//! is anywhere twice.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use chrono::SecondsFormat;
use serde_json::Value;
use socdefenders_standin::Ioc;
use taxii_server::storage::quarantine::{Chosen, QuarantinedRecord};
use taxii_server::storage::supervision::Gap;
use taxii_server::storage::{Query, StoredObject, VersionFilter};

use super::bridge::{Collection, Feed, ROUTED};
use super::ledger::{Candidates, Form, is_benign, lies_in, refusal, tells_of};
use super::schedule::Month;
use super::told::Told;
use super::upstream::Row;

/// What is in the store at the end of a month.
pub(super) struct Account<'a> {
    month: &'a Month,
    gaps: Vec<Vec<Gap>>,
    quarantine: Vec<QuarantinedRecord>,
    /// The last version of each object, by its identifier.
    objects: BTreeMap<Collection, BTreeMap<String, Value>>,
    problems: Vec<String>,
}

/// What is wrong at the end of a month.
pub(super) async fn problems(month: &Month) -> Vec<String> {
    let storage = &month.bridge.storage;
    let mut gaps = Vec::new();
    for feed in &month.bridge.feeds {
        gaps.push(storage.feed_gaps(feed.name).await.unwrap());
    }
    let quarantine = storage.quarantined(&Chosen::default(), 1_000_000).await.unwrap();
    let problems = month.ledger.problems.clone();
    let mut account = Account { month, gaps, quarantine, objects: BTreeMap::new(), problems };
    for collection in Collection::EACH {
        let versions = versions(month, collection).await;
        let versions = versions.iter().map(|row| serde_json::from_slice(&row.body).unwrap());
        account.versions(collection, versions.collect());
    }
    account.rows();
    account.strangers();
    account.problems
}

/// All that is in the store, in words.
pub(super) async fn everything(month: &Month) -> String {
    let storage = &month.bridge.storage;
    let mut lines = Vec::new();
    for collection in Collection::EACH {
        for row in versions(month, collection).await {
            lines.push(format!("{collection:?} {:?} {}", row.date_added, String::from_utf8_lossy(&row.body)));
        }
    }
    for feed in &month.bridge.feeds {
        lines.push(format!("{:?}", storage.feed_progress(feed.name).await.unwrap()));
        lines.extend(storage.feed_gaps(feed.name).await.unwrap().iter().map(|gap| format!("{gap:?}")));
    }
    let quarantine = storage.quarantined(&Chosen::default(), 1_000_000).await.unwrap();
    lines.extend(quarantine.iter().map(|record| format!("{} {}", record.id, text(record))));
    lines.extend(storage.record_counts(None).await.unwrap().iter().map(|count| format!("{count:?}")));
    lines.join("\n")
}

/// The last version of each object, but for when it was made.
pub(super) async fn published(month: &Month) -> BTreeMap<(Collection, String), Value> {
    let mut published = BTreeMap::new();
    for collection in Collection::EACH {
        for row in versions(month, collection).await {
            let mut object: Value = serde_json::from_slice(&row.body).unwrap();
            let id = object["id"].as_str().unwrap().to_owned();
            (object["created"], object["modified"]) = (Value::Null, Value::Null);
            published.insert((collection, id), object);
        }
    }
    published
}

/// All versions of all objects of a collection.
async fn versions(month: &Month, collection: Collection) -> Vec<StoredObject> {
    let query = Query { versions: VersionFilter::All, ..Query::new(1_000_000, u64::MAX) };
    month.bridge.storage.objects(&collection.id(), &query).await.unwrap().rows
}

/// The name of an object that stands for an IOC.
fn name_of(object: &Value) -> Option<&str> {
    let stands_for = matches!(object["type"].as_str()?, "indicator" | "vulnerability" | "attack-pattern");
    object["name"].as_str().filter(|_| stands_for)
}

impl Account<'_> {
    /// No version is there twice, under the same date or another one.
    fn versions(&mut self, collection: Collection, versions: Vec<Value>) {
        let mut last: BTreeMap<String, Value> = BTreeMap::new();
        for object in versions {
            let id = object["id"].as_str().unwrap().to_owned();
            let own = self.month.upstream.row_of(&id);
            let object = match own {
                Some(row) => with_name(object, row),
                None => object,
            };
            if let Some(before) = last.get(&id) {
                if before["modified"].as_str() >= object["modified"].as_str() {
                    self.problems.push(format!("{collection:?}: {object} comes after {before}"));
                }
                let undated = |object: &Value| {
                    Value::from_iter(
                        object
                            .as_object()
                            .unwrap()
                            .clone()
                            .into_iter()
                            .filter(|(name, _)| name != "modified"),
                    )
                };
                // What the service itself dates anew is another version.
                if own.is_none() && undated(before) == undated(&object) {
                    self.problems.push(format!("{collection:?}: a version is stored twice: {object}"));
                }
            }
            last.insert(id, object);
        }
        for other in self.objects.values() {
            for (id, object) in &last {
                if other.get(id).is_some_and(|other| other != object) {
                    self.problems
                        .push(format!("{collection:?}: in another collection there is another {object}"));
                }
            }
        }
        self.objects.insert(collection, last);
    }

    /// What became of each row, for each feed that could see it.
    fn rows(&mut self) {
        let month = self.month;
        let mut by_value: BTreeMap<String, Vec<(usize, Candidates<'_>)>> = BTreeMap::new();
        for (at, row) in month.upstream.rows.iter().enumerate() {
            for (number, feed) in month.bridge.feeds.iter().enumerate() {
                let candidates = month.ledger.candidates(number, feed, at, row, &self.gaps[number]);
                let last = row.last();
                let reachable = feed.filter.admits(last) && month.ledger.was_in_reach(number, last);
                let lost = row.shown && reachable && candidates.only() != Some(last);
                if lost && !lies_in(&self.gaps[number], last.updated) {
                    self.problems.push(format!("{}: {last:?} is neither read nor in a gap", feed.name));
                }
                if let Some(row) = candidates.only() {
                    self.row(feed, row);
                }
                by_value.entry(last.value.clone()).or_default().push((number, candidates));
            }
        }
        for (value, told) in by_value {
            self.value(&value, &told);
        }
    }

    /// A row that a feed has heard is published, in quarantine, or was dropped.
    fn row(&mut self, feed: &Feed, row: &Ioc) {
        let published =
            self.objects[&feed.collection].values().any(|object| name_of(object) == Some(&row.value));
        let quarantined = |cause| {
            let mut records = self.quarantine.iter().filter(|record| record.feed == feed.name);
            records.any(|record| record.quarantined.cause == cause && tells_of(&text(record), row))
        };
        let [reads_rows, reads_objects] = feed.reads();
        let as_row = refusal(row, Form::Row);
        let as_object = refusal(row, Form::Object);
        let right = match (reads_rows, reads_objects) {
            (true, _) => as_row.map_or(published, quarantined),
            // What a bundle cuts off is read from the list.
            _ => as_object
                .map_or(published, |cause| quarantined(cause) || as_row.map_or(published, quarantined)),
        };
        if !right && !is_benign(row) {
            self.problems.push(format!("{}: {row:?} was heard, and is nowhere", feed.name));
        }
    }

    /// What is published of a value is what was last said of it, and where the route leads.
    fn value(&mut self, value: &str, heard: &[(usize, Candidates<'_>)]) {
        let feeds = &self.month.bridge.feeds;
        let told = Told::of(feeds, self.month.upstream.shape, heard);
        let named = |object: &&Value| name_of(object) == Some(value);
        for objects in self.objects.values() {
            let Some(object) = objects.values().find(named) else { continue };
            let verdict = match self.month.upstream.row_of(object["id"].as_str().unwrap()) {
                Some(row) => told_by_bundles(feeds, heard, object, row),
                None => told.check(object, objects),
            };
            if let Err(why) = verdict {
                self.problems.push(format!("{why}: {object}; {told}"));
            }
        }
        let routed = heard.iter().filter(|(number, _)| feeds[*number].name == ROUTED);
        let mut routed = routed.filter_map(|(_, candidates)| candidates.only());
        let is_led = routed.any(|row| refusal(row, Form::Row).is_none() && !is_benign(row));
        if is_led
            && told.is_surely_high()
            && !self.objects[&Collection::High].values().any(|object| named(&object))
        {
            self.problems.push(format!("`{value}` is not where the route leads"));
        }
    }

    /// Nothing is published or in quarantine that the service has not said.
    fn strangers(&mut self) {
        let rows = || self.month.upstream.rows.iter().flat_map(|row| &row.versions).map(|(_, row)| row);
        let sayable = |row: &&Ioc| [Form::Row, Form::Object].iter().any(|form| refusal(row, *form).is_none());
        let mut known: BTreeSet<&str> =
            rows().filter(sayable).filter(|row| !is_benign(row)).map(|row| row.value.as_str()).collect();
        known.extend(rows().flat_map(|row| &row.mitre_techniques).map(String::as_str));
        let names = self.objects.values().flat_map(BTreeMap::values).filter_map(name_of);
        let mut strange: Vec<String> =
            names.filter(|name| !known.contains(name)).map(|name| format!("`{name}` is published")).collect();
        let refused: Vec<(&Ioc, Form)> = rows()
            .flat_map(|row| [(row, Form::Row), (row, Form::Object)])
            .filter(|(row, form)| refusal(row, *form).is_some())
            .collect();
        for record in &self.quarantine {
            let cause = Some(record.quarantined.cause.as_str());
            if !refused.iter().any(|(row, form)| refusal(row, *form) == cause && tells_of(&text(record), row))
            {
                strange.push(format!("in quarantine, for {cause:?}: {}", text(record)));
            }
        }
        self.problems.extend(strange);
    }
}

/// An object of the service has no name; it gets one, by which it is found.
fn with_name(mut object: Value, row: &Row) -> Value {
    object["name"] = row.last().value.as_str().into();
    object
}

/// Whether an object that was passed through is the last that bundles, which were not cut, have told of its row.
fn told_by_bundles(
    feeds: &[Feed],
    heard: &[(usize, Candidates<'_>)],
    object: &Value,
    row: &Row,
) -> Result<(), &'static str> {
    let whole = heard.iter().filter(|(number, _)| feeds[*number].reads()[1] && !feeds[*number].is_cut());
    let told = whole.filter_map(|(_, candidates)| candidates.only()).filter(|told| told.id == row.last().id);
    let modified = |row: &Ioc| Value::from(row.last_seen.to_rfc3339_opts(SecondsFormat::Millis, true));
    let known = row.versions.iter().any(|(_, row)| object["modified"] == modified(row));
    let last = told.max_by_key(|told| told.last_seen);
    let newest = last.is_none_or(|told| object["modified"].as_str() >= modified(told).as_str());
    (known && newest).then_some(()).ok_or("it is not the last of its versions")
}

fn text(record: &QuarantinedRecord) -> Cow<'_, str> {
    String::from_utf8_lossy(&record.quarantined.record)
}
