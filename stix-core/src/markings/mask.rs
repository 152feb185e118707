//! Withholding content that is marked above a level of the Traffic Light Protocol.

use std::{collections::HashMap, fmt};

use serde_json::{Map, Value};

use super::{Marking, Markings, Selector};
use crate::{
    Identifier,
    tlp::{Tlp, TlpLevel},
};

/// The levels that marking definitions set.
///
/// The fixed definitions of the protocol are always known. A marking whose definition is neither
/// one of them nor given, or is no marking of the protocol, sets no level.
///
/// ```
/// use serde_json::json;
/// use stix_core::{markings::Levels, tlp::{Tlp, TlpLevel}};
///
/// let note = json!({
///     "type": "note", "content": "a", "abstract": "b", "object_marking_refs": [Tlp::Green1.id()],
///     "granular_markings": [{"marking_ref": Tlp::Amber2.id(), "selectors": ["content"]}],
/// });
/// let levels = Levels::default();
/// assert_eq!(levels.of_object(&note), Some(TlpLevel::Green));
/// assert_eq!(levels.of_content(&note, &"content".parse()?), Some(TlpLevel::Amber));
/// assert_eq!(levels.highest(&note), Some(TlpLevel::Amber));
/// # Ok::<(), stix_core::markings::SelectorError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Levels {
    given: HashMap<Identifier, TlpLevel>,
}

impl Levels {
    /// The levels of these marking definitions too; other objects among them are passed over.
    pub fn of_definitions<'a>(definitions: impl IntoIterator<Item = &'a Value>) -> Self {
        let level = |definition: &Value| {
            let id: Identifier = definition.get("id")?.as_str()?.parse().ok()?;
            let is_marking = id.object_type() == "marking-definition";
            TlpLevel::of_definition(definition).filter(|_| is_marking).map(|level| (id, level))
        };
        Self { given: definitions.into_iter().filter_map(level).collect() }
    }

    /// The level that a marking sets.
    pub fn level(&self, marking: &Identifier) -> Option<TlpLevel> {
        Tlp::of(marking).map(Tlp::rank).or_else(|| self.given.get(marking).copied())
    }

    /// The highest level that is set for the whole object.
    pub fn of_object(&self, object: &Value) -> Option<TlpLevel> {
        Markings::of(object).object().iter().filter_map(|id| self.level(id)).max()
    }

    /// The highest level that applies to this content of the object.
    pub fn of_content(&self, object: &Value, path: &Selector) -> Option<TlpLevel> {
        Markings::of(object).effective(path).iter().filter_map(|id| self.level(id)).max()
    }

    /// The highest level that applies to any content of the object.
    pub fn highest(&self, object: &Value) -> Option<TlpLevel> {
        let markings = Markings::of(object);
        let granular = markings.granular().filter_map(|(_, marking)| self.of_marking(marking));
        granular.chain(markings.object().iter().filter_map(|id| self.level(id))).max()
    }

    fn of_marking(&self, marking: &Marking) -> Option<TlpLevel> {
        match marking {
            Marking::Definition(id) => self.level(id),
            Marking::Language(_) => None,
        }
    }
}

/// What of an object is withheld from those who may see content up to a level.
///
/// - An object that is marked above the level as a whole is withheld as a whole. So is one with a
///   granular marking above the level whose selectors lead nowhere: what it protects is unknown.
/// - Content that a granular marking above the level selects is withheld with all that is inside.
/// - An identifier with a name-based UUID (version 3 or 5) is withheld with any content, since the
///   content can be guessed and tried against it.
/// - What another object says of the content, such as a translation, is that object's business.
#[derive(Clone, Debug)]
pub struct Mask<'a> {
    object: &'a Value,
    whole: Option<TlpLevel>,
    parts: Vec<(Selector, TlpLevel)>,
}

impl<'a> Mask<'a> {
    /// What of this object is above the level.
    pub fn new(object: &'a Value, level: TlpLevel, levels: &Levels) -> Self {
        let markings = Markings::of(object);
        let unclear = markings.unreadable().iter().flatten();
        let whole = markings.object().iter().chain(unclear).filter_map(|id| levels.level(id)).max();
        let part = |(selector, marking): (&Selector, &Marking)| {
            let part = levels.of_marking(marking)?;
            (part > level).then(|| (selector.clone(), part))
        };
        let mut parts: Vec<_> = markings.granular().filter_map(part).collect();
        if let Some(highest) = parts.iter().map(|(_, level)| *level).max()
            && has_name_based_id(object)
        {
            parts.extend(Selector::property("id").map(|id| (id, highest)));
        }
        Self { object, whole: whole.filter(|whole| *whole > level), parts }
    }

    /// Whether nothing is withheld.
    pub fn is_empty(&self) -> bool {
        self.whole.is_none() && self.parts.is_empty()
    }

