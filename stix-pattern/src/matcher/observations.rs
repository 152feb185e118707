//! The observations that a pattern is matched on as a whole (STIX 2.1, section 9.1).

use serde_json::Value;

use crate::matcher::{ObjectIndex, Observation, ObservationError};

/// Any number of observations, in any order. They borrow the JSON they were read from.
///
/// ```
/// use stix_pattern::matcher::Observations;
///
/// let bundle = serde_json::json!({
///     "type": "bundle",
///     "objects": [
///         {"type": "url", "id": "url--1", "value": "https://example.com/"},
///         {"type": "observed-data", "id": "observed-data--2", "number_observed": 3, "object_refs": ["url--1"],
///          "first_observed": "2024-01-01T00:00:00Z", "last_observed": "2024-01-02T00:00:00Z"},
///     ],
/// });
/// let observations = Observations::from_bundle(&bundle)?;
/// assert_eq!(observations.as_slice()[0].number_observed(), 3);
/// # Ok::<(), stix_pattern::matcher::ObservationError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Observations<'a> {
    list: Vec<Observation<'a>>,
}

impl<'a> Observations<'a> {
    /// The observed-data of a bundle, of a list of objects, or one alone, in their order. Of several versions of one
    /// object, the one with the latest `modified` counts.
    ///
    /// # Errors
    ///
    /// When an observed-data lacks a time or a count.
    pub fn from_bundle(bundle: &'a Value) -> Result<Self, ObservationError> {
        let objects = match bundle {
            Value::Array(objects) => objects.as_slice(),
            object if is_observed_data(object) => std::slice::from_ref(object),
            bundle => bundle.get("objects").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default(),
        };
        let index: ObjectIndex<'a> = objects.iter().collect();
        let current = objects.iter().filter(|object| is_observed_data(object) && index.is_current(object));
        current.map(|data| Observation::from_observed_data(data, &index)).collect()
    }

    /// Adds one more.
    pub fn push(&mut self, observation: Observation<'a>) {
        self.list.push(observation);
    }

    /// All of them.
    #[must_use]
    pub fn as_slice(&self) -> &[Observation<'a>] {
        &self.list
    }
}

impl<'a> FromIterator<Observation<'a>> for Observations<'a> {
    fn from_iter<I: IntoIterator<Item = Observation<'a>>>(observations: I) -> Self {
        Self { list: observations.into_iter().collect() }
    }
}

fn is_observed_data(object: &Value) -> bool {
    object.get("type").and_then(Value::as_str) == Some("observed-data")
}
