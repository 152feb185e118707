//! Collecting problems while a pattern is walked.

use super::{Checker, PatternProblem, Rule};
use crate::Span;
use crate::edit::Edit;
use crate::error::SyntaxError;

/// The most problems that are reported of one pattern.
const MOST: usize = 100;
/// A problem that was just found.
#[derive(Debug)]
pub(super) struct Finding {
    rule: Rule,
    span: Span,
    message: String,
    help: Option<String>,
    edit: Option<Edit>,
}

impl Finding {
    pub(super) fn new(rule: Rule, span: Span, message: impl Into<String>) -> Self {
        Self { rule, span, message: message.into(), help: None, edit: None }
    }

    pub(super) fn help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }

    pub(super) fn edit(self, edit: impl Into<Option<Edit>>) -> Self {
        Self { edit: edit.into(), ..self }
    }
}

/// A pattern that is being checked, and its problems.
#[derive(Debug)]
pub(super) struct Findings<'a> {
    pub(super) source: &'a str,
    pub(super) checker: &'a Checker,
    /// Whether the test that is being looked at shares its object with others.
    pub(super) in_and: bool,
    problems: Vec<PatternProblem>,
    /// The change that mends each of the problems, if it is certain.
    edits: Vec<Option<Edit>>,
}

impl<'a> Findings<'a> {
    pub(super) fn new(source: &'a str, checker: &'a Checker) -> Self {
        Self { source, checker, in_and: false, problems: Vec::new(), edits: Vec::new() }
    }

    /// Returns the problems, and the change that mends each of them.
    pub(super) fn into_parts(self) -> (Vec<PatternProblem>, Vec<Option<Edit>>) {
        (self.problems, self.edits)
    }

    /// The text at a span.
    pub(super) fn text(&self, span: Span) -> &'a str {
        span.text(self.source).unwrap_or_default()
    }

    pub(super) fn push(&mut self, finding: Finding) {
        self.add(finding.rule, finding.span, finding.message, finding.help, finding.edit);
    }

    pub(super) fn push_syntax(&mut self, error: &SyntaxError) {
        self.add(Rule::Syntax, error.span(), error.to_string(), error.help().map(str::to_owned), None);
    }

    fn add(&mut self, rule: Rule, span: Span, message: String, help: Option<String>, edit: Option<Edit>) {
        let Some(severity) = self.checker.severity(rule).filter(|_| self.problems.len() < MOST) else {
            return;
        };
        let mut problem = PatternProblem { rule, severity, span, characters: 0..0, message, help, fix: None };
        problem.locate(span, self.source);
        self.problems.push(problem);
        self.edits.push(edit);
    }
}
