//! The objects of a bundle of the STIX endpoint: passed through where they are valid, else read for what
//! they say.

use std::collections::{BTreeSet, HashMap, HashSet};

use serde_json::{Map, Value};
use stix_core::tlp::Tlp;
use stix_core::validate::{Report, Valid};
use stix_core::vocab::INDICATOR_TYPE_OV;
use stix_core::{Identifier, Object, Timestamp};

use super::list_row::{confidence_number, in_the_future, time};
use super::refusal::{Cause, Refusal};
use super::{indicator_pattern, record};
use crate::ingest::{Arrival, Contribution, IocType, Observable, Repair, Repairs, Statement, Subject};

/// An object of a text, and what the validator thinks of it.
pub(super) struct Record {
    value: Value,
    repairs: Repairs,
    checked: Result<Valid<Object>, Report>,
}

impl Record {
    /// Reads and checks an object.
    pub(super) fn read(text: &[u8]) -> Result<Self, Refusal> {
        let mut repairs = Repairs::new();
        let value = record::read(text, &mut repairs)?;
        let checked = Valid::read(value.clone());
        Ok(Self { value, repairs, checked })
    }

    fn id(&self) -> Option<&str> {
        self.value.get("id")?.as_str()
    }

    fn object_type(&self) -> &str {
        object_type(&self.value)
    }
}

/// What the objects of one text say about each other.
pub(super) struct Context<'a> {
    feed: &'a str,
    /// What is dated later than this is dated in the future.
    latest: &'a Timestamp,
    /// The objects that are not kept under their identifiers.
    moved: HashSet<&'a str>,
    /// What the objects are about, as far as that is known.
    subjects: HashMap<&'a str, Subject>,
    /// The levels of the Traffic Light Protocol that these markings stand for.
    levels: HashMap<&'a str, Tlp>,
}

impl<'a> Context<'a> {
    /// Looks through all objects of a text.
    pub(super) fn of(
        feed: &'a str,
        latest: &'a Timestamp,
        records: impl Iterator<Item = &'a Record>,
    ) -> Self {
        let (moved, subjects, levels) = (HashSet::new(), HashMap::new(), HashMap::new());
        let mut context = Self { feed, latest, moved, subjects, levels };
        for record in records {
            let Some(id) = record.id() else { continue };
            if let Some(level) = level_of(record) {
                context.levels.insert(id, level);
            }
            let published = context.levels.get(id).is_some_and(|level| level.id().as_str() == id);
            if !published && (record.checked.is_err() || context.levels.contains_key(id)) {
                context.moved.insert(id);
            }
            if let Ok(subject) = subject(&record.value, &mut Repairs::new()) {
                context.subjects.insert(id, subject);
            }
        }
        context
    }

    /// What an object gives: nothing where something of the bridge's own stands in for it.
    pub(super) fn arrivals(&self, record: &Record, repairs: &mut Repairs) -> Result<Vec<Arrival>, Refusal> {
        let id = record.id().unwrap_or_default();
        repairs.extend(&record.repairs);
        match &record.checked {
            // The author of the bridge and the markings of OASIS stand in for those that cannot be kept.
            _ if self.levels.contains_key(id) && self.moved.contains(id) => {
                repairs.insert(Repair::Marking);
                Ok(Vec::new())
            }
            Err(_) if record.object_type() == "identity" => {
                repairs.insert(Repair::Creator);
                Ok(Vec::new())
            }
            Ok(object) => self.kept(record, object, repairs),
            Err(report) => match self.contributed(&record.value, repairs) {
                Err(refusal) if refusal.cause() == Cause::Type => Err(Cause::Type.because(report)),
                Ok(arrival) => {
                    if repairs.is_empty() {
                        repairs.insert(Repair::Rebuilt);
                    }
                    Ok(vec![arrival])
                }
                Err(refusal) => Err(refusal),
            },
        }
    }

    /// A valid object: passed through, unless what it says or refers to has to be put right.
    fn kept(
        &self,
        record: &Record,
        object: &Valid<Object>,
        repairs: &mut Repairs,
    ) -> Result<Vec<Arrival>, Refusal> {
        for (name, time) in [("created", object.created()), ("modified", object.modified())] {
            if time.is_some_and(|time| time > *self.latest) {
                return Err(in_the_future(name));
            }
        }
        let value = &record.value;
        let Some(id) = object.id().cloned() else { return Err(Cause::Shape.because("it has no `id`")) };
        self.references(value, repairs);
        if record.object_type() == "relationship" && !repairs.is_empty() {
            return Ok(vec![self.contributed(value, repairs)?]);
        }
        let object = Box::new(object.clone());
        let subject =
            if self.relates_subjects(value) { self.relation(value) } else { subject(value, repairs) };
        let arrival = match subject {
            Ok(_) if !repairs.is_empty() => return Ok(vec![self.contributed(value, repairs)?]),
            Ok(subject) => {
                let contribution = Box::new(contribution(value, self, &mut Repairs::new())?);
                let contribution = Some((self.source(value), contribution));
                Arrival::PassedThrough { subject, contribution, object }
            }
            Err(refusal) if record.object_type() == "indicator" && indicator_pattern::is_stix(value) => {
                return Err(refusal);
            }
            Err(_) => {
                // Nothing can be rewritten in an object of which only its identifier is known.
                repairs.clone_from(&record.repairs);
                Arrival::PassedThrough { subject: Subject::Object(id), contribution: None, object }
            }
        };
        Ok(vec![arrival])
    }

