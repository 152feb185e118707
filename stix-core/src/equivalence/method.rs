//! The methods of comparing two values.

use std::collections::BTreeSet;

use serde_json::Value;

use super::text::token_sort_ratio;
use crate::Timestamp;

/// How the values of a property are compared.
///
/// A value that is not of the kind that the method needs is compared as by `Exact`.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Method {
    /// The same or not.
    Exact,
    /// The number of values in both lists, divided by that of the longer list; each value once.
    List,
    /// See [`token_sort_ratio`].
    Text,
    /// Falls evenly from 1, the same second, to 0, this many days apart.
    Time {
        /// The days from which on the times have nothing in common.
        days: f64,
    },
    /// Falls evenly from 1, the same place by `latitude` and `longitude`, to 0, this far apart on a
    /// great circle.
    Distance {
        /// The kilometres from which on the places have nothing in common.
        kilometres: f64,
    },
    /// External references: 1 if both lists name the same entry of a well-known catalogue.
    ///
    /// Else the number of pairs with the same source, external id or url, divided by the length of
    /// the longer list; at most 1. For a well-known catalogue the same source alone says nothing.
    ExternalReferences,
    /// Equivalent or not, as a function that the caller gives says.
    Pattern,
    /// A reference: by its target where that is to be found, else as `Exact`.
    Reference,
    /// References: the mean, over all identifiers on both sides, of the similarity to the most
    /// similar one of the other list; by the identifiers alone as `List`.
    References,
}

/// The sources whose external ids are the same for everybody.
const CATALOGUES: [&str; 4] = ["veris", "cve", "capec", "mitre-attack"];

/// The mean radius of the earth.
const EARTH_KILOMETRES: f64 = 6371.0088;

const SECONDS_A_DAY: f64 = 86_400.0;

impl Method {
    /// Compares two values; those methods that need more than the values as by `Exact`.
    pub(super) fn similarity(self, left: &Value, right: &Value) -> f64 {
        let special = match self {
            Self::List => lists(left, right),
            Self::Text => {
                left.as_str().zip(right.as_str()).map(|(left, right)| token_sort_ratio(left, right))
            }
            Self::Time { days } => times(left, right, days),
            Self::ExternalReferences => external_references(left, right),
            Self::Exact | Self::Distance { .. } | Self::Pattern | Self::Reference | Self::References => None,
        };
        special.unwrap_or(if left == right { 1.0 } else { 0.0 })
    }
}

fn lists(left: &Value, right: &Value) -> Option<f64> {
    let set = |list: &Value| Some(list.as_array()?.iter().map(Value::to_string).collect::<BTreeSet<_>>());
    let (left, right) = (set(left)?, set(right)?);
    let longer = left.len().max(right.len());
    (longer > 0).then(|| left.intersection(&right).count() as f64 / longer as f64)
}

fn times(left: &Value, right: &Value, days: f64) -> Option<f64> {
    let second = |time: &Value| Some(time.as_str()?.parse::<Timestamp>().ok()?.instant().timestamp());
    let apart = (second(left)? - second(right)?).abs() as f64;
    Some(falling(apart, days * SECONDS_A_DAY))
}

/// The similarity of the places of two objects; none if not both have one.
pub(super) fn distance(left: &Value, right: &Value, kilometres: f64) -> Option<f64> {
    let radians = |object: &Value, name: &str| Some(object.get(name)?.as_f64()?.to_radians());
    let (north, south) = (radians(left, "latitude")?, radians(right, "latitude")?);
    let (east, west) = (radians(left, "longitude")?, radians(right, "longitude")?);
    let half = |angle: f64| (angle / 2.0).sin().powi(2);
    let haversine = half(north - south) + north.cos() * south.cos() * half(east - west);
    // Rounding can carry places on opposite sides of the earth beyond 1.
    let apart = 2.0 * EARTH_KILOMETRES * haversine.clamp(0.0, 1.0).sqrt().asin();
    Some(falling(apart, kilometres))
}

/// From 1 at 0 evenly to 0 at `end` and beyond.
fn falling(value: f64, end: f64) -> f64 {
    if end > 0.0 {
        1.0 - (value / end).min(1.0)
    } else if value == 0.0 {
        1.0
    } else {
        0.0
    }
}

fn external_references(left: &Value, right: &Value) -> Option<f64> {
    let (left, right) = (left.as_array()?, right.as_array()?);
    let mut matches = 0_usize;
    for (left, right) in left.iter().flat_map(|left| right.iter().map(move |right| (left, right))) {
        let same = |name: &str| left.get(name).filter(|value| right.get(name) == Some(*value));
        let entry = same("external_id").is_some() || same("url").is_some();
        let source = same("source_name").and_then(Value::as_str);
        match source {
            Some(source) if CATALOGUES.contains(&source) && entry => return Some(1.0),
            Some(source) if CATALOGUES.contains(&source) => {}
            Some(_) => matches += 1,
            None => matches += usize::from(entry),
        }
    }
    let longer = left.len().max(right.len());
    (longer > 0).then(|| (matches as f64 / longer as f64).min(1.0))
}
