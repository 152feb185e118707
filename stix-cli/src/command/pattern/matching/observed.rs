//! The observed-data to match on (section 4.14), and the objects that they refer to.

use std::path::PathBuf;

use serde_json::Value;
use stix_pattern::matcher::{ObjectIndex, Observation, Observations};

use super::Troubles;
use super::sought::each_object;
use crate::failure::{Failure, warn};
use crate::input::Input;

/// The objects of all files.
#[derive(Debug, Default)]
pub(super) struct Observed {
    objects: Vec<Value>,
    /// Which of them are observed-data, and where each stands.
    data: Vec<(usize, String)>,
}

impl Observed {
    /// Reads all that can be read.
    pub(super) fn read(files: &[PathBuf], trouble: &mut Troubles) -> Result<Self, Failure> {
        let mut read = Self::default();
        for input in Input::all(files)? {
            each_object(input, trouble, |object, place| {
                if object.get("type").and_then(Value::as_str) == Some("observed-data") {
                    read.data.push((read.objects.len(), place.to_owned()));
                }
                read.objects.push(object);
            });
        }
        if read.data.is_empty() && !trouble.any {
            let help = "patterns are matched on observed-data and the objects that their `object_refs` name";
            warn("there is no observed-data to match on", Some(help));
        }
        Ok(read)
    }

    /// The observations, and the observed-data of each. Of several versions of one object the latest counts.
    pub(super) fn observations(&self, trouble: &mut Troubles) -> (Observations<'_>, Vec<&Value>) {
        let index: ObjectIndex<'_> = self.objects.iter().collect();
        let (mut observations, mut data) = (Observations::default(), Vec::new());
        for (place, name) in &self.data {
            let Some(object) = self.objects.get(*place).filter(|object| index.is_current(object)) else {
                continue;
            };
            match Observation::from_observed_data(object, &index) {
                Ok(observation) => {
                    observations.push(observation);
                    data.push(object);
                }
                Err(error) => {
                    let help = "it is left out, the others are matched on";
                    let failure = Failure::new(format!("{error}, at {name}"));
                    trouble.add(&failure.with_help(Some(help.to_owned())));
                }
            }
        }
        (observations, data)
    }
}
