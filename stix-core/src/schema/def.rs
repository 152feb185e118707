//! The tables that the declarations turn into.

use super::ExtensionKind;
use crate::validate::{Check, Members};

/// A type of object.
///
/// ```
/// use stix_core::{StixObject, schema::{Class, Kind, ObjectDef, PropertyDef, Target}, sro::Relationship};
///
/// let def: &ObjectDef = Relationship::OBJECT;
/// assert_eq!((def.name(), def.class, def.own.section), ("relationship", Class::Sro, "5.1"));
/// let source: &PropertyDef = def.property("source_ref").ok_or("none")?;
/// assert!(source.required && matches!(source.kind, Kind::Identifier));
/// assert!(source.targets.contains(&Target::Class(Class::Sdo)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct ObjectDef {
    /// The class of objects that it belongs to.
    pub class: Class,
    /// The properties that all objects of the class have.
    pub common: &'static StructDef,
    /// The properties of its own.
    pub own: &'static StructDef,
    /// The identifier of the extension definition that defines it, if the specification does not.
    pub extension: Option<&'static str>,
}

impl ObjectDef {
    /// The value of the property `type`.
    pub fn name(&self) -> &'static str {
        self.own.name
    }

    /// The extension definition that defines the type, and how objects say so (section 7.3).
    pub fn definition(&self) -> Option<(&'static str, ExtensionKind)> {
        self.extension.zip(ExtensionKind::of_class(self.class))
    }

    /// All properties but `type`, in the order in which the specification lists them.
    pub fn properties(&self) -> impl Iterator<Item = &'static PropertyDef> + use<> {
        let (common, own) = (self.common, self.own);
        let before = common.properties.iter().filter(|property| !property.after_own);
        let after = common.properties.iter().filter(|property| property.after_own);
        before.chain(own.properties).chain(after)
    }

    /// The constraints on all properties.
    pub fn constraints(&self) -> impl Iterator<Item = &'static Constraint> + use<> {
        self.common.constraints.iter().chain(self.own.constraints)
    }

    /// The property of this name.
    pub fn property(&self, name: &str) -> Option<&'static PropertyDef> {
        self.own.property(name).or_else(|| self.common.property(name))
    }

    /// The names of the extensions that the specification defines for the type.
    pub fn extensions(&self) -> impl Iterator<Item = &'static str> + use<> {
        let set = match self.common.property("extensions").map(|property| property.kind) {
            Some(Kind::Extensions(set)) => set.properties,
            _ => &[],
        };
        set.iter().map(|extension| extension.name)
    }

    /// The names of the properties that make up the deterministic identifier (section 2.9); none
    /// for a type that has no such identifiers.
    pub fn id_contributing(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.properties().filter(|property| property.id_contributing).map(|property| property.name)
    }
}

/// The classes of objects (section 1.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Class {
    /// STIX Domain Objects.
    Sdo,
    /// STIX Relationship Objects.
    Sro,
    /// STIX Cyber-observable Objects.
    Sco,
    /// STIX Meta Objects.
    Smo,
    /// Bundles, which are no STIX objects.
    Bundle,
}

/// A struct: the properties of an object, or a type of values inside objects.
///
/// ```
/// use stix_core::{KillChainPhase, schema::{Declared, StructDef}};
///
/// let def: &StructDef = KillChainPhase::DEF;
/// let names: Vec<_> = def.properties.iter().map(|property| property.name).collect();
/// assert_eq!(names, ["kill_chain_name", "phase_name"]);
/// ```
#[derive(Debug)]
pub struct StructDef {
    /// Its name in the specification.
    pub name: &'static str,
    /// The section of the specification that defines it; empty for what it does not define.
    pub section: &'static str,
    /// What it is.
    pub doc: &'static str,
    /// Its properties, in the order in which the specification lists them.
    pub properties: &'static [PropertyDef],
    /// The relations between them.
    pub constraints: &'static [Constraint],
    /// The names that no property may have.
    pub reserved: &'static [&'static str],
    /// The index of the property of this name; past the end for a common property of an object.
    pub find: fn(&str) -> Option<usize>,
    /// The rules that the tables cannot hold.
    pub check: Option<StructCheck>,
}

/// A check of the rules that are particular to a struct.
pub type StructCheck = for<'c> fn(&'c Members<'c>, &mut Check<'c>);

impl StructDef {
    /// The property of this name.
    pub fn property(&self, name: &str) -> Option<&'static PropertyDef> {
        self.properties.get((self.find)(name)?)
    }
}

/// A property of a struct.
#[derive(Debug)]
pub struct PropertyDef {
    /// Its name in JSON.
    pub name: &'static str,
    /// What it means.
    pub doc: &'static str,
    /// The kind of its values.
    pub kind: &'static Kind,
    /// Whether it must be present.
    pub required: bool,
    /// Whether it is written after the own properties of an object.
    pub after_own: bool,
    /// Whether its timestamp needs at least three digits of a second.
    pub milliseconds: bool,
    /// Whether its timestamp must not have a fraction of a second.
    pub whole_seconds: bool,
    /// Whether it should no longer be used.
    pub deprecated: bool,
    /// Whether it is part of what the deterministic identifier is made of (section 2.9).
    pub id_contributing: bool,
    /// The objects that its identifiers may point to; any, if empty.
    pub targets: &'static [Target],
    /// The vocabulary of its values.
    pub vocabulary: Option<&'static Vocabulary>,
}

