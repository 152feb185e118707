//! `stix pattern check`: what is wrong with patterns, in their syntax and beyond.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use serde::Serialize;
use stix_core::terminal::Printable;
use stix_pattern::LanguageVersion;
use stix_pattern::check::{Checker, CustomNames, Level, PatternProblem, PatternReport, Rule, Severity};

use super::{Patterns, Place, write_fix, write_problem};
use crate::failure::Failure;
use crate::format::Format;
use crate::input::Input;
use crate::outcome::Outcome;
use crate::output::Output;
use crate::rule_options::RuleOptions;
use crate::suggestion::did_you_mean;

/// How many characters are shown of what is no pattern.
const LONGEST_SHOWN: usize = 1000;

/// Check patterns: the syntax, the paths, the types and the values
///
/// Exit status: 0 all are valid, 1 one is not, 2 they could not be read.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  stix pattern check \"[file:hashes.SHA-256 = 'x'] within 5 MINUTES\"
  stix pattern check --type hostname \"[hostname:value = 'host.example.com']\"
  stix pattern check --profile strict --enable custom-name \"[x-acme-thing:name = 'x']\"
  stix pattern check --lines --format json < patterns.txt")]
pub(super) struct Check {
    #[command(flatten)]
    patterns: Patterns,
    #[command(flatten)]
    rules: RuleOptions,
    /// The version of STIX that the patterns are of
    #[arg(long, value_enum, default_value_t, value_name = "VERSION")]
    pattern_version: Version,
    /// Take an object type for one that exists, such as one of an extension definition; may be repeated
    #[arg(long = "type", value_name = "TYPE")]
    types: Vec<String>,
    /// Take the object types for those that exist for which a folder has a JSON Schema, as for `stix validate`:
    /// `hostname.json` is for `hostname`; may be repeated
    #[arg(long, value_name = "DIR")]
    schema: Vec<PathBuf>,
    /// How to print what was found; as JSON, one object a pattern and line
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// A version of STIX.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Version {
    #[value(name = "2.0")]
    V2_0,
    #[default]
    #[value(name = "2.1")]
    V2_1,
}

/// What was found, as programs read it.
#[derive(Debug, Serialize)]
struct Checked<'a> {
    pattern: &'a str,
    valid: bool,
    canonical: Option<String>,
    /// The pattern with all certain corrections.
    corrected: Option<&'a str>,
    problems: Vec<Problem<'a>>,
}

#[derive(Debug, Serialize)]
struct Problem<'a> {
    severity: &'static str,
    rule: &'static str,
    /// In characters from 0, the end not included.
    start: usize,
    end: usize,
    message: &'a str,
    help: Option<&'a str>,
    fix: Option<&'a str>,
}

impl Check {
    pub(super) fn run(&self, output: &mut Output) -> Result<Outcome, Failure> {
        let checker = self.checker()?;
        self.patterns.each(output, |output, pattern| {
            let report = checker.check(pattern);
            match self.format {
                Format::Text => write_text(output, pattern, &report)?,
                Format::Json => write_json(output, pattern, &report)?,
            }
            Ok(if report.is_valid() { Outcome::Yes } else { Outcome::No })
        })
    }

    fn checker(&self) -> Result<Checker, Failure> {
        let mut checker = Checker::new(self.rules.profile());
        for (name, level) in self.rules.levels(|name| named(name).map(Rule::severity)) {
            let Some(rule) = named(name) else {
                let codes = || Rule::ALL.iter().map(|rule| rule.code());
                let help = did_you_mean(name, codes())
                    .unwrap_or_else(|| format!("the rules are {}", codes().collect::<Vec<_>>().join(", ")));
                let message = format!("`{name}` is no rule for patterns");
                return Err(Failure::new(message).with_help(Some(help)));
            };
            if rule == Rule::CustomName && level != Level::Off {
                checker = checker.with_custom_names(CustomNames::Flagged);
            }
            checker = checker.with_level(rule, level);
        }
        checker = checker.with_version(match self.pattern_version {
            Version::V2_0 => LanguageVersion::V2_0,
            Version::V2_1 => LanguageVersion::V2_1,
        });
        for folder in &self.schema {
            for object_type in types_of(folder)? {
                checker = checker.with_type(object_type);
            }
        }
        Ok(self.types.iter().fold(checker, |checker, object_type| checker.with_type(object_type)))
    }
}

/// Returns the object types that the JSON Schemas in a folder and below are for, by the names of the files.
fn types_of(folder: &Path) -> Result<Vec<String>, Failure> {
    if !folder.is_dir() {
        return Err(Failure::new(format!("`{}` is no folder", folder.display())));
    }
    let mut types = Vec::new();
    for input in Input::all(&[folder.to_owned()])? {
        let Input::File(path) = input? else { continue };
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let is_type = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-';
        if !name.starts_with("extension-definition--") && name.bytes().all(is_type) {
            types.push(name);
        }
    }
    Ok(types)
}

fn named(name: &str) -> Option<Rule> {
    Rule::ALL.iter().copied().find(|rule| rule.code() == name)
}

fn write_json(output: &mut Output, pattern: &str, report: &PatternReport) -> io::Result<()> {
    let problems = report.problems().iter().map(Problem::new).collect();
    let (canonical, corrected) = (report.canonical(), report.corrected());
    let checked = Checked { pattern, valid: report.is_valid(), canonical, corrected, problems };
    serde_json::to_writer(&mut *output, &checked)?;
    writeln!(output)
}

fn write_text(output: &mut Output, pattern: &str, report: &PatternReport) -> io::Result<()> {
    for problem in report.problems() {
        let label = format!("{}[{}]", problem.severity(), problem.rule());
        let is_error = problem.severity() == Severity::Error;
        let place = place(pattern, problem);
        write_problem(output, pattern, &label, is_error, problem.message(), place, problem.help())?;
    }
    write_fix(output, report.corrected())?;
    let styles = output.styles();
    let (style, verdict) = match report.is_valid() {
        true => (styles.good, "valid"),
        false => (styles.error, "not valid"),
    };
    let text = report.canonical().unwrap_or_else(|| shortened(pattern));
    writeln!(output, "{style}{verdict}{style:#}: {}", Printable(&text))
}

impl<'a> Problem<'a> {
    fn new(problem: &'a PatternProblem) -> Self {
        let characters = problem.characters();
        Self {
            severity: match problem.severity() {
                Severity::Error => "error",
                Severity::Warning => "warning",
            },
            rule: problem.rule().code(),
            start: characters.start,
            end: characters.end,
            message: problem.message(),
            help: problem.help(),
            fix: problem.fix(),
        }
    }
}

/// A text that is no pattern, as much of it as tells which one it was.
fn shortened(text: &str) -> String {
    match text.char_indices().nth(LONGEST_SHOWN) {
        Some((end, _)) => text.get(..end).unwrap_or_default().to_owned() + "…",
        None => text.to_owned(),
    }
}

fn place(pattern: &str, problem: &PatternProblem) -> Place {
    let before = pattern.get(..problem.span().start()).unwrap_or_default();
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    Place {
        line: 1 + before.matches('\n').count(),
        column: 1 + before.get(line_start..).unwrap_or_default().chars().count(),
        width: problem.characters().len(),
    }
}
