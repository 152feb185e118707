//! The rules that the tables hold: kinds, presence, ranges, targets, vocabularies and relations.

use super::answer::Answer;
use super::check::Check;
use super::document::Limits;
use super::extensions::Extended;
use super::rule::Rule;
use super::tree::{Json, Members};
use super::validator::ObjectRule;
use super::values::wrong_kind;
use super::{bundle, common, constraints, custom, extensions, identifiers, labels, markings, names, repair};
use crate::{
    Bundle, external_reference,
    id::is_object_type,
    schema::{Class, ExtensionKind, ObjectDef, PropertyDef, StixObject, StructDef},
};

/// Checks a whole document and gives the number of objects in it.
pub(super) fn document<'c>(
    tree: &'c Json<'c>,
    check: &mut Check<'c>,
    rules: &'c [Box<dyn ObjectRule>],
    limits: &'c Limits,
) -> usize {
    let mut structure = Structure { rules, limits, objects: 0 };
    match tree {
        Json::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                check.item(index, |check| structure.object(item, check));
            }
        }
        single => match single.as_object().and_then(Answer::of) {
            Some(Answer::Envelope(objects)) => check.member("objects", |check| {
                for (index, item) in objects.iter().enumerate() {
                    check.item(index, |check| structure.object(item, check));
                }
            }),
            Some(Answer::Manifest) => check.problem_with_help(
                Rule::RequiredProperty,
                "a TAXII manifest lists objects, and holds none",
                "ask the server for the objects of the collection",
            ),
            None => structure.object(single, check),
        },
    }
    structure.objects
}

/// The walk through the objects of a document.
pub(super) struct Structure<'c> {
    rules: &'c [Box<dyn ObjectRule>],
    pub(super) limits: &'c Limits,
    /// How many objects have been checked.
    objects: usize,
}

impl<'c> Structure<'c> {
    pub(super) fn object(&mut self, value: &'c Json<'c>, check: &mut Check<'c>) {
        let Json::Object(members) = value else { return wrong_kind(value, "an object", check) };
        let id = members.text("id");
        check.object(id, |check| self.members(members, check));
    }

    fn members(&mut self, members: &'c Members<'c>, check: &mut Check<'c>) {
        let object_type = match members.get("type") {
            Some(Json::String(name)) if is_object_type(name) => &**name,
            Some(other) => {
                let help = "use 3 to 250 of a-z, 0-9 and single hyphens, starting with a letter";
                let message = match other.as_str() {
                    Some(name) => format!("`{name}` cannot name a type of object"),
                    None => format!("{} stands where the name of a type belongs", other.kind()),
                };
                return check
                    .member("type", |check| check.problem_with_help(Rule::ObjectType, message, help));
            }
            None => return missing("type", "an object", check),
        };
        let def = if object_type == Bundle::TYPE { Some(Bundle::OBJECT) } else { check.def(object_type) };
        if object_type != Bundle::TYPE {
            self.objects += 1;
        }
        let extended = Extended::of(members, check);
        match def {
            Some(def) => self.typed(def, &extended, members, check),
            None => self.untyped(object_type, &extended, members, check),
        }
        for extension in &extended.added {
            self.added(extension.own, members, check);
        }
        if let Some(particular) = def.and_then(|def| def.own.check) {
            particular(members, check);
        }
        names::object_type(object_type, check);
        identifiers::identifier(object_type, def, members, check);
        external_reference::without_hashes(members, check);
        markings::object(members, check);
        extensions::object(def, members, check);
        for rule in self.rules {
            rule.check(members, check);
        }
    }

    fn typed(
        &mut self,
        def: &'static ObjectDef,
        extended: &Extended,
        members: &'c Members<'c>,
        check: &mut Check<'c>,
    ) {
        if let Some((id, kind)) = def.definition() {
            extensions::required(id, kind, def.name(), members, check);
        }
        for property in def.properties().filter(|property| property.required && !members.has(property.name)) {
            missing(property.name, def.name(), check);
        }
        for constraint in def.constraints() {
            constraints::constraint(constraint, def.own, members, check);
        }
        let mut undeclared = Vec::new();
        for (name, value) in members.iter() {
            if let Some(property) = def.property(name) {
                check.member(name, |check| self.property(property, value, check));
                continue;
            }
            if name == "type" || extended.adds(name) {
                continue;
            }
            check.member(name, |check| {
                if def.class == Class::Bundle {
                    bundle::property(name, check);
                }
                if common::is_common(name) {
                    common::not_applicable(name, def, extended, members, check);
                    self.anything(value, check);
                } else {
                    undeclared.push(name);
                    self.undeclared(name, value, def.own.reserved, members, check);
                }
            });
        }
        labels::of_types(def, members, check);
        common::creator(def, members, check);
        if def.class != Class::Bundle {
            custom::properties(&undeclared, def, extended, check);
        }
        duplicates(members, check);
    }

    fn present_or_missing(
        &mut self,
        property: &'static PropertyDef,
        owner: &str,
        members: &'c Members<'c>,
        check: &mut Check<'c>,
    ) {
        match members.get(property.name) {
            Some(value) => check.member(property.name, |check| self.property(property, value, check)),
            None if property.required => missing(property.name, owner, check),
            None => {}
        }
    }

