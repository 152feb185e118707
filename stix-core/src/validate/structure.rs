//! The rules that the tables hold: kinds, presence, ranges, targets, vocabularies and relations.

use std::cmp::Ordering;

use serde_json::{Map, Value};

use super::{Problem, Report, Rule};
use crate::{
    Bundle, Identifier, SpecVersion, Timestamp,
    id::is_object_type,
    object,
    schema::{Class, Constraint, Kind, ObjectDef, PropertyDef, StixObject, StructDef, Target, Vocabulary},
};

/// The greatest whole number that JSON carries without loss (section 2.6).
const MAX_INTEGER: i64 = (1 << 53) - 1;

/// Checks an object, or a bundle with its objects, that was read as JSON.
///
/// ```
/// use stix_core::validate::check_object;
///
/// let report = check_object(&serde_json::json!({
///     "type": "identity",
///     "spec_version": "2.1",
///     "id": "identity--socdefenders",
///     "created": "2024-01-15T10:00:00Z",
///     "modified": "2024-01-15T10:00:00.000Z",
/// }));
/// let found: Vec<_> = report.problems().iter().map(|problem| problem.path()).collect();
/// assert_eq!(found, ["/id", "/created", "/name"]);
/// ```
pub fn check_object(value: &Value) -> Report {
    let mut check = Check { report: Report::default(), path: String::new() };
    check.object(value);
    check.report
}

struct Check {
    report: Report,
    /// The JSON Pointer to the value that is being checked.
    path: String,
}

impl Check {
    fn problem(&mut self, rule: Rule, message: impl Into<String>, help: Option<String>) {
        let problem = Problem::new(rule, self.path.clone(), message);
        self.report.push(match help {
            Some(help) => problem.with_help(help),
            None => problem,
        });
    }

    /// Goes down to a member or item, and back.
    fn at(&mut self, segment: &str, check: impl FnOnce(&mut Self)) {
        let length = self.path.len();
        self.path.push('/');
        self.path.push_str(&segment.replace('~', "~0").replace('/', "~1"));
        check(self);
        self.path.truncate(length);
    }

    fn object(&mut self, value: &Value) {
        let Value::Object(members) = value else {
            return self.kind(value, "an object");
        };
        let object_type = match members.get("type") {
            Some(Value::String(name)) if is_object_type(name) => name.as_str(),
            Some(other) => {
                let help = "use 3 to 250 of a-z, 0-9 and single hyphens, starting with a letter";
                let message = format!("{other} cannot name a type of object");
                return self.at("type", |check| check.problem(Rule::ValueKind, message, Some(help.into())));
            }
            None => return self.missing("type", "an object"),
        };
        match if object_type == Bundle::TYPE { Some(Bundle::OBJECT) } else { object::def(object_type) } {
            Some(def) => self.typed(def, members),
            None => self.untyped(members),
        }
        self.id_prefix(object_type, members);
    }

    fn typed(&mut self, def: &ObjectDef, members: &Map<String, Value>) {
        for property in def.properties() {
            match members.get(property.name) {
                Some(value) => self.at(property.name, |check| check.property(property, value)),
                None if property.required => self.missing(property.name, def.name()),
                None => {}
            }
        }
        for constraint in def.constraints() {
            self.constraint(constraint, members);
        }
        if def.class == Class::Bundle && members.contains_key("spec_version") {
            let help = "remove it: each object says its own version";
            let message = "a bundle has no `spec_version` in STIX 2.1";
            self.at("spec_version", |check| {
                check.problem(Rule::BundleSpecVersion, message, Some(help.into()))
            });
        }
        self.undeclared(members, |name| name == "type" || def.property(name).is_some());
    }

