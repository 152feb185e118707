//! External references (STIX 2.1 section 2.5).

use serde_json::{Map, Value};
use stix_derive::StixStruct;

use crate::Custom;

/// A pointer to something outside STIX: an article, a record of another system.
#[derive(Clone, Debug, PartialEq, StixStruct)]
#[stix(name = "external-reference", section = "2.5", at_least_one(description, url, external_id))]
#[non_exhaustive]
pub struct ExternalReference {
    /// The name of the source, such as `cve` or `mitre-attack`.
    pub source_name: String,
    /// What is to be found there.
    pub description: Option<String>,
    /// The address of the thing.
    pub url: Option<String>,
    /// Hashes of what the address serves, by algorithm.
    pub hashes: Option<Map<String, Value>>,
    /// The identifier that the source gives the thing.
    pub external_id: Option<String>,
    /// The properties that are not declared.
    #[stix(custom)]
    pub custom: Custom,
}

impl ExternalReference {
    /// A reference to this source; it needs a description, a url or an external id to be valid.
    pub fn new(source_name: impl Into<String>) -> Self {
        Self {
            source_name: source_name.into(),
            description: None,
            url: None,
            hashes: None,
            external_id: None,
            custom: Custom::new(),
        }
    }
}
