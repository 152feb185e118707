//! Many constants at once: finds those that equal a value by hashing it.

use std::collections::HashMap;

use serde_json::Value as Json;

use crate::matcher::Instant;
use crate::matcher::constant::{Constant, NumberKey, latin_1};
use crate::matcher::found::Found;

/// Something for each of many constants.
#[derive(Clone, Debug)]
pub(crate) struct Table<T> {
    texts: HashMap<Box<str>, T>,
    numbers: HashMap<NumberKey, T>,
    booleans: HashMap<bool, T>,
    bytes: HashMap<Box<[u8]>, T>,
    instants: HashMap<Instant, T>,
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self {
            texts: HashMap::new(),
            numbers: HashMap::new(),
            booleans: HashMap::new(),
            bytes: HashMap::new(),
            instants: HashMap::new(),
        }
    }
}

impl<T: Default> Table<T> {
    /// The entry of a constant, made if it is not there; `None` for one that equals nothing.
    pub(crate) fn entry(&mut self, constant: Constant) -> Option<&mut T> {
        Some(match constant {
            Constant::Integer(value) => self.numbers.entry(NumberKey::Integer(value.into())).or_default(),
            Constant::Float(value) => self.numbers.entry(NumberKey::of_float(value)).or_default(),
            Constant::Text(text) => self.texts.entry(text).or_default(),
            Constant::Boolean(value) => self.booleans.entry(value).or_default(),
            Constant::Bytes(bytes) => self.bytes.entry(bytes).or_default(),
            Constant::Instant(instant) => self.instants.entry(instant).or_default(),
            Constant::Incomparable => return None,
        })
    }
}

impl<T> Table<T> {
    /// The entries of the constants that equal the value. There can be several: a string may equal a text, some bytes
    /// and an instant.
    pub(crate) fn get(&self, found: &Found<'_>) -> impl Iterator<Item = &T> {
        let [first, second, third] = match found {
            Found::Json(Json::String(text)) => [
                self.texts.get(text.as_str()),
                (!self.bytes.is_empty()).then(|| self.bytes.get(latin_1(text)?.as_slice())).flatten(),
                (!self.instants.is_empty()).then(|| self.instants.get(&Instant::parse(text)?)).flatten(),
            ],
            Found::Json(Json::Number(number)) => {
                [NumberKey::of_number(number).and_then(|key| self.numbers.get(&key)), None, None]
            }
            Found::Json(Json::Bool(value)) => [self.booleans.get(value), None, None],
            Found::Bytes(bytes) => [self.bytes.get(bytes.as_slice()), None, None],
            _ => [None; 3],
        };
        [first, second, third].into_iter().flatten()
    }
}