    /// Checks what holds for every object, also of a type that has no table.
    fn untyped(&mut self, members: &Map<String, Value>) {
        if !members.contains_key("id") {
            self.missing("id", "an object");
        }
        for (name, value) in members {
            let kind = match name.as_str() {
                "id" | "created_by_ref" => &Kind::Identifier,
                "created" | "modified" => &Kind::Timestamp,
                "spec_version" => &Kind::SpecVersion,
                _ => continue,
            };
            self.at(name, |check| check.value(kind, value));
        }
        self.undeclared(members, |_| false);
    }

    fn undeclared(&mut self, members: &Map<String, Value>, declared: impl Fn(&str) -> bool) {
        for (name, value) in members.iter().filter(|(name, _)| !declared(name)) {
            self.at(name, |check| check.no_null(value));
        }
    }

    /// There is no null at any depth of what no table describes.
    fn no_null(&mut self, value: &Value) {
        match value {
            Value::Null => {
                self.problem(Rule::NoNull, "null is no STIX value", Some("leave the property out".into()))
            }
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.at(&index.to_string(), |check| check.no_null(item));
                }
            }
            Value::Object(members) => self.undeclared(members, |_| false),
            _ => {}
        }
    }

    fn id_prefix(&mut self, object_type: &str, members: &Map<String, Value>) {
        let Some(id) = members.get("id").and_then(Value::as_str) else { return };
        let Ok(id) = id.parse::<Identifier>() else { return };
        if id.object_type() != object_type {
            let message = format!("`{id}` does not start with the object's type `{object_type}`");
            self.at("id", |check| check.problem(Rule::IdPrefix, message, None));
        }
    }

    fn missing(&mut self, name: &str, owner: &str) {
        let message = format!("`{owner}` needs the property `{name}`").replace("`an object`", "an object");
        self.at(name, |check| check.problem(Rule::RequiredProperty, message, None));
    }

    fn property(&mut self, property: &PropertyDef, value: &Value) {
        self.value(property.kind, value);
        let texts = match value {
            Value::Array(items) => items.iter().collect(),
            single => vec![single],
        };
        for text in texts.into_iter().filter_map(Value::as_str) {
            self.target(property.targets, text);
            if let Some(vocabulary) = property.vocabulary {
                self.term(vocabulary, text);
            }
        }
        if property.milliseconds
            && let Some(time) = value.as_str().and_then(|text| text.parse::<Timestamp>().ok())
            && time.precision() < 3
        {
            let help = format!("write `{}`", Timestamp::from_millis(time.instant()));
            let message = format!("`{time}` is coarser than a millisecond");
            self.problem(Rule::TimestampPrecision, message, Some(help));
        }
    }

    fn value(&mut self, kind: &Kind, value: &Value) {
        match (kind, value) {
            (_, Value::Null) => self.no_null(value),
            (Kind::String, Value::String(_)) | (Kind::Boolean, Value::Bool(_)) => {}
            (Kind::Integer { min, max }, Value::Number(number)) => match number.as_i64() {
                Some(number) => self.range(number, min.unwrap_or(-MAX_INTEGER), max.unwrap_or(MAX_INTEGER)),
                None => self.kind(value, kind.name()),
            },
            (Kind::Timestamp, Value::String(text)) => self.text(text.parse::<Timestamp>(), |e| e.help()),
            (Kind::Identifier, Value::String(text)) => self.text(text.parse::<Identifier>(), |e| e.help()),
            (Kind::SpecVersion, Value::String(text)) => {
                self.text(text.parse::<SpecVersion>(), |_| "write `2.1`");
            }
            (Kind::Dictionary, Value::Object(members)) => {
                self.not_empty(members.is_empty());
                self.undeclared(members, |_| false);
            }
            (Kind::List(kind), Value::Array(items)) => {
                self.not_empty(items.is_empty());
                for (index, item) in items.iter().enumerate() {
                    self.at(&index.to_string(), |check| check.value(kind, item));
                }
            }
            (Kind::Struct(def), Value::Object(members)) => self.structure(def, members),
            (Kind::Object, Value::Object(_)) => self.object(value),
            _ => self.kind(value, kind.name()),
        }
    }

    fn structure(&mut self, def: &StructDef, members: &Map<String, Value>) {
        for property in def.properties {
            match members.get(property.name) {
                Some(value) => self.at(property.name, |check| check.property(property, value)),
                None if property.required => self.missing(property.name, def.name),
                None => {}
            }
        }
        for constraint in def.constraints {
            self.constraint(constraint, members);
        }
        self.undeclared(members, |name| def.property(name).is_some());
    }

    fn text<T, E: std::fmt::Display>(&mut self, result: Result<T, E>, help: impl Fn(&E) -> &'static str) {
        if let Err(error) = result {
            self.problem(Rule::ValueKind, error.to_string(), Some(help(&error).to_owned()));
        }
    }

    fn kind(&mut self, value: &Value, expected: &str) {
        let found = match value {
            Value::Null => "null",
            Value::Bool(_) => "a boolean",
            Value::Number(_) => "a number",
            Value::String(_) => "a string",
            Value::Array(_) => "a list",
            Value::Object(_) => "an object",
        };
        self.problem(Rule::ValueKind, format!("{found} stands where {expected} belongs"), None);
    }

    fn range(&mut self, number: i64, min: i64, max: i64) {
        if !(min..=max).contains(&number) {
            self.problem(Rule::Range, format!("`{number}` is not between {min} and {max}"), None);
        }
    }

    fn not_empty(&mut self, empty: bool) {
        if empty {
            let help = "leave the property out";
            self.problem(Rule::NotEmpty, "a list or dictionary must not be empty", Some(help.into()));
        }
    }

    fn target(&mut self, targets: &[Target], text: &str) {
        let Ok(id) = text.parse::<Identifier>() else { return };
        let object_type = id.object_type();
        let fits = |target: &Target| match target {
            Target::Type(name) => *name == object_type,
            // A type without a table may be of any class: an extension may define it.
            Target::Class(class) => object::def(object_type)
                .map_or(!matches!(object_type, "bundle" | "sighting" | "language-content"), |def| {
                    def.class == *class
                }),
        };
        if !targets.is_empty() && !targets.iter().any(fits) {
            self.problem(Rule::ReferenceTarget, format!("`{id}` must not be referred to here"), None);
        }
    }

    fn term(&mut self, vocabulary: &Vocabulary, text: &str) {
        if !vocabulary.terms.contains(&text) {
            let rule = if vocabulary.open { Rule::OpenVocabulary } else { Rule::Enumeration };
            let help = format!("the terms are {}", vocabulary.terms.join(", "));
            self.problem(rule, format!("`{text}` is no term of {}", vocabulary.name), Some(help));
        }
    }

    fn constraint(&mut self, constraint: &Constraint, members: &Map<String, Value>) {
        let has = |name: &&str| members.contains_key(*name);
        let time = |name: &str| members.get(name)?.as_str()?.parse::<Timestamp>().ok();
        let order = |late: &str, early: &str| Some(time(late)?.cmp(&time(early)?));
        let broken = match constraint {
            Constraint::AtLeastOne(names) if !names.iter().any(has) => {
                format!("one of {} must be present", names.join(", "))
            }
            Constraint::ExactlyOne(names) if names.iter().filter(|name| has(name)).count() != 1 => {
                format!("exactly one of {} must be present", names.join(", "))
            }
            Constraint::Requires(first, second) if has(first) && !has(second) => {
                format!("`{first}` needs `{second}`")
            }
            Constraint::NotBefore(late, early) if order(late, early) == Some(Ordering::Less) => {
                format!("`{late}` is before `{early}`")
            }
            Constraint::After(late, early) if order(late, early).is_some_and(Ordering::is_le) => {
                format!("`{late}` is not after `{early}`")
            }
            _ => return,
        };
        self.problem(Rule::PropertyRelation, broken, None);
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
            Self::Dictionary | Self::Struct(_) | Self::Object => "an object",
            Self::List(_) => "a list",
        }
    }
}
