//! What one source says of one subject, and how statements of the same source are joined.
//!
//! Joining is commutative, associative and idempotent, so the order in which records arrive, and how often
//! they do, makes no difference.

use std::collections::BTreeSet;

use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use stix_core::Timestamp;

use super::bounded::{bound_texts, is_short};

/// How precisely it is noted when a source was heard: one that says the same at every poll is seldom written down.
const HEARD: TimeDelta = TimeDelta::days(30);

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
    /// When it was last heard, rounded up to a month, where it never says when anything was seen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub heard: Option<Timestamp>,
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
    /// The members of the record that the bridge does not know, as JSON text. Some change all the time.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub unknown: BTreeSet<String>,
}

impl Contribution {
    /// Joins what the same source says elsewhere. Of both only so much counts as is kept of a contribution.
    pub(crate) fn join(&mut self, mut other: Self) {
        self.bound();
        other.bound();
        let highest = self.highest_confidence().max(other.highest_confidence());
        self.upstream_id = least(self.upstream_id.take(), other.upstream_id);
        self.feed_name = least(self.feed_name.take(), other.feed_name);
        self.first_seen = least(self.first_seen.take(), other.first_seen);
        self.references.extend(other.references);
        self.labels.extend(other.labels);
        self.indicator_types.extend(other.indicator_types);
        self.markings.extend(other.markings);
        self.techniques.extend(other.techniques);
        self.bound();
        self.revoked |= other.revoked;
        self.heard = self.heard.take().max(other.heard);
        if other.statement > self.statement {
            self.statement = other.statement;
        }
        self.highest = highest.filter(|_| highest > self.statement.confidence);
    }

    /// Leaves out what is too much, or too long.
    fn bound(&mut self) {
        let Self { references, labels, indicator_types, markings, techniques, statement, .. } = self;
        for texts in [references, labels, indicator_types, markings, techniques, &mut statement.unknown] {
            bound_texts(texts);
        }
        for text in [&mut self.upstream_id, &mut self.feed_name] {
            *text = text.take().filter(|text| is_short(text));
        }
    }

    /// The highest confidence that the source has ever had.
    pub(super) fn highest_confidence(&self) -> Option<u8> {
        self.highest.max(self.statement.confidence)
    }

    /// When the source, as far as it says, last saw anything of it; else when it was last heard itself.
    pub(super) fn seen(&self) -> Option<&Timestamp> {
        self.first_seen.as_ref().max(self.statement.last_seen.as_ref()).or(self.heard.as_ref())
    }

    /// Notes that it is heard now, if that is all that is known of when anything was seen.
    pub(super) fn note_heard(&mut self, now: DateTime<Utc>) {
        if self.seen().is_none() {
            self.heard = Some(Timestamp::from_millis(now.duration_round_up(HEARD).unwrap_or(now)));
        }
    }

    /// Whether the two differ in the identifier of the record, and in when they were heard, at most.
    ///
    /// Some services make up an identifier at every request; such a record is not a new one.
    pub(crate) fn says_the_same_as(&self, other: &Self) -> bool {
        let bare = |contribution: &Self| Self { upstream_id: None, heard: None, ..contribution.clone() };
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
                    heard: time(last_seen),
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
    fn of_what_the_bridge_does_not_know_the_last_is_kept() {
        let score = |score: u8, day: u8| -> Contribution {
            let text =
                format!(r#"{{"unknown":["score: {score}"],"last_seen":"2024-01-0{day}T00:00:00.000Z"}}"#);
            serde_json::from_str(&text).unwrap()
        };
        let all = [score(7, 1), score(3, 2), score(5, 2)];
        for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0]] {
            let mut joined = Contribution::default();
            order.iter().for_each(|at: &usize| joined.join(all[*at].clone()));
            assert_eq!(joined.statement.unknown, BTreeSet::from(["score: 5".to_owned()]));
        }
    }

    #[test]
    fn what_says_when_it_was_seen_needs_no_hearing() {
        let now = "2024-03-20T10:00:00.000Z".parse::<Timestamp>().unwrap().instant();
        let mut silent = Contribution::default();
        silent.note_heard(now);
        let heard = silent.seen().unwrap().instant();
        assert!(heard >= now && heard - now < HEARD);
        let mut early = Contribution::default();
        early.note_heard(heard - HEARD + TimeDelta::milliseconds(1));
        assert_eq!(early, silent, "nothing is to be written for a month");
        let first_seen = Some("2024-01-15T10:00:00.000Z".parse().unwrap());
        let mut dated = Contribution { first_seen: first_seen.clone(), ..Contribution::default() };
        dated.note_heard(now);
        assert_eq!((dated.heard.clone(), dated.seen()), (None, first_seen.as_ref()));
        dated.join(silent);
        assert_eq!(dated.seen(), first_seen.as_ref(), "as soon as it says so once");
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
