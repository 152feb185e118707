//! `stix pattern check`: what is wrong with patterns, in their syntax and beyond.

use std::io::{self, Write as _};

use clap::{Args, ValueEnum};
use serde::Serialize;
use stix_pattern::check::{Checker, CustomNames, PatternProblem, PatternReport, Profile, Rule, Severity};

use super::{Patterns, Place, write_fix, write_problem};
use crate::failure::Failure;
use crate::outcome::Outcome;
use crate::output::{Output, Printable};

/// Check patterns: the syntax, the paths, the types and the values
///
/// Exit status: 0 all are valid, 1 one is not, 2 they could not be read.
#[derive(Debug, Args)]
pub(super) struct Check {
    #[command(flatten)]
    patterns: Patterns,
    /// How strictly to take the rules
    #[arg(long, value_enum, default_value_t)]
    profile: Strictness,
    /// Report custom types, properties and extensions too
    #[arg(long)]
    flag_custom: bool,
    /// How to print what was found
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Strictness {
    /// Every warning is an error
    Strict,
    /// What breaks the grammar or a MUST is an error
    #[default]
    Default,
    /// Only what breaks the grammar is an error
    Lenient,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// The pattern with marks at the places, for people
    #[default]
    Text,
    /// One JSON object a pattern and line, for programs
    Json,
}

/// What was found, as programs read it.
#[derive(Debug, Serialize)]
struct Checked<'a> {
    pattern: &'a str,
    valid: bool,
    canonical: Option<String>,
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
        let checker = Checker::new(match self.profile {
            Strictness::Strict => Profile::Strict,
            Strictness::Default => Profile::Default,
            Strictness::Lenient => Profile::Lenient,
        });
        let custom_names = if self.flag_custom { CustomNames::Flagged } else { CustomNames::Allowed };
        let checker = checker.with_custom_names(custom_names);
        self.patterns.each(output, |output, pattern| {
            let report = checker.check(pattern);
            match self.format {
                Format::Text => write_text(output, pattern, &report)?,
                Format::Json => write_json(output, pattern, &report)?,
            }
            Ok(if report.is_valid() { Outcome::Yes } else { Outcome::No })
        })
    }
}

fn write_json(output: &mut Output, pattern: &str, report: &PatternReport) -> io::Result<()> {
    let problems = report.problems().iter().map(Problem::new).collect();
    let checked = Checked { pattern, valid: report.is_valid(), canonical: report.canonical(), problems };
    serde_json::to_writer(&mut *output, &checked)?;
    writeln!(output)
}

fn write_text(output: &mut Output, pattern: &str, report: &PatternReport) -> io::Result<()> {
    for problem in report.problems() {
        let label = format!("{}[{}]", problem.severity(), problem.rule());
        let is_error = problem.severity() == Severity::Error;
        let place = place(pattern, problem);
        write_problem(output, pattern, &label, is_error, problem.message(), place, problem.help())?;
        // The corrected pattern is the same for all mistakes of syntax.
        if problem.rule() != Rule::Syntax {
            write_fix(output, problem.fix())?;
        }
    }
    let syntax = report.problems().iter().find(|problem| problem.rule() == Rule::Syntax);
    write_fix(output, syntax.and_then(PatternProblem::fix))?;
    let styles = output.styles();
    let (style, verdict) = match report.is_valid() {
        true => (styles.good, "valid"),
        false => (styles.error, "not valid"),
    };
    let text = report.canonical().unwrap_or_else(|| pattern.to_owned());
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

fn place(pattern: &str, problem: &PatternProblem) -> Place {
    let before = pattern.get(..problem.span().start()).unwrap_or_default();
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    Place {
        line: 1 + before.matches('\n').count(),
        column: 1 + before.get(line_start..).unwrap_or_default().chars().count(),
        width: problem.characters().len(),
    }
}
