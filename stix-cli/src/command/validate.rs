//! `stix validate`: checks documents against the specification.

mod json;
mod schemas;
mod text;

use std::io::Write as _;
use std::path::PathBuf;

use clap::Args;
use stix_core::validate::{Limits, Report, Rule, UnknownRule, Validator};
use stix_pattern::IndicatorRule;

use crate::failure::Failure;
use crate::format::Format;
use crate::input::Input;
use crate::outcome::Outcome;
use crate::output::Output;
use crate::rule_options::RuleOptions;
use crate::suggestion::of_rule;

/// Check documents against the specification
///
/// A document is a bundle, an object, a list of objects, the answer of a TAXII server, or one of these a line (JSON Lines).
///
/// Exit status: 0 all are valid, 1 one is not, 2 one could not be read (the others are checked).
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  stix validate report.json
  stix validate --profile strict --enable oasis --ignore open-vocabulary intel/
  curl -s https://example.com/bundle.json | stix validate --format json -")]
pub(crate) struct Validate {
    /// Files, folders that are searched for *.json, *.jsonl, *.stix and *.stix2, or `-` for standard input
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    rules: RuleOptions,
    /// Check custom content against the JSON Schemas in a folder: `x-acme-thing.json` is for objects of
    /// this type, `extension-definition--UUID.json` for this extension; may be repeated
    #[arg(long, value_name = "DIR")]
    schema: Vec<PathBuf>,
    /// How to print what was found; as JSON, one object for all files
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// The most problems of a file that are printed as text; they are all counted
    #[arg(long, value_name = "N", default_value_t = 100)]
    max_problems: usize,
}

/// A text that was checked.
#[derive(Debug)]
struct Checked {
    name: String,
    valid: bool,
    report: Report,
}

/// The counts over all files.
#[derive(Debug, Default)]
struct Totals {
    files: usize,
    valid: usize,
    unreadable: usize,
    objects: usize,
    errors: usize,
    warnings: usize,
}

impl Validate {
    pub(crate) fn run(&self, output: &mut Output) -> Result<Outcome, Failure> {
        let validator = self.validator()?;
        let inputs = Input::all(&self.paths)?;
        let several = inputs.len() > 1;
        let mut checked = Vec::new();
        let mut totals = Totals::default();
        for input in inputs {
            if output.is_closed() {
                // Nobody reads on. What was not checked is not called valid.
                return Ok(if totals.outcome() == Outcome::No { Outcome::No } else { Outcome::Trouble });
            }
            let read = input.and_then(|input| Ok((input.name(), input.read(Limits::default().text)?)));
            let (name, bytes) = match read {
                Ok(read) => read,
                Err(failure) => {
                    failure.print();
                    totals.unreadable += 1;
                    continue;
                }
            };
            let file = self.check(&validator, name, &bytes);
            totals.add(&file);
            match self.format {
                Format::Text => text::write_file(output, &file, &bytes, self.max_problems)?,
                Format::Json => checked.push(file),
            }
            output.flush()?;
        }
        match self.format {
            Format::Text if several => text::write_totals(output, &totals)?,
            Format::Text => {}
            Format::Json => json::write(output, totals.outcome() == Outcome::Yes, &checked)?,
        }
        Ok(totals.outcome())
    }

    fn check(&self, validator: &Validator, name: String, bytes: &[u8]) -> Checked {
        let report = validator.bytes(bytes);
        let valid = if self.rules.is_strict() { report.problems().is_empty() } else { report.is_valid() };
        Checked { name, valid, report }
    }

    fn validator(&self) -> Result<Validator, Failure> {
        let mut validator = Validator::with_profile(self.rules.profile());
        for (name, level) in self.rules.levels(|name| Rule::named(name).map(Rule::severity)) {
            let unknown =
                |unknown: UnknownRule| Failure::new(unknown.to_string()).with_help(Some(of_rule(name)));
            validator = validator.with_level(name, level).map_err(unknown)?;
        }
        validator = validator.with_rule(IndicatorRule::default());
        for folder in &self.schema {
            validator = validator.with_rule(schemas::read(folder)?);
        }
        Ok(validator)
    }
}

impl Checked {
    /// How many errors and how many warnings there are.
    fn counts(&self) -> (usize, usize) {
        let errors = self.report.errors().count();
        (errors, self.report.problems().len() - errors)
    }
}

impl Totals {
    fn add(&mut self, file: &Checked) {
        let (errors, warnings) = file.counts();
        self.files += 1;
        self.valid += usize::from(file.valid);
        self.objects += file.report.objects();
        self.errors += errors;
        self.warnings += warnings;
    }

    fn outcome(&self) -> Outcome {
        if self.unreadable > 0 {
            Outcome::Trouble
        } else if self.valid < self.files {
            Outcome::No
        } else {
            Outcome::Yes
        }
    }
}
