//! Constants compared with values (STIX 2.1, sections 9.2 and 9.6.1).

use std::cmp::Ordering;

use serde_json::{Number, Value as Json};
use stix_core::schema::Kind;

use crate::ast::{Literal, ObjectPath, Value};
use crate::check;
use crate::matcher::found::Found;
use crate::matcher::{CompileError, CompileErrorKind, Instant};

/// The values at the end of a path, as far as the path tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Values {
    /// Bytes in base64 or hexadecimal digits.
    Bytes,
    /// Timestamps, which are strings in JSON.
    Timestamps,
    /// Strings, and no timestamps.
    Strings,
    /// Anything.
    Any,
}

impl Values {
    /// Returns the values at the end of this path.
    pub(crate) fn at(path: &ObjectPath, leads_to_bytes: bool) -> Self {
        match check::kind_at(path) {
            _ if leads_to_bytes => Self::Bytes,
            Some(Kind::Timestamp) => Self::Timestamps,
            Some(Kind::String) => Self::Strings,
            _ => Self::Any,
        }
    }
}

/// A constant as the values at the end of its path are compared with it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Constant {
    Integer(i64),
    Float(f64),
    Text(Box<str>),
    Boolean(bool),
    Bytes(Box<[u8]>),
    Instant(Instant),
    /// What no value at the end of the path is compared with: a text for a binary property that has code points above
    /// U+00FF and so stands for no bytes, a string for a timestamp, or a timestamp for a string.
    Incomparable,
}

impl Constant {
    /// # Errors
    ///
    /// When a timestamp names a day that does not exist.
    pub(crate) fn new(literal: &Literal, values: Values) -> Result<Self, CompileError> {
        let for_bytes = values == Values::Bytes;
        Ok(match literal.value() {
            Value::Integer(value) => Self::Integer(*value),
            Value::Float(value) => Self::Float(value.to_f64()),
            Value::String(text) if for_bytes => {
                latin_1(text).map_or(Self::Incomparable, |bytes| Self::Bytes(bytes.into()))
            }
            Value::String(_) if values == Values::Timestamps => Self::Incomparable,
            Value::String(text) => Self::Text(text.as_str().into()),
            Value::Boolean(value) => Self::Boolean(*value),
            Value::Binary(bytes) => Self::Bytes(bytes.as_bytes().into()),
            Value::Hex(bytes) => Self::Bytes(bytes.as_slice().into()),
            Value::Timestamp(timestamp) => {
                let instant = Instant::parse(timestamp.as_str());
                let kind = CompileErrorKind::InvalidTimestamp;
                let error = || CompileError::new(kind, literal.span(), timestamp.as_str(), "");
                let instant = instant.ok_or_else(error)?;
                if values == Values::Strings { Self::Incomparable } else { Self::Instant(instant) }
            }
        })
    }

    /// How the value stands to the constant; `None` if they cannot be compared.
    pub(crate) fn compare(&self, found: &Found<'_>) -> Option<Ordering> {
        match (found, self) {
            (Found::Json(Json::String(value)), Self::Text(text)) => Some(value.as_str().cmp(text)),
            (Found::Json(Json::Number(value)), Self::Integer(number)) => compare_integer(value, *number),
            (Found::Json(Json::Number(value)), Self::Float(number)) => compare_float(value, *number),
            (Found::Json(Json::Bool(value)), Self::Boolean(constant)) => Some(value.cmp(constant)),
            (Found::Json(Json::String(value)), Self::Instant(instant)) => {
                Instant::parse(value).map(|value| value.cmp(instant))
            }
            (Found::Json(Json::String(value)), Self::Bytes(bytes)) => {
                latin_1(value).map(|value| value.as_slice().cmp(bytes))
            }
            (Found::Bytes(value), Self::Bytes(bytes)) => Some(value.as_slice().cmp(bytes)),
            _ => None,
        }
    }

    pub(crate) fn equals(&self, found: &Found<'_>) -> bool {
        match (found, self) {
            (Found::Json(Json::String(value)), Self::Text(text)) => **value == **text,
            _ => self.compare(found) == Some(Ordering::Equal),
        }
    }
}