    /// What an object says, for an object of the bridge's own.
    fn contributed(&self, value: &Value, repairs: &mut Repairs) -> Result<Arrival, Refusal> {
        let (created, modified) = (value.get("created").is_some(), value.get("modified").is_some());
        if !(created && modified) {
            repairs.insert(Repair::Dates);
        }
        if value.get("spec_version").is_none_or(|version| version != "2.1") {
            repairs.insert(Repair::SpecVersion);
        }
        if id(value).is_none_or(|id| id.parse::<Identifier>().is_err()) {
            repairs.insert(Repair::Identifier);
        }
        self.references(value, repairs);
        let subject = match object_type(value) {
            "relationship" => self.relation(value)?,
            _ => subject(value, repairs)?,
        };
        let contribution = Box::new(contribution(value, self, repairs)?);
        Ok(Arrival::Contributed { subject, source: self.source(value), contribution })
    }

    /// Notes the references to what is kept under another identifier.
    fn references(&self, value: &Value, repairs: &mut Repairs) {
        let moved = |id: &str| self.moved.contains(id);
        if text(value, "created_by_ref").is_some_and(moved) {
            repairs.insert(Repair::Creator);
        }
        if texts(value, "object_marking_refs").iter().any(|id| moved(id)) {
            repairs.insert(Repair::Marking);
        }
        if ["source_ref", "target_ref"].iter().any(|name| text(value, name).is_some_and(moved)) {
            repairs.insert(Repair::Reference);
        }
    }

    /// Whether it is a relation of something that another object may come to stand for.
    fn relates_subjects(&self, value: &Value) -> bool {
        let end = |name| text(value, name).is_some_and(|id| self.subjects.contains_key(id));
        object_type(value) == "relationship" && (end("source_ref") || end("target_ref"))
    }

    /// A relation with its ends, wherever they are kept.
    fn relation(&self, value: &Value) -> Result<Subject, Refusal> {
        let end = |name: &str| {
            let id = text(value, name).unwrap_or_default();
            match self.subjects.get(id) {
                Some(subject) => Ok(Box::new(subject.clone())),
                None if self.moved.contains(id) => {
                    Err(Cause::Type.because(format_args!("`{name}` leads to an object that is not kept")))
                }
                None => match id.parse() {
                    Ok(id) => Ok(Box::new(Subject::Object(id))),
                    Err(error) => Err(Cause::Type.because(format_args!("`{name}`: {error}"))),
                },
            }
        };
        let (source, target) = (end("source_ref")?, end("target_ref")?);
        let relation = text(value, "relationship_type").unwrap_or("related-to").to_owned();
        Ok(Subject::Relation { source, relation, target })
    }

    fn source(&self, value: &Value) -> String {
        format!("{}/stix/{}", self.feed, id(value).unwrap_or_default())
    }
}

fn object_type(value: &Value) -> &str {
    text(value, "type").unwrap_or_default()
}

fn id(value: &Value) -> Option<&str> {
    text(value, "id")
}

fn text<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    value.get(name).and_then(Value::as_str)
}

fn texts(value: &Value, name: &str) -> BTreeSet<String> {
    let items = value.get(name).and_then(Value::as_array).into_iter().flatten();
    items.filter_map(|item| item.as_str().map(str::to_owned)).filter(|text| !text.is_empty()).collect()
}

/// The level that a marking of the Traffic Light Protocol stands for, by its identifier or by what it says.
fn level_of(record: &Record) -> Option<Tlp> {
    if record.object_type() != "marking-definition" {
        return None;
    }
    if let Some(level) = record.id()?.parse().ok().and_then(|id| Tlp::of(&id)) {
        return Some(level);
    }
    let value = &record.value;
    let said = value.pointer("/definition/tlp").and_then(Value::as_str);
    let named = text(value, "name")
        .and_then(|name| name.to_ascii_uppercase().strip_prefix("TLP:").map(str::to_owned));
    let level = said.map(str::to_owned).or(named)?.to_ascii_lowercase();
    Tlp::named(2, &level).or_else(|| Tlp::named(1, &level))
}

