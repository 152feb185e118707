//! Object paths (STIX 2.1, section 9.7): which value of an object a test looks at.

use std::hash::{Hash, Hasher};

use smallvec::SmallVec;

use crate::ast::Text;
use crate::known::KnownPath;
use crate::lexer;
use crate::span::{Origin, Span};

/// The steps of a path; hardly ever more than two.
pub(crate) type PlacedSteps = SmallVec<[PlacedStep; 2]>;

/// An object type and the steps from the object to the value, such as `file:hashes.'SHA-256'`.
///
/// One through the properties of the object model is not kept, but referred to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ObjectPath {
    origin: Origin,
    route: Route,
}

/// What a path says.
#[derive(Clone, Debug)]
enum Route {
    Known(&'static KnownPath),
    Own(Box<Names>),
}

/// The names that a path is made of.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Names {
    object_type: Text,
    places: PlacedSteps,
}

/// A step, and where it stands, counted from where the path begins.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct PlacedStep {
    pub(crate) kind: StepKind,
    pub(crate) within: Origin,
}

impl ObjectPath {
    pub(crate) fn new(span: Span, object_type: Text, places: PlacedSteps) -> Self {
        Self { origin: Origin(span), route: Route::Own(Box::new(Names { object_type, places })) }
    }

    #[inline]
    pub(crate) fn known(span: Span, path: &'static KnownPath) -> Self {
        Self { origin: Origin(span), route: Route::Known(path) }
    }

    /// The path of the object model that this was found to be.
    #[inline]
    pub(crate) fn as_known(&self) -> Option<&'static KnownPath> {
        match &self.route {
            Route::Known(path) => Some(path),
            Route::Own(_) => None,
        }
    }

    /// The names, unless it is a known path.
    pub(crate) fn into_names(self) -> Option<Names> {
        match self.route {
            Route::Known(_) => None,
            Route::Own(names) => Some(*names),
        }
    }

    #[inline]
    fn names(&self) -> &Names {
        self.route.names()
    }

    /// The type of the object that the path starts from.
    #[inline]
    #[must_use]
    pub fn object_type(&self) -> &str {
        &self.names().object_type
    }

    /// The steps, at least one. The first is a key.
    #[must_use]
    pub fn steps(&self) -> impl DoubleEndedIterator<Item = Step<'_>> + ExactSizeIterator + Clone {
        let (start, _) = self.origin.0.bounds();
        let places = self.names().places.iter();
        places.map(move |place| Step { kind: &place.kind, span: place.within.0.moved_to(start) })
    }

    /// The keys on the way, if the path leads over nothing else.
    ///
    /// ```
    /// use stix_pattern::Pattern;
    ///
    /// let pattern = Pattern::parse("[file:hashes.'SHA-256' = 'a']").unwrap();
    /// let (path, _) = pattern.as_single_equality().unwrap();
    /// assert_eq!(path.keys(), Some(vec!["hashes", "SHA-256"]));
    /// ```
    #[must_use]
    pub fn keys(&self) -> Option<Vec<&str>> {
        let places = self.names().places.iter();
        let keys = places.map(|place| match &place.kind {
            StepKind::Key(key) => Some(key.as_str()),
            StepKind::Index(_) | StepKind::Star => None,
        });
        keys.collect()
    }

    /// From the object type to the last step.
    #[must_use]
    pub fn span(&self) -> Span {
        self.origin.0
    }
}

impl PartialEq for Route {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Known(one), Self::Known(other)) if std::ptr::eq(*one, *other) => true,
            _ => self.names() == other.names(),
        }
    }
}

impl Eq for Route {}

impl Hash for Route {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.names().hash(state);
    }
}

impl Route {
    #[inline]
    fn names(&self) -> &Names {
        match self {
            Self::Known(path) => path.names(),
            Self::Own(names) => names,
        }
    }
}

/// One step of a path.
#[derive(Clone, Copy, Debug)]
pub struct Step<'a> {
    kind: &'a StepKind,
    span: Span,
}

impl<'a> Step<'a> {
    /// Where the step leads.
    #[must_use]
    pub fn kind(self) -> &'a StepKind {
        self.kind
    }

    /// The name with its quotes, or the index with its brackets; without the dot.
    #[must_use]
    pub fn span(self) -> Span {
        self.span
    }
}

/// Where a step leads.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum StepKind {
    /// `.name` or `.'name'`: to a property, or to a key of a dictionary.
    Key(Text),
    /// `[3]`: to the element of a list at this place, counted from 0.
    Index(u64),
    /// `[*]`: to each element of a list.
    Star,
}

impl StepKind {
    /// Whether a key can stand in a path without quotes.
    pub(crate) fn is_plain_key(key: &str) -> bool {
        lexer::is_property_name(key)
    }
}

impl From<&str> for StepKind {
    fn from(key: &str) -> Self {
        Self::Key(key.into())
    }
}

impl From<u64> for StepKind {
    fn from(index: u64) -> Self {
        Self::Index(index)
    }
}
