//! Observed-data that does or does not satisfy a pattern, known without matching.
//!
//! What satisfies a pattern is put together from the tests themselves: each operand of an `AND` gets an observation,
//! one operand of an `OR` does, and in a bracket the values that pass its tests are placed where their paths lead.
//!
//! No data is found for patterns that nothing satisfies, and for these, which something may satisfy:
//!
//! - `MATCHES` with look-around, with an anchor or a word boundary inside the expression, or with characters that are
//!   not ASCII; `NOT MATCHES` with an expression that the empty text passes;
//! - `LIKE` with characters that are not ASCII, which are compared in a normal form;
//! - `NOT LIKE` with nothing but `%`, `NOT ISSUBSET` of a whole family of addresses, and both operators with a text that
//!   is no network;
//! - `IN` and `NOT IN` with sets of which no member is tried, as for `NOT IN` with constants of several types;
//! - more than one test of the same value, unless a value that passes the first passes the others as well;
//! - an index of 16 or more, and paths that use one value as a list and as an object;
//! - `WITHIN` around parts that windows of time keep apart, and more than 200 observations.

mod draft;
mod leaf;

use proptest::prelude::*;
use serde_json::{Value, json};

use self::draft::Draft;
use crate::Pattern;
use crate::ast::{
    ComparisonExpression, ObservationExpression, Predicate, QualifierKind, StepKind, Timestamp,
};
use crate::check::calendar;

/// A bundle of observed-data and the objects that were observed, and whether it satisfies a pattern.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Observed {
    /// The bundle.
    pub bundle: Value,
    /// Whether the pattern matches it.
    pub satisfies: bool,
}

/// The most observations that are made for a pattern.
const MOST: usize = 200;

/// Observed-data for a pattern: some that satisfies it, and some like it that does not. `None` if none is found.
///
/// ```
/// use proptest::prelude::*;
/// use stix_pattern::strategies::observed;
///
/// let pattern = "[file:name = 'a.exe' AND file:size > 100] FOLLOWEDBY [url:value LIKE '%.example/%']".parse()?;
/// let strategy = observed(&pattern).ok_or("nothing is known to satisfy it")?;
/// proptest!(|(observed in strategy)| {
///     // Here a matcher would be asked, and have to answer `observed.satisfies`.
///     prop_assert!(observed.bundle.to_string().contains("a.exe") || !observed.satisfies);
/// });
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn observed(pattern: &Pattern) -> Option<BoxedStrategy<Observed>> {
    let seen = observations(pattern.root())?;
    let emptied = may_be_emptied(pattern.root());
    let noise = proptest::collection::vec(any::<prop::sample::Index>(), 0..4);
    let strategy = (any::<bool>(), any::<bool>(), noise).prop_map(move |(satisfies, rename, noise)| {
        let mut seen = seen.clone();
        if !satisfies {
            seen.iter_mut().for_each(|seen| seen.draft.spoil(rename || !emptied));
        }
        for at in noise {
            let at = at.index(seen.len() + 1);
            seen.insert(at, Seen { time: START.to_owned(), draft: Draft::new("x-noise") });
        }
        Observed { bundle: bundle(&seen), satisfies }
    });
    Some(strategy.boxed())
}

/// A bundle that satisfies a pattern. `None` if none is found.
///
/// ```
/// let pattern = "[ipv4-addr:value ISSUBSET '192.0.2.0/24'] REPEATS 2 TIMES".parse()?;
/// let bundle = stix_pattern::strategies::satisfying(&pattern).ok_or("nothing is known to satisfy it")?;
/// assert_eq!(bundle["objects"].as_array().map(Vec::len), Some(4), "two observations of an address each");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn satisfying(pattern: &Pattern) -> Option<Value> {
    observations(pattern.root()).map(|seen| bundle(&seen))
}

/// One observation: when, and which objects.
#[derive(Clone, Debug)]
struct Seen {
    time: String,
    draft: Draft,
}

/// When everything happens for which no window is given.
const START: &str = "2020-01-01T00:00:00Z";

/// The window of time that observations have to lie in, and the time that they must not lie before.
#[derive(Clone, Copy)]
struct When<'a> {
    start: Option<&'a str>,
    stop: Option<&'a str>,
    after: Option<&'a str>,
}

fn observations(root: &ObservationExpression) -> Option<Vec<Seen>> {
    make(root, When { start: None, stop: None, after: None })
}

