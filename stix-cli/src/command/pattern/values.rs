//! `stix pattern values`: what patterns compare with.

use std::io::{self, Write as _};

use clap::Args;
use serde::Serialize;
use serde_json::{Value as Json, json};
use stix_pattern::PatternValue;
use stix_pattern::ast::Value;

use super::{Patterns, write_errors};
use crate::failure::Failure;
use crate::format::Format;
use crate::outcome::Outcome;
use crate::output::Output;

/// List the values that patterns compare with
///
/// Each line of text has the object type, the path, the operator and the constant, separated by tabs. As JSON,
/// `alternatives` says whether the pattern is a plain alternative of these values, so that seeing one of them is
/// enough and nothing else matches.
///
/// Exit status: 0 all are patterns, 1 one is none, 2 they could not be read.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  stix pattern values \"[url:value IN ('http://a.example/', 'http://b.example/')]\"
  stix pattern values --lines --format json < patterns.txt")]
pub(super) struct Values {
    #[command(flatten)]
    patterns: Patterns,
    /// How to print them; as JSON, one object a pattern and line
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// The values of a pattern, as programs read them.
#[derive(Debug, Serialize)]
struct Told<'t> {
    pattern: &'t str,
    /// Nothing if the text is no pattern.
    alternatives: Option<bool>,
    values: Option<Vec<ToldValue<'t>>>,
}

#[derive(Debug, Serialize)]
struct ToldValue<'t> {
    r#type: &'t str,
    path: String,
    operator: &'static str,
    negated: bool,
    value: Option<Json>,
    value_type: Option<&'static str>,
    /// Whether this comparison alone is enough for the pattern to match.
    alternative: bool,
}

impl Values {
    pub(super) fn run(&self, output: &mut Output) -> Result<Outcome, Failure> {
        self.patterns.each(output, |output, text| {
            let parsed = stix_pattern::Pattern::parse_all(text);
            match (self.format, &parsed) {
                (Format::Text, Ok(pattern)) => {
                    for value in pattern.values().iter() {
                        write_text(output, &value)?;
                    }
                }
                (Format::Text, Err(errors)) => write_errors(output, text, errors)?,
                (Format::Json, parsed) => {
                    let values = parsed.as_ref().ok().map(stix_pattern::Pattern::values);
                    let told = Told {
                        pattern: text,
                        alternatives: values.as_ref().map(stix_pattern::PatternValues::are_alternatives),
                        values: values.map(|values| values.iter().map(ToldValue::of).collect()),
                    };
                    serde_json::to_writer(&mut *output, &told).map_err(io::Error::from)?;
                    writeln!(output)?;
                }
            }
            Ok(if parsed.is_ok() { Outcome::Yes } else { Outcome::No })
        })
    }
}

/// Writes a value on one line. A constant is written as in a pattern, so that tabs and line feeds in it are told
/// apart.
fn write_text(output: &mut Output, value: &PatternValue<'_>) -> io::Result<()> {
    let not = if value.is_negated() { "NOT " } else { "" };
    let constant = value.value().map_or_else(String::new, |constant| match constant {
        Value::String(text) if !text.contains(['\t', '\n', '\r']) => text.to_string(),
        constant => constant.to_string().replace('\n', "\\n").replace('\r', "\\r").replace('\t', "\\t"),
    });
    let line = format!("{}\t{}\t{not}{}\t{constant}", value.object_type(), property(value), value.operator());
    let written = line.split('\t').map(|part| output.exact(part)).collect::<Vec<_>>().join("\t");
    writeln!(output, "{written}")
}

/// Returns the path behind the object type.
fn property(value: &PatternValue<'_>) -> String {
    let path = value.path().to_string();
    path.split_once(':').map_or_else(String::new, |(_, property)| property.to_owned())
}

impl<'t> ToldValue<'t> {
    fn of(value: PatternValue<'t>) -> Self {
        let (constant, value_type) = value.value().as_ref().map(constant).unzip();
        Self {
            r#type: value.object_type(),
            path: property(&value),
            operator: value.operator(),
            negated: value.is_negated(),
            value: constant,
            value_type,
            alternative: value.is_alternative(),
        }
    }
}

/// Returns a constant and its type. Bytes and timestamps are text as in a pattern, without the prefix and the quotes.
pub(super) fn constant(value: &Value) -> (Json, &'static str) {
    let text = || {
        let text = value.to_string();
        json!(text.get(2..text.len().saturating_sub(1)))
    };
    match value {
        Value::Integer(number) => (json!(number), "integer"),
        Value::Float(number) => (json!(number.to_f64()), "float"),
        Value::String(text) => (json!(text.as_str()), "string"),
        Value::Boolean(value) => (json!(value), "boolean"),
        Value::Binary(_) => (text(), "binary"),
        Value::Hex(_) => (text(), "hex"),
        Value::Timestamp(timestamp) => (json!(timestamp.as_str()), "timestamp"),
    }
}
