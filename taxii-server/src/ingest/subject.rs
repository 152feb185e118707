//! What a record of a feed is about. One subject and one author make one object.

use std::collections::HashMap;

use serde_json::{Map, Value, json};
use stix_core::deterministic_id::deterministic_id;
use stix_core::{Identifier, IdentifierError};
use stix_pattern::Pattern;

use super::draft::Standing;
use super::key::{Key, Namer};
use super::listable::listables;
use super::observable::{IocType, Observable};
use super::{AllowLists, Allowance};

/// What a record is about.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Subject {
    /// A pattern, in canonical form; an indicator.
    Indicator {
        /// The value that it compares, if it is a comparison with one value.
        compared: Option<Compared>,
        /// The pattern.
        pattern: String,
    },
    /// A CVE id; a vulnerability.
    Vulnerability(String),
    /// A technique id of MITRE ATT&CK; an attack pattern.
    Technique(String),
    /// A relation between the objects of two subjects.
    Relation {
        /// What it starts from.
        source: Box<Subject>,
        /// Its name, such as `indicates`.
        relation: String,
        /// What it leads to.
        target: Box<Subject>,
    },
    /// A value as such; a cyber-observable object.
    Observable(Compared),
    /// An object of the feed that is not about any of these; its identifier.
    Object(Identifier),
}

/// The objects at the two ends of a relation.
pub(super) type Ends = Option<(Identifier, Identifier)>;

/// The value that a pattern compares.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Compared {
    /// The type of the value.
    pub ioc: IocType,
    /// The value.
    pub value: String,
}

impl Compared {
    /// The properties of the cyber-observable object that holds the value.
    pub(super) fn properties(&self) -> Map<String, Value> {
        let (object_type, keys) = self.ioc.path().unwrap_or_default();
        let value = Value::from(self.value.as_str());
        let (name, value) = match keys {
            [name, inside] => (*name, json!({*inside: value})),
            _ => ("value", value),
        };
        let members = [("type", json!(object_type)), ("spec_version", json!("2.1")), (name, value)];
        members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }
}

impl Subject {
    /// Whether it is what a source of IOCs reports, and not what follows from that.
    pub(crate) fn is_ioc(&self) -> bool {
        matches!(self, Self::Indicator { .. } | Self::Vulnerability(_) | Self::Technique(_))
    }

    /// The key under which the store knows the object.
    pub fn key(&self, namer: &Namer) -> Key {
        let (object_type, name) = match self {
            Self::Indicator { pattern, .. } => ("indicator", json!({"pattern": pattern})),
            Self::Vulnerability(cve) => ("vulnerability", json!({"cve": cve})),
            Self::Technique(technique) => ("attack-pattern", json!({"technique": technique})),
            Self::Relation { source, relation, target } => {
                let (source, target) = (source.own_name(namer), target.own_name(namer));
                ("relationship", json!({"relation": relation, "source": source, "target": target}))
            }
            Self::Observable(Compared { ioc, value }) => (
                ioc.path().map_or("", |(object_type, _)| object_type),
                json!({"observable": value, "of": ioc.name()}),
            ),
            Self::Object(id) => (id.object_type(), json!({"id": id.as_str()})),
        };
        namer.key(object_type, name)
    }

    /// The subject that has this key, and what has made the key; of a relation, the keys of the ends are needed, too.
    pub(super) fn of_key(key: &str, ends: Option<&[String; 2]>) -> Option<(Namer, Self)> {
        let (namer, name) = Namer::of(key)?;
        let text = |member: &str| name.get(member).and_then(Value::as_str).map(str::to_owned);
        let subject = if let Some(pattern) = text("pattern") {
            Self::of_pattern(pattern)
        } else if let Some(cve) = text("cve") {
            Self::Vulnerability(cve)
        } else if let Some(technique) = text("technique") {
            Self::Technique(technique)
        } else if let Some(value) = text("observable") {
            Self::Observable(Compared { ioc: IocType::named(&text("of")?)?, value })
        } else if let Some(id) = text("id") {
            Self::Object(id.parse().ok()?)
        } else {
            let end = |key: &String| Some(Box::new(Self::of_key(key, None)?.1));
            let [source, target] = ends?;
            Self::Relation { source: end(source)?, relation: text("relation")?, target: end(target)? }
        };
        Some((namer, subject))
    }

    /// What an indicator with this pattern, which is in canonical form, is about.
    fn of_pattern(pattern: String) -> Self {
        let compared = || {
            let parsed = Pattern::parse(&pattern).ok()?;
            let (ioc, _, value) = IocType::in_pattern(&parsed)?;
            match (Observable { ioc, value: value.to_owned() }).subject() {
                Ok(Self::Indicator { compared, pattern: canonical }) if canonical == pattern => compared,
                _ => None,
            }
        };
        Self::Indicator { compared: compared(), pattern }
    }

    /// The identifier of the object that the bridge makes.
    ///
    /// # Errors
    /// The type must be a name that section 3.8 allows.
    pub(super) fn identifier(&self, namer: &Namer) -> Result<Identifier, IdentifierError> {
        match self {
            Self::Observable(compared) => match deterministic_id(&compared.properties()) {
                Some(id) => Ok(id),
                None => self.key(namer).identifier(),
            },
            other => other.key(namer).identifier(),
        }
    }

