//! Holds the matcher against one that follows the rules of section 9.5 word by word: it writes `REPEATS` out, tries
//! every choice of an `OR` and every way to give distinct observations to brackets, and asks of each whether the
//! differences between the instants can all be as wanted.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]
#![allow(clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::collections::BTreeSet;

use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};
use stix_pattern::Pattern;
use stix_pattern::matcher::{Binding, CompiledPattern, Instant, Match, MatchLimits, Observations};

#[derive(Clone, Debug)]
enum Expression {
    /// `[x-n:v = 1]`
    Bracket(usize),
    And(Box<Self>, Box<Self>),
    Or(Box<Self>, Box<Self>),
    FollowedBy(Box<Self>, Box<Self>),
    Repeats(Box<Self>, usize),
    /// In half seconds.
    Within(Box<Self>, i64),
    Window(Box<Self>, i64, i64),
}

use Expression::{And, Bracket, FollowedBy, Or, Repeats, Window, Within};

/// In seconds after the hour.
#[derive(Clone, Debug)]
struct Seen {
    /// Which brackets it passes.
    passes: [bool; 3],
    first: i64,
    length: i64,
    number: usize,
}

/// Whether there is time for many more cases.
fn long() -> bool {
    std::env::var_os("TESTS_LONG").is_some_and(|value| value == "1")
}

fn instant(second: i64) -> String {
    format!("2024-01-01T00:{:02}:{:02}Z", second / 60, second % 60)
}

impl Expression {
    fn text(&self) -> String {
        match self {
            Bracket(letter) => format!("[x-{letter}:v = 1]"),
            And(a, b) => format!("({} AND {})", a.text(), b.text()),
            Or(a, b) => format!("({} OR {})", a.text(), b.text()),
            FollowedBy(a, b) => format!("({} FOLLOWEDBY {})", a.text(), b.text()),
            Repeats(a, count) => format!("({} REPEATS {count} TIMES)", a.text()),
            Within(a, halves) => format!("({} WITHIN {}.{} SECONDS)", a.text(), halves / 2, halves % 2 * 5),
            Window(a, start, stop) => {
                format!("({} START t'{}' STOP t'{}')", a.text(), instant(*start), instant(*stop))
            }
        }
    }
}

/// `a - b <= halves`, or `<` if strict. Times are in half seconds.
#[derive(Clone, Copy, Debug)]
struct Bound {
    a: usize,
    b: usize,
    halves: i64,
    is_strict: bool,
}

/// Slot 0 is the beginning of time, so that bounds on a single instant are differences too.
#[derive(Clone, Debug)]
struct Conjunction {
    letters: Vec<usize>,
    /// Which bracket of the text each is.
    places: Vec<usize>,
    bounds: Vec<Bound>,
}

const MOST_SLOTS: usize = 5;
const MOST_ALTERNATIVES: usize = 200;

/// Every way to write the expression without `OR` and `REPEATS`; `None` if there are too many or too large ones.
fn alternatives(expression: &Expression) -> Option<Vec<Conjunction>> {
    alternatives_from(expression, &mut 0)
}

fn alternatives_from(expression: &Expression, place: &mut usize) -> Option<Vec<Conjunction>> {
    let found = match expression {
        Bracket(letter) => {
            *place += 1;
            vec![Conjunction { letters: vec![*letter], places: vec![*place - 1], bounds: Vec::new() }]
        }
        And(a, b) => pairs(&alternatives_from(a, place)?, &alternatives_from(b, place)?, false)?,
        Or(a, b) => [alternatives_from(a, place)?, alternatives_from(b, place)?].concat(),
        FollowedBy(a, b) => pairs(&alternatives_from(a, place)?, &alternatives_from(b, place)?, true)?,
        Repeats(a, count) => {
            let each = alternatives_from(a, place)?;
            (1..*count).try_fold(each.clone(), |product, _| pairs(&product, &each, false))?
        }
        Within(a, halves) => bounded(alternatives_from(a, place)?, |slots| {
            let pairs = (1..=slots).flat_map(|a| (1..=slots).map(move |b| (a, b)));
            pairs.map(|(a, b)| Bound { a, b, halves: *halves, is_strict: true }).collect()
        }),
        Window(a, start, stop) => bounded(alternatives_from(a, place)?, |slots| {
            let after = |slot| Bound { a: 0, b: slot, halves: -start * 2, is_strict: false };
            let before = |slot| Bound { a: slot, b: 0, halves: stop * 2, is_strict: true };
            (1..=slots).flat_map(|slot| [after(slot), before(slot)]).collect()
        }),
    };
    (found.len() <= MOST_ALTERNATIVES).then_some(found)
}

