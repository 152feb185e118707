//! A row of the list endpoint: the short shape, and the full one with identifiers, times and articles.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::{Map, Value};
use stix_core::{Confidence, Identifier, Timestamp};

use super::loose_time;
use super::observable::{IocType, Observable};
use crate::ingest::{Arrival, Contribution, Namer, Statement, Subject};

#[derive(Debug, Deserialize)]
struct Row {
    #[serde(rename = "type")]
    ioc_type: String,
    value: String,
    id: Option<Value>,
    confidence: Option<String>,
    first_seen: Option<String>,
    last_seen: Option<String>,
    source: Option<Source>,
    context: Option<String>,
    industry: Option<OneOrMore>,
    #[serde(default)]
    tags: Option<Vec<String>>,
    #[serde(default)]
    mitre_techniques: Option<Vec<String>>,
    #[serde(flatten)]
    unknown: Map<String, Value>,
}

#[derive(Debug, Default, Deserialize)]
struct Source {
    feed_name: Option<String>,
    category: Option<String>,
    article_url: Option<String>,
    reference_url: Option<String>,
    #[serde(flatten)]
    unknown: Map<String, Value>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum OneOrMore {
    One(String),
    More(Vec<String>),
}

/// Reads a row: the IOC, and the techniques that it names with their relations to it.
pub(super) fn read(feed: &str, row: &Value, namer: &Namer) -> Vec<Arrival> {
    match arrivals(feed, row, namer) {
        Ok(arrivals) => arrivals,
        Err(reason) => vec![Arrival::quarantined(reason, row)],
    }
}

fn arrivals(feed: &str, value: &Value, namer: &Namer) -> Result<Vec<Arrival>, String> {
    let row = Row::deserialize(value).map_err(|error| error.to_string())?;
    let ioc = IocType::named(&row.ioc_type)
        .ok_or_else(|| format!("`{}` is no type of IOC that the bridge knows", row.ioc_type))?;
    let observable = Observable::read(ioc, &row.value).map_err(|error| error.to_string())?;
    let subject = observable.subject().map_err(|error| error.to_string())?;
    let source = source_key(feed, &row);
    let contribution = contribution(&row)?;
    let mut arrivals = techniques(&subject, &row, &source, namer)?;
    arrivals.insert(0, Arrival::Contributed { subject, source, contribution: Box::new(contribution) });
    Ok(arrivals)
}

/// The upstream's identifier of the record, else the feed that reported it.
fn source_key(feed: &str, row: &Row) -> String {
    let id = row.id.as_ref().map(|id| id.as_str().map_or_else(|| id.to_string(), str::to_owned));
    let feed_name = || row.source.as_ref().and_then(|source| source.feed_name.as_deref()).unwrap_or_default();
    match id {
        Some(id) => format!("{feed}/list/id/{id}"),
        None => format!("{feed}/list/feed/{}", feed_name()),
    }
}

fn contribution(row: &Row) -> Result<Contribution, String> {
    let default = Source::default();
    let source = row.source.as_ref().unwrap_or(&default);
    let id = row.id.as_ref().map(|id| id.as_str().map_or_else(|| id.to_string(), str::to_owned));
    let unknown = row.unknown.iter().chain(&source.unknown);
    Ok(Contribution {
        upstream_id: id,
        feed_name: source.feed_name.clone().filter(|name| !name.trim().is_empty()),
        first_seen: time("first_seen", row.first_seen.as_deref())?,
        references: [&source.article_url, &source.reference_url].into_iter().flatten().cloned().collect(),
        labels: labels(row, source),
        revoked: false,
        unknown: unknown.map(|(name, value)| format!("{name}: {value}")).collect(),
        statement: Statement {
            last_seen: time("last_seen", row.last_seen.as_deref())?,
            confidence: row.confidence.as_deref().and_then(confidence),
            context: row.context.clone().filter(|context| !context.trim().is_empty()),
            ..Statement::default()
        },
    })
}

/// Reads a time that may be missing, to the millisecond.
pub(super) fn time(name: &str, text: Option<&str>) -> Result<Option<Timestamp>, String> {
    let Some(text) = text else { return Ok(None) };
    let time = loose_time::read(text).ok_or_else(|| format!("`{name}` is `{text}`, which is no time"))?;
    Ok(Some(Timestamp::from_millis(time.instant())))
}

/// Appendix A; a word that is not of the scale says nothing, which is not the same as no confidence.
fn confidence(word: &str) -> Option<u8> {
    let level = match word.to_ascii_lowercase().as_str() {
        "low" => Confidence::LOW,
        "medium" => Confidence::MEDIUM,
        "high" => Confidence::HIGH,
        _ => return None,
    };
    Some(level.value())
}

fn labels(row: &Row, source: &Source) -> BTreeSet<String> {
    let industries = match &row.industry {
        Some(OneOrMore::One(industry)) => std::slice::from_ref(industry),
        Some(OneOrMore::More(industries)) => industries.as_slice(),
        None => &[],
    };
    let labelled = |prefix: &str, texts: &[String]| {
        let texts = texts.iter().map(|text| text.trim()).filter(|text| !text.is_empty());
        texts.map(|text| format!("{prefix}:{text}")).collect::<Vec<_>>()
    };
    let tags = row.tags.as_deref().unwrap_or_default();
    let category = source.category.as_slice();
    [labelled("tag", tags), labelled("sector", industries), labelled("category", category)]
        .into_iter()
        .flatten()
        .collect()
}

/// The attack patterns of the techniques that the row names, and that the IOC indicates them.
///
/// Only an indicator can indicate: on a vulnerability or a technique the names say nothing more.
fn techniques(subject: &Subject, row: &Row, source: &str, namer: &Namer) -> Result<Vec<Arrival>, String> {
    let mut arrivals = Vec::new();
    if !matches!(subject, Subject::Indicator { .. }) {
        return Ok(arrivals);
    }
    let identifier = |subject: &Subject| -> Result<Identifier, String> {
        subject.key(namer).identifier().map_err(|error| error.to_string())
    };
    for name in row.mitre_techniques.iter().flatten() {
        // A technique that cannot be read must not cost the IOC: it stays in the contribution's text.
        let Ok(technique) = Observable::read(IocType::MitreAttack, name) else { continue };
        let technique = technique.subject().map_err(|error| error.to_string())?;
        let relation = Subject::Relation {
            source: identifier(subject)?,
            relation: "indicates".to_owned(),
            target: identifier(&technique)?,
        };
        for subject in [technique, relation] {
            // Which row mentions a technique does not matter to it: one mention by this feed is enough.
            let source =
                if matches!(subject, Subject::Technique(_)) { mention(source) } else { source.to_owned() };
            arrivals.push(Arrival::Contributed { subject, source, contribution: Box::default() });
        }
    }
    Ok(arrivals)
}

/// The contribution of all rows of a feed that mention a technique.
fn mention(source: &str) -> String {
    let feed = source.split('/').next().unwrap_or_default();
    format!("{feed}/mention")
}
