//! Proptest strategies for patterns and for what they match (STIX 2.1, section 9), behind the feature `proptest`.
//!
//! With them, other programs test their own translators and matchers: [`pattern`] and [`pattern_of`] give valid
//! patterns, [`near_valid`] gives texts that are patterns but for one slip, and [`observed`] gives observed-data that
//! does or does not satisfy a pattern. Every node kind, every literal and every shape of grouping occurs, with values
//! chosen to be awkward: quotes and backslashes in strings, keywords and hyphens for keys, the limits of the integers.
//!
//! A translator that is to make one clause of each operand, and to refuse what it is not made for. Without the
//! parentheses, an `OR` inside the `AND` would break it:
//!
//! ```
//! use proptest::prelude::*;
//! use stix_pattern::ast::{ComparisonExpression, ObservationExpression};
//! use stix_pattern::strategies::{Complexity, near_valid, pattern_of};
//!
//! /// The translator of a user: the clauses of a single bracket of tests joined by `AND`.
//! fn translate(text: &str) -> Option<Vec<String>> {
//!     let pattern = stix_pattern::Pattern::parse(text).ok()?;
//!     let ObservationExpression::Bracket(bracket) = pattern.root() else { return None };
//!     match bracket.comparison() {
//!         ComparisonExpression::Test(test) => Some(vec![test.to_string()]),
//!         ComparisonExpression::And(chain) => Some(chain.operands().iter().map(|test| format!("({test})")).collect()),
//!         ComparisonExpression::Or(_) => None,
//!     }
//! }
//!
//! proptest!(|(pattern in pattern_of(Complexity::Bracket), text in near_valid())| {
//!     if let Some(clauses) = translate(&pattern.to_string()) {
//!         prop_assert_eq!(format!("[{}]", clauses.join(" AND ")).parse(), Ok(pattern));
//!     }
//!     let _ = translate(&text); // Whatever it says, it does not panic.
//! });
//! ```

mod near_valid;
mod observed;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use crate::Pattern;
use crate::ast::{
    Binary, ComparisonExpression, ComparisonOperator, ComparisonTest, Decimal, ObjectPath,
    ObservationExpression, Qualifier, QualifierKind, Seconds, StepKind, TextOperator, Timestamp, Value,
};
use crate::build;

pub use self::near_valid::near_valid;
pub use self::observed::{Observed, observed, satisfying};

/// How much there is to a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Complexity {
    /// One bracket with one test.
    Test,
    /// One bracket with tests joined by `AND` and `OR`: level 1 of section 9.9.
    Bracket,
    /// Brackets joined by `AND` and `OR`, without qualifiers: level 2.
    Observations,
    /// Everything that there is: level 3.
    Full,
}

/// Any pattern of this complexity or less.
pub fn pattern_of(complexity: Complexity) -> BoxedStrategy<Pattern> {
    let bracket = comparison_expression().prop_map(ObservationExpression::from);
    let root = match complexity {
        Complexity::Test => {
            comparison_test().prop_map(|test| ComparisonExpression::from(test).into()).boxed()
        }
        Complexity::Bracket => bracket.boxed(),
        Complexity::Observations => bracket
            .prop_recursive(4, 24, 4, |inner| {
                let pair = (inner.clone(), inner);
                prop_oneof![
                    pair.clone().prop_map(|(left, right)| left.and(right)),
                    pair.prop_map(|(left, right)| left.or(right)),
                ]
            })
            .boxed(),
        Complexity::Full => observation_expression().boxed(),
    };
    root.prop_filter_map("nested too deeply", |root| Pattern::new(root).ok()).boxed()
}

/// Any pattern.
pub fn pattern() -> impl Strategy<Value = Pattern> {
    observation_expression().prop_filter_map("nested too deeply", |root| Pattern::new(root).ok())
}

/// Any observation expression, some levels deep.
pub fn observation_expression() -> impl Strategy<Value = ObservationExpression> {
    let bracket = comparison_expression().prop_map(ObservationExpression::from);
    bracket.prop_recursive(4, 24, 4, |inner| {
        let pair = (inner.clone(), inner.clone());
        prop_oneof![
            pair.clone().prop_map(|(left, right)| left.and(right)),
            pair.clone().prop_map(|(left, right)| left.or(right)),
            pair.prop_map(|(left, right)| left.followed_by(right)),
            (inner, vec(qualifier(), 1..4)).prop_map(|(inner, qualifiers)| inner.qualify_all(qualifiers)),
        ]
    })
}

/// Any comparison expression, some levels deep.
pub fn comparison_expression() -> impl Strategy<Value = ComparisonExpression> {
    let test = comparison_test().prop_map(ComparisonExpression::from);
    test.prop_recursive(4, 12, 4, |inner| {
        let pair = (inner.clone(), inner);
        prop_oneof![
            pair.clone().prop_map(|(left, right)| left.and(right)),
            pair.prop_map(|(left, right)| left.or(right)),
        ]
    })
}

