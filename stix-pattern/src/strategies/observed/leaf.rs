//! Values that pass a test.

mod expression;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value as Json;

use crate::ast::{
    ComparisonOperator, ComparisonTest, Predicate, Set, Step, StepKind, TextOperator, Timestamp, Value,
};
use crate::check::calendar;

/// Values that pass, the plainest first; a null for any value at all. None if none is known.
pub(super) fn candidates(test: &ComparisonTest) -> Vec<Json> {
    let negated = test.is_negated();
    let key = test.path().steps().rev().map(Step::kind).find_map(|step| match step {
        StepKind::Key(key) => Some(&**key),
        _ => None,
    });
    let form = Form::of(key.unwrap_or_default());
    let value = |value: Option<Value>| value.and_then(|value| form.json(&value)).into_iter().collect();
    match test.predicate() {
        Predicate::Exists => vec![Json::Null],
        Predicate::Compare(operator, literal) => value(compared(*operator, negated, literal.value())),
        Predicate::In(set) if negated => value(outside(set)),
        Predicate::In(set) => {
            set.literals().iter().filter_map(|literal| form.json(literal.value())).collect()
        }
        Predicate::Text(operator, text) => {
            value(text_value(*operator, negated, text.value()).map(Value::from))
        }
    }
}

/// How the values of a property are written in JSON.
#[derive(Clone, Copy, PartialEq)]
enum Form {
    Hex,
    Base64,
    Plain,
}

impl Form {
    fn of(key: &str) -> Self {
        match key {
            key if key.ends_with("_hex") => Self::Hex,
            key if key.ends_with("_bin") => Self::Base64,
            _ => Self::Plain,
        }
    }

    fn json(self, value: &Value) -> Option<Json> {
        let bytes = match (self, value) {
            (Self::Plain, Value::Integer(number)) => return Some((*number).into()),
            (Self::Plain, Value::Float(number)) => {
                return serde_json::Number::from_f64(number.to_f64()).map(Json::Number);
            }
            (Self::Plain, Value::Boolean(value)) => return Some((*value).into()),
            (Self::Plain, Value::String(text)) => return Some(text.as_str().into()),
            (Self::Plain, Value::Timestamp(time)) => {
                let is_real = calendar::exists(time.as_str()) && time.as_str().get(17..19) != Some("60");
                return is_real.then(|| time.as_str().into());
            }
            (Self::Hex | Self::Base64, Value::String(text)) => {
                text.chars().map(|c| u8::try_from(c).ok()).collect::<Option<Vec<u8>>>()?
            }
            (Self::Hex | Self::Base64, Value::Hex(bytes)) => bytes.clone(),
            (Self::Hex | Self::Base64, Value::Binary(bytes)) => bytes.as_bytes().to_vec(),
            _ => return None,
        };
        Some(match self {
            Self::Hex => bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>().into(),
            _ => STANDARD.encode(bytes).into(),
        })
    }
}

fn compared(operator: ComparisonOperator, negated: bool, value: &Value) -> Option<Value> {
    use ComparisonOperator::{Equal, Greater, GreaterOrEqual, Less, LessOrEqual, NotEqual};
    match (operator, negated) {
        (Equal | LessOrEqual | GreaterOrEqual, false) | (NotEqual | Less | Greater, true) => {
            Some(value.clone())
        }
        (NotEqual | Greater, false) | (Equal | LessOrEqual, true) => greater(value),
        (Less, false) | (GreaterOrEqual, true) => less(value),
    }
}

