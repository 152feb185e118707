//! The objects of a bundle of the STIX endpoint: passed through where they are valid, else read for what
//! they say.

use std::collections::{BTreeSet, HashSet};

use serde_json::{Map, Value};
use stix_core::validate::{Report, Valid};
use stix_core::{Object, Timestamp};
use stix_pattern::Pattern;
use stix_pattern::ast::{Step, StepKind};

use super::list_row::time;
use super::observable::{IocType, Observable};
use crate::ingest::{Arrival, Contribution, Statement, Subject};

/// Reads the objects of a bundle, or of bundles inside it.
pub(super) fn read(feed: &str, bundle: &Value, latest: &Timestamp) -> Vec<Arrival> {
    let mut values = Vec::new();
    flatten(bundle, &mut values);
    let objects: Vec<_> = values.into_iter().map(|value| (value, Valid::read(value.clone()))).collect();
    let invalid = objects.iter().filter(|(_, checked)| checked.is_err()).filter_map(|(value, _)| id(value));
    let context = Context { feed, latest, invalid: invalid.collect() };
    let arrivals = objects.iter().filter_map(|(value, checked)| context.arrival(value, checked));
    arrivals.collect()
}

/// How many indicators a bundle holds, by which a cut answer shows.
pub(super) fn count_indicators(bundle: &Value) -> usize {
    let mut objects = Vec::new();
    flatten(bundle, &mut objects);
    objects.iter().filter(|object| object.get("type").is_some_and(|name| name == "indicator")).count()
}

fn flatten<'a>(value: &'a Value, objects: &mut Vec<&'a Value>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| flatten(item, objects)),
        Value::Object(members) if members.get("type").is_some_and(|name| name == "bundle") => {
            if let Some(inside) = members.get("objects") {
                flatten(inside, objects);
            }
        }
        other => objects.push(other),
    }
}

fn id(object: &Value) -> Option<&str> {
    object.get("id")?.as_str()
}

struct Context<'a> {
    feed: &'a str,
    /// What is dated later than this is dated in the future.
    latest: &'a Timestamp,
    /// The identifiers of the invalid objects, which nothing that is published may refer to.
    invalid: HashSet<&'a str>,
}

impl Context<'_> {
    fn arrival(&self, value: &Value, checked: &Result<Valid<Object>, Report>) -> Option<Arrival> {
        match checked {
            Ok(object) => {
                let arrival = self.passed_through(value, object.clone());
                Some(arrival.unwrap_or_else(|reason| Arrival::quarantined(reason, value)))
            }
            // The bridge's own identity and markings stand in for those that cannot be kept.
            Err(_) if matches!(object_type(value), "identity" | "marking-definition") => None,
            Err(report) => {
                let arrival = self.contributed(value).map_err(|reason| match object_type(value) {
                    "indicator" => reason,
                    _ => report.to_string(),
                });
                Some(arrival.unwrap_or_else(|reason| Arrival::quarantined(reason, value)))
            }
        }
    }

    fn passed_through(&self, value: &Value, object: Valid<Object>) -> Result<Arrival, String> {
        for (name, time) in [("created", object.created()), ("modified", object.modified())] {
            if time.is_some_and(|time| time > *self.latest) {
                return Err(format!("`{name}` is more than 5 minutes in the future"));
            }
        }
        let Some(id) = object.id().cloned() else { return Err("the object has no `id`".to_owned()) };
        let read = matches!(object_type(value), "indicator" | "vulnerability" | "attack-pattern")
            .then(|| self.subject(value));
        let creator = value.get("created_by_ref").and_then(Value::as_str);
        match read {
            Some(Ok(_)) if creator.is_some_and(|id| self.invalid.contains(id)) => self.contributed(value),
            Some(Ok(subject)) => {
                let contribution = (self.source(value), Box::new(contribution(value)?));
                let contribution = Some(contribution);
                Ok(Arrival::PassedThrough { subject, contribution, object: Box::new(object) })
            }
            Some(Err(reason)) if object_type(value) == "indicator" && is_stix(value) => Err(reason),
            _ => Ok(Arrival::PassedThrough {
                subject: Subject::Object(id),
                contribution: None,
                object: Box::new(object),
            }),
        }
    }

    fn contributed(&self, value: &Value) -> Result<Arrival, String> {
        let subject = self.subject(value)?;
        let contribution = Box::new(contribution(value)?);
        Ok(Arrival::Contributed { subject, source: self.source(value), contribution })
    }

    fn source(&self, value: &Value) -> String {
        format!("{}/stix/{}", self.feed, id(value).unwrap_or_default())
    }

    fn subject(&self, value: &Value) -> Result<Subject, String> {
        match object_type(value) {
            "indicator" => indicator_subject(value),
            "vulnerability" => external_id(value, IocType::Cve, "cve"),
            "attack-pattern" => external_id(value, IocType::MitreAttack, "mitre-attack"),
            other => Err(format!("an invalid object of type `{other}` cannot be repaired")),
        }
    }
}

