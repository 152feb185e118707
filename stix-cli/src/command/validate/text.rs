//! The reports as text for people: the line, a mark at the place, the sentence, the help and the rule.

use std::fmt;
use std::io::{self, Write};

use stix_core::terminal::Printable;
use stix_core::validate::{Problem, Severity};

use super::{Checked, Totals};
use crate::excerpt::Lines;
use crate::output::Output;

/// Writes the problems of a file, as many as are wanted, and a line that sums them up. Errors come first: they are what makes a
/// document invalid, and must not be hidden behind warnings.
pub(super) fn write_file(output: &mut Output, file: &Checked, bytes: &[u8], most: usize) -> io::Result<()> {
    let problems = file.report.problems();
    let name = if file.name == "-" { "<stdin>" } else { &file.name };
    if !problems.is_empty() && most > 0 {
        let lines = Lines::new(bytes);
        let (errors, warnings): (Vec<_>, Vec<_>) =
            problems.iter().partition(|problem| problem.severity() == Severity::Error);
        for problem in errors.into_iter().chain(warnings).take(most) {
            write_problem(output, name, problem, &lines)?;
        }
    }
    let hidden = problems.len().saturating_sub(most);
    if hidden > 0 {
        let all = problems.len();
        let more = counted(hidden, "more problem");
        writeln!(output, "... and {more}, which `--max-problems {all}` shows\n")?;
    }
    let styles = output.styles();
    let (style, verdict) = if file.valid { (styles.good, "valid") } else { (styles.error, "not valid") };
    let (errors, warnings) = file.counts();
    let counts = [(errors, "error"), (warnings, "warning")];
    let counts: String = counts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!(", {}", counted(*count, what)))
        .collect();
    let objects = counted(file.report.objects(), "object");
    writeln!(output, "{}: {style}{verdict}{style:#} ({objects}{counts})", Printable(name))
}

/// Writes the line that sums up several files.
pub(super) fn write_totals(output: &mut Output, totals: &Totals) -> io::Result<()> {
    let Totals { files, valid, unreadable, objects, errors, warnings } = totals;
    write!(output, "{}: {valid} valid, {} not valid", counted(files + unreadable, "file"), files - valid)?;
    if *unreadable > 0 {
        write!(output, ", {unreadable} could not be read")?;
    }
    let (errors, warnings) = (counted(*errors, "error"), counted(*warnings, "warning"));
    writeln!(output, " ({}, {errors}, {warnings})", counted(*objects, "object"))
}

fn write_problem(output: &mut Output, name: &str, problem: &Problem, lines: &Lines<'_>) -> io::Result<()> {
    let styles = output.styles();
    let (frame, strong) = (styles.frame, styles.strong);
    let (severity, rule) = (problem.severity(), problem.rule());
    let style = match severity {
        Severity::Error => styles.error,
        Severity::Warning => styles.warning,
    };
    let message = Printable(problem.message());
    writeln!(output, "{style}{severity}[{rule}]{style:#}{strong}: {message}{strong:#}")?;
    let place = problem.line().zip(problem.column());
    let margin = place.map_or(0, |(line, _)| line.to_string().len());
    let margin = " ".repeat(margin);
    write!(output, "{margin}{frame}-->{frame:#} {}", Printable(name))?;
    if let Some((line, column)) = place {
        write!(output, ":{line}:{column}")?;
    }
    if !problem.path().is_empty() {
        write!(output, " {}", Printable(problem.path()))?;
    }
    writeln!(output)?;
    if let Some(excerpt) = place.and_then(|(line, column)| lines.excerpt(line, column)) {
        write!(output, "{}", excerpt.framed(styles, style))?;
    }
    let notes = [("help", problem.help()), ("object", problem.object_id())];
    for (label, note) in notes.into_iter().filter_map(|(label, note)| Some((label, note?))) {
        writeln!(output, " {margin} {frame}={frame:#} {strong}{label}{strong:#}: {}", Printable(note))?;
    }
    writeln!(output)
}

/// `1 error`, `2 errors`.
fn counted(count: usize, what: &str) -> impl fmt::Display {
    fmt::from_fn(move |f| write!(f, "{count} {what}{}", if count == 1 { "" } else { "s" }))
}