    /// A copy of the object without what is withheld, to be shown; it is no valid STIX object.
    ///
    /// In the place of withheld content stands the name of its level, as a text. Of an object that
    /// is withheld as a whole only `type`, `spec_version`, `id` and `object_marking_refs` are left.
    pub fn to_json(&self) -> Value {
        match (self.whole, self.object) {
            (Some(level), Value::Object(members)) => self.stub(members, level),
            _ => self.without_parts(),
        }
    }

    /// What to say instead of a message about the place that an RFC 6901 JSON Pointer into the
    /// object names, if the message may tell what is withheld: at, inside or around the place.
    ///
    /// ```
    /// use serde_json::json;
    /// use stix_core::{markings::{Levels, Mask}, tlp::{Tlp, TlpLevel}};
    ///
    /// let object = json!({"type": "tool", "name": "secret", "aliases": [7], "granular_markings": [
    ///     {"marking_ref": Tlp::Red2.id(), "selectors": ["aliases"]},
    /// ]});
    /// let mask = Mask::new(&object, TlpLevel::Amber, &Levels::default());
    /// let withheld = mask.withheld("/aliases/0").ok_or("nothing")?;
    /// assert_eq!(withheld.to_string(), "content marked TLP:RED is withheld");
    /// assert_eq!(withheld.path(), "/aliases");
    /// assert_eq!(mask.withheld("/name"), None);
    /// # Ok::<(), &str>(())
    /// ```
    pub fn withheld(&self, pointer: &str) -> Option<Withheld> {
        if let Some(level) = self.whole {
            return Some(Withheld { path: String::new(), level });
        }
        let parts = self.parts.iter().map(|(selector, level)| (selector.to_pointer(), *level));
        let touched = parts.filter(|(part, _)| leads_into(part, pointer) || leads_into(pointer, part));
        let (part, level) = touched.max_by_key(|(_, level)| *level)?;
        // Names inside of withheld content are withheld as well.
        let path = if leads_into(&part, pointer) { part } else { pointer.to_owned() };
        Some(Withheld { path, level })
    }

    fn stub(&self, members: &Map<String, Value>, level: TlpLevel) -> Value {
        const KEPT: [&str; 4] = ["type", "spec_version", "id", "object_marking_refs"];
        let hidden = has_name_based_id(self.object);
        let kept = members.iter().filter(|(name, _)| KEPT.contains(&name.as_str()));
        kept.map(|(name, value)| match name.as_str() {
            "id" if hidden => (name.clone(), level.to_string().into()),
            _ => (name.clone(), value.clone()),
        })
        .collect()
    }

    fn without_parts(&self) -> Value {
        let mut copy = self.object.clone();
        for (selector, level) in &self.parts {
            // Content inside of content that has been replaced already is gone.
            if let Some(content) = selector.resolve_mut(&mut copy) {
                *content = level.to_string().into();
            }
        }
        copy
    }
}

/// A copy of an object in which content marked above the level is withheld; see [`Mask`].
///
/// ```
/// use serde_json::json;
/// use stix_core::{markings::{Levels, masked}, tlp::{Tlp, TlpLevel}};
///
/// let object = json!({
///     "type": "tool", "id": "tool--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f", "name": "secret",
///     "object_marking_refs": [Tlp::Red2.id()],
/// });
/// assert_eq!(masked(&object, TlpLevel::Red, &Levels::default()), object);
/// assert_eq!(masked(&object, TlpLevel::Amber, &Levels::default()).get("name"), None);
/// ```
pub fn masked(object: &Value, level: TlpLevel, levels: &Levels) -> Value {
    Mask::new(object, level, levels).to_json()
}

/// What is said in the place of withheld content.
///
/// ```
/// use serde_json::json;
/// use stix_core::{markings::{Levels, Mask, Withheld}, tlp::{Tlp, TlpLevel}};
///
/// let definition = serde_json::to_value(Tlp::Red2.marking())?;
/// let levels = Levels::of_definitions([&definition]);
/// let note = json!({"type": "note", "content": "a", "granular_markings":
///     [{"marking_ref": Tlp::Red2.id(), "selectors": ["content"]}]});
/// let mask = Mask::new(&note, TlpLevel::Green, &levels);
/// let withheld: Withheld = mask.withheld("/content").ok_or("it is shown")?;
/// assert_eq!((withheld.path(), withheld.level()), ("/content", TlpLevel::Red));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Withheld {
    path: String,
    level: TlpLevel,
}

impl Withheld {
    /// Where, without names from inside of the withheld content: an RFC 6901 JSON Pointer.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The level of the content.
    pub fn level(&self) -> TlpLevel {
        self.level
    }
}

impl fmt::Display for Withheld {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "content marked {} is withheld", self.level)
    }
}

/// Whether a pointer leads to the place of another or to a place inside of it.
fn leads_into(around: &str, pointer: &str) -> bool {
    pointer.strip_prefix(around).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Whether the identifier may have been computed from the content.
fn has_name_based_id(object: &Value) -> bool {
    let id = object.get("id").and_then(|id| id.as_str()?.parse::<Identifier>().ok());
    id.is_some_and(|id| matches!(id.uuid().get_version_num(), 3 | 5))
}