fn make(expression: &ObservationExpression, when: When<'_>) -> Option<Vec<Seen>> {
    let seen = match expression {
        ObservationExpression::Bracket(bracket) => {
            vec![Seen { time: when.instant()?, draft: Draft::satisfying(bracket.comparison())? }]
        }
        ObservationExpression::And(chain) => {
            chain.operands().iter().map(|operand| make(operand, when)).collect::<Option<Vec<_>>>()?.concat()
        }
        ObservationExpression::Or(chain) => {
            chain.operands().iter().find_map(|operand| make(operand, when))?
        }
        ObservationExpression::FollowedBy(chain) => {
            let mut all: Vec<Seen> = Vec::new();
            for operand in chain.operands() {
                let latest = all.iter().map(|seen| seen.time.as_str()).max_by(|a, b| calendar::order(a, b));
                let next = make(operand, When { after: latest.or(when.after), ..when })?;
                all.extend(next);
            }
            all
        }
        ObservationExpression::Qualified(qualified) => {
            let mut windows = qualified.qualifiers().iter();
            let when = windows.try_fold(when, |when, qualifier| match qualifier.kind() {
                QualifierKind::StartStop { start, stop } => when.within(start, stop),
                _ => Some(when),
            })?;
            let seen = make(qualified.expression(), when)?;
            qualified.qualifiers().iter().try_fold(seen, |seen, qualifier| qualify(seen, qualifier.kind()))?
        }
    };
    (seen.len() <= MOST).then_some(seen)
}

fn qualify(seen: Vec<Seen>, qualifier: &QualifierKind) -> Option<Vec<Seen>> {
    match qualifier {
        QualifierKind::StartStop { .. } => Some(seen),
        QualifierKind::Repeats(count) => {
            let count = usize::try_from(*count).ok()?;
            (1..=MOST).contains(&count.checked_mul(seen.len())?).then(|| vec![seen; count].concat())
        }
        // Everything happens at one instant, unless windows of time keep it apart.
        QualifierKind::Within(seconds) => {
            let first = seen.first()?.time.clone();
            let at_once = seen.iter().all(|seen| calendar::order(&seen.time, &first).is_eq());
            (at_once && seconds.to_f64() > 0.0).then_some(seen)
        }
    }
}

impl<'a> When<'a> {
    fn within(self, start: &'a Timestamp, stop: &'a Timestamp) -> Option<Self> {
        let (start, stop) = (start.as_str(), stop.as_str());
        let is_real = |time: &str| calendar::exists(time) && time.get(17..19) != Some("60");
        let later = |known: &&'a str| calendar::order(known, start).is_gt();
        let earlier = |known: &&'a str| calendar::order(known, stop).is_lt();
        (is_real(start) && is_real(stop)).then(|| Self {
            start: self.start.filter(later).or(Some(start)),
            stop: self.stop.filter(earlier).or(Some(stop)),
            ..self
        })
    }

    /// The first instant that is possible.
    fn instant(self) -> Option<String> {
        let start = self.start.unwrap_or(START);
        let instant = self.after.filter(|after| calendar::order(after, start).is_gt()).unwrap_or(start);
        let is_inside = self.stop.is_none_or(|stop| calendar::order(instant, stop).is_lt());
        is_inside.then(|| instant.to_owned())
    }
}

/// Whether no bracket is satisfied by an object without the properties that are tested.
fn may_be_emptied(expression: &ObservationExpression) -> bool {
    fn needs_something(expression: &ComparisonExpression) -> bool {
        match expression {
            ComparisonExpression::Test(test) => {
                let is_absence = test.is_negated() && *test.predicate() == Predicate::Exists;
                let is_kept = matches!(test.path().steps().next().map(crate::ast::Step::kind),
                    Some(StepKind::Key(key)) if matches!(&**key, "type" | "id" | "spec_version"));
                !is_absence && !is_kept
            }
            ComparisonExpression::And(chain) | ComparisonExpression::Or(chain) => {
                chain.operands().iter().all(needs_something)
            }
        }
    }
    match expression {
        ObservationExpression::Bracket(bracket) => needs_something(bracket.comparison()),
        ObservationExpression::And(chain)
        | ObservationExpression::Or(chain)
        | ObservationExpression::FollowedBy(chain) => chain.operands().iter().all(may_be_emptied),
        ObservationExpression::Qualified(qualified) => may_be_emptied(qualified.expression()),
    }
}

fn bundle(seen: &[Seen]) -> Value {
    let mut objects = Vec::new();
    for (at, seen) in seen.iter().enumerate() {
        let observed = seen.draft.objects(at);
        let refs: Vec<&Value> = observed.iter().filter_map(|object| object.get("id")).collect();
        objects.push(json!({
            "type": "observed-data",
            "spec_version": "2.1",
            "id": id("observed-data", at, 0),
            "created": "2020-01-01T00:00:00.000Z",
            "modified": "2020-01-01T00:00:00.000Z",
            "first_observed": seen.time,
            "last_observed": seen.time,
            "number_observed": 1,
            "object_refs": refs,
        }));
        objects.extend(observed);
    }
    json!({"type": "bundle", "id": id("bundle", 0, 0), "objects": objects})
}

/// The identifier of the object of this number in the observation of this number.
fn id(object_type: &str, observation: usize, object: usize) -> String {
    format!("{object_type}--00000000-0000-4000-8000-{observation:08x}{object:04x}")
}