fn bounded(alternatives: Vec<Conjunction>, bounds: impl Fn(usize) -> Vec<Bound>) -> Vec<Conjunction> {
    let add = |mut one: Conjunction| {
        one.bounds.extend(bounds(one.letters.len()));
        one
    };
    alternatives.into_iter().map(add).collect()
}

fn pairs(left: &[Conjunction], right: &[Conjunction], in_order: bool) -> Option<Vec<Conjunction>> {
    let pairs = left.iter().flat_map(|a| right.iter().map(move |b| (a, b)));
    let joined = pairs.map(|(a, b)| {
        let offset = a.letters.len();
        let mut one = a.clone();
        one.letters.extend(&b.letters);
        one.places.extend(&b.places);
        let shifted = |slot: usize| if slot == 0 { 0 } else { slot + offset };
        one.bounds.extend(b.bounds.iter().map(|bound| Bound {
            a: shifted(bound.a),
            b: shifted(bound.b),
            ..*bound
        }));
        if in_order {
            let orders = (1..=offset).flat_map(|a| (1..=b.letters.len()).map(move |b| (a, b + offset)));
            one.bounds.extend(orders.map(|(a, b)| Bound { a, b, halves: 0, is_strict: false }));
        }
        (one.letters.len() <= MOST_SLOTS).then_some(one)
    });
    joined.collect()
}

/// A bracket of the text and an observation, as often as it is bound.
type Way = Vec<(usize, usize)>;

/// All matches.
fn expected(alternatives: &[Conjunction], seen: &[Seen]) -> BTreeSet<Way> {
    let mut ways = BTreeSet::new();
    for one in alternatives {
        let mut left: Vec<usize> = seen.iter().map(|one| one.number).collect();
        bind(one, seen, &mut left, &mut Vec::new(), &mut ways);
    }
    ways
}

fn bind(
    one: &Conjunction,
    seen: &[Seen],
    left: &mut [usize],
    bound: &mut Vec<usize>,
    ways: &mut BTreeSet<Way>,
) {
    let Some(letter) = one.letters.get(bound.len()) else {
        let mut way: Way = one.places.iter().copied().zip(bound.iter().copied()).collect();
        way.sort_unstable();
        if !ways.contains(&way) && is_possible(one, seen, bound) {
            ways.insert(way);
        }
        return;
    };
    for index in 0..seen.len() {
        if left[index] == 0 || !seen[index].passes[*letter] {
            continue;
        }
        left[index] -= 1;
        bound.push(index);
        bind(one, seen, left, bound, ways);
        bound.pop();
        left[index] += 1;
    }
}

fn way(found: &Match) -> Way {
    let times = |bound: &Binding| usize::try_from(bound.times()).unwrap();
    let bindings = found.bindings().iter();
    bindings.flat_map(|bound| vec![(bound.bracket(), bound.observation()); times(bound)]).collect()
}

/// Whether instants exist: no circle of bounds adds up to less than nothing. A bound is a pair of its length and of
/// how often it is strict, negated; pairs add up by member and are compared by the first member first.
fn is_possible(one: &Conjunction, seen: &[Seen], bound: &[usize]) -> bool {
    let size = bound.len() + 1;
    let mut least = vec![vec![(i64::MAX / 4, 0_i64); size]; size];
    let slots = bound.iter().enumerate().flat_map(|(slot, index)| {
        let Seen { first, length, .. } = seen[*index];
        let after = Bound { a: 0, b: slot + 1, halves: -first * 2, is_strict: false };
        [after, Bound { a: slot + 1, b: 0, halves: (first + length) * 2, is_strict: false }]
    });
    for Bound { a, b, halves, is_strict } in slots.chain(one.bounds.iter().copied()) {
        least[a][b] = least[a][b].min((halves, -i64::from(is_strict)));
    }
    for middle in 0..size {
        for a in 0..size {
            for b in 0..size {
                let (one, other) = (least[a][middle], least[middle][b]);
                least[a][b] = least[a][b].min((one.0 + other.0, one.1 + other.1));
            }
        }
    }
    (0..size).all(|slot| least[slot][slot] >= (0, 0))
}

