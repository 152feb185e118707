//! The rules that the tables hold: kinds, presence, ranges, targets, vocabularies and relations.

use std::collections::HashMap;

use super::check::Check;
use super::document::Limits;
use super::rule::Rule;
use super::tree::{Json, Members};
use super::validator::ObjectRule;
use super::{
    common, constraints, encoded, extensions, identifiers, language, markings, names, restrictions, tlp,
    translations,
};
use crate::{
    Bundle, Identifier, SpecVersion, Timestamp, external_reference,
    id::is_object_type,
    kill_chain_phase, object,
    schema::{Class, Kind, ObjectDef, PropertyDef, StixObject, StructDef},
};

/// The greatest whole number that JSON carries without loss (section 2.6).
const MAX_INTEGER: i64 = (1 << 53) - 1;

/// Checks a whole document and gives the number of objects in it.
pub(super) fn document<'c>(
    tree: &'c Json<'c>,
    check: &mut Check<'c>,
    rules: &'c [Box<dyn ObjectRule>],
    limits: &'c Limits,
) -> usize {
    let mut structure =
        Structure { rules, limits, objects: 0, types: HashMap::new(), has_translations: false };
    match tree {
        Json::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                check.item(index, |check| structure.object(item, check));
            }
        }
        single => structure.object(single, check),
    }
    if structure.has_translations {
        translations::document(tree, check);
    }
    structure.objects
}

struct Structure<'c> {
    rules: &'c [Box<dyn ObjectRule>],
    limits: &'c Limits,
    /// How many objects have been checked.
    objects: usize,
    /// The types and creators of the objects, by their UUIDs.
    types: identifiers::Seen<'c>,
    /// Whether there is language content.
    has_translations: bool,
}

impl<'c> Structure<'c> {
    fn object(&mut self, value: &'c Json<'c>, check: &mut Check<'c>) {
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
        let def = if object_type == Bundle::TYPE { Some(Bundle::OBJECT) } else { object::def(object_type) };
        if object_type != Bundle::TYPE {
            self.objects += 1;
        }
        match def {
            Some(def) => self.typed(def, members, check),
            None => self.untyped(members, check),
        }
        if let Some(particular) = def.and_then(|def| def.own.check) {
            particular(members, check);
        }
        names::object_type(object_type, check);
        self.identifier(object_type, def, members, check);
        markings::object(members, check);
        extensions::object(members, check);
        match object_type {
            "marking-definition" => tlp::marking_definition(members, check),
            "language-content" => {
                self.has_translations = true;
                language::object(members, check);
            }
            _ => {}
        }
        for rule in self.rules {
            rule.check(members, check);
        }
    }

    /// Checks that the identifier of an object is that of its type, and the UUID in it.
    fn identifier(
        &mut self,
        object_type: &'c str,
        def: Option<&'static ObjectDef>,
        members: &'c Members<'c>,
        check: &mut Check<'c>,
    ) {
        let Some(id) = members.text("id").and_then(|id| id.parse::<Identifier>().ok()) else { return };
        if id.object_type() != object_type {
            let message = format_args!("`{id}` does not start with the object's type `{object_type}`");
            return check.member("id", |check| check.problem(Rule::IdPrefix, message));
        }
        identifiers::uuid(def, &id, members, check);
        if object_type != Bundle::TYPE && check.is_on(Rule::UuidReuse) {
            identifiers::reuse(&id, members, &mut self.types, check);
        }
    }

