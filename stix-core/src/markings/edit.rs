//! Setting and removing markings (STIX 2.1 sections 7.2.2 and 7.2.3).
//!
//! After every change the granular markings are in their shortest form: one entry for each
//! marking, its selectors sorted; see [`compress`]. A list that becomes empty is left out.

use std::fmt;

use serde_json::{Map, Value, json};

use super::{Marking, Selector};
use crate::Identifier;

const OBJECT: &str = "object_marking_refs";
const GRANULAR: &str = "granular_markings";

/// Marks a whole object; one that is marked so already stays as it is.
///
/// # Errors
/// The identifier must be that of a marking definition, and not of the object itself.
pub fn add(object: &mut Value, marking: &Identifier) -> Result<(), MarkingError> {
    check_marking(object, marking)?;
    let refs = list(object, OBJECT)?;
    if !refs.iter().any(|id| id == marking.as_str()) {
        refs.push(marking.as_str().into());
    }
    Ok(())
}

/// Takes a marking off a whole object; granular markings stay.
///
/// # Errors
/// The object must be marked so.
///
/// ```
/// use serde_json::json;
/// use stix_core::{markings::{MarkingErrorKind, add, remove}, tlp::Tlp};
///
/// let mut object = json!({"type": "tool"});
/// add(&mut object, &Tlp::Green2.id())?;
/// remove(&mut object, &Tlp::Green2.id())?;
/// assert_eq!(object, json!({"type": "tool"}));
/// let error = remove(&mut object, &Tlp::Green2.id()).unwrap_err();
/// assert_eq!(error.kind(), MarkingErrorKind::NotMarked);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn remove(object: &mut Value, marking: &Identifier) -> Result<(), MarkingError> {
    let members = members(object)?;
    let refs = members.get_mut(OBJECT).and_then(Value::as_array_mut);
    let removed = refs.is_some_and(|refs| {
        let before = refs.len();
        refs.retain(|id| id != marking.as_str());
        refs.len() < before
    });
    drop_if_empty(members, OBJECT);
    if removed { Ok(()) } else { Err(MarkingError::new(MarkingErrorKind::NotMarked, marking.to_string())) }
}

/// Takes all markings off a whole object; granular markings stay.
pub fn clear(object: &mut Value) {
    if let Value::Object(members) = object {
        members.shift_remove(OBJECT);
    }
}

/// Marks parts of an object.
///
/// # Errors
/// The selectors must lead to content of the object. The marking must be the identifier of a
/// marking definition, not of the object itself, or a language. Nothing is changed on an error.
pub fn add_at(
    object: &mut Value,
    marking: &Marking,
    paths: impl IntoIterator<Item = Selector>,
) -> Result<(), MarkingError> {
    if let Marking::Definition(id) = marking {
        check_marking(object, id)?;
    }
    let paths: Vec<_> = paths.into_iter().collect();
    if let Some(path) = paths.iter().find(|path| path.resolve(object).is_none()) {
        return Err(MarkingError::new(MarkingErrorKind::NoSuchContent, path.to_string()));
    }
    if !paths.is_empty() {
        let selectors: Vec<_> = paths.iter().map(ToString::to_string).collect();
        let entry = json!({marking.property(): marking.to_string(), "selectors": selectors});
        list(object, GRANULAR)?.push(entry);
    }
    compress(object);
    Ok(())
}

