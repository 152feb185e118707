//! The text of a record as a JSON value, with what a plain reader of JSON would pass over in silence.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use super::refusal::{Cause, Refusal};
use crate::ingest::{Repair, Repairs};

/// Reads the text of a record. A member that comes again with the same value is put right; one that comes again with
/// another value leaves open what was meant.
pub(super) fn read(text: &[u8], repairs: &mut Repairs) -> Result<Value, Refusal> {
    let mut text = serde_json::Deserializer::from_slice(text);
    let value = Strict { repairs }.deserialize(&mut text).and_then(|value| text.end().map(|()| value));
    value.map_err(|error| Cause::Shape.because(error))
}

/// Reads a value, and notes what is put right in it.
struct Strict<'a> {
    repairs: &'a mut Repairs,
}

impl Strict<'_> {
    fn again(&mut self) -> Strict<'_> {
        Strict { repairs: self.repairs }
    }
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(self.again())? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut members: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            let value = members.next_value_seed(self.again())?;
            match map.get(&name) {
                None => {
                    map.insert(name, value);
                }
                Some(before) if *before == value => {
                    self.repairs.insert(Repair::Repeated);
                }
                Some(_) => {
                    return Err(A::Error::custom(format_args!(
                        "the member `{name}` comes twice, with different values"
                    )));
                }
            }
        }
        Ok(Value::Object(map))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_member_that_comes_again_is_noticed_at_any_depth() {
        let read = |text: &str| {
            let mut repairs = Repairs::new();
            read(text.as_bytes(), &mut repairs).map(|value| (value, repairs.len()))
        };
        let text = r#"{"a": [null, true, -1, 1, 1.5, "x"], "b": {}}"#;
        assert_eq!(read(text), Ok((serde_json::from_str(text).unwrap(), 0)));
        assert_eq!(read(r#"[{"a": 1, "b": 2, "a": 1}]"#), Ok((json!([{"a": 1, "b": 2}]), 1)));
        let refusal = read(r#"{"x": [{"a": 1, "a": 2}]}"#).unwrap_err();
        assert!(refusal.to_string().starts_with("the member `a` comes twice"), "{refusal}");
        for text in ["", "{", "{} {}", "{\"a\":\"\\ud800\"}", "1e999"] {
            assert_eq!(read(text).unwrap_err().cause(), Cause::Shape, "{text}");
        }
    }
}