    /// Checks what holds for every object, also of a type that has no table.
    fn untyped(
        &mut self,
        object_type: &str,
        extended: &Extended,
        members: &'c Members<'c>,
        check: &mut Check<'c>,
    ) {
        let common = common::of_class(extended.class);
        // Only an extension says of which class the object is, and what it therefore needs.
        let needed = common.properties.iter().filter(|property| property.required);
        for property in needed.filter(|property| extended.class.is_some() || property.name == "id") {
            if !members.has(property.name) {
                missing(property.name, object_type, check);
            }
        }
        for constraint in common.constraints {
            constraints::constraint(constraint, common, members, check);
        }
        for (name, value) in members.iter().filter(|(name, _)| *name != "type" && !extended.adds(name)) {
            check.member(name, |check| match (common.property(name), extended.class) {
                (Some(property), _) => self.property(property, value, check),
                (None, Some(class)) if common::is_common(name) => {
                    common::not_of_class(name, object_type, class, members, check);
                    self.anything(value, check);
                }
                _ => self.undeclared(name, value, &[], members, check),
            });
        }
        custom::object(object_type, extended, members, check);
        duplicates(members, check);
    }

    /// Checks a property that no table declares: its name, and what the name promises of the value.
    fn undeclared(
        &mut self,
        name: &'c str,
        value: &'c Json<'c>,
        reserved: &[&str],
        siblings: &'c Members<'c>,
        check: &mut Check<'c>,
    ) {
        names::property(name, reserved, siblings, check);
        self.value(names::promised(name), value, check);
    }

    /// Checks the extensions of an object: those that the table knows, and the names of the others.
    pub(super) fn extensions(
        &mut self,
        def: &'static StructDef,
        members: &'c Members<'c>,
        check: &mut Check<'c>,
    ) {
        for (name, value) in members.iter() {
            check.member(name, |check| match def.property(name) {
                Some(property) => self.property(property, value, check),
                None => {
                    names::key(name, true, check);
                    let declared = check.extension(name).filter(|def| def.kind == ExtensionKind::Property);
                    match (declared, value) {
                        (Some(def), Json::Object(members)) => self.structure(def.own, members, check),
                        (Some(_), other) => wrong_kind(other, "an object", check),
                        (None, _) => self.undeclared_extension(value, check),
                    }
                }
            });
        }
        duplicates(members, check);
    }

    /// Checks the properties that an extension puts beside those of the object.
    fn added(&mut self, def: &'static StructDef, members: &'c Members<'c>, check: &mut Check<'c>) {
        for property in def.properties {
            self.present_or_missing(property, def.name, members, check);
        }
        for constraint in def.constraints {
            constraints::constraint(constraint, def, members, check);
        }
        if let Some(particular) = def.check {
            particular(members, check);
        }
    }

    /// Checks an extension that no table describes: the names of its properties.
    fn undeclared_extension(&mut self, value: &'c Json<'c>, check: &mut Check<'c>) {
        match value {
            Json::Object(extension) if !extension.is_empty() => {
                for (name, value) in extension.iter() {
                    check.member(name, |check| self.undeclared(name, value, &[], extension, check));
                }
                duplicates(extension, check);
            }
            Json::Object(_) | Json::Null => self.anything(value, check),
            other => wrong_kind(other, "an object", check),
        }
    }

    pub(super) fn structure(
        &mut self,
        def: &'static StructDef,
        members: &'c Members<'c>,
        check: &mut Check<'c>,
    ) {
        for property in def.properties {
            self.present_or_missing(property, def.name, members, check);
        }
        for constraint in def.constraints {
            constraints::constraint(constraint, def, members, check);
        }
        for (name, value) in members.iter().filter(|(name, _)| def.property(name).is_none()) {
            check.member(name, |check| {
                self.undeclared(name, value, def.reserved, members, check);
                check.problem(Rule::UnknownProperty, format_args!("`{}` has no `{name}`", def.name));
            });
        }
        duplicates(members, check);
        if let Some(particular) = def.check {
            particular(members, check);
        }
    }
}

/// Reports the members that stand twice.
pub(super) fn duplicates<'c>(members: &'c Members<'c>, check: &mut Check<'c>) {
    for name in members.duplicates() {
        let help = "keep one of them: readers differ in which one they take";
        check.member(name, |check| {
            check.problem_with_help(Rule::DuplicateMember, format_args!("`{name}` stands twice"), help);
        });
    }
}

fn missing(name: &'static str, owner: &str, check: &mut Check<'_>) {
    let rule = if name == "spec_version" { Rule::SpecVersion } else { Rule::RequiredProperty };
    let message = match owner {
        "an object" => format!("an object needs the property `{name}`"),
        owner => format!("`{owner}` needs the property `{name}`"),
    };
    check.member(name, |check| match repair::missing(name) {
        Some(repair) => check.problem_with_repair(rule, message, repair),
        None => check.problem(rule, message),
    });
}
