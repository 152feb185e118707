//! Where a path has led: what kind of value stands there, and whose property it is.

use stix_core::object::{self, REGISTRY};
use stix_core::schema::{Class, Kind, ObjectDef, PropertyDef, Target};

use super::values::{Plain, Subject};

/// The end of a path, or a place on its way.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    pub(super) shape: Shape,
    /// The declared property that was last passed.
    pub(super) property: Option<&'static PropertyDef>,
    /// The objects that have this property, if it is directly theirs.
    pub(super) owner: Option<Objects>,
    /// Whether the path leads here in one step from its object.
    pub(super) direct: bool,
    /// What the strings here are, if that was worked out before and is the same for each of the owners.
    pub(super) subject: Option<Subject>,
    /// The strings that there is nothing to say about here, if that was worked out before.
    pub(super) plain: Option<Plain>,
}

/// What stands at a place.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Shape {
    /// Anything: what no table describes.
    Any,
    /// An object of one of these types.
    Objects(Objects),
    /// A hash, by the name of its algorithm.
    Hash,
    /// A value of this kind.
    Kind(&'static Kind),
}

/// The types of objects that can stand at a place.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Objects {
    /// The root of a path.
    One(&'static ObjectDef),
    /// What a reference may point to.
    Targets(&'static [Target]),
}

impl Place {
    /// What no table describes.
    pub(super) const UNKNOWN: Self =
        Self { shape: Shape::Any, property: None, owner: None, direct: false, subject: None, plain: None };

    /// Whether the place is a reference, which a path leads through and never ends at.
    pub(super) fn is_reference(&self) -> bool {
        matches!(self.shape, Shape::Kind(Kind::Identifier))
            && self
                .property
                .is_some_and(|property| property.name.ends_with("_ref") || property.name.ends_with("_refs"))
    }
}

impl Objects {
    /// The tables of the types.
    pub(super) fn defs(self) -> impl Iterator<Item = &'static ObjectDef> {
        let (one, targets) = match self {
            Self::One(def) => (Some(def), &[] as &[Target]),
            Self::Targets(targets) => (None, targets),
        };
        one.into_iter().chain(targets.iter().flat_map(|target| {
            let (name, class) = match target {
                Target::Type(name) => (Some(*name), None),
                Target::Class(class) => (None, Some(*class)),
            };
            let of_class = REGISTRY.iter().copied().filter(move |def| Some(def.class) == class);
            name.and_then(object::def).into_iter().chain(of_class)
        }))
    }

    /// The property of this name of the first type that has it.
    pub(super) fn property(self, name: &str) -> Option<&'static PropertyDef> {
        self.defs().find_map(|def| def.property(name))
    }

    /// The types in a sentence.
    pub(super) fn names(self) -> String {
        let names: Vec<String> = self.defs().map(|def| format!("`{}`", def.name())).collect();
        match names.len() {
            0..=4 => names.join(" or "),
            _ => "an object that is pointed to".to_owned(),
        }
    }
}

/// The tables of all cyber-observable object types.
pub(super) fn observables() -> impl Iterator<Item = &'static ObjectDef> {
    REGISTRY.iter().copied().filter(|def| def.class == Class::Sco)
}

/// A kind of value in a sentence.
pub(super) fn kind_name(kind: &Kind) -> &'static str {
    match kind {
        Kind::Boolean => "a boolean",
        Kind::Integer { .. } => "a whole number",
        Kind::Float { .. } => "a number",
        Kind::Timestamp => "a timestamp",
        Kind::Identifier => "an identifier",
        Kind::Hex | Kind::Binary => "bytes",
        Kind::List(_) => "a list",
        Kind::Hashes | Kind::Dictionary(_) | Kind::Extensions(_) => "a dictionary",
        Kind::Struct(_) | Kind::Object => "an object",
        _ => "a string",
    }
}
