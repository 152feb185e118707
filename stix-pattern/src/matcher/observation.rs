//! What patterns are matched on (STIX 2.1, sections 4.14 and 9.1): observed-data with the objects they refer to.

use serde_json::{Map, Value};

use crate::matcher::objects::{ObjectIndex, is_observable};
use crate::matcher::path::member;
use crate::matcher::type_set::TypeSet;
use crate::matcher::{Instant, ObservationError, ObservationErrorKind};

/// One observed-data: objects that were seen together, `number_observed` times, each time at some unknown instant
/// from `first_observed` to `last_observed`.
#[derive(Clone, Debug)]
pub struct Observation<'a> {
    id: &'a str,
    first: Instant,
    last: Instant,
    number: u64,
    /// The types of the objects that a path can start from.
    types: TypeSet,
    /// Sorted by key, so that a reference is found by binary search.
    objects: Vec<Object<'a>>,
}

/// An object of an observation.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Object<'a> {
    /// What a reference calls it: its id, or its key in the deprecated `objects` container.
    key: &'a str,
    pub(crate) object_type: &'a str,
    /// Its type, if a path can start from it. Only cyber-observable objects are roots.
    type_set: TypeSet,
    pub(crate) properties: &'a Map<String, Value>,
}

impl<'a> Observation<'a> {
    /// Reads an observed-data object. Its `object_refs` are looked up in `index`, and those that are not there are
    /// as if absent; the objects of the deprecated `objects` container count as well.
    ///
    /// # Errors
    ///
    /// When a time or `number_observed` is missing or impossible.
    pub fn from_observed_data(data: &'a Value, index: &ObjectIndex<'a>) -> Result<Self, ObservationError> {
        let reader = Reader { data, id: data.get("id").and_then(Value::as_str).unwrap_or_default() };
        if data.get("type").and_then(Value::as_str) != Some("observed-data") {
            return Err(reader.error(ObservationErrorKind::NoObservedData, "type"));
        }
        let (first, last) = (reader.instant("first_observed")?, reader.instant("last_observed")?);
        if last < first {
            return Err(reader.error(ObservationErrorKind::EndsBeforeItStarts, "last_observed"));
        }
        let number = reader.positive("number_observed")?;
        let refs = data.get("object_refs").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let referenced = refs.iter().filter_map(|id| {
            let id = id.as_str()?;
            Object::new(id, index.get(id)?)
        });
        let container = data.get("objects").and_then(Value::as_object).into_iter().flatten();
        let contained = container.filter_map(|(key, object)| Object::new(key, object));
        let objects = sorted(referenced.chain(contained).collect());
        Ok(Self { id: reader.id, first, last, number, types: types(&objects), objects })
    }

    /// Objects that were seen together once, at `instant`, without an observed-data around them. The observation
    /// goes by the id of the first object.
    pub fn of_objects(instant: Instant, objects: impl IntoIterator<Item = &'a Value>) -> Self {
        let identified = objects.into_iter().filter_map(|object| {
            let id = object.get("id").and_then(Value::as_str).unwrap_or_default();
            Object::new(id, object)
        });
        let objects: Vec<Object<'a>> = identified.collect();
        let id = objects.first().map_or("", |object| object.key);
        let types = types(&objects);
        Self { id, first: instant, last: instant, number: 1, types, objects: sorted(objects) }
    }

    /// The id of the observed-data; empty if it has none.
    #[must_use]
    pub fn id(&self) -> &'a str {
        self.id
    }

    /// The earliest instant at which the objects may have been seen.
    #[must_use]
    pub fn first_observed(&self) -> Instant {
        self.first
    }

    /// The latest instant at which the objects may have been seen.
    #[must_use]
    pub fn last_observed(&self) -> Instant {
        self.last
    }

    /// How many times the objects were seen, at least once.
    #[must_use]
    pub fn number_observed(&self) -> u64 {
        self.number
    }

    /// The objects that a path can start from.
    pub(crate) fn roots(&self) -> impl Iterator<Item = &Object<'a>> {
        self.objects.iter().filter(|object| object.type_set != TypeSet::NONE)
    }

    pub(crate) fn types(&self) -> TypeSet {
        self.types
    }

    /// The object that a reference means, if it belongs to this observation.
    pub(crate) fn resolve(&self, key: &str) -> Option<&'a Map<String, Value>> {
        let at = self.objects.binary_search_by(|object| object.key.cmp(key)).ok()?;
        self.objects.get(at).map(|object| object.properties)
    }
}

impl<'a> Object<'a> {
    fn new(key: &'a str, value: &'a Value) -> Option<Self> {
        let properties = value.as_object()?;
        let object_type = member(properties, "type").and_then(Value::as_str)?;
        let type_set = if is_observable(object_type) { TypeSet::of(object_type) } else { TypeSet::NONE };
        Some(Self { key, object_type, type_set, properties })
    }

    pub(crate) fn type_set(&self) -> TypeSet {
        self.type_set
    }
}

fn types(objects: &[Object<'_>]) -> TypeSet {
    objects.iter().map(Object::type_set).fold(TypeSet::NONE, TypeSet::joined)
}

/// One object for each key, since an `object_refs` may name an object twice. Objects without a key cannot be referred
/// to and all stay.
fn sorted(mut objects: Vec<Object<'_>>) -> Vec<Object<'_>> {
    objects.sort_by_key(|object| object.key);
    objects.dedup_by(|later, earlier| later.key == earlier.key && !later.key.is_empty());
    objects
}

/// Reads the properties of an observed-data and names it in errors.
struct Reader<'a> {
    data: &'a Value,
    id: &'a str,
}

impl Reader<'_> {
    fn error(&self, kind: ObservationErrorKind, property: &'static str) -> ObservationError {
        ObservationError::new(kind, self.id, property)
    }

    fn instant(&self, property: &'static str) -> Result<Instant, ObservationError> {
        let text = self.data.get(property).and_then(Value::as_str);
        text.and_then(Instant::parse)
            .ok_or_else(|| self.error(ObservationErrorKind::MissingInstant, property))
    }

    fn positive(&self, property: &'static str) -> Result<u64, ObservationError> {
        let number = self.data.get(property).and_then(Value::as_u64);
        number
            .filter(|number| *number > 0)
            .ok_or_else(|| self.error(ObservationErrorKind::MissingCount, property))
    }
}
