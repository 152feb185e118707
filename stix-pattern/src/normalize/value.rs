//! Tests with one spelling for what means the same (STIX 2.1, sections 9.2 and 9.6).

use ipnet::IpNet;

use crate::ast::{
    ComparisonOperator, ComparisonTest, Decimal, Literal, Predicate, Seconds, Set, StringLiteral,
    TextOperator, Timestamp, Value,
};
use crate::matcher::network;
use crate::normalize::order;

/// The test with `NOT =` as `!=`, and with constants in their one spelling.
pub(crate) fn normalize(test: &ComparisonTest) -> ComparisonTest {
    let mut test = test.clone();
    test.predicate = match test.predicate {
        Predicate::Compare(operator, literal) => {
            let literal = Literal::from(normal(literal.value()));
            Predicate::Compare(negate_equality(operator, &mut test.negated), literal)
        }
        Predicate::In(set) => {
            let mut values: Vec<Value> =
                set.literals().iter().map(|literal| normal(literal.value())).collect();
            values.sort_by(order::values);
            Predicate::In(Set::from_iter(values))
        }
        // Networks are compared by the addresses in them, all other strings as they are.
        Predicate::Text(operator @ (TextOperator::IsSubset | TextOperator::IsSuperset), text) => {
            Predicate::Text(operator, StringLiteral::new(address(text.value())))
        }
        predicate @ (Predicate::Text(..) | Predicate::Exists) => predicate,
    };
    test
}

fn negate_equality(operator: ComparisonOperator, negated: &mut bool) -> ComparisonOperator {
    match operator {
        ComparisonOperator::Equal if std::mem::take(negated) => ComparisonOperator::NotEqual,
        ComparisonOperator::NotEqual if std::mem::take(negated) => ComparisonOperator::Equal,
        operator => operator,
    }
}

/// Returns the constant in its one spelling.
fn normal(value: &Value) -> Value {
    match value {
        Value::Float(decimal) => number(decimal),
        Value::Timestamp(timestamp) => Value::Timestamp(instant(timestamp)),
        Value::Integer(_) | Value::Boolean(_) | Value::Binary(_) | Value::Hex(_) | Value::String(_) => {
            value.clone()
        }
    }
}

/// The shortest spelling of an address or a network, without host bits; other text as it is.
fn address(text: &str) -> String {
    match network::parse(text) {
        Some(network) if network.prefix_len() == network.max_prefix_len() => network.addr().to_string(),
        Some(network @ (IpNet::V4(_) | IpNet::V6(_))) => network.to_string(),
        None => text.to_owned(),
    }
}

/// An integer if it is one, and the fewest digits if not.
#[allow(clippy::cast_possible_truncation)]
fn number(decimal: &Decimal) -> Value {
    let float = decimal.to_f64();
    // Two to the 63rd, the first integer that does not fit.
    let limit = 9_223_372_036_854_775_808.0;
    if float.fract() == 0.0 && (-limit..limit).contains(&float) {
        return Value::Integer(float as i64);
    }
    Value::Float(Decimal::from_f64(float).unwrap_or_else(|| decimal.clone()))
}

/// The same instant without needless digits.
pub(crate) fn instant(timestamp: &Timestamp) -> Timestamp {
    let text = timestamp.as_str();
    let digits = text.strip_suffix('Z').filter(|text| text.contains('.'));
    let trimmed = digits.map(|text| text.trim_end_matches('0').trim_end_matches('.'));
    trimmed.and_then(|text| Timestamp::parse(&format!("{text}Z"))).unwrap_or_else(|| timestamp.clone())
}

/// The same duration without needless digits.
pub(crate) fn seconds(seconds: &Seconds) -> Seconds {
    let Some((whole, fraction)) = seconds.as_str().split_once('.') else { return seconds.clone() };
    let fraction = fraction.trim_end_matches('0');
    match whole.parse() {
        Ok(whole) if fraction.is_empty() => Seconds::whole(whole),
        _ => Decimal::parse(&format!("{whole}.{}", if fraction.is_empty() { "0" } else { fraction }))
            .and_then(Seconds::fraction)
            .unwrap_or_else(|| seconds.clone()),
    }
}
