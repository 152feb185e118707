//! `stix pattern build`: patterns for plain values.

use std::io::{self, Write as _};

use clap::Args;
use serde_json::json;
use stix_pattern::ast::{ComparisonExpression, ComparisonOperator, ComparisonTest, ObjectPath, Value};
use stix_pattern::build::BuildError;
use stix_pattern::detect::Detected;

use super::Patterns;
use crate::failure::Failure;
use crate::format::Format;
use crate::outcome::Outcome;
use crate::output::Output;

/// Build patterns for plain values
///
/// The type of a value is told by how it looks: an address, a network, a domain name, a URL, an e-mail or MAC address,
/// the hash of a file, the number of an autonomous system, or a key of the Windows registry. Defanged values are put
/// right. Quotes and backslashes are escaped.
///
/// Exit status: 0 all have a pattern, 1 one has none, 2 they could not be read.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  stix pattern build 198.51.100.0/24 hxxp://evil[.]example/
  stix pattern build --path file:name \"it's a.exe\"
  stix pattern build --join --lines < values.txt")]
pub(super) struct Build {
    /// Values
    #[arg(value_name = "VALUE")]
    values: Vec<String>,
    /// Read values from standard input too, one a line
    #[arg(long)]
    lines: bool,
    /// Compare the values with this object path, whatever they look like
    #[arg(long, value_name = "PATH")]
    path: Option<String>,
    /// Build one pattern that matches any of the values
    #[arg(long)]
    join: bool,
    /// How to print them; as JSON, one object a value and line
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

impl Build {
    pub(super) fn run(&self, output: &mut Output) -> Result<Outcome, Failure> {
        let path = self.path.as_deref().map(read_path).transpose()?;
        let patterns = Patterns { patterns: self.values.clone(), lines: self.lines };
        let mut joined: Option<ComparisonExpression> = None;
        let outcome = patterns.each(output, |output, value| {
            let Some(test) = test(value, path.as_ref()) else {
                if self.format == Format::Json && !self.join {
                    write_json(output, value, None)?;
                }
                let help = "name the object path to compare it with: `--path file:name`";
                let message = format!("`{value}` looks like no value of a known type");
                Failure::new(message).with_help(Some(help.to_owned())).print();
                return Ok(Outcome::No);
            };
            let test = ComparisonExpression::from(test.map_err(failure)?);
            if self.join {
                joined = Some(match joined.take() {
                    Some(before) => before.or(test),
                    None => test,
                });
                return Ok(Outcome::Yes);
            }
            let pattern = pattern(test)?;
            match self.format {
                Format::Text => {
                    let pattern = output.exact(&pattern);
                    writeln!(output, "{pattern}")?;
                }
                Format::Json => write_json(output, value, Some(&pattern))?,
            }
            Ok(Outcome::Yes)
        })?;
        if let Some(joined) = joined {
            let pattern = pattern(joined)?;
            match self.format {
                Format::Text => {
                    let pattern = output.exact(&pattern);
                    writeln!(output, "{pattern}")?;
                }
                Format::Json => {
                    serde_json::to_writer(&mut *output, &json!({ "pattern": pattern }))
                        .map_err(io::Error::from)?;
                    writeln!(output)?;
                }
            }
        }
        Ok(outcome)
    }
}

/// Returns the test for a value, `None` if nothing tells what it is compared with.
fn test(value: &str, path: Option<&ObjectPath>) -> Option<Result<ComparisonTest, BuildError>> {
    match path {
        Some(path) => {
            let value = Value::from(value);
            Some(ComparisonTest::compare(path.clone(), ComparisonOperator::Equal, value))
        }
        None => Detected::of(value).map(|detected| detected.test()),
    }
}

fn pattern(comparison: ComparisonExpression) -> Result<String, Failure> {
    stix_pattern::Pattern::new(comparison.into()).map(|pattern| pattern.to_string()).map_err(failure)
}

fn failure(error: BuildError) -> Failure {
    Failure::new(error.to_string())
}

/// Reads an object path by the pattern that asks for it.
fn read_path(text: &str) -> Result<ObjectPath, Failure> {
    let pattern = stix_pattern::Pattern::parse(&format!("[EXISTS {text}]")).ok();
    let path = pattern.as_ref().and_then(|pattern| {
        let mut values = pattern.values().into_iter();
        values.next().filter(|_| values.next().is_none()).map(|value| value.path().clone())
    });
    path.ok_or_else(|| {
        let help = "an object path has an object type and a property, such as `file:name`";
        Failure::new(format!("`{text}` is not an object path")).with_help(Some(help.to_owned()))
    })
}

fn write_json(output: &mut Output, value: &str, pattern: Option<&str>) -> Result<(), Failure> {
    let told = json!({ "value": value, "pattern": pattern });
    serde_json::to_writer(&mut *output, &told).map_err(io::Error::from)?;
    Ok(writeln!(output)?)
}
