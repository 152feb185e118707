//! The account at the end: what was heard is published as it was last said, what was refused is in quarantine, and nothing
//! is anywhere twice.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use socdefenders_standin::{Ioc, Shape};
use taxii_server::storage::quarantine::{Chosen, QuarantinedRecord};
use taxii_server::storage::supervision::Gap;
use taxii_server::storage::{Query, StoredObject, VersionFilter};

use super::bridge::{Collection, Feed};
use super::ledger::{Candidates, Form, is_benign, lies_in, refusal, tells_of};
use super::schedule::Month;

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
                if undated(before) == undated(&object) {
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

    /// What is published of a value is what was last said of it.
    fn value(&mut self, value: &str, told: &[(usize, Candidates<'_>)]) {
        let feeds = &self.month.bridge.feeds;
        let accepted = |row: &&Ioc| refusal(row, Form::Row).is_none();
        let of_rows =
            || told.iter().filter(|(number, _)| feeds[*number].reads()[0]).map(|(_, candidates)| candidates);
        let sure: Vec<&Ioc> = of_rows().filter_map(Candidates::only).filter(accepted).collect();
        // A feed of bundles reads rows where a bundle is cut; of two rows without times none is the later.
        let any = |number: usize| self.month.upstream.shape == Shape::Seed || !feeds[number].reads()[0];
        let of_any =
            told.iter().filter(|(number, _)| any(*number)).flat_map(|(_, candidates)| candidates.all());
        let possible: Vec<&Ioc> =
            of_rows().flat_map(|rows| rows.versions.iter().copied()).chain(of_any).filter(accepted).collect();
        let mut wrong = Vec::new();
        for objects in self.objects.values() {
            let Some(object) = objects.values().find(|object| name_of(object) == Some(value)) else {
                continue;
            };
            if object["type"] == "attack-pattern" {
                // It says nothing but its name.
                continue;
            }
            if let Err(why) = self.says(object, &sure, &possible, objects) {
                let brief = |rows: &[&Ioc]| {
                    rows.iter()
                        .map(|row| format!("{} {} {}", row.id, row.confidence, row.updated))
                        .collect::<Vec<_>>()
                };
                wrong.push(format!(
                    "{why}: {object}; sure are {:?}, possible {:?}",
                    brief(&sure),
                    brief(&possible)
                ));
            }
        }
        let high = sure.iter().any(|row| row.confidence.as_str() == "high");
        let routed = told.iter().any(|(number, candidates)| {
            feeds[*number].name == "list"
                && candidates.only().is_some_and(|row| accepted(&row) && !is_benign(row))
        });
        let there = self.objects[&Collection::High].values().any(|object| name_of(object) == Some(value));
        if high && routed && !there {
            wrong.push(format!("`{value}` is not where the route leads"));
        }
        self.problems.extend(wrong);
    }

    /// Whether an object says what the rows say.
    fn says(
        &self,
        object: &Value,
        sure: &[&Ioc],
        possible: &[&Ioc],
        objects: &BTreeMap<String, Value>,
    ) -> Result<(), &'static str> {
        let number = |row: &Ioc| match row.confidence.as_str() {
            "low" => 15,
            "medium" => 50,
            _ => 85,
        };
        let confidence = object["confidence"].as_u64();
        let least = sure.iter().map(|row| number(row)).max();
        let known = confidence == least || possible.iter().any(|row| Some(number(row)) == confidence);
        if confidence < least || !known {
            return Err("the confidence is another");
        }
        let labels: BTreeSet<&str> =
            object["labels"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let category = |row: &Ioc| labels.contains(format!("category:{}", row.source.category).as_str());
        if !sure.iter().all(|row| category(row)) {
            return Err("a category is missing");
        }
        if self.month.upstream.shape == Shape::Seed {
            return Ok(());
        }
        let tagged = |row: &Ioc| row.tags.iter().all(|tag| labels.contains(format!("tag:{tag}").as_str()));
        // A tag that is not one is set aside.
        let odd = |row: &Ioc| row.defect == Some(socdefenders_standin::Defect::OddMember);
        if !sure.iter().all(|row| odd(row) || tagged(row)) {
            return Err("a tag is missing");
        }
        let references = object["external_references"].to_string();
        let referred = |row: &Ioc| {
            references.contains(&row.id.to_string()) && references.contains(&row.source.article_url)
        };
        if !sure.iter().all(|row| referred(row)) {
            return Err("a reference is missing");
        }
        let last = sure.iter().map(|row| (row.last_seen.timestamp(), &row.context)).max();
        let description = object["description"].as_str().unwrap_or_default();
        if sure.len() == possible.len()
            && last.is_some_and(|(_, context)| !description.ends_with(context.as_str()))
        {
            return Err("the description is another");
        }
        let first =
            object["valid_from"].as_str().map(|time| time.parse::<chrono::DateTime<chrono::Utc>>().unwrap());
        if first.is_some_and(|first| sure.iter().any(|row| first > row.first_seen)) {
            return Err("it is valid too late");
        }
        let indicates = |row: &Ioc| {
            object["type"] != "indicator"
                || row.mitre_techniques.iter().all(|id| related(object, id, objects))
        };
        if !sure.iter().all(|row| indicates(row)) {
            return Err("a technique is missing");
        }
        Ok(())
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

/// Whether an object indicates a technique.
fn related(object: &Value, technique: &str, objects: &BTreeMap<String, Value>) -> bool {
    let is_technique = |id: &Value| {
        let target = id.as_str().and_then(|id| objects.get(id));
        target.is_some_and(|target| target["type"] == "attack-pattern" && target["name"] == technique)
    };
    objects.values().any(|relation| {
        relation["relationship_type"] == "indicates"
            && relation["source_ref"] == object["id"]
            && is_technique(&relation["target_ref"])
    })
}

fn text(record: &QuarantinedRecord) -> Cow<'_, str> {
    String::from_utf8_lossy(&record.quarantined.record)
}
