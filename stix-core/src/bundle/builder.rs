//! Collects objects into a bundle: each once, in the order in which they were first seen.

use std::{
    cmp::Ordering,
    collections::{HashMap, HashSet},
};

use serde_json::Value;

use super::Bundle;
use crate::{Context, Identifier, IdentifierError, Object, tlp::Tlp};

/// A bundle in the making.
///
/// An object that is there already is not added again. Versions of an object are all kept, as a
/// bundle may hold several (chapter 8), or only the latest is, after [`BundleBuilder::latest_only`].
///
/// ```
/// use stix_core::{Context, Object, SdoCommon, bundle::BundleBuilder, sdo::Identity, tlp::Tlp};
///
/// let context = Context::system();
/// let common = SdoCommon::new_in(&context, "identity")?
///     .with_object_marking_refs(vec![Tlp::Amber2.id()]);
/// let mut builder = BundleBuilder::new().with(Identity::from_common(common, "ACME"));
/// let missing = builder.add_referenced(|_| None);
/// assert!(missing.is_empty(), "the objects of the Traffic Light Protocol are known");
/// let bundle = builder.build_in(&context)?;
/// assert_eq!(bundle.objects.map(|objects| objects.len()), Some(2));
/// # Ok::<(), stix_core::IdentifierError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct BundleBuilder {
    objects: Vec<Object>,
    /// Where the versions of each object stand.
    places: HashMap<Identifier, Vec<usize>>,
    /// Where the objects without an identifier stand.
    unnamed: Vec<usize>,
    latest_only: bool,
}

/// What became of an object that was put into a bundle.
///
/// ```
/// use stix_core::{bundle::{BundleBuilder, Merged}, sdo::Campaign};
///
/// let campaign = Campaign::new("Green group");
/// let mut later = campaign.clone();
/// later.common.modified = "2999-01-01T00:00:00.000Z".parse()?;
///
/// let mut builder = BundleBuilder::latest_only();
/// assert_eq!(builder.push(campaign.clone()), Merged::New);
/// assert_eq!(builder.push(later), Merged::Replaced);
/// assert_eq!(builder.push(campaign), Merged::Known);
/// assert_eq!(builder.objects().len(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Merged {
    /// It is the first of its identifier.
    New,
    /// It is a further version of an object.
    Version,
    /// It took the place of another of the same identifier: of an older version, or, since a
    /// consumer could not choose between two contents of one version, of the one seen before.
    Replaced,
    /// The same object, or a newer version where only the latest is kept, is there already.
    Known,
}

impl BundleBuilder {
    /// An empty bundle that keeps all versions.
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty bundle that keeps the latest version of each object, where the first one stood.
    pub fn latest_only() -> Self {
        Self { latest_only: true, ..Self::default() }
    }

    /// Adds an object.
    #[must_use]
    pub fn with(mut self, object: impl Into<Object>) -> Self {
        self.push(object);
        self
    }

    /// Adds an object and says what became of it.
    pub fn push(&mut self, object: impl Into<Object>) -> Merged {
        let object = object.into();
        match object.id().cloned() {
            Some(id) => self.push_named(id, object),
            None => self.push_unnamed(object),
        }
    }

    fn push_named(&mut self, id: Identifier, object: Object) -> Merged {
        let places = self.places.entry(id).or_default();
        let version = object.version();
        for place in places.iter() {
            let Some(known) = self.objects.get_mut(*place) else { continue };
            let replaced = match version.cmp(&known.version()) {
                Ordering::Equal if *known == object => return Merged::Known,
                Ordering::Equal => true,
                Ordering::Less if self.latest_only => return Merged::Known,
                Ordering::Greater => self.latest_only,
                Ordering::Less => false,
            };
            if replaced {
                *known = object;
                return Merged::Replaced;
            }
        }
        let merged = if places.is_empty() { Merged::New } else { Merged::Version };
        places.push(self.objects.len());
        self.objects.push(object);
        merged
    }

    fn push_unnamed(&mut self, object: Object) -> Merged {
        if self.unnamed.iter().any(|place| self.objects.get(*place) == Some(&object)) {
            return Merged::Known;
        }
        self.unnamed.push(self.objects.len());
        self.objects.push(object);
        Merged::New
    }

    /// Adds the identities and marking definitions that the objects refer to, and those that
    /// these refer to in turn; `lookup` finds one by its identifier.
    ///
    /// The marking definitions of the Traffic Light Protocol need no look-up. Gives the
    /// identifiers of those that were not found.
    pub fn add_referenced(
        &mut self,
        mut lookup: impl FnMut(&Identifier) -> Option<Object>,
    ) -> Vec<Identifier> {
        let mut asked = HashSet::new();
        let mut missing = Vec::new();
        let mut next = 0;
        while let Some(object) = self.objects.get(next) {
            next += 1;
            for id in referenced(object) {
                if self.places.contains_key(&id) || !asked.insert(id.clone()) {
                    continue;
                }
                match lookup(&id).or_else(|| Some(Tlp::of(&id)?.marking().into())) {
                    Some(object) => {
                        self.push(object);
                    }
                    None => missing.push(id),
                }
            }
        }
        missing
    }

    /// The objects so far.
    pub fn objects(&self) -> &[Object] {
        &self.objects
    }

    /// The bundle.
    ///
    /// # Errors
    /// The context must give UUIDs of RFC 4122.
    pub fn build_in(self, context: &Context) -> Result<Bundle, IdentifierError> {
        Bundle::new_in(context, self.objects)
    }
}

impl Extend<Object> for BundleBuilder {
    fn extend<I: IntoIterator<Item = Object>>(&mut self, objects: I) {
        for object in objects {
            self.push(object);
        }
    }
}

/// The identities and marking definitions that an object refers to, as it names them.
fn referenced(object: &Object) -> Vec<Identifier> {
    let mut found = Vec::new();
    // An object that cannot be written refers to nothing.
    collect("", &serde_json::to_value(object).unwrap_or_default(), &mut found);
    found
}

/// Properties of identifiers are those whose names end in `_ref` or `_refs` (section 3.1).
fn collect(name: &str, value: &Value, found: &mut Vec<Identifier>) {
    match value {
        Value::Object(members) => members.iter().for_each(|(name, value)| collect(name, value, found)),
        Value::Array(items) => items.iter().for_each(|item| collect(name, item, found)),
        Value::String(text) if name.ends_with("_ref") || name.ends_with("_refs") => {
            let id = text.parse::<Identifier>().ok();
            found.extend(id.filter(|id| matches!(id.object_type(), "identity" | "marking-definition")));
        }
        _ => {}
    }
}
