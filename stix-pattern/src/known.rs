//! The names of the object model (STIX 2.1, section 6), of which paths are made, in a table that is asked for each path
//! of each pattern.

mod paths;

use std::sync::LazyLock;

use stix_core::object::REGISTRY;
use stix_core::schema::{Class, Kind, ObjectDef, PropertyDef, StructDef};

pub(crate) use self::paths::{KnownPath, path_at};

/// How many names a table has room for, a power of two.
const SLOTS: usize = 1024;
/// How many slots are tried for a name. One that finds no room is not known, and nothing but speed is lost.
const TRIED: usize = 4;

/// The names of hash-algorithm-ov.
const ALGORITHMS: [&str; 8] =
    ["MD5", "SHA-1", "SHA-256", "SHA-512", "SHA3-256", "SHA3-512", "SSDEEP", "TLSH"];

static KNOWN: LazyLock<Known> = LazyLock::new(Known::of_the_model);

/// The name as the object model has it, if it has it.
#[inline]
pub(crate) fn name(name: &str) -> Option<&'static str> {
    slot(name).map(|slot| slot.name)
}

/// The table of the cyber-observable object type of this name, the only types that patterns look at.
#[inline]
pub(crate) fn observable(name: &str) -> Option<&'static ObjectDef> {
    slot(name)?.def
}

/// Names in the slots that their letters tell.
struct Known(Box<[Slot]>);

/// A name, empty if the slot is free, and its table if it is that of an object type.
#[derive(Clone, Copy, Default)]
struct Slot {
    name: &'static str,
    def: Option<&'static ObjectDef>,
}

impl Known {
    fn of_the_model() -> Self {
        let mut known = Self(vec![Slot::default(); SLOTS + TRIED].into());
        for def in REGISTRY.iter().filter(|def| def.class == Class::Sco) {
            known.add(def.name(), Some(def));
        }
        for def in REGISTRY.iter().filter(|def| def.class == Class::Sco) {
            def.properties().for_each(|property| known.add_property(property));
        }
        ALGORITHMS.into_iter().for_each(|algorithm| known.add(algorithm, None));
        known
    }

    fn add_property(&mut self, property: &'static PropertyDef) {
        self.add(property.name, None);
        self.add_kind(property.kind);
    }

    fn add_kind(&mut self, kind: &'static Kind) {
        match kind {
            Kind::List(kind) | Kind::Dictionary(kind) => self.add_kind(kind),
            Kind::Struct(def) | Kind::Extensions(def) => self.add_struct(def),
            _ => {}
        }
    }

    fn add_struct(&mut self, def: &'static StructDef) {
        def.properties.iter().for_each(|property| self.add_property(property));
    }

    fn add(&mut self, name: &'static str, def: Option<&'static ObjectDef>) {
        let tried = self.0.iter_mut().skip(first_slot(name)).take(TRIED);
        if let Some(slot) = tried.into_iter().find(|slot| slot.name.is_empty() || slot.name == name) {
            *slot = Slot { name, def: slot.def.or(def) };
        }
    }
}

#[inline]
fn slot(name: &str) -> Option<&'static Slot> {
    let first = first_slot(name);
    KNOWN.0.get(first..first + TRIED)?.iter().find(|slot| slot.name == name)
}

/// Where a name is looked for first. Length, beginning, middle and end tell the names apart well enough.
#[inline]
fn first_slot(name: &str) -> usize {
    let bytes = name.as_bytes();
    let byte = |at: usize| bytes.get(at).map_or(0, |byte| usize::from(*byte));
    let length = bytes.len();
    let mixed =
        byte(0) * 0x1f + byte(length / 2) * 0x3b5 + byte(length.wrapping_sub(1)) * 0x65 + length * 0x2ad;
    (mixed ^ mixed >> 7) % SLOTS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_of_the_model_are_known() {
        let mut missed = 0;
        for def in REGISTRY.iter().filter(|def| def.class == Class::Sco) {
            assert_eq!(observable(def.name()).map(ObjectDef::name), Some(def.name()));
            missed += def.properties().filter(|property| super::name(property.name).is_none()).count();
        }
        assert!(missed < 5, "{missed} names have no room");
        assert_eq!((name("SHA-256"), name("x-acme")), (Some("SHA-256"), None));
        assert!(
            observable("value").is_none() && observable("indicator").is_none() && observable("").is_none()
        );
    }
}