/// Takes a marking off parts of an object. What else it marks, it goes on marking.
///
/// # Errors
/// Each selector must be one of the marking's: content that is marked by way of the content around
/// it is not marked itself. Nothing is changed on an error.
///
/// ```
/// use serde_json::json;
/// use stix_core::{markings::{Marking, MarkingError, add_at, clear_at, remove_at}, tlp::Tlp};
///
/// let mut tool = json!({"type": "tool", "name": "VNC", "labels": ["a"]});
/// let marking = Marking::Definition(Tlp::Red2.id());
/// add_at(&mut tool, &marking, ["name".parse()?, "labels".parse()?])?;
/// remove_at(&mut tool, &marking, ["name".parse()?])?;
/// assert_eq!(tool["granular_markings"][0]["selectors"], json!(["labels"]));
/// let again: Result<(), MarkingError> = remove_at(&mut tool, &marking, ["name".parse()?]);
/// assert!(again.is_err());
/// clear_at(&mut tool, ["labels".parse()?]);
/// assert_eq!(tool.get("granular_markings"), None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn remove_at(
    object: &mut Value,
    marking: &Marking,
    paths: impl IntoIterator<Item = Selector>,
) -> Result<(), MarkingError> {
    let paths: Vec<_> = paths.into_iter().collect();
    let marked = |path: &&Selector| entries(object).any(|entry| says(entry, marking) && selects(entry, path));
    if let Some(path) = paths.iter().find(|path| !marked(path)) {
        return Err(MarkingError::new(MarkingErrorKind::NotMarked, format!("{marking}` at `{path}")));
    }
    retain_selectors(object, |entry, selector| {
        !(says(entry, marking) && paths.iter().any(|path| path.to_string() == selector))
    });
    Ok(())
}

/// Takes all markings and languages off parts of an object: those that select exactly this
/// content, not those of content around or inside it.
pub fn clear_at(object: &mut Value, paths: impl IntoIterator<Item = Selector>) {
    let paths: Vec<_> = paths.into_iter().map(|path| path.to_string()).collect();
    retain_selectors(object, |_, selector| !paths.iter().any(|path| path == selector));
}

/// Brings granular markings into their shortest form without changing what they say.
///
/// Entries with the same marking or language are joined where the first of them stands, and their
/// selectors sorted, each once. An entry with further properties stays an entry of its own.
///
/// ```
/// use serde_json::json;
///
/// let mut object = json!({"name": "a", "labels": ["b"], "granular_markings": [
///     {"lang": "en", "selectors": ["name"]},
///     {"lang": "en", "selectors": ["labels.[0]", "name"]},
/// ]});
/// stix_core::markings::compress(&mut object);
/// assert_eq!(object["granular_markings"], json!([{"lang": "en", "selectors": ["labels.[0]", "name"]}]));
/// ```
pub fn compress(object: &mut Value) {
    let Value::Object(members) = object else { return };
    if let Some(Value::Array(entries)) = members.get_mut(GRANULAR) {
        let mut joined: Vec<Value> = Vec::new();
        for entry in entries.drain(..) {
            let same = joined.iter_mut().find(|other| can_join(other, &entry));
            match same {
                Some(other) => join(other, entry),
                None => joined.push(entry),
            }
        }
        joined.iter_mut().for_each(sort_selectors);
        *entries = joined;
    }
    drop_if_empty(members, GRANULAR);
}

/// Whether two entries are the same but for their selectors.
fn can_join(left: &Value, right: &Value) -> bool {
    let (Value::Object(left), Value::Object(right)) = (left, right) else { return false };
    let is_list = |entry: &Map<String, Value>| entry.get("selectors").is_some_and(Value::is_array);
    let rest = |name: &String| left.get(name) == right.get(name) || name == "selectors";
    is_list(left) && is_list(right) && left.len() == right.len() && left.keys().all(rest)
}

fn join(entry: &mut Value, mut other: Value) {
    let selectors = entry.get_mut("selectors").and_then(Value::as_array_mut);
    let others = other.get_mut("selectors").and_then(Value::as_array_mut);
    if let (Some(selectors), Some(others)) = (selectors, others) {
        selectors.append(others);
    }
}

fn sort_selectors(entry: &mut Value) {
    if let Some(Value::Array(selectors)) = entry.get_mut("selectors") {
        selectors.sort_by(|left, right| left.as_str().cmp(&right.as_str()));
        selectors.dedup();
    }
}