fn object_type(value: &Value) -> &str {
    value.get("type").and_then(Value::as_str).unwrap_or_default()
}

/// A missing `pattern_type` means the STIX pattern language, if the pattern can be read as such.
fn is_stix(value: &Value) -> bool {
    value.get("pattern_type").is_none_or(|name| name == "stix")
}

fn indicator_subject(value: &Value) -> Result<Subject, String> {
    let text = value.get("pattern").and_then(Value::as_str).ok_or("the indicator has no `pattern`")?;
    if !is_stix(value) {
        return Err("only patterns in the STIX pattern language can be repaired".to_owned());
    }
    let pattern = match Pattern::parse(text) {
        Ok(pattern) => pattern,
        Err(error) => escaped_again(text).ok_or_else(|| format!("the pattern cannot be read: {error}"))?,
    };
    subject_of(&pattern)
}

/// A step that is a name, not a place in a list.
fn key(step: Step<'_>) -> Option<&str> {
    match step.kind() {
        StepKind::Key(name) => Some(name),
        StepKind::Index(_) | StepKind::Star => None,
    }
}

/// What a pattern is about: a value that the feed also lists by itself, or just the pattern.
fn subject_of(pattern: &Pattern) -> Result<Subject, String> {
    if let Some((path, value)) = pattern.as_single_equality() {
        let keys: Option<Vec<&str>> = path.steps().map(key).collect();
        let ioc = keys.and_then(|keys| IocType::at_path(path.object_type(), &keys));
        if let Some(ioc) = ioc {
            let observable = Observable::read(ioc, value).map_err(|error| error.to_string())?;
            return observable.subject().map_err(|error| error.to_string());
        }
    }
    Ok(Subject::Indicator { compared: None, pattern: pattern.to_string() })
}

/// Writes the value of a pattern with one comparison anew: feeds forget to escape quotes and backslashes.
fn escaped_again(text: &str) -> Option<Pattern> {
    let inside = text.trim().strip_prefix('[')?.strip_suffix(']')?.trim();
    let (path, value) = inside.split_once(" = '")?;
    let value = value.strip_suffix('\'')?;
    // A quote before a keyword may just as well end the value: then there is more than one comparison.
    let single = ![" AND ", " OR "].iter().any(|word| value.contains(&format!("'{word}")));
    let escaped = value.replace('\\', "\\\\").replace('\'', "\\'");
    single.then(|| Pattern::parse(&format!("[{path} = '{escaped}']")).ok()).flatten()
}

/// The identifier that a well-known source gives the object, else the name.
fn external_id(value: &Value, ioc: IocType, source_name: &str) -> Result<Subject, String> {
    let references = value.get("external_references").and_then(Value::as_array);
    let external = references.into_iter().flatten().find_map(|reference| {
        let from_source = reference.get("source_name").is_some_and(|name| name == source_name);
        from_source.then(|| reference.get("external_id")?.as_str()).flatten()
    });
    let name = external.or_else(|| value.get("name")?.as_str()).unwrap_or_default();
    let observable = Observable::read(ioc, name).map_err(|error| error.to_string())?;
    observable.subject().map_err(|error| error.to_string())
}

fn contribution(value: &Value) -> Result<Contribution, String> {
    let text = |name: &str| value.get(name).and_then(Value::as_str);
    let valid_from = time("valid_from", text("valid_from"))?;
    let first_seen = valid_from.or(time("created", text("created"))?);
    let valid_until =
        time("valid_until", text("valid_until"))?.filter(|until| Some(until) > first_seen.as_ref());
    let references = value.get("external_references").and_then(Value::as_array).into_iter().flatten();
    let texts = |name: &str| -> BTreeSet<String> {
        let items = value.get(name).and_then(Value::as_array).into_iter().flatten();
        items.filter_map(|item| item.as_str().map(str::to_owned)).filter(|text| !text.is_empty()).collect()
    };
    Ok(Contribution {
        upstream_id: text("id").map(str::to_owned),
        feed_name: None,
        first_seen,
        references: references.filter_map(|r| r.get("url")?.as_str().map(str::to_owned)).collect(),
        labels: texts("labels"),
        revoked: value.get("revoked").is_some_and(|revoked| revoked == true),
        unknown: unknown(value.as_object()),
        statement: Statement {
            last_seen: time("modified", text("modified"))?,
            confidence: value
                .get("confidence")
                .and_then(Value::as_u64)
                .and_then(|number| u8::try_from(number).ok().filter(|number| *number <= 100)),
            context: text("description").map(str::to_owned),
            name: text("name").map(str::to_owned),
            valid_until,
        },
    })
}

/// The members that neither the specification's common properties nor the fields above account for.
fn unknown(members: Option<&Map<String, Value>>) -> BTreeSet<String> {
    let known = |name: &str| {
        stix_core::object::def("indicator").is_some_and(|def| def.property(name).is_some()) || name == "type"
    };
    let members = members.into_iter().flatten().filter(|(name, _)| !known(name));
    members.map(|(name, value)| format!("{name}: {value}")).collect()
}
