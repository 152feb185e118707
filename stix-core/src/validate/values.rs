//! Values by the kinds that the tables give them (STIX 2.1 chapter 2).

use super::check::Check;
use super::rule::Rule;
use super::structure::{Structure, duplicates};
use super::tree::{Json, Members};
use super::{bundle, encoded, names, repair, restrictions};
use crate::{
    Bundle, Identifier, IdentifierError, SpecVersion, Timestamp, TimestampError,
    id::IdentifierErrorKind,
    schema::{Kind, PropertyDef, StixObject},
    timestamp::TimestampErrorKind,
};

/// The greatest whole number that JSON carries without loss (section 2.10).
const MAX_INTEGER: i64 = (1 << 53) - 1;

impl<'c> Structure<'c> {
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
    pub(super) fn anything(&mut self, value: &'c Json<'c>, check: &mut Check<'c>) {
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

    pub(super) fn property(
        &mut self,
        property: &'static PropertyDef,
        value: &'c Json<'c>,
        check: &mut Check<'c>,
    ) {
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
            check.problem_with_repair(Rule::TimestampPrecision, message, "leave the fraction out");
        }
        if property.milliseconds
            && let Some(time) = value.as_str().and_then(|text| text.parse::<Timestamp>().ok())
            && time.precision() < 3
        {
            let help = format_args!("write `{}`", Timestamp::from_millis(time.instant())).to_string();
            let message = format_args!("`{time}` is coarser than a millisecond").to_string();
            check.problem_with_repair(Rule::TimestampPrecision, message, help);
        }
    }

    pub(super) fn value(&mut self, kind: &'static Kind, value: &'c Json<'c>, check: &mut Check<'c>) {
        match (kind, value) {
            (_, Json::Null) => self.anything(value, check),
            (Kind::String, Json::String(text)) => self.length(text, check),
            (Kind::Boolean, Json::Bool(_)) => {}
            (Kind::Integer { .. }, Json::Float(number)) => not_whole(*number, check),
            (Kind::Integer { min, max }, Json::Integer(number)) => {
                range(*number, min.unwrap_or(-MAX_INTEGER), max.unwrap_or(MAX_INTEGER), check);
            }
            (Kind::Timestamp, Json::String(text)) => {
                if let Err(error) = text.parse::<Timestamp>() {
                    not_a_time(text, &error, check);
                }
            }
            (Kind::Identifier, Json::String(text)) => {
                if let Err(error) = text.parse::<Identifier>() {
                    not_an_identifier(&error, check);
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
                    bundle::nested(check);
                }
                self.object(value, check);
            }
            _ => wrong_kind(value, kind.name(), check),
        }
    }
}

pub(super) fn wrong_kind(value: &Json<'_>, expected: &str, check: &mut Check<'_>) {
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

fn not_a_time(text: &str, error: &TimestampError, check: &mut Check<'_>) {
    match repair::timestamp(text).filter(|_| error.kind() == TimestampErrorKind::Form) {
        Some(time) => check.problem_with_repair(Rule::Timestamp, error, format_args!("write `{time}`")),
        None => check.problem_with_help(Rule::Timestamp, error, error.help()),
    }
}

fn not_an_identifier(error: &IdentifierError, check: &mut Check<'_>) {
    match error.kind() {
        IdentifierErrorKind::Uuid | IdentifierErrorKind::Variant => {
            let help = format!("{}; a new identifier must then stand wherever this one does", error.help());
            check.problem_with_repair(Rule::Identifier, error, help);
        }
        _ => check.problem_with_help(Rule::Identifier, error, error.help()),
    }
}

/// Reports a number where a whole number belongs: one with a fraction, or too great for any reader.
fn not_whole(number: f64, check: &mut Check<'_>) {
    if number.abs() > MAX_INTEGER as f64 {
        let message = format_args!("`{number}` is not between {} and {MAX_INTEGER}", -MAX_INTEGER);
        check.problem(Rule::Range, message);
    } else if number.fract() == 0.0 {
        let message = format_args!("`{number:?}` is not written as a whole number");
        check.problem_with_help(Rule::ValueKind, message, format_args!("write `{number}`"));
    } else {
        check.problem(Rule::ValueKind, format_args!("`{number}` is no whole number"));
    }
}
