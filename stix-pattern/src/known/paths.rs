//! The paths through the properties of the object model, found by their text: most patterns look at nothing else.

use std::sync::LazyLock;

use stix_core::object::{self, REGISTRY};
use stix_core::schema::{Class, Kind, ObjectDef, PropertyDef, StructDef, Target};

use super::ALGORITHMS;
use crate::ast::Names;
use crate::check::place::Place;
use crate::{check, lexer, parser};

/// How many slots there are for each path, so that most paths are found in the first that is tried.
const SPARSENESS: usize = 4;

static PATHS: LazyLock<Paths> = LazyLock::new(Paths::of_the_model);

/// A path that leads to a value which the object model describes.
#[derive(Debug)]
pub(crate) struct KnownPath {
    text: String,
    names: Names,
    place: Place,
}

impl KnownPath {
    /// What it is made of.
    #[inline]
    pub(crate) fn names(&self) -> &Names {
        &self.names
    }

    /// Where it leads.
    #[inline]
    pub(crate) fn place(&self) -> &Place {
        &self.place
    }

    /// A path, unless there is something to say about it.
    fn new(text: String) -> Option<Self> {
        let path = parser::object_path(&text)?;
        let place = check::place_of(&path, &text)?;
        Some(Self { names: path.into_names()?, place, text })
    }
}

/// The known path that begins at a byte, and where it ends. A longer path may begin so, behind a blank.
#[inline(always)]
pub(crate) fn path_at(source: &str, at: usize) -> Option<(&'static KnownPath, usize)> {
    let bytes = source.as_bytes();
    bytes.get(at).filter(|first| first.is_ascii_lowercase())?;
    let (end, number) = lexer::path(bytes, at);
    Some((PATHS.find(bytes.get(at..end)?, number)?, end))
}

/// Paths in the slots that their text tells, or in those behind.
struct Paths {
    paths: Vec<KnownPath>,
    /// The number of a path, and half of the number that its text tells.
    slots: Vec<Option<(u32, u32)>>,
}

impl Paths {
    fn of_the_model() -> Self {
        let mut texts = Vec::new();
        for def in REGISTRY.iter().filter(|def| def.class == Class::Sco) {
            add_object(&mut texts, &format!("{}:", def.name()), def, true);
        }
        let paths: Vec<KnownPath> = texts.into_iter().filter_map(KnownPath::new).collect();
        let mut slots = vec![None; (paths.len() * SPARSENESS).next_power_of_two()];
        for (number, path) in (0..).zip(&paths) {
            let (first, tag) = halves(lexer::path(path.text.as_bytes(), 0).1);
            let slots_from = (first..first + slots.len()).map(|slot| slot & (slots.len() - 1));
            let free = slots_from.into_iter().find(|slot| slots.get(*slot).is_some_and(Option::is_none));
            if let Some(slot) = free.and_then(|free| slots.get_mut(free)) {
                *slot = Some((number, tag));
            }
        }
        Self { paths, slots }
    }

    #[inline]
    fn find(&self, text: &[u8], number: u64) -> Option<&KnownPath> {
        let (mut slot, tag) = halves(number);
        loop {
            // There is a free slot behind each path, so that the search ends.
            let (number, other) = (*self.slots.get(slot & (self.slots.len() - 1))?)?;
            if other == tag {
                return self.paths.get(number as usize).filter(|path| path.text.as_bytes() == text);
            }
            slot += 1;
        }
    }
}

/// The slot that a number tells, without its limit, and the rest of the number.
#[inline]
fn halves(number: u64) -> (usize, u32) {
    ((number >> 32) as u32 as usize, number as u32)
}

/// Adds the paths that go on from an object; through references, too, if `follows`.
fn add_object(texts: &mut Vec<String>, before: &str, def: &'static ObjectDef, follows: bool) {
    for property in def.properties() {
        let text = format!("{before}{}", property.name);
        add_kind(texts, &text, property.kind, follows);
        let (kind, text) = match property.kind {
            Kind::List(kind) => (*kind, format!("{text}[*]")),
            kind => (kind, text),
        };
        if follows && matches!(kind, Kind::Identifier) {
            add_targets(texts, &format!("{text}."), property);
        }
    }
}

/// Adds the paths that go on from a reference.
fn add_targets(texts: &mut Vec<String>, before: &str, property: &'static PropertyDef) {
    for target in property.targets {
        if let Target::Type(name) = target
            && let Some(def) = object::def(name)
        {
            add_object(texts, before, def, false);
        }
    }
}

/// Adds a path, and those that go on from it within the object.
fn add_kind(texts: &mut Vec<String>, text: &str, kind: &'static Kind, extended: bool) {
    texts.push(text.to_owned());
    match kind {
        Kind::List(kind) => add_kind(texts, &format!("{text}[*]"), kind, extended),
        Kind::Struct(def) => add_struct(texts, text, def, extended),
        Kind::Extensions(def) if extended => add_struct(texts, text, def, extended),
        Kind::Hashes => {
            texts.extend(ALGORITHMS.iter().map(|name| format!("{text}.'{name}'")));
            let plain = ALGORITHMS.iter().filter(|name| lexer::is_property_name(name));
            texts.extend(plain.map(|name| format!("{text}.{name}")));
        }
        _ => {}
    }
}

fn add_struct(texts: &mut Vec<String>, text: &str, def: &'static StructDef, extended: bool) {
    for property in def.properties {
        let text = match lexer::is_property_name(property.name) {
            true => format!("{text}.{}", property.name),
            false => format!("{text}.'{}'", property.name),
        };
        add_kind(texts, &text, property.kind, extended);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_paths_that_patterns_have_are_known() {
        for text in [
            "url:value",
            "file:hashes.'SHA-256'",
            "file:hashes.MD5",
            "file:extensions.'windows-pebinary-ext'.sections[*].entropy",
            "email-message:from_ref.value",
            "network-traffic:protocols[*]",
            "process:image_ref.hashes.'SHA-1'",
        ] {
            let (path, end) = path_at(&format!("{text} = 1"), 0).expect(text);
            assert_eq!((path.text.as_str(), end), (text, text.len()));
        }
        for text in ["file:nam", "file:", "file", "x-acme:value", "file:hashes.'sha-256'", "", "file:name.x"]
        {
            assert!(path_at(text, 0).is_none(), "{text}");
        }
        assert!((500..5000).contains(&PATHS.paths.len()), "{}", PATHS.paths.len());
    }

    #[test]
    fn a_known_path_is_the_same_as_a_parsed_one() {
        for path in &PATHS.paths {
            let whole = format!("[EXISTS {}\t]", path.text);
            let pattern = crate::Pattern::parse(&whole).unwrap();
            let again = crate::Pattern::parse(&whole.replacen(':', " :", 1)).unwrap();
            assert_eq!(pattern, again);
            assert_eq!(pattern.to_string(), again.to_string());
        }
    }
}
