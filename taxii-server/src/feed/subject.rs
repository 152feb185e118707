//! What a record of the feed is about. One subject and one author make one object.

use serde_json::json;
use stix_core::Identifier;
use stix_pattern::Pattern;

use super::name::{Key, Namer};
use super::observable::{IocType, Observable};

/// What a record is about.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Subject {
    /// A pattern, in canonical form; an indicator.
    Indicator {
        /// The value that it compares, if it is one comparison with a type of the feed.
        observable: Option<ObservableName>,
        /// The pattern.
        pattern: String,
    },
    /// A CVE id; a vulnerability.
    Vulnerability(String),
    /// A technique id of MITRE ATT&CK; an attack pattern.
    Technique(String),
    /// A relation between two objects.
    Relation {
        /// The object that it starts from.
        source: Identifier,
        /// Its name, such as `indicates`.
        relation: String,
        /// The object that it leads to.
        target: Identifier,
    },
    /// An object of the feed that is not about any of these; its identifier.
    Object(Identifier),
}

/// The value of an indicator, and the noun for its type.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ObservableName {
    pub(super) noun: &'static str,
    pub(super) value: String,
}

impl Subject {
    /// What a value is about.
    pub(super) fn of(observable: Observable) -> Result<Self, stix_pattern::BuildError> {
        let Observable { ioc, value } = observable;
        Ok(match (ioc, ioc.path()) {
            (IocType::MitreAttack, _) => Self::Technique(value),
            (_, Some((object_type, keys))) => {
                let pattern = stix_pattern::build::equals(object_type, keys.iter().copied(), &value)?;
                Self::Indicator {
                    pattern: pattern.to_string(),
                    observable: Some(ObservableName { noun: ioc.noun(), value }),
                }
            }
            (_, None) => Self::Vulnerability(value),
        })
    }

    /// What a pattern is about: a value that the feed also lists by itself, or just the pattern.
    pub(super) fn of_pattern(pattern: &Pattern) -> Result<Self, String> {
        if let Some((path, value)) = pattern.as_single_equality() {
            let keys: Option<Vec<&str>> = path.steps().iter().map(|step| step.kind().as_key()).collect();
            let ioc = keys.and_then(|keys| IocType::at_path(path.object_type(), &keys));
            if let Some(ioc) = ioc {
                let observable = Observable::read(ioc, &value).map_err(|error| error.to_string())?;
                return Self::of(observable).map_err(|error| error.to_string());
            }
        }
        Ok(Self::Indicator { observable: None, pattern: pattern.to_string() })
    }

    /// The key under which the store knows the object.
    pub(crate) fn key(&self, namer: &Namer) -> Key {
        let (object_type, name) = match self {
            Self::Indicator { pattern, .. } => ("indicator", json!({"pattern": pattern})),
            Self::Vulnerability(cve) => ("vulnerability", json!({"cve": cve})),
            Self::Technique(technique) => ("attack-pattern", json!({"technique": technique})),
            Self::Relation { source, relation, target } => {
                let name = json!({"relation": relation, "source": source.as_str(), "target": target.as_str()});
                ("relationship", name)
            }
            Self::Object(id) => (id.object_type(), json!({"id": id.as_str()})),
        };
        namer.key(object_type, name)
    }
}
