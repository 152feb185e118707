//! What a record of a feed is about. One subject and one author make one object.

use std::collections::HashMap;

use serde_json::json;
use stix_core::Identifier;

use super::key::{Key, Namer};
use super::observable::IocType;

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

impl Subject {
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
            Self::Object(id) => (id.object_type(), json!({"id": id.as_str()})),
        };
        namer.key(object_type, name)
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
    pub(super) fn ends_in(&self, namer: &Namer, ids: &HashMap<String, Identifier>) -> Option<Ends> {
        let Some(ends) = self.ends() else { return Some(None) };
        let [source, target] = ends.map(|end| match (ids.get(end.key(namer).as_str()), end) {
            (None, Self::Object(id)) => Some(id.clone()),
            (known, _) => known.cloned(),
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
