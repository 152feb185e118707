//! The reports as JSON: a contract that scripts depend on.

use std::io::Write;

use serde::Serialize;
use stix_core::validate::{Problem, Severity};

use super::Checked;

#[derive(Serialize)]
struct Document<'r> {
    valid: bool,
    files: Vec<File<'r>>,
}

#[derive(Serialize)]
struct File<'r> {
    path: &'r str,
    valid: bool,
    objects: usize,
    problems: Vec<Entry<'r>>,
}

#[derive(Serialize)]
struct Entry<'r> {
    severity: &'static str,
    rule: &'static str,
    object_id: Option<&'r str>,
    pointer: &'r str,
    line: Option<usize>,
    column: Option<usize>,
    message: &'r str,
    help: Option<&'r str>,
    section: Option<&'static str>,
}

/// Writes one JSON object on one line. `valid` is whether everything could be read and is valid.
pub(super) fn write(output: &mut impl Write, valid: bool, files: &[Checked]) -> std::io::Result<()> {
    let files = files.iter().map(|file| File {
        path: &file.name,
        valid: file.valid,
        objects: file.report.objects(),
        problems: file.report.problems().iter().map(entry).collect(),
    });
    serde_json::to_writer(&mut *output, &Document { valid, files: files.collect() })?;
    writeln!(output)
}

fn entry(problem: &Problem) -> Entry<'_> {
    let section = problem.rule().section();
    Entry {
        severity: match problem.severity() {
            Severity::Error => "error",
            Severity::Warning => "warning",
        },
        rule: problem.rule().code(),
        object_id: problem.object_id(),
        pointer: problem.path(),
        line: problem.line(),
        column: problem.column(),
        message: problem.message(),
        help: problem.help(),
        section: (!section.is_empty()).then_some(section),
    }
}