/// A greater value, or another one where there is no order.
fn greater(value: &Value) -> Option<Value> {
    match value {
        Value::Integer(number) => number.checked_add(1).map(Value::Integer),
        Value::Float(number) => shifted(number.to_f64(), 1.0),
        Value::Boolean(value) => Some(Value::Boolean(!value)),
        Value::String(text) => Some(format!("{text}a").into()),
        Value::Hex(bytes) => Some(Value::Hex([bytes.as_slice(), &[0]].concat())),
        Value::Binary(bytes) => Some(Value::Hex([bytes.as_bytes(), &[0]].concat())),
        Value::Timestamp(time) => {
            let late = Timestamp::parse("9999-12-31T23:59:59Z")?;
            (calendar::exists(time.as_str()) && calendar::order(time.as_str(), late.as_str()).is_lt())
                .then_some(Value::Timestamp(late))
        }
    }
}

fn less(value: &Value) -> Option<Value> {
    match value {
        Value::Integer(number) => number.checked_sub(1).map(Value::Integer),
        Value::Float(number) => shifted(number.to_f64(), -1.0),
        Value::String(text) => (!text.is_empty()).then(|| Value::from("")),
        Value::Hex(bytes) => (!bytes.is_empty()).then(|| Value::Hex(Vec::new())),
        Value::Binary(_) => Some(Value::Hex(Vec::new())),
        Value::Timestamp(time) => {
            let early = Timestamp::parse("0001-01-01T00:00:00Z")?;
            (calendar::exists(time.as_str()) && calendar::order(time.as_str(), early.as_str()).is_gt())
                .then_some(Value::Timestamp(early))
        }
        Value::Boolean(_) => None,
    }
}

/// Another number, unless it is so large that there is no difference.
fn shifted(number: f64, by: f64) -> Option<Value> {
    let shifted = number + by;
    (shifted != number).then(|| crate::ast::Decimal::from_f64(shifted).map(Value::Float)).flatten()
}

/// A value that is no member of a set.
fn outside(set: &Set) -> Option<Value> {
    let values = || set.literals().iter().map(crate::ast::Literal::value);
    let strings =
        values().map(|value| if let Value::String(text) = value { Some(text.as_str()) } else { None });
    let integers =
        values().map(|value| if let Value::Integer(number) = value { Some(*number) } else { None });
    match integers.collect::<Option<Vec<i64>>>() {
        Some(numbers) => numbers.into_iter().max().unwrap_or_default().checked_add(1).map(Value::Integer),
        None => strings.collect::<Option<String>>().map(|text| Value::from(text + "x")),
    }
}

fn text_value(operator: TextOperator, negated: bool, text: &str) -> Option<String> {
    let is_ascii = text.is_ascii();
    match operator {
        TextOperator::Like if !negated => is_ascii.then(|| text.replace('%', "").replace('_', "a")),
        TextOperator::Like => text.chars().any(|c| c != '%').then(String::new),
        TextOperator::Matches if negated => expression::is_something(text).then(String::new),
        TextOperator::Matches => expression::example(text),
        TextOperator::IsSubset | TextOperator::IsSuperset if !is_network(text) => None,
        TextOperator::IsSubset if negated && text.ends_with("/0") => None,
        TextOperator::IsSubset | TextOperator::IsSuperset if negated => elsewhere(text),
        TextOperator::IsSubset | TextOperator::IsSuperset => Some(text.to_owned()),
    }
}

/// An address of the other half of its family.
fn elsewhere(network: &str) -> Option<String> {
    let address = network.split_once('/').map_or(network, |(address, _)| address);
    Some(match address.parse::<IpAddr>().ok()? {
        IpAddr::V4(address) => Ipv4Addr::from_bits(address.to_bits() ^ 1 << 31).to_string(),
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() ^ 1 << 127).to_string(),
    })
}

fn is_network(text: &str) -> bool {
    let (address, bits) = text.split_once('/').unwrap_or((text, "0"));
    let fits = |most: u8| {
        bits.parse::<u8>().is_ok_and(|bits| bits <= most) && bits.bytes().all(|byte| byte.is_ascii_digit())
    };
    match address.parse::<IpAddr>() {
        Ok(IpAddr::V4(_)) => fits(32),
        Ok(IpAddr::V6(_)) => fits(128),
        Err(_) => false,
    }
}
