//! A row of the list endpoint: the short shape, and the full one with identifiers, times and articles.

use std::collections::BTreeSet;

use serde_json::{Map, Value};
use stix_core::{Confidence, Timestamp};

use super::refusal::{Cause, Refusal};
use super::{loose_time, record};
use crate::ingest::{Arrival, Contribution, IocType, Observable, Repair, Repairs, Statement};

/// Reads a row.
pub(super) fn read(
    feed: &str,
    text: &[u8],
    latest: &Timestamp,
    repairs: &mut Repairs,
) -> Result<Vec<Arrival>, Refusal> {
    let Value::Object(members) = record::read(text, repairs)? else {
        return Err(Cause::Shape.because("a row is an object"));
    };
    let row = Row::read(Members { members, repairs })?;
    let observable = Observable::read(row.ioc, &row.value, repairs)?;
    let subject = observable.subject().map_err(|error| Cause::Value.because(error))?;
    let source = row.key(feed);
    let contribution = Box::new(row.contribution(latest, repairs)?);
    Ok(vec![Arrival::Contributed { subject, source, contribution }])
}

/// The members of a row, taken one after the other.
struct Members<'a> {
    members: Map<String, Value>,
    repairs: &'a mut Repairs,
}

impl Members<'_> {
    /// Takes a member that is of this kind; one that is of another stays among those that are not known.
    fn take<T>(&mut self, name: &str, read: impl Fn(&Value) -> Option<T>) -> Option<T> {
        let value = self.members.get(name).filter(|value| !value.is_null());
        let Some(value) = value else {
            self.members.shift_remove(name);
            return None;
        };
        match read(value) {
            Some(read) => {
                self.members.shift_remove(name);
                Some(read)
            }
            None => {
                self.repairs.insert(Repair::Member);
                None
            }
        }
    }

    fn text(&mut self, name: &str) -> Option<String> {
        let text = self.take(name, |value| value.as_str().map(|text| text.trim().to_owned()));
        text.filter(|text| !text.is_empty())
    }

    /// A text, or a list of texts.
    fn texts(&mut self, name: &str) -> Vec<String> {
        let texts = |value: &Value| match value {
            Value::String(one) => Some(vec![one.clone()]),
            Value::Array(all) => all.iter().map(|text| text.as_str().map(str::to_owned)).collect(),
            _ => None,
        };
        let texts = self.take(name, texts).unwrap_or_default();
        texts.iter().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()).collect()
    }

    /// What nothing has taken, as JSON text.
    fn rest(self) -> impl Iterator<Item = String> {
        self.members.into_iter().map(|(name, value)| format!("{name}: {value}"))
    }
}

/// A row as it is.
struct Row {
    ioc: IocType,
    value: String,
    id: Option<String>,
    confidence: Option<u8>,
    first_seen: Option<String>,
    last_seen: Option<String>,
    feed_name: Option<String>,
    references: BTreeSet<String>,
    labels: BTreeSet<String>,
    context: Option<String>,
    techniques: BTreeSet<String>,
    unknown: BTreeSet<String>,
}

impl Row {
    fn read(mut row: Members<'_>) -> Result<Self, Refusal> {
        let name = row.text("type").ok_or_else(|| Cause::Shape.because("the row has no `type`"))?;
        let ioc = IocType::named(&name).ok_or_else(|| {
            Cause::Type.because(format_args!("`{name}` is no type of IOC that the bridge knows"))
        })?;
        let value = row.text("value").ok_or_else(|| Cause::Shape.because("the row has no `value`"))?;
        let id = row.take("id", |id| match id {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        });
        let confidence = row.take("confidence", confidence).flatten();
        let (first_seen, last_seen, context) =
            (row.text("first_seen"), row.text("last_seen"), row.text("context"));
        let (techniques, unreadable) = known_techniques(row.texts("mitre_techniques"));
        let (tags, industries) = (row.texts("tags"), row.texts("industry"));
        let members = row.take("source", |source| source.as_object().cloned()).unwrap_or_default();
        let mut source = Members { members, repairs: row.repairs };
        let feed_name = source.text("feed_name");
        let category = source.text("category");
        let references = [source.text("article_url"), source.text("reference_url")];
        let labels = [("tag", tags), ("sector", industries), ("category", Vec::from_iter(category))];
        let labels = labels
            .into_iter()
            .flat_map(|(prefix, texts)| texts.into_iter().map(move |text| format!("{prefix}:{text}")));
        // A technique that cannot be read must not cost the IOC.
        if !unreadable.is_empty() {
            source.repairs.insert(Repair::Member);
        }
        let unknown = source.rest().collect::<Vec<_>>().into_iter().chain(row.rest()).chain(unreadable);
        Ok(Self {
            ioc,
            value,
            id,
            confidence,
            first_seen,
            last_seen,
            feed_name,
            references: references.into_iter().flatten().collect(),
            labels: labels.collect(),
            context,
            techniques,
            unknown: unknown.collect(),
        })
    }