    fn typed(&mut self, def: &'static ObjectDef, members: &'c Members<'c>, check: &mut Check<'c>) {
        for property in def.properties() {
            self.present_or_missing(property, def.name(), members, check);
        }
        for constraint in def.constraints() {
            constraints::constraint(constraint, def.own, members, check);
        }
        if def.class == Class::Bundle && members.has("spec_version") {
            let help = "remove it: each object says its own version";
            let message = "a bundle has no `spec_version` in STIX 2.1";
            check.member("spec_version", |check| {
                check.problem_with_help(Rule::BundleSpecVersion, message, help)
            });
        }
        for (name, value) in members.iter() {
            if name == "type" || def.property(name).is_some() {
                continue;
            }
            check.member(name, |check| {
                if def.class == Class::Bundle && name != "spec_version" {
                    let message = format_args!("a bundle has no `{name}`").to_string();
                    let help = "remove it, or put it on the objects";
                    check.problem_with_help(Rule::BundleProperty, message, help);
                }
                if common::is_common(name) {
                    common::not_applicable(name, def, members, check);
                    self.anything(value, check);
                } else {
                    self.undeclared(name, value, members, check);
                }
            });
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
    fn untyped(&mut self, members: &'c Members<'c>, check: &mut Check<'c>) {
        if !members.has("id") {
            missing("id", "an object", check);
        }
        for (name, value) in members.iter().filter(|(name, _)| *name != "type") {
            check.member(name, |check| match common::of_any_class(name) {
                Some(property) => self.property(property, value, check),
                None => self.undeclared(name, value, members, check),
            });
        }
        duplicates(members, check);
    }

    /// Checks a property that no table declares: its name, and what the name promises of the value.
    fn undeclared(
        &mut self,
        name: &'c str,
        value: &'c Json<'c>,
        siblings: &'c Members<'c>,
        check: &mut Check<'c>,
    ) {
        names::property(name, siblings, check);
        match names::promised(name) {
            Some(names::Promise::Kind(kind)) => self.value(kind, value, check),
            Some(names::Promise::Hexadecimal) => self.encoded(value, encoded::hexadecimal, check),
            Some(names::Promise::Binary) => self.encoded(value, encoded::binary, check),
            None => self.anything(value, check),
        }
    }

    /// Checks the members of a dictionary: whether the keys are in lower case is not asked if they are `cased`.
    fn dictionary(
        &mut self,
        kind: &'static Kind,
        members: &'c Members<'c>,
        cased: bool,
        check: &mut Check<'c>,
    ) {
        for (key, value) in members.iter() {
            check.member(key, |check| {
                names::key(key, cased, check);
                self.value(kind, value, check);
            });
        }
        duplicates(members, check);
    }

    /// There is no null and no text beyond the limit at any depth of what no table describes.
    fn anything(&mut self, value: &'c Json<'c>, check: &mut Check<'c>) {
        match value {
            Json::Null => {
                check.problem_with_help(Rule::NoNull, "null is no STIX value", "leave the property out")
            }
            Json::Array(items) => {
                not_empty(items.is_empty(), check);
                for (index, item) in items.iter().enumerate() {
                    check.item(index, |check| self.anything(item, check));
                }
            }
            Json::Object(members) => {
                not_empty(members.is_empty(), check);
                self.dictionary(&Kind::Any, members, false, check);
            }
            Json::String(text) => self.length(text, check),
            Json::Integer(number) => range(*number, -MAX_INTEGER, MAX_INTEGER, check),
            Json::Bool(_) | Json::Float(_) => {}
        }
    }

    fn encoded(&mut self, value: &'c Json<'c>, check_text: fn(&str, &mut Check<'_>), check: &mut Check<'c>) {
        match value {
            Json::String(text) => {
                self.length(text, check);
                check_text(text, check);
            }
            Json::Null => self.anything(value, check),
            other => wrong_kind(other, "a string", check),
        }
    }

    fn length(&self, text: &str, check: &mut Check<'c>) {
        if text.len() > self.limits.string {
            check.problem(Rule::Limit, format_args!("the text is longer than {} bytes", self.limits.string));
        }
    }

    fn property(&mut self, property: &'static PropertyDef, value: &'c Json<'c>, check: &mut Check<'c>) {
        match (property.kind, value) {
            (Kind::Dictionary(kind), Json::Object(members)) => {
                not_empty(members.is_empty(), check);
                self.dictionary(kind, members, names::cased(property.name), check);
            }
            (kind, value) => self.value(kind, value, check),
        }
        if !property.targets.is_empty() || property.vocabulary.is_some() {
            match value {
                Json::Array(items) => {
                    for (index, item) in items.iter().enumerate() {
                        check.item(index, |check| restrictions::restricted(property, item, check));
                    }
                }
                single => restrictions::restricted(property, single, check),
            }
        }
        if property.whole_seconds
            && let Some(time) = value.as_str().and_then(|text| text.parse::<Timestamp>().ok())
            && time.precision() > 0
        {
            let message = format_args!("`{time}` has a fraction of a second").to_string();
            check.problem_with_help(Rule::TimestampPrecision, message, "leave the fraction out");
        }
        if property.milliseconds
            && let Some(time) = value.as_str().and_then(|text| text.parse::<Timestamp>().ok())
            && time.precision() < 3
        {
            let help = format_args!("write `{}`", Timestamp::from_millis(time.instant())).to_string();
            let message = format_args!("`{time}` is coarser than a millisecond").to_string();
            check.problem_with_help(Rule::TimestampPrecision, message, help);
        }
    }

    fn value(&mut self, kind: &'static Kind, value: &'c Json<'c>, check: &mut Check<'c>) {
        match (kind, value) {
            (_, Json::Null) => self.anything(value, check),
            (Kind::String, Json::String(text)) => self.length(text, check),
            (Kind::Boolean, Json::Bool(_)) => {}
            (Kind::Integer { min, max }, Json::Integer(number)) => {
                range(*number, min.unwrap_or(-MAX_INTEGER), max.unwrap_or(MAX_INTEGER), check);
            }
            (Kind::Timestamp, Json::String(text)) => {
                if let Err(error) = text.parse::<Timestamp>() {
                    check.problem_with_help(Rule::Timestamp, &error, error.help());
                }
            }
            (Kind::Identifier, Json::String(text)) => {
                if let Err(error) = text.parse::<Identifier>() {
                    check.problem_with_help(Rule::Identifier, &error, error.help());
                }
            }
            (Kind::SpecVersion, Json::String(text)) => {
                if let Err(error) = text.parse::<SpecVersion>() {
                    check.problem_with_help(Rule::SpecVersion, error, "write `2.1`");
                }
            }
            (Kind::Float { min, max }, Json::Integer(number)) => {
                float_range(*number as f64, *min, *max, check);
            }
            (Kind::Float { min, max }, Json::Float(number)) => float_range(*number, *min, *max, check),
            (Kind::IntegerOrString, Json::Integer(number)) => {
                range(*number, -MAX_INTEGER, MAX_INTEGER, check)
            }
            (Kind::IntegerOrString, Json::String(text)) => self.length(text, check),
            (Kind::Hex, Json::String(_)) => self.encoded(value, encoded::hexadecimal, check),
            (Kind::Binary, Json::String(_)) => self.encoded(value, encoded::binary, check),
            (Kind::Hashes, Json::Object(members)) => {
                not_empty(members.is_empty(), check);
                encoded::hashes(members, check);
                duplicates(members, check);
            }
            (Kind::Any, value) => self.anything(value, check),
            (Kind::Dictionary(kind), Json::Object(members)) => {
                not_empty(members.is_empty(), check);
                self.dictionary(kind, members, false, check);
            }
            (Kind::Observables, Json::Object(members)) => {
                not_empty(members.is_empty(), check);
                self.dictionary(&Kind::Any, members, true, check);
            }
            (Kind::Extensions(def), Json::Object(members)) => {
                not_empty(members.is_empty(), check);
                self.extensions(def, members, check);
            }
            (Kind::List(kind), Json::Array(items)) => {
                not_empty(items.is_empty(), check);
                for (index, item) in items.iter().enumerate() {
                    check.item(index, |check| self.value(kind, item, check));
                }
            }
            (Kind::Struct(def), Json::Object(members)) => self.structure(def, members, check),
            (Kind::Object, Json::Object(members)) => {
                if members.text("type") == Some(Bundle::TYPE) {
                    let help = "put its objects in its place";
                    let message = "a bundle must not be inside a bundle";
                    check.problem_with_help(Rule::NestedBundle, message, help);
                }
                self.object(value, check);
            }
            _ => wrong_kind(value, kind.name(), check),
        }
    }

    /// Checks the extensions of an object: those that the table knows, and the names of the others.
    fn extensions(&mut self, def: &'static StructDef, members: &'c Members<'c>, check: &mut Check<'c>) {
        for (name, value) in members.iter() {
            check.member(name, |check| match def.property(name) {
                Some(property) => self.property(property, value, check),
                None => {
                    names::key(name, true, check);
                    self.anything(value, check);
                }
            });
        }
        duplicates(members, check);
    }

    fn structure(&mut self, def: &'static StructDef, members: &'c Members<'c>, check: &mut Check<'c>) {
        for property in def.properties {
            self.present_or_missing(property, def.name, members, check);
        }
        for constraint in def.constraints {
            constraints::constraint(constraint, def, members, check);
        }
        for (name, value) in members.iter().filter(|(name, _)| def.property(name).is_none()) {
            check.member(name, |check| self.undeclared(name, value, members, check));
        }
        duplicates(members, check);
        if let Some(particular) = def.check {
            particular(members, check);
        }
        match def.name {
            "external-reference" => external_reference::check(members, check),
            "kill-chain-phase" => kill_chain_phase::check(members, check),
            _ => {}
        }
    }
}

/// Reports the members that stand twice.
fn duplicates<'c>(members: &'c Members<'c>, check: &mut Check<'c>) {
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
    check.member(name, |check| match rule {
        Rule::SpecVersion => check.problem_with_help(rule, message, "add `\"spec_version\": \"2.1\"`"),
        _ => check.problem(rule, message),
    });
}

fn wrong_kind(value: &Json<'_>, expected: &str, check: &mut Check<'_>) {
    check.problem(Rule::ValueKind, format_args!("{} stands where {expected} belongs", value.kind()));
}

fn range(number: i64, min: i64, max: i64, check: &mut Check<'_>) {
    if !(min..=max).contains(&number) {
        check.problem(Rule::Range, format_args!("`{number}` is not between {min} and {max}"));
    }
}

fn float_range(number: f64, min: Option<f64>, max: Option<f64>, check: &mut Check<'_>) {
    let (min, max) = (min.unwrap_or(f64::MIN), max.unwrap_or(f64::MAX));
    if !(min..=max).contains(&number) {
        check.problem(Rule::Range, format_args!("`{number}` is not between {min} and {max}"));
    }
}

fn not_empty(empty: bool, check: &mut Check<'_>) {
    if empty {
        let message = "a list or dictionary must not be empty";
        check.problem_with_help(Rule::NotEmpty, message, "leave the property out");
    }
}

impl Kind {
    /// The name in a sentence.
    fn name(&self) -> &'static str {
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
