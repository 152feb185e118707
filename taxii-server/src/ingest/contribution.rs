//! What one source says of one subject, and how statements of the same source are joined.
//!
//! Joining is commutative, associative and idempotent, so the order in which records arrive, and how often
//! they do, makes no difference.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use stix_core::Timestamp;

/// What the records of one source say. All times are in milliseconds, so that equal ones are written alike.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Contribution {
    /// The identifier of the record at the source.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub upstream_id: Option<String>,
    /// The feed inside SOC Defenders that reported it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub feed_name: Option<String>,
    /// When it was first seen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_seen: Option<Timestamp>,
    /// Addresses where more is written about it.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub references: BTreeSet<String>,
    /// Labels, with their prefixes.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub labels: BTreeSet<String>,
    /// What it indicates, in the words of `indicator-type-ov`.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub indicator_types: BTreeSet<String>,
    /// The identifiers of the markings of the Traffic Light Protocol that the source gave it.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub markings: BTreeSet<String>,
    /// The ids of the techniques of MITRE ATT&CK that it indicates.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub techniques: BTreeSet<String>,
    /// The highest confidence that the source has had, where that is not the present one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub highest: Option<u8>,
    /// Whether the source holds it to be a mistake.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub revoked: bool,
    /// The members of records that the bridge does not know, as JSON text.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub unknown: BTreeSet<String>,
    /// The part that a later record replaces.
    #[serde(flatten)]
    pub statement: Statement,
}

/// What holds until a later record says otherwise; of two made at once, the greater.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(default)]
pub struct Statement {
    /// When it was last seen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_seen: Option<Timestamp>,
    /// How sure the source is, from 0 to 100.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confidence: Option<u8>,
    /// A sentence about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub context: Option<String>,
    /// A name that the source gives it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Until when it is valid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<Timestamp>,
}

impl Contribution {
    /// Joins what the same source says elsewhere.
    pub(crate) fn join(&mut self, other: Self) {
        let highest = self.highest_confidence().max(other.highest_confidence());
        self.upstream_id = least(self.upstream_id.take(), other.upstream_id);
        self.feed_name = least(self.feed_name.take(), other.feed_name);
        self.first_seen = least(self.first_seen.take(), other.first_seen);
        self.references.extend(other.references);
        self.labels.extend(other.labels);
        self.indicator_types.extend(other.indicator_types);
        self.markings.extend(other.markings);
        self.techniques.extend(other.techniques);
        self.unknown.extend(other.unknown);
        self.revoked |= other.revoked;
        if other.statement > self.statement {
            self.statement = other.statement;
        }
        self.highest = highest.filter(|_| highest > self.statement.confidence);
    }

    /// The highest confidence that the source has ever had.
    pub(super) fn highest_confidence(&self) -> Option<u8> {
        self.highest.max(self.statement.confidence)
    }

    /// Whether the two differ in the identifier of the record at most.
    ///
    /// Some services make up an identifier at every request; such a record is not a new one.
    pub(crate) fn says_the_same_as(&self, other: &Self) -> bool {
        let bare = |contribution: &Self| Self { upstream_id: None, ..contribution.clone() };
        bare(self) == bare(other)
    }
}

/// The lesser of those that are there.
pub(crate) fn least<T: Ord>(a: Option<T>, b: Option<T>) -> Option<T> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn samples() -> Vec<Contribution> {
        let times = [None, Some("2024-01-15T10:00:00.000Z"), Some("2024-01-15T11:00:00.000Z")];
        let time = |text: Option<&str>| text.map(|text| text.parse().unwrap());
        let mut samples = Vec::new();
        for last_seen in times {
            for (confidence, context) in [(None, Some("b")), (Some(15), None), (Some(85), Some("a"))] {
                samples.push(Contribution {
                    upstream_id: context.map(|text| format!("id-{text}")),
                    first_seen: time(last_seen),
                    labels: context.map(str::to_owned).into_iter().collect(),
                    statement: Statement {
                        last_seen: time(last_seen),
                        confidence,
                        context: context.map(str::to_owned),
                        ..Statement::default()
                    },
                    ..Contribution::default()
                });
            }
        }
        samples
    }

    #[test]
    fn the_order_of_joining_makes_no_difference() {
        let joined = |parts: &[&Contribution]| {
            let mut all = parts[0].clone();
            parts[1..].iter().for_each(|part| all.join((*part).clone()));
            all
        };
        let samples = samples();
        for a in &samples {
            assert_eq!(joined(&[a, a]), *a);
            for b in &samples {
                assert_eq!(joined(&[a, b]), joined(&[b, a]));
                for c in &samples {
                    let right = joined(&[b, c]);
                    assert_eq!(joined(&[a, b, c]), joined(&[a, &right]));
                }
            }
        }
    }
}
