//! Object paths on data (STIX 2.1, section 9.7): from a root object to the values that a test looks at.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

use crate::ast::{ObjectPath, StepKind};
use crate::matcher::found::{Found, dereference, present};
use crate::matcher::observation::{Object, Observation};

/// A path with the sort of each of its keys worked out.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct CompiledPath {
    pub(crate) object_type: Box<str>,
    steps: Box<[CompiledStep]>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum CompiledStep {
    Key(Box<str>, Suffix),
    Index(usize),
    Star,
}

/// What the ending of a property name says about its values (sections 2.1, 2.8 and 2.9).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Suffix {
    None,
    Reference,
    References,
    Base64,
    Hex,
}

impl CompiledPath {
    pub(crate) fn new(path: &ObjectPath) -> Self {
        let steps = path.steps().map(|step| match step.kind() {
            StepKind::Key(key) => CompiledStep::Key(key.as_str().into(), Suffix::of(key)),
            StepKind::Index(index) => CompiledStep::Index(usize::try_from(*index).unwrap_or(usize::MAX)),
            StepKind::Star => CompiledStep::Star,
        });
        Self { object_type: path.object_type().into(), steps: steps.collect() }
    }

    /// Whether the values at the end are bytes, if there are any.
    pub(crate) fn leads_to_bytes(&self) -> bool {
        matches!(self.steps.last(), Some(CompiledStep::Key(_, Suffix::Base64 | Suffix::Hex)))
    }

    /// Returns whether there is a value at the end of the path. A reference is one, whether or not its object was
    /// observed.
    pub(crate) fn exists<'a>(&self, observation: &Observation<'a>, root: &Object<'a>) -> bool {
        let is_list = |step: &CompiledStep| matches!(step, CompiledStep::Star | CompiledStep::Index(_));
        // The property that the path ends at, and the steps through its elements behind it.
        let Some(last) = self.steps.iter().rposition(|step| !is_list(step)) else { return false };
        let (before, after) = self.steps.split_at(last);
        let is_reference =
            matches!(after.first(), Some(CompiledStep::Key(_, Suffix::Reference | Suffix::References)));
        if !is_reference {
            return self.any(observation, root, |_| true);
        }
        Self::any_along(before, observation, root, |found| {
            let mut after = after.iter();
            let (Some(CompiledStep::Key(key, _)), Some(properties)) = (after.next(), found.properties())
            else {
                return false;
            };
            let value = member(properties, key).filter(|value| !value.is_null());
            let element = after.try_fold(value, |value, step| match (step, value?.as_array()?) {
                (CompiledStep::Index(index), list) => Some(list.get(*index)),
                (_, list) => Some(list.first()),
            });
            element.flatten().is_some()
        })
    }

    /// Whether some value at the end of the path passes `test`. Takes time in proportion to the length of the path
    /// times the size of the observation at most.
    pub(crate) fn any<'a>(
        &self,
        observation: &Observation<'a>,
        root: &Object<'a>,
        test: impl FnMut(&Found<'a>) -> bool,
    ) -> bool {
        Self::any_along(&self.steps, observation, root, test)
    }

    fn any_along<'a>(
        steps: &[CompiledStep],
        observation: &Observation<'a>,
        root: &Object<'a>,
        mut test: impl FnMut(&Found<'a>) -> bool,
    ) -> bool {
        let mut found = Found::Object(root.properties);
        let mut rest = steps.iter();
        while let Some(step) = rest.next() {
            if *step == CompiledStep::Star {
                return Self::any_element(rest.as_slice(), observation, &found, test);
            }
            let Some(next) = step.follow(&found, observation) else { return false };
            found = next;
        }
        test(&found)
    }

    /// The same from a list on, all of whose elements count. Lists of references may refer in circles, so the values
    /// found after each further `[*]` are kept apart by address and followed once.
    fn any_element<'a>(
        rest: &[CompiledStep],
        observation: &Observation<'a>,
        list: &Found<'a>,
        test: impl FnMut(&Found<'a>) -> bool,
    ) -> bool {
        let mut found: Vec<Found<'a>> = list.elements(observation).collect();
        for step in rest {
            if *step == CompiledStep::Star {
                found = found.iter().flat_map(|list| list.elements(observation)).collect();
                found.sort_by_key(Found::address);
                found.dedup_by(|a, b| a.address().is_some() && a.address() == b.address());
            } else {
                found = found.iter().filter_map(|value| step.follow(value, observation)).collect();
            }
        }
        found.iter().any(test)
    }
}

impl CompiledStep {
    fn follow<'a>(&self, found: &Found<'a>, observation: &Observation<'a>) -> Option<Found<'a>> {
        match self {
            Self::Key(key, suffix) => suffix.read(member(found.properties()?, key)?, observation),
            Self::Index(index) => found.element(*index, observation),
            Self::Star => None,
        }
    }
}

impl Suffix {
    fn of(key: &str) -> Self {
        match key.rsplit_once('_') {
            Some((_, "ref")) => Self::Reference,
            Some((_, "refs")) => Self::References,
            Some((_, "bin")) => Self::Base64,
            Some((_, "hex")) => Self::Hex,
            _ => Self::None,
        }
    }

    fn read<'a>(self, value: &'a Value, observation: &Observation<'a>) -> Option<Found<'a>> {
        match (self, value) {
            (Self::Reference, Value::String(_)) => dereference(value, observation),
            (Self::References, Value::Array(ids)) => Some(Found::References(ids)),
            (Self::Base64, Value::String(text)) => Some(bytes(STANDARD.decode(text).ok())),
            (Self::Hex, Value::String(text)) => Some(bytes(from_hex(text))),
            (Self::Base64 | Self::Hex, value) => present(value).map(|_| Found::Undecodable),
            (_, value) => present(value),
        }
    }
}

fn bytes<'a>(decoded: Option<Vec<u8>>) -> Found<'a> {
    decoded.map_or(Found::Undecodable, Found::Bytes)
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> =
        text.chars().map(|digit| digit.to_digit(16).and_then(|digit| u8::try_from(digit).ok())).collect();
    let (pairs, rest) = digits.as_ref()?.as_chunks::<2>();
    rest.is_empty().then(|| pairs.iter().map(|[high, low]| high << 4 | low).collect())
}

/// A property by its name. Objects are small, and comparing a few names takes less time than hashing one.
pub(crate) fn member<'a>(properties: &'a Map<String, Value>, key: &str) -> Option<&'a Value> {
    const SMALL: usize = 12;
    if properties.len() > SMALL {
        return properties.get(key);
    }
    properties.iter().find(|(name, _)| name.as_str() == key).map(|(_, value)| value)
}
