//! The order of normal forms.

use std::cmp::Ordering;

use crate::ast::{
    ComparisonOperator, ComparisonTest, ObjectPath, Predicate, Qualifier, QualifierKind, Seconds, StepKind,
    TextOperator, Value,
};

/// By path, then by operator, plain before negated, then by constant.
pub(crate) fn tests(a: &ComparisonTest, b: &ComparisonTest) -> Ordering {
    paths(a.path(), b.path())
        .then_with(|| operator(a.predicate()).cmp(&operator(b.predicate())))
        .then_with(|| a.is_negated().cmp(&b.is_negated()))
        .then_with(|| predicates(a.predicate(), b.predicate()))
}

/// Numbers, strings, booleans with true first, timestamps, hexadecimal bytes, base64 bytes.
pub(crate) fn values(a: &Value, b: &Value) -> Ordering {
    use Value::{Binary, Boolean, Float, Hex, Integer, String, Timestamp};
    match (a, b) {
        (Integer(a), Integer(b)) => a.cmp(b),
        // Equal floats are integers in normal form, so a tie is between a float and an integer that it rounds to.
        (Integer(_) | Float(_), Integer(_) | Float(_)) => {
            float(a).total_cmp(&float(b)).then_with(|| matches!(a, Float(_)).cmp(&matches!(b, Float(_))))
        }
        (String(a), String(b)) => a.cmp(b),
        (Boolean(a), Boolean(b)) => b.cmp(a),
        (Timestamp(a), Timestamp(b)) => a.as_str().cmp(b.as_str()),
        (Hex(a), Hex(b)) => a.cmp(b),
        (Binary(a), Binary(b)) => a.as_bytes().cmp(b.as_bytes()),
        (a, b) => rank(a).cmp(&rank(b)),
    }
}

/// `REPEATS`, `WITHIN`, `START`, then by their values.
pub(crate) fn qualifiers(a: &Qualifier, b: &Qualifier) -> Ordering {
    use QualifierKind::{Repeats, StartStop, Within};
    match (a.kind(), b.kind()) {
        (Repeats(a), Repeats(b)) => a.cmp(b),
        (Within(a), Within(b)) => durations(a, b),
        (StartStop { start: a, stop: b }, StartStop { start: c, stop: d }) => {
            a.as_str().cmp(c.as_str()).then_with(|| b.as_str().cmp(d.as_str()))
        }
        (a, b) => a.bit().cmp(&b.bit()),
    }
}

fn durations(a: &Seconds, b: &Seconds) -> Ordering {
    a.to_f64().total_cmp(&b.to_f64()).then_with(|| a.as_str().cmp(b.as_str()))
}

/// By type, then step by step, places in lists before names.
fn paths(a: &ObjectPath, b: &ObjectPath) -> Ordering {
    let steps = |path: &ObjectPath| {
        let keys = path.steps().map(|step| match step.kind() {
            StepKind::Index(index) => (0, *index, String::new()),
            StepKind::Star => (1, 0, String::new()),
            StepKind::Key(key) => (2, 0, key.to_string()),
        });
        keys.collect::<Vec<_>>()
    };
    a.object_type().cmp(b.object_type()).then_with(|| steps(a).cmp(&steps(b)))
}

fn operator(predicate: &Predicate) -> u8 {
    match predicate {
        Predicate::Compare(operator, _) => match operator {
            ComparisonOperator::Equal => 0,
            ComparisonOperator::NotEqual => 1,
            ComparisonOperator::Less => 2,
            ComparisonOperator::LessOrEqual => 3,
            ComparisonOperator::Greater => 4,
            ComparisonOperator::GreaterOrEqual => 5,
        },
        Predicate::In(_) => 6,
        Predicate::Text(operator, _) => match operator {
            TextOperator::Like => 7,
            TextOperator::Matches => 8,
            TextOperator::IsSubset => 9,
            TextOperator::IsSuperset => 10,
        },
        Predicate::Exists => 11,
    }
}

fn predicates(a: &Predicate, b: &Predicate) -> Ordering {
    match (a, b) {
        (Predicate::Compare(_, a), Predicate::Compare(_, b)) => values(a.value(), b.value()),
        (Predicate::In(a), Predicate::In(b)) => {
            let pairs = a.literals().iter().zip(b.literals());
            let orders = pairs.map(|(a, b)| values(a.value(), b.value()));
            orders.fold(Ordering::Equal, Ordering::then).then(a.literals().len().cmp(&b.literals().len()))
        }
        (Predicate::Text(_, a), Predicate::Text(_, b)) => a.value().cmp(b.value()),
        _ => Ordering::Equal,
    }
}

#[allow(clippy::cast_precision_loss)]
fn float(value: &Value) -> f64 {
    match value {
        Value::Integer(value) => *value as f64,
        Value::Float(value) => value.to_f64(),
        _ => f64::NAN,
    }
}

fn rank(value: &Value) -> u8 {
    match value {
        Value::Integer(_) | Value::Float(_) => 0,
        Value::String(_) => 1,
        Value::Boolean(_) => 2,
        Value::Timestamp(_) => 3,
        Value::Hex(_) => 4,
        Value::Binary(_) => 5,
    }
}
