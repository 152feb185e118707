//! The container of observables that STIX 2.0 left behind (STIX 2.1 section 4.14).

use std::ops::{Deref, DerefMut};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::schema::{Kind, Property};

/// Cyber-observable objects by local names such as `0`, often without identifiers.
///
/// Deprecated by the specification, so it is kept as it was read.
///
/// ```
/// use serde_json::{Map, json};
/// use stix_core::values::Observables;
///
/// let observables = Observables::from(Map::from_iter([("0".to_owned(), json!({"type": "mutex", "name": "a"}))]));
/// assert_eq!(observables["0"]["name"], "a");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Observables(Map<String, Value>);

impl Deref for Observables {
    type Target = Map<String, Value>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl DerefMut for Observables {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.0
    }
}

impl From<Map<String, Value>> for Observables {
    fn from(objects: Map<String, Value>) -> Self {
        Self(objects)
    }
}

impl Property for Observables {
    const KIND: &'static Kind = &Kind::Observables;
}