/// Any test, with any operator.
pub fn comparison_test() -> impl Strategy<Value = ComparisonTest> {
    use ComparisonOperator::{Equal, Greater, GreaterOrEqual, Less, LessOrEqual, NotEqual};
    use TextOperator::{IsSubset, IsSuperset, Like, Matches};
    let operator = select(vec![Equal, NotEqual, Less, LessOrEqual, Greater, GreaterOrEqual]);
    let text_operator = select(vec![Like, Matches, IsSubset, IsSuperset]);
    let test = prop_oneof![
        4 => (object_path(), operator, value()).prop_filter_map("a boolean has no order", |(path, operator, value)| {
            ComparisonTest::compare(path, operator, value).ok()
        }),
        1 => (object_path(), vec(value(), 0..4)).prop_map(|(path, values)| ComparisonTest::is_in(path, values)),
        1 => (object_path(), text_operator, text()).prop_map(|(path, operator, text)| {
            ComparisonTest::text(path, operator, text)
        }),
        1 => object_path().prop_map(ComparisonTest::exists),
    ];
    (test, any::<bool>()).prop_map(|(test, negated)| if negated { test.negate() } else { test })
}

/// Any path, with keys that need quotes and keys that do not.
pub fn object_path() -> impl Strategy<Value = ObjectPath> {
    let steps = (key(), vec(prop_oneof![3 => key(), 1 => index(), 1 => Just(StepKind::Star)], 0..4));
    (object_type(), steps).prop_filter_map("a keyword is no object type", |(object_type, (first, rest))| {
        build::object_path(&object_type, std::iter::once(first).chain(rest)).ok()
    })
}

/// Any constant.
pub fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        3 => text().prop_map(Value::from),
        2 => prop_oneof![any::<i64>(), -9..9_i64, Just(i64::MIN), Just(i64::MAX)].prop_map(Value::Integer),
        1 => any::<bool>().prop_map(Value::Boolean),
        1 => decimal().prop_map(Value::Float),
        1 => vec(any::<u8>(), 0..9).prop_map(Value::Hex),
        1 => vec(any::<u8>(), 1..9).prop_filter_map("no bytes", Binary::new).prop_map(Value::Binary),
        1 => timestamp().prop_map(Value::Timestamp),
    ]
}

/// Any qualifier.
pub fn qualifier() -> impl Strategy<Value = Qualifier> {
    let whole = any::<u64>().prop_map(Seconds::whole);
    let fraction = decimal().prop_filter_map("below zero", Seconds::fraction);
    let kind = prop_oneof![
        any::<u64>().prop_map(QualifierKind::Repeats),
        prop_oneof![whole, fraction].prop_map(QualifierKind::Within),
        (timestamp(), timestamp()).prop_map(|(start, stop)| QualifierKind::StartStop { start, stop }),
    ];
    kind.prop_map(Qualifier::from)
}

fn object_type() -> impl Strategy<Value = String> {
    let known = select(vec!["file", "ipv4-addr", "network-traffic", "x-Custom-", "_"]);
    prop_oneof![known.prop_map(str::to_owned), "[A-Za-z_][A-Za-z0-9_-]{0,11}"]
}

fn key() -> impl Strategy<Value = StepKind> {
    let known =
        select(vec!["value", "name", "hashes", "SHA-256", "LAST", "true", "t", "a.b", "it's", "\\", "", "ß"]);
    let any_key = prop_oneof![known.prop_map(str::to_owned), "[a-z_][a-z0-9_]{0,11}", text()];
    any_key.prop_map(|key| StepKind::from(key.as_str()))
}

fn index() -> impl Strategy<Value = StepKind> {
    prop_oneof![any::<u64>(), 0..10_u64].prop_map(StepKind::Index)
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof!["[ -~]{0,12}", "['\\\\\\n\\t a]{0,8}", any::<String>()]
}

fn decimal() -> impl Strategy<Value = Decimal> {
    let written = "[+-]?[0-9]{0,12}\\.[0-9]{1,12}";
    prop_oneof![
        written.prop_filter_map("too large", |text| Decimal::parse(&text)),
        any::<f64>().prop_filter_map("infinite", Decimal::from_f64),
    ]
}

fn timestamp() -> impl Strategy<Value = Timestamp> {
    let date = "[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])";
    let time = "([01][0-9]|2[0-3]):[0-5][0-9]:([0-5][0-9]|60)(\\.[0-9]{1,9})?";
    (date, time).prop_filter_map("no timestamp", |(date, time)| Timestamp::parse(&format!("{date}T{time}Z")))
}