    /// What routes may call it: the type of the IOC and that of the object.
    pub(super) fn types(&self) -> [&str; 2] {
        match self {
            Self::Indicator { compared: Some(compared), .. } => [compared.ioc.name(), "indicator"],
            Self::Indicator { compared: None, .. } => ["indicator"; 2],
            Self::Vulnerability(_) => [IocType::Cve.name(), "vulnerability"],
            Self::Technique(_) => [IocType::MitreAttack.name(), "attack-pattern"],
            Self::Relation { .. } => ["relationship"; 2],
            Self::Observable(Compared { ioc, .. }) => {
                [ioc.path().map_or("", |(object_type, _)| object_type); 2]
            }
            Self::Object(id) => [id.object_type(); 2],
        }
    }

    /// What allow-lists say of it. What rests on a value that is dropped is dropped, too.
    pub(super) fn allowance(&self, lists: &AllowLists) -> Allowance {
        if let Self::Indicator { compared: Some(Compared { ioc, value }), .. } = self {
            let allowance = lists.look_up(*ioc, value);
            let dropped = allowance.dropped.clone().or_else(|| lists.forbidding(*ioc, value));
            return Allowance { dropped, ..allowance };
        }
        if let Self::Indicator { compared: None, pattern } = self {
            // One alternative that must not be blocked is enough.
            let dropped = Pattern::parse(pattern).ok().and_then(|pattern| {
                listables(&pattern).find_map(|value| lists.forbidding(value.ioc, value.written))
            });
            return Allowance { dropped, ..Allowance::default() };
        }
        let dropped = self.rests_on().iter().find_map(|other| other.allowance(lists).dropped);
        Allowance { dropped, ..Allowance::default() }
    }

    /// The subjects without which it is nothing: the ends of a relation, and the indicator whose value it is.
    pub(super) fn rests_on(&self) -> Vec<Self> {
        match self {
            Self::Relation { source, target, .. } => vec![(**source).clone(), (**target).clone()],
            Self::Observable(Compared { ioc, value }) => {
                let indicator = Observable { ioc: *ioc, value: value.clone() }.subject();
                indicator.into_iter().collect()
            }
            _ => Vec::new(),
        }
    }

    /// Whether others speak of it without saying so each time anew: then nobody knows when it was last seen.
    pub(super) fn is_shared(&self) -> bool {
        match self {
            Self::Technique(_) => true,
            Self::Object(id) => {
                matches!(id.object_type(), "identity" | "marking-definition" | "extension-definition")
            }
            _ => false,
        }
    }

    /// Whether it is there only where values become objects.
    pub(super) fn is_emitted(&self) -> bool {
        match self {
            Self::Observable(_) => true,
            Self::Relation { target, .. } => target.is_emitted(),
            _ => false,
        }
    }

    /// The identifier that the bridge would give it, or that it came with: the name of an end of a relation, whatever
    /// object stands for the end.
    fn own_name(&self, namer: &Namer) -> String {
        match self {
            Self::Object(id) => id.as_str().to_owned(),
            other => {
                let key = other.key(namer);
                key.identifier().map_or_else(|_| key.as_str().to_owned(), |id| id.as_str().to_owned())
            }
        }
    }

    /// The objects that stand for the ends, by the keys of their subjects. None of them for what is no relation; nothing at
    /// all for a relation of which an end is not published. An object that is known by its identifier only stands for
    /// itself.
    pub(super) fn ends_in(&self, namer: &Namer, known: &HashMap<String, Standing>) -> Option<Ends> {
        let Some(ends) = self.ends() else { return Some(None) };
        let [source, target] = ends.map(|end| match (known.get(end.key(namer).as_str()), end) {
            (None, Self::Object(id)) => Some(id.clone()),
            (known, _) => known.map(|known| known.id.clone()),
        });
        Some(Some((source?, target?)))
    }

    /// The two ends of a relation.
    pub(crate) fn ends(&self) -> Option<[&Self; 2]> {
        match self {
            Self::Relation { source, target, .. } => Some([source, target]),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_is_known_by_its_key() {
        let namer = Namer::new("SOC Defenders", "b");
        let observable = |ioc, value: &str| Observable { ioc, value: value.to_owned() }.subject().unwrap();
        let id = "malware--7c9e6679-7425-40de-944b-e07fc1f90ae7".parse().unwrap();
        let mut subjects: Vec<_> =
            IocType::ALL.into_iter().map(|ioc| observable(ioc, r"it's a \ value")).collect();
        subjects.push(Subject::Object(id));
        let pattern = "[ipv4-addr:value = '192.0.2.1' OR ipv4-addr:value = '192.0.2.2']".to_owned();
        subjects.push(Subject::Indicator { compared: None, pattern });
        let value = Compared { ioc: IocType::Sha256, value: "ab".to_owned() };
        subjects.push(Subject::Observable(value));
        for subject in &subjects {
            let key = subject.key(&namer);
            assert_eq!(Subject::of_key(key.as_str(), None), Some((namer.clone(), subject.clone())));
            let target = Box::new(subjects[0].clone());
            let relation = Subject::Relation {
                source: Box::new(subject.clone()),
                relation: "indicates".to_owned(),
                target,
            };
            let ends = relation.ends().unwrap().map(|end| end.key(&namer).as_str().to_owned());
            let key = relation.key(&namer);
            assert_eq!(Subject::of_key(key.as_str(), None), None);
            assert_eq!(Subject::of_key(key.as_str(), Some(&ends)), Some((namer.clone(), relation)));
        }
    }
}
