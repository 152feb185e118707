//! What was said of a value, and whether an object says that.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use chrono::{DateTime, Utc};
use serde_json::Value;
use socdefenders_standin::{Defect, Ioc, Shape};

use super::bridge::Feed;
use super::ledger::{Candidates, Form, refusal};

/// What rows of the list said of a value.
pub(super) struct Told<'a> {
    shape: Shape,
    /// What was surely heard last.
    sure: Vec<&'a Ioc>,
    /// What may have been heard last, that among it.
    possible: Vec<&'a Ioc>,
}

type Verdict = Result<(), &'static str>;

impl<'a> Told<'a> {
    /// What these feeds, by their numbers, have heard.
    pub(super) fn of(feeds: &[Feed], shape: Shape, heard: &[(usize, Candidates<'a>)]) -> Self {
        let accepted = |row: &&Ioc| refusal(row, Form::Row).is_none();
        let of_lists =
            || heard.iter().filter(|(number, _)| feeds[*number].reads()[0]).map(|(_, candidates)| candidates);
        let sure = of_lists().filter_map(Candidates::only).filter(accepted).collect();
        // A feed of bundles reads rows where a bundle is cut; of two rows without times none is the later.
        let any = |number: usize| shape == Shape::Seed || !feeds[number].reads()[0];
        let of_any =
            heard.iter().filter(|(number, _)| any(*number)).flat_map(|(_, candidates)| candidates.all());
        let possible = of_lists().flat_map(|rows| rows.versions.iter().copied()).chain(of_any);
        Self { shape, sure, possible: possible.filter(accepted).collect() }
    }

    /// Whether a row that was surely heard is of high confidence.
    pub(super) fn is_surely_high(&self) -> bool {
        self.sure.iter().any(|row| row.confidence.as_str() == "high")
    }

    /// Whether an object says it; `objects` are those beside it.
    pub(super) fn check(&self, object: &Value, objects: &BTreeMap<String, Value>) -> Verdict {
        if object["type"] == "attack-pattern" {
            // It says nothing but its name.
            return Ok(());
        }
        self.confidence(object)?;
        let labels = object["labels"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        self.labels(&labels)?;
        if self.shape == Shape::Seed {
            return Ok(());
        }
        self.references(object)?;
        self.description(object)?;
        self.techniques(object, objects)
    }

    fn confidence(&self, object: &Value) -> Verdict {
        let number = |row: &&Ioc| match row.confidence.as_str() {
            "low" => 15,
            "medium" => 50,
            _ => 85,
        };
        let said = object["confidence"].as_u64();
        let least = self.sure.iter().map(number).max();
        let known = said == least || self.possible.iter().any(|row| Some(number(row)) == said);
        (said >= least && known).then_some(()).ok_or("the confidence is another")
    }

    fn labels(&self, labels: &BTreeSet<&str>) -> Verdict {
        let has = |label: String| labels.contains(label.as_str());
        if !self.sure.iter().all(|row| has(format!("category:{}", row.source.category))) {
            return Err("a category is missing");
        }
        // A tag that is not one is set aside.
        let mut tagged = self.sure.iter().filter(|row| row.defect != Some(Defect::OddMember));
        let all = self.shape == Shape::Seed
            || tagged.all(|row| row.tags.iter().all(|tag| has(format!("tag:{tag}"))));
        all.then_some(()).ok_or("a tag is missing")
    }

    fn references(&self, object: &Value) -> Verdict {
        let references = object["external_references"].to_string();
        let refers = |text: &str| references.contains(text);
        let all = self.sure.iter().all(|row| refers(&row.id.to_string()) && refers(&row.source.article_url));
        all.then_some(()).ok_or("a reference is missing")
    }

    fn description(&self, object: &Value) -> Verdict {
        let description = object["description"].as_str().unwrap_or_default();
        let last = self.sure.iter().map(|row| (row.last_seen.timestamp(), &row.context)).max();
        let last = last.filter(|_| self.sure.len() == self.possible.len());
        if last.is_some_and(|(_, context)| !description.ends_with(context.as_str())) {
            return Err("the description is another");
        }
        let first = object["valid_from"].as_str().map(|time| time.parse::<DateTime<Utc>>().unwrap());
        let late = first.is_some_and(|first| self.sure.iter().any(|row| first > row.first_seen));
        (!late).then_some(()).ok_or("it is valid too late")
    }

    fn techniques(&self, object: &Value, objects: &BTreeMap<String, Value>) -> Verdict {
        let mut techniques = self.sure.iter().flat_map(|row| &row.mitre_techniques);
        let all = object["type"] != "indicator" || techniques.all(|id| indicates(object, id, objects));
        all.then_some(()).ok_or("a technique is missing")
    }
}

impl fmt::Display for Told<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, rows) in [("sure", &self.sure), ("possible", &self.possible)] {
            write!(f, "{name}:")?;
            rows.iter().try_for_each(|row| write!(f, " {} {} {},", row.id, row.confidence, row.updated))?;
        }
        Ok(())
    }
}

/// Whether an object indicates a technique.
fn indicates(object: &Value, technique: &str, objects: &BTreeMap<String, Value>) -> bool {
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