/// What an object is about.
fn subject(value: &Value, repairs: &mut Repairs) -> Result<Subject, Refusal> {
    match object_type(value) {
        "indicator" => indicator_pattern::subject(value, repairs),
        "vulnerability" => external_id(value, IocType::Cve, "cve", repairs),
        "attack-pattern" => external_id(value, IocType::MitreAttack, "mitre-attack", repairs),
        other => Err(Cause::Type.because(format_args!("an object of type `{other}` cannot be made anew"))),
    }
}

/// The identifier that a well-known source gives the object, else the name.
fn external_id(
    value: &Value,
    ioc: IocType,
    source_name: &str,
    repairs: &mut Repairs,
) -> Result<Subject, Refusal> {
    let references = value.get("external_references").and_then(Value::as_array);
    let external = references.into_iter().flatten().find_map(|reference| {
        let from_source = reference.get("source_name").is_some_and(|name| name == source_name);
        from_source.then(|| reference.get("external_id")?.as_str()).flatten()
    });
    let name = external.or_else(|| text(value, "name")).unwrap_or_default();
    let observable = Observable::read(ioc, name, repairs)?;
    observable.subject().map_err(|error| Cause::Value.because(error))
}

fn contribution(
    value: &Value,
    context: &Context<'_>,
    repairs: &mut Repairs,
) -> Result<Contribution, Refusal> {
    let mut time = |name: &str| time(name, text(value, name), repairs);
    let (created, modified) = (time("created")?, time("modified")?);
    let (first_seen, valid_from) = (time("first_seen")?, time("valid_from")?);
    let valid_until = time("valid_until")?;
    for (name, time) in [("created", &created), ("modified", &modified)] {
        if time.as_ref().is_some_and(|time| time > context.latest) {
            return Err(in_the_future(name));
        }
        if text(value, name)
            .and_then(|text| text.parse::<Timestamp>().ok())
            .is_some_and(|time| time.precision() < 3)
        {
            repairs.insert(Repair::Time);
        }
    }
    if first_seen.is_some() && first_seen < valid_from {
        repairs.insert(Repair::ValidFrom);
    }
    let first_seen = first_seen.or(valid_from).or(created);
    let ends = valid_until.is_some();
    let valid_until = valid_until.filter(|until| Some(until) > first_seen.as_ref());
    if ends && valid_until.is_none() {
        repairs.insert(Repair::ValidUntil);
    }
    let (labels, indicator_types) = labels(value, repairs);
    let references = value.get("external_references").and_then(Value::as_array).into_iter().flatten();
    Ok(Contribution {
        upstream_id: id(value).map(str::to_owned),
        first_seen,
        references: references.filter_map(|r| r.get("url")?.as_str().map(str::to_owned)).collect(),
        labels,
        indicator_types,
        markings: context.markings(value),
        revoked: value.get("revoked").is_some_and(|revoked| revoked == true),
        statement: Statement {
            last_seen: modified,
            confidence: value.get("confidence").and_then(confidence_number),
            context: text(value, "description").map(str::to_owned),
            name: text(value, "name").map(str::to_owned),
            valid_until,
            unknown: unknown(value.as_object()),
        },
        ..Contribution::default()
    })
}

impl Context<'_> {
    /// The identifiers of the markings of the Traffic Light Protocol that the object has.
    fn markings(&self, value: &Value) -> BTreeSet<String> {
        let level = |id: String| {
            let level = self.levels.get(id.as_str()).copied();
            level.or_else(|| Tlp::of(&id.parse().ok()?))
        };
        let levels = texts(value, "object_marking_refs").into_iter().filter_map(level);
        levels.map(|level| level.id().as_str().to_owned()).collect()
    }
}

/// The labels, and the types of the indicator: each term in its place.
fn labels(value: &Value, repairs: &mut Repairs) -> (BTreeSet<String>, BTreeSet<String>) {
    let is_type = |text: &String| INDICATOR_TYPE_OV.terms.contains(&text.as_str());
    let (mut types, labels): (BTreeSet<_>, BTreeSet<_>) =
        texts(value, "labels").into_iter().partition(is_type);
    let mut labels = labels;
    if !types.is_empty() {
        repairs.insert(Repair::Labels);
    }
    for name in texts(value, "indicator_types") {
        if is_type(&name) {
            types.insert(name);
        } else {
            repairs.insert(Repair::IndicatorTypes);
            labels.insert(name);
        }
    }
    (labels, types)
}

/// The members that neither the specification's common properties nor the fields above account for.
fn unknown(members: Option<&Map<String, Value>>) -> BTreeSet<String> {
    let known = |name: &str| {
        stix_core::object::def("indicator").is_some_and(|def| def.property(name).is_some())
            || matches!(name, "type" | "first_seen")
    };
    let members = members.into_iter().flatten().filter(|(name, _)| !known(name));
    members.map(|(name, value)| format!("{name}: {value}")).collect()
}
