//! Tests of one bracket that exclude each other (STIX 2.1, section 9.5): all operands of `AND` have to be satisfiable with
//! the same object, and no object has two values of one property.
//!
//! Paths with `[*]` are left out, since two elements of a list can differ.

use std::cmp::Ordering;

use super::Rule;
use super::calendar;
use super::findings::Finding;
use crate::ast::{
    ComparisonExpression, ComparisonOperator, ComparisonTest, Literal, ObjectPath, Predicate, StepKind,
    TextOperator, Value,
};
use crate::error::quote;
use crate::matcher::text::Like;

/// The most operands that are compared with each other, and the most values of each.
const MOST: usize = 64;

/// Returns the first operand of an `AND` that excludes one before it.
pub(super) fn find(operands: &[ComparisonExpression]) -> Option<Finding> {
    // Mostly all tests are about different properties.
    if operands.len() > MOST || !shares_path(operands) {
        return None;
    }
    let demands: Vec<Demand<'_>> = operands.iter().filter_map(Demand::of).collect();
    demands.iter().enumerate().find_map(|(at, demand)| {
        let other = demands.iter().take(at).find(|other| other.excludes(demand))?;
        Some(finding(other, demand))
    })
}

/// Returns whether two operands are about one path.
fn shares_path(operands: &[ComparisonExpression]) -> bool {
    let mut paths = operands.iter().filter_map(first_path);
    while let Some(path) = paths.next() {
        if paths.clone().any(|other| other == path) {
            return true;
        }
    }
    false
}

/// Returns the path of a test, or of the first of several alternatives.
fn first_path(operand: &ComparisonExpression) -> Option<&ObjectPath> {
    match operand {
        ComparisonExpression::Test(test) => Some(test.path()),
        ComparisonExpression::Or(chain) => match chain.operands().first()? {
            ComparisonExpression::Test(test) => Some(test.path()),
            _ => None,
        },
        ComparisonExpression::And(_) => None,
    }
}

fn finding(other: &Demand<'_>, demand: &Demand<'_>) -> Finding {
    let path = demand.path;
    let [one, two] = [other.operand, demand.operand].map(|operand| quote(&operand.to_string()));
    let message = format!("{two} excludes {one}, so that the bracket never matches");
    let finding = Finding::new(Rule::Contradiction, demand.operand.span(), message);
    finding.help(match (&other.wants, &demand.wants) {
        (Wants::OneOf(_), Wants::OneOf(_)) => {
            format!("alternatives are joined by `OR`, or listed: `{path} IN (..., ...)`")
        }
        _ => "alternatives are joined by `OR`; different objects are tested in brackets of their own"
            .to_owned(),
    })
}

/// What an operand demands of the value at a path.
struct Demand<'p> {
    operand: &'p ComparisonExpression,
    path: &'p ObjectPath,
    wants: Wants<'p>,
}