    /// The upstream's identifier of the record, else the feed that reported it.
    fn key(&self, feed: &str) -> String {
        match &self.id {
            Some(id) => format!("{feed}/list/id/{id}"),
            None => format!("{feed}/list/feed/{}", self.feed_name.as_deref().unwrap_or_default()),
        }
    }

    fn contribution(self, latest: &Timestamp, repairs: &mut Repairs) -> Result<Contribution, Refusal> {
        let mut seen = |name, text: Option<String>| {
            let time = time(name, text.as_deref(), repairs)?;
            match &time {
                Some(future) if future > latest => Err(in_the_future(name)),
                _ => Ok(time),
            }
        };
        let (first_seen, last_seen) =
            (seen("first_seen", self.first_seen)?, seen("last_seen", self.last_seen)?);
        Ok(Contribution {
            upstream_id: self.id,
            feed_name: self.feed_name,
            first_seen,
            references: self.references,
            labels: self.labels,
            techniques: self.techniques,
            statement: Statement {
                last_seen,
                confidence: self.confidence,
                context: self.context,
                unknown: self.unknown,
                ..Statement::default()
            },
            ..Contribution::default()
        })
    }
}

/// Appendix A, or a number on its scale; a word that is not of the scale says nothing, which is not the same as no
/// confidence.
fn confidence(value: &Value) -> Option<Option<u8>> {
    let word = match value {
        Value::String(word) => word,
        Value::Number(_) => return Some(confidence_number(value)),
        _ => return None,
    };
    let level = match word.trim().to_ascii_lowercase().as_str() {
        "low" => Confidence::LOW,
        "medium" => Confidence::MEDIUM,
        "high" => Confidence::HIGH,
        _ => return Some(None),
    };
    Some(Some(level.value()))
}

/// A whole number from 0 to 100, however it is spelled.
pub(super) fn confidence_number(value: &Value) -> Option<u8> {
    let number = value.as_f64()?;
    ((0.0..=100.0).contains(&number) && number.fract() == 0.0).then_some(number as u8)
}

/// Reads a time that may be missing, to the millisecond.
pub(super) fn time(
    name: &str,
    text: Option<&str>,
    repairs: &mut Repairs,
) -> Result<Option<Timestamp>, Refusal> {
    let Some(text) = text else { return Ok(None) };
    let time = loose_time::read(text)
        .ok_or_else(|| Cause::Time.because(format_args!("`{name}` is `{text}`, which is no time")))?;
    if text.parse::<Timestamp>().is_err() {
        repairs.insert(Repair::Time);
    }
    Ok(Some(Timestamp::from_millis(time.instant())))
}

/// A record that says it was made or seen in the future says something wrong.
pub(super) fn in_the_future(name: &str) -> Refusal {
    Cause::Future.because(format_args!("`{name}` is more than 5 minutes in the future"))
}

/// The ids of the techniques with these names, and the names that are none.
fn known_techniques(names: Vec<String>) -> (BTreeSet<String>, Vec<String>) {
    let (mut techniques, mut unreadable) = (BTreeSet::new(), Vec::new());
    for name in names {
        match Observable::read(IocType::MitreAttack, &name, &mut Repairs::new()) {
            Ok(technique) => {
                techniques.insert(technique.value);
            }
            Err(_) => unreadable.push(format!("mitre_techniques: {name}")),
        }
    }
    (techniques, unreadable)
}
