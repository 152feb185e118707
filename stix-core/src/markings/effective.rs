//! Which markings apply to an object or to a part of it (STIX 2.1 sections 7.2.2 and 7.2.3).

use std::fmt;

use serde_json::{Map, Value};

use super::Selector;
use crate::Identifier;

/// What a granular marking says of the selected content.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Marking {
    /// The marking definition that applies.
    Definition(Identifier),
    /// The language of the texts, as an RFC 5646 tag.
    Language(Box<str>),
}

impl Marking {
    /// What the entry of `granular_markings` says, if it says one thing.
    pub(super) fn of_entry(entry: &Map<String, Value>) -> Option<Self> {
        match (entry.get("marking_ref"), entry.get("lang")) {
            (Some(id), None) => Some(Self::Definition(id.as_str()?.parse().ok()?)),
            (None, Some(lang)) => Some(Self::Language(lang.as_str()?.into())),
            _ => None,
        }
    }

    /// The property of an entry of `granular_markings` that holds it.
    pub(super) fn property(&self) -> &'static str {
        match self {
            Self::Definition(_) => "marking_ref",
            Self::Language(_) => "lang",
        }
    }
}

impl From<Identifier> for Marking {
    fn from(id: Identifier) -> Self {
        Self::Definition(id)
    }
}

impl fmt::Display for Marking {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Definition(id) => write!(f, "{id}"),
            Self::Language(lang) => f.write_str(lang),
        }
    }
}

/// The language of texts that nothing says the language of (section 3.2).
const DEFAULT_LANGUAGE: &str = "en";

/// The markings of an object, read once.
///
/// Entries that cannot be read, such as a selector that is none, mark nothing here; see
/// [`Markings::unreadable`].
///
/// ```
/// use serde_json::json;
/// use stix_core::markings::Markings;
///
/// let note = json!({
///     "type": "note", "lang": "de", "content": "Guten Tag", "abstract": "Bonjour",
///     "granular_markings": [{"lang": "fr", "selectors": ["abstract"]}],
/// });
/// let markings = Markings::of(&note);
/// assert_eq!(markings.language(&"content".parse()?), "de");
/// assert_eq!(markings.language(&"abstract".parse()?), "fr");
/// # Ok::<(), stix_core::markings::SelectorError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Markings {
    object: Vec<Identifier>,
    language: Option<Box<str>>,
    granular: Vec<(Selector, Marking)>,
    unreadable: Vec<Option<Identifier>>,
}

impl Markings {
    /// The markings of an object.
    pub fn of(object: &Value) -> Self {
        let refs = object.get("object_marking_refs").and_then(Value::as_array);
        let mut markings = Self {
            object: refs.into_iter().flatten().filter_map(|id| id.as_str()?.parse().ok()).collect(),
            language: object.get("lang").and_then(Value::as_str).map(Into::into),
            granular: Vec::new(),
            unreadable: Vec::new(),
        };
        let entries = object.get("granular_markings").and_then(Value::as_array);
        entries
            .into_iter()
            .flatten()
            .filter_map(Value::as_object)
            .for_each(|entry| markings.read(object, entry));
        markings
    }

    fn read(&mut self, object: &Value, entry: &Map<String, Value>) {
        let definition = || entry.get("marking_ref").and_then(|id| id.as_str()?.parse().ok());
        let Some(marking) = Marking::of_entry(entry) else {
            return self.unreadable.push(definition());
        };
        let selectors = entry.get("selectors").and_then(Value::as_array);
        for selector in selectors.into_iter().flatten() {
            let selector = selector.as_str().and_then(|text| text.parse::<Selector>().ok());
            match selector.filter(|selector| selector.resolve(object).is_some()) {
                Some(selector) => self.granular.push((selector, marking.clone())),
                None => self.unreadable.push(definition()),
            }
        }
    }

    /// The markings of the whole object.
    pub fn object(&self) -> &[Identifier] {
        &self.object
    }

    /// All granular markings: where, and what.
    pub fn granular(&self) -> impl Iterator<Item = (&Selector, &Marking)> {
        self.granular.iter().map(|(selector, marking)| (selector, marking))
    }

    /// The markings of entries that say nothing or lead nowhere; none where not even that is clear.
    ///
    /// What they were meant to protect is unknown, so [`Mask`](super::Mask) takes those that it
    /// knows the level of to mean the whole object.
    ///
    /// ```
    /// use serde_json::json;
    /// use stix_core::{markings::Markings, tlp::Tlp};
    ///
    /// let tool = json!({"type": "tool", "name": "VNC", "granular_markings": [
    ///     {"marking_ref": Tlp::Red2.id(), "selectors": ["nowhere"]},
    ///     {"marking_ref": Tlp::Red2.id(), "selectors": ["name"]},
    /// ]});
    /// let markings = Markings::of(&tool);
    /// assert_eq!(markings.unreadable(), [Some(Tlp::Red2.id())]);
    /// assert_eq!(markings.granular().count(), 1);
    /// assert_eq!(markings.at(&"name".parse()?).len(), 1);
    /// assert!(markings.inside(&"name".parse()?).is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn unreadable(&self) -> &[Option<Identifier>] {
        &self.unreadable
    }

    /// The markings that select exactly this content.
    pub fn at(&self, path: &Selector) -> Vec<Marking> {
        self.select(|selector| selector == path)
    }

    /// The markings of parts of this content, but not of the content itself.
    pub fn inside(&self, path: &Selector) -> Vec<Marking> {
        self.select(|selector| path.covers(selector) && selector != path)
    }

    /// The markings that apply to this content: those of the object, of the content, and of all
    /// content around it; each once.
    pub fn effective(&self, path: &Selector) -> Vec<Identifier> {
        let granular =
            self.select(|selector| selector.covers(path)).into_iter().filter_map(|marking| match marking {
                Marking::Definition(id) => Some(id),
                Marking::Language(_) => None,
            });
        let mut all = Vec::new();
        for id in self.object.iter().cloned().chain(granular) {
            if !all.contains(&id) {
                all.push(id);
            }
        }
        all
    }

    /// The language of the texts in this content: what the closest granular marking says, else the
    /// object, else English.
    pub fn language(&self, path: &Selector) -> &str {
        let around = self.granular.iter().filter_map(|(selector, marking)| match marking {
            Marking::Language(lang) if selector.covers(path) => Some((selector.steps().len(), lang)),
            _ => None,
        });
        let closest = around.max_by_key(|(depth, _)| *depth).map(|(_, lang)| &**lang);
        closest.or(self.language.as_deref()).unwrap_or(DEFAULT_LANGUAGE)
    }

    fn select(&self, selects: impl Fn(&Selector) -> bool) -> Vec<Marking> {
        let mut selected: Vec<Marking> = Vec::new();
        for (selector, marking) in &self.granular {
            if selects(selector) && !selected.contains(marking) {
                selected.push(marking.clone());
            }
        }
        selected
    }
}