/// A number by its value: integers and floats that are equal have equal keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum NumberKey {
    Integer(i128),
    /// The bits of a float that is no integer, or one too large to matter here.
    Float(u64),
}

impl NumberKey {
    #[allow(clippy::cast_possible_truncation)]
    pub(crate) fn of_float(value: f64) -> Self {
        let is_integer = value.fract() == 0.0 && value.abs() < 1e30;
        if is_integer { Self::Integer(value as i128) } else { Self::Float(value.to_bits()) }
    }

    pub(crate) fn of_number(number: &Number) -> Option<Self> {
        let integer = number.as_i64().map(i128::from).or_else(|| number.as_u64().map(i128::from));
        integer.map(Self::Integer).or_else(|| number.as_f64().map(Self::of_float))
    }
}

/// The bytes of a text whose code points are all below U+0100 (section 9.6.1).
pub(crate) fn latin_1(text: &str) -> Option<Vec<u8>> {
    text.chars().map(|character| u8::try_from(u32::from(character)).ok()).collect()
}

fn compare_integer(value: &Number, constant: i64) -> Option<Ordering> {
    match (value.as_i64(), value.as_u64(), value.as_f64()) {
        (Some(value), _, _) => Some(value.cmp(&constant)),
        (_, Some(_), _) => Some(Ordering::Greater),
        (_, _, Some(value)) => compare_mixed(constant.into(), value).map(Ordering::reverse),
        _ => None,
    }
}

fn compare_float(value: &Number, constant: f64) -> Option<Ordering> {
    match (value.as_i64(), value.as_u64(), value.as_f64()) {
        (Some(value), _, _) => compare_mixed(value.into(), constant),
        (_, Some(value), _) => compare_mixed(value.into(), constant),
        (_, _, Some(value)) => value.partial_cmp(&constant),
        _ => None,
    }
}

/// Compares without rounding the integer to a float, which would make different numbers equal.
#[allow(clippy::cast_possible_truncation)]
fn compare_mixed(integer: i128, float: f64) -> Option<Ordering> {
    let whole = float.trunc() as i128;
    Some(integer.cmp(&whole).then(0.0.partial_cmp(&float.fract())?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(json: &str, constant: &Constant) -> Option<Ordering> {
        let value: Json = serde_json::from_str(json).unwrap();
        constant.compare(&Found::Json(&value))
    }

    #[test]
    fn numbers_compare_exactly() {
        use Ordering::{Equal, Greater, Less};
        for (json, constant, expected) in [
            ("1", Constant::Float(1.0), Equal),
            ("1.0", Constant::Integer(1), Equal),
            ("-0.0", Constant::Integer(0), Equal),
            ("9007199254740993", Constant::Float(9_007_199_254_740_992.0), Greater),
            ("9007199254740992.0", Constant::Integer(9_007_199_254_740_993), Less),
            ("18446744073709551615", Constant::Integer(i64::MAX), Greater),
            ("18446744073709551615", Constant::Float(1e300), Less),
            ("1e300", Constant::Integer(i64::MAX), Greater),
            ("-1e300", Constant::Integer(i64::MIN), Less),
            ("-1.5", Constant::Integer(-1), Less),
            ("1.5", Constant::Integer(1), Greater),
            ("-1", Constant::Float(-1.5), Greater),
            ("0.1", Constant::Float(0.1), Equal),
        ] {
            assert_eq!(order(json, &constant), Some(expected), "{json} {constant:?}");
        }
    }

    #[test]
    fn values_of_other_types_do_not_compare() {
        for (json, constant) in [
            ("true", Constant::Integer(1)),
            ("\"1\"", Constant::Integer(1)),
            ("1", Constant::Text("1".into())),
            ("1", Constant::Boolean(true)),
            ("\"Ā\"", Constant::Bytes([0].as_slice().into())),
            ("\"2020\"", Constant::Instant(Instant::parse("2020-01-01T00:00:00Z").unwrap())),
            ("[1]", Constant::Integer(1)),
            ("{}", Constant::Text("".into())),
        ] {
            assert_eq!(order(json, &constant), None, "{json} {constant:?}");
        }
    }
}