fn bundle(seen: &[Seen]) -> Value {
    let mut objects: Vec<Value> = (0..3)
        .map(|letter| json!({"type": format!("x-{letter}"), "id": format!("x-{letter}--0"), "v": 1}))
        .collect();
    for (index, one) in seen.iter().enumerate() {
        let refs: Vec<String> =
            (0..3).filter(|letter| one.passes[*letter]).map(|letter| format!("x-{letter}--0")).collect();
        objects.push(json!({
            "type": "observed-data",
            "id": format!("observed-data--{index}"),
            "first_observed": instant(one.first),
            "last_observed": instant(one.first + one.length),
            "number_observed": one.number,
            "object_refs": refs,
        }));
    }
    json!({"type": "bundle", "objects": objects})
}

fn expression() -> impl Strategy<Value = Expression> {
    (0..3_usize).prop_map(Bracket).prop_recursive(4, 8, 2, |inner| {
        let pair = (inner.clone().prop_map(Box::new), inner.clone().prop_map(Box::new));
        let one = inner.prop_map(Box::new);
        prop_oneof![
            3 => pair.clone().prop_map(|(a, b)| And(a, b)),
            2 => pair.clone().prop_map(|(a, b)| Or(a, b)),
            4 => pair.prop_map(|(a, b)| FollowedBy(a, b)),
            2 => (one.clone(), 1..4_usize).prop_map(|(a, count)| Repeats(a, count)),
            3 => (one.clone(), 1..8_i64).prop_map(|(a, halves)| Within(a, halves)),
            1 => (one, 0..12_i64, 0..12_i64).prop_map(|(a, start, length)| Window(a, start, start + length)),
        ]
    })
}

fn seen() -> impl Strategy<Value = Seen> {
    let length = prop_oneof![2 => Just(0), 1 => 0..5_i64];
    let number = prop_oneof![3 => Just(1), 1 => 1..4_usize];
    (any::<[bool; 3]>(), 0..12_i64, length, number).prop_map(|(passes, first, length, number)| Seen {
        passes,
        first,
        length,
        number,
    })
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: if long() { 200_000 } else { 12_000 },
        max_global_rejects: 1_000_000,
        ..ProptestConfig::default()
    })]

    #[test]
    fn the_matcher_agrees_with_the_rules(expression in expression(), seen in vec(seen(), 0..7)) {
        let Some(alternatives) = alternatives(&expression) else { return Err(TestCaseError::reject("too large")) };
        let pattern = Pattern::parse(&expression.text()).unwrap();
        let compiled = CompiledPattern::compile(&pattern).unwrap();
        let bundle = bundle(&seen);
        let observations = Observations::from_bundle(&bundle).unwrap();
        let found = compiled.find(&observations, &MatchLimits::default()).unwrap();
        let expected = expected(&alternatives, &seen);
        prop_assert_eq!(found.is_some(), !expected.is_empty(), "{}", pattern);
        let matches: Vec<Match> =
            compiled.matches(&observations, &MatchLimits::default()).map(Result::unwrap).collect();
        prop_assert_eq!(found.as_ref(), matches.first(), "{}", pattern);
        prop_assert_eq!(matches.len(), expected.len(), "{}: {:?}", pattern, expected);
        prop_assert_eq!(matches.iter().map(way).collect::<BTreeSet<_>>(), expected, "{}", pattern);
    }

    #[test]
    fn the_bindings_are_a_match_by_themselves(expression in expression(), seen in vec(seen(), 0..7)) {
        let pattern = Pattern::parse(&expression.text()).unwrap();
        let compiled = CompiledPattern::compile(&pattern).unwrap();
        let all = bundle(&seen);
        let observations = Observations::from_bundle(&all).unwrap();
        if let Some(found) = compiled.find(&observations, &MatchLimits::default()).unwrap() {
            let bound: Vec<Seen> = found.bindings().iter().map(|binding| Seen {
                number: usize::try_from(binding.times()).unwrap(),
                ..seen[binding.observation()].clone()
            }).collect();
            let bound = bundle(&bound);
            let bound = Observations::from_bundle(&bound).unwrap();
            prop_assert!(compiled.is_match(&bound, &MatchLimits::default()).unwrap(), "{}", pattern);
        }
    }
}

#[test]
fn instants_of_the_reference_are_instants() {
    assert!(Instant::parse(&instant(59)) < Instant::parse(&instant(61)));
}