enum Wants<'p> {
    /// The value is one of these.
    OneOf(Vec<&'p Value>),
    /// The value is none of these, and there is one.
    NoneOf(Vec<&'p Value>),
    /// The value is before or behind another one, or equal to it.
    Order(ComparisonOperator, &'p Value),
    /// The value is a text like this one.
    Like(&'p str),
    /// There is a value, of which no more is known.
    Something,
    /// There is no value.
    Nothing,
}

impl<'p> Demand<'p> {
    fn of(operand: &'p ComparisonExpression) -> Option<Self> {
        let (path, wants) = match operand {
            ComparisonExpression::Test(test) => (test.path(), Wants::of(test)),
            // Alternatives of one path are a set.
            ComparisonExpression::Or(chain) => {
                let mut values = Vec::new();
                let mut path = None;
                for operand in chain.operands() {
                    let ComparisonExpression::Test(test) = operand else { return None };
                    let Wants::OneOf(some) = Wants::of(test) else { return None };
                    if *path.get_or_insert(test.path()) != test.path() {
                        return None;
                    }
                    values.extend(some);
                }
                (path?, Wants::OneOf(values))
            }
            ComparisonExpression::And(_) => return None,
        };
        let has_star = path.steps().any(|step| *step.kind() == StepKind::Star);
        (!has_star && wants.size() <= MOST).then_some(Self { operand, path, wants })
    }

    /// Returns whether no value can be as both want it.
    fn excludes(&self, other: &Self) -> bool {
        self.path == other.path && (self.wants.excludes(&other.wants) || other.wants.excludes(&self.wants))
    }
}

impl<'p> Wants<'p> {
    fn of(test: &'p ComparisonTest) -> Self {
        let values = |literals: &'p [Literal]| literals.iter().map(Literal::value).collect();
        match (test.predicate(), test.is_negated()) {
            (Predicate::Exists, true) => Self::Nothing,
            (Predicate::Compare(ComparisonOperator::Equal, literal), false)
            | (Predicate::Compare(ComparisonOperator::NotEqual, literal), true) => {
                Self::OneOf(vec![literal.value()])
            }
            (Predicate::Compare(ComparisonOperator::NotEqual, literal), false)
            | (Predicate::Compare(ComparisonOperator::Equal, literal), true) => {
                Self::NoneOf(vec![literal.value()])
            }
            (Predicate::In(set), false) if !set.literals().is_empty() => Self::OneOf(values(set.literals())),
            (Predicate::In(set), true) => Self::NoneOf(values(set.literals())),
            (Predicate::Compare(operator, literal), false) => Self::Order(*operator, literal.value()),
            (Predicate::Text(TextOperator::Like, text), false) => Self::Like(text.value()),
            _ => Self::Something,
        }
    }

    fn size(&self) -> usize {
        match self {
            Self::OneOf(values) | Self::NoneOf(values) => values.len(),
            _ => 1,
        }
    }

    /// Returns whether a value that is wanted here is never wanted there.
    fn excludes(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Nothing, Self::Nothing) => false,
            (Self::Nothing, _) => true,
            (Self::OneOf(values), wants) => values.iter().all(|value| wants.refuses(value)),
            (Self::Order(operator, bound), Self::Order(opposite, other)) => {
                is_empty_range((*operator, bound), (*opposite, other))
            }
            _ => false,
        }
    }

    /// Returns whether a value is certainly not wanted.
    fn refuses(&self, value: &Value) -> bool {
        match self {
            Self::OneOf(values) => {
                values.iter().all(|other| order(value, other).is_some_and(Ordering::is_ne))
            }
            Self::NoneOf(values) => values.iter().any(|other| order(value, other) == Some(Ordering::Equal)),
            Self::Order(operator, bound) => {
                order(value, bound).is_some_and(|order| !passes(order, *operator))
            }
            // `LIKE` works on normalized text, `=` does not.
            Self::Like(pattern) => {
                matches!(value, Value::String(text) if text.is_ascii() && pattern.is_ascii()
                    && !Like::new(pattern).matches(text))
            }
            Self::Something | Self::Nothing => false,
        }
    }
}

fn passes(order: Ordering, operator: ComparisonOperator) -> bool {
    match operator {
        ComparisonOperator::Equal => order.is_eq(),
        ComparisonOperator::NotEqual => order.is_ne(),
        ComparisonOperator::Less => order.is_lt(),
        ComparisonOperator::LessOrEqual => order.is_le(),
        ComparisonOperator::Greater => order.is_gt(),
        ComparisonOperator::GreaterOrEqual => order.is_ge(),
    }
}

/// Returns whether nothing is above the one bound and below the other.
fn is_empty_range(
    (operator, bound): (ComparisonOperator, &Value),
    (other, limit): (ComparisonOperator, &Value),
) -> bool {
    use ComparisonOperator::{Greater, GreaterOrEqual, Less, LessOrEqual};
    let Some(order) = order(bound, limit) else { return false };
    match (operator, other) {
        (GreaterOrEqual, LessOrEqual) => order.is_gt(),
        (Greater | GreaterOrEqual, Less | LessOrEqual) => order.is_ge(),
        _ => false,
    }
}

/// Returns how two constants of one type stand to each other; `None` if that takes more than their types to tell.
fn order(one: &Value, other: &Value) -> Option<Ordering> {
    use Value::{Boolean, Float, Integer, String, Timestamp};
    match (one, other) {
        (String(one), String(other)) => Some(one.as_str().cmp(other.as_str())),
        (Integer(one), Integer(other)) => Some(one.cmp(other)),
        (Float(one), Float(other)) => one.to_f64().partial_cmp(&other.to_f64()),
        (Integer(one), Float(other)) => (*one as f64).partial_cmp(&other.to_f64()),
        (Float(one), Integer(other)) => one.to_f64().partial_cmp(&(*other as f64)),
        (Boolean(one), Boolean(other)) => Some(one.cmp(other)),
        (Timestamp(one), Timestamp(other)) => Some(calendar::order(one.as_str(), other.as_str())),
        _ => None,
    }
}
