//! What a record of a feed is about. One subject and one author make one object.

use serde_json::json;
use stix_core::Identifier;

use super::key::{Key, Namer};

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

/// The value that a pattern compares.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Compared {
    /// What it is, as a noun that begins a sentence.
    pub noun: &'static str,
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
                let name =
                    json!({"relation": relation, "source": source.as_str(), "target": target.as_str()});
                ("relationship", name)
            }
            Self::Object(id) => (id.object_type(), json!({"id": id.as_str()})),
        };
        namer.key(object_type, name)
    }
}
