//! What checking found.

use std::fmt;

use super::group::Severity;
use super::rule::Rule;

/// All problems of a document, in the order of the text.
///
/// ```
/// use stix_core::validate::{Problem, Report, Severity, Validator};
///
/// let report: Report = Validator::new().text(r#"[{"type": "tool"}]"#);
/// assert!(!report.is_valid() && report.objects() == 1);
/// let problem: &Problem = report.errors().next().ok_or("none")?;
/// assert_eq!((problem.rule().code(), problem.severity()), ("spec-version", Severity::Error));
/// assert_eq!((problem.path(), problem.object_id()), ("/0/spec_version", None));
/// assert_eq!((problem.line(), problem.column()), (Some(1), Some(2)));
/// assert_eq!(problem.message(), "`tool` needs the property `spec_version`");
/// assert_eq!(problem.help(), Some("add `\"spec_version\": \"2.1\"`"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    problems: Vec<Problem>,
    objects: usize,
}

impl Report {
    pub(super) fn new(problems: Vec<Problem>, objects: usize) -> Self {
        Self { problems, objects }
    }

    /// The problems.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// How many objects were checked; a bundle counts as what it holds.
    pub fn objects(&self) -> usize {
        self.objects
    }

    /// The problems that make the document invalid.
    pub fn errors(&self) -> impl Iterator<Item = &Problem> {
        self.problems.iter().filter(|problem| problem.severity() == Severity::Error)
    }

    /// Whether there is no error; warnings may be there.
    pub fn is_valid(&self) -> bool {
        self.errors().next().is_none()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.problems.iter().enumerate() {
            if index > 0 {
                f.write_str("; ")?;
            }
            write!(f, "{problem}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Report {}

/// One place where a document breaks a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    rule: Rule,
    severity: Severity,
    path: String,
    object_id: Option<String>,
    position: Option<(usize, usize)>,
    message: String,
    help: Option<String>,
}

impl Problem {
    pub(super) fn new(rule: Rule, severity: Severity, path: String, message: String) -> Self {
        Self { rule, severity, path, object_id: None, position: None, message, help: None }
    }

    pub(super) fn with_help(mut self, help: Option<String>) -> Self {
        self.help = help;
        self
    }

    pub(super) fn of_object(mut self, id: Option<String>) -> Self {
        self.object_id = id;
        self
    }

    /// How many bytes it takes in memory.
    pub(super) fn size(&self) -> usize {
        let texts = [self.object_id.as_deref(), self.help.as_deref()].into_iter().flatten();
        size_of::<Self>() + self.path.len() + self.message.len() + texts.map(str::len).sum::<usize>()
    }

    /// Tells the line and the column.
    pub(super) fn place(&mut self, position: (usize, usize)) {
        self.position = Some(position);
    }

    /// The rule that is broken.
    pub fn rule(&self) -> Rule {
        self.rule
    }

    /// How bad it is, under the profile of the validator.
    pub fn severity(&self) -> Severity {
        self.severity
    }

    /// Where: an RFC 6901 JSON Pointer into the document. For a missing property, where it would stand.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The identifier of the object, if it has one.
    pub fn object_id(&self) -> Option<&str> {
        self.object_id.as_deref()
    }

    /// The line, from 1, if there was a text.
    pub fn line(&self) -> Option<usize> {
        self.position.map(|(line, _)| line)
    }

    /// The column in characters, from 1, if there was a text.
    pub fn column(&self) -> Option<usize> {
        self.position.map(|(_, column)| column)
    }

    /// What is wrong, in one sentence.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// What to write instead.
    pub fn help(&self) -> Option<&str> {
        self.help.as_deref()
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.is_empty() {
            write!(f, "{}: ", self.path)?;
        }
        f.write_str(&self.message)?;
        match &self.help {
            Some(help) => write!(f, " ({help})"),
            None => Ok(()),
        }
    }
}