/// The kinds of values (chapter 2).
#[derive(Debug)]
#[non_exhaustive]
pub enum Kind {
    /// Any text.
    String,
    /// `true` or `false`.
    Boolean,
    /// A whole number, at most 2^53-1 either way.
    Integer {
        /// The least value allowed.
        min: Option<i64>,
        /// The greatest value allowed.
        max: Option<i64>,
    },
    /// A text that is a timestamp.
    Timestamp,
    /// A text that is an identifier.
    Identifier,
    /// The text `2.1`.
    SpecVersion,
    /// A number, with these bounds.
    Float {
        /// The least value allowed.
        min: Option<f64>,
        /// The greatest value allowed.
        max: Option<f64>,
    },
    /// A whole number or any text.
    IntegerOrString,
    /// A text of hexadecimal digits in pairs.
    Hex,
    /// A text that is Base64.
    Binary,
    /// Hashes by the name of their algorithm.
    Hashes,
    /// Any value but null.
    Any,
    /// A JSON object whose members the declaration does not name, with values of this kind.
    Dictionary(&'static Kind),
    /// The extensions of an object by their names, of which the table knows some.
    Extensions(&'static StructDef),
    /// Cyber-observable objects by local names, without identifiers.
    Observables,
    /// A list that is not empty.
    List(&'static Kind),
    /// A struct.
    Struct(&'static StructDef),
    /// An object, as in a bundle.
    Object,
}

impl Kind {
    /// What a value of the kind is called in a sentence.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::String => "a string",
            Self::Boolean => "a boolean",
            Self::Integer { .. } => "a whole number",
            Self::Timestamp => "a timestamp",
            Self::Identifier => "an identifier",
            Self::SpecVersion => "the text `2.1`",
            Self::Float { .. } => "a number",
            Self::IntegerOrString => "a whole number or a string",
            Self::Hex => "a string of hexadecimal digits",
            Self::Binary => "a string in Base64",
            Self::Any => "a value",
            Self::Dictionary(_)
            | Self::Hashes
            | Self::Observables
            | Self::Extensions(_)
            | Self::Struct(_)
            | Self::Object => "an object",
            Self::List(_) => "a list",
        }
    }
}

/// What an identifier may point to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// An object of this type.
    Type(&'static str),
    /// An object of this class.
    Class(Class),
}

/// A relation between the properties of a struct.
///
/// ```
/// use stix_core::{StixObject, schema::Constraint, sco::File};
///
/// let constraints: Vec<_> = File::OBJECT.constraints().collect();
/// assert_eq!(constraints[0], &Constraint::AtLeastOne(&["hashes", "name"]));
/// assert_eq!(File::OBJECT.id_contributing().count(), 4);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Constraint {
    /// One of them or more must be present.
    AtLeastOne(&'static [&'static str]),
    /// One of them and no other must be present.
    ExactlyOne(&'static [&'static str]),
    /// The first needs the second.
    Requires(&'static str, &'static str),
    /// The first is a time not before the second.
    NotBefore(&'static str, &'static str),
    /// The first is a time after the second.
    After(&'static str, &'static str),
    /// The property must be present when the condition, a boolean, has the value.
    RequiredWhen {
        /// The property that must be present.
        property: &'static str,
        /// The boolean property that decides.
        condition: &'static str,
        /// Its value.
        value: bool,
    },
    /// The property must not be present when the condition, a boolean, has the value.
    ForbiddenWhen {
        /// The property that must not be present.
        property: &'static str,
        /// The boolean property that decides.
        condition: &'static str,
        /// Its value.
        value: bool,
    },
    /// The property may be present only when the list has the term.
    OnlyWithTerm {
        /// The property.
        property: &'static str,
        /// The list of terms.
        list: &'static str,
        /// The term.
        term: &'static str,
    },
    /// One property of the struct's own must be present, or one of these.
    AnyOwn(&'static [&'static str]),
    /// One property of the struct's own must be present besides these.
    AnyBesides(&'static [&'static str]),
}

/// An open vocabulary or an enumeration (chapter 10).
///
/// ```
/// use stix_core::{schema::Vocabulary, vocab::VOCABULARIES};
///
/// /// The vocabulary of a property of one's own: `#[stix(vocabulary(self::COLOUR_OV))]`.
/// static COLOUR_OV: Vocabulary = Vocabulary { name: "colour-ov", open: true, terms: &["red", "green"] };
/// assert!(COLOUR_OV.open && VOCABULARIES.len() > 30);
/// ```
#[derive(Debug)]
pub struct Vocabulary {
    /// Its name in the specification.
    pub name: &'static str,
    /// Whether other terms are allowed.
    pub open: bool,
    /// Its terms.
    pub terms: &'static [&'static str],
}