/// Keeps the selectors that the function wants to keep, and the entries that have any left.
fn retain_selectors(object: &mut Value, keep: impl Fn(&Value, &str) -> bool) {
    if let Some(Value::Array(entries)) = object.get_mut(GRANULAR) {
        entries.retain_mut(|entry| {
            let whole = entry.clone();
            let Some(Value::Array(selectors)) = entry.get_mut("selectors") else { return true };
            let before = selectors.len();
            selectors.retain(|selector| selector.as_str().is_none_or(|selector| keep(&whole, selector)));
            !selectors.is_empty() || before == 0
        });
    }
    compress(object);
}

fn entries(object: &Value) -> impl Iterator<Item = &Value> {
    object.get(GRANULAR).and_then(Value::as_array).into_iter().flatten()
}

fn says(entry: &Value, marking: &Marking) -> bool {
    entry.as_object().and_then(Marking::of_entry).as_ref() == Some(marking)
}

fn selects(entry: &Value, path: &Selector) -> bool {
    let selectors = entry.get("selectors").and_then(Value::as_array);
    selectors.is_some_and(|selectors| selectors.contains(&Value::String(path.to_string())))
}

fn drop_if_empty(members: &mut Map<String, Value>, name: &str) {
    if members.get(name).and_then(Value::as_array).is_some_and(Vec::is_empty) {
        members.shift_remove(name);
    }
}

fn check_marking(object: &Value, marking: &Identifier) -> Result<(), MarkingError> {
    let error = |kind| Err(MarkingError::new(kind, marking.to_string()));
    if marking.object_type() != "marking-definition" {
        return error(MarkingErrorKind::NoMarking);
    }
    match object.get("id") {
        Some(id) if id == marking.as_str() => error(MarkingErrorKind::MarksItself),
        _ => Ok(()),
    }
}

/// The list that a property holds; an empty one if the property is not there.
fn list<'a>(object: &'a mut Value, name: &str) -> Result<&'a mut Vec<Value>, MarkingError> {
    let list = members(object)?.entry(name).or_insert_with(|| json!([]));
    list.as_array_mut().ok_or_else(|| MarkingError::new(MarkingErrorKind::NoList, name.to_owned()))
}

fn members(object: &mut Value) -> Result<&mut Map<String, Value>, MarkingError> {
    object.as_object_mut().ok_or_else(|| MarkingError::new(MarkingErrorKind::NoObject, String::new()))
}

/// Why a marking cannot be set or removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MarkingError {
    kind: MarkingErrorKind,
    what: String,
}

/// The rules of setting and removing markings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum MarkingErrorKind {
    /// The value is no object.
    NoObject,
    /// The property that holds the markings is no list.
    NoList,
    /// The identifier is not that of a marking definition.
    NoMarking,
    /// A marking definition would mark itself.
    MarksItself,
    /// The selector leads to nothing.
    NoSuchContent,
    /// What is to be removed is not there.
    NotMarked,
}

impl MarkingError {
    fn new(kind: MarkingErrorKind, what: String) -> Self {
        Self { kind, what }
    }

    /// Which rule is broken.
    pub fn kind(&self) -> MarkingErrorKind {
        self.kind
    }
}

impl fmt::Display for MarkingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = &self.what;
        match self.kind {
            MarkingErrorKind::NoObject => f.write_str("only an object can be marked"),
            MarkingErrorKind::NoList => write!(f, "`{what}` is no list"),
            MarkingErrorKind::NoMarking => write!(f, "`{what}` is no marking definition"),
            MarkingErrorKind::MarksItself => write!(f, "`{what}` cannot mark itself"),
            MarkingErrorKind::NoSuchContent => write!(f, "`{what}` selects nothing in the object"),
            MarkingErrorKind::NotMarked => write!(f, "there is no marking `{what}`"),
        }
    }
}

impl std::error::Error for MarkingError {}
