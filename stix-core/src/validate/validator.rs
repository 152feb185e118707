//! The validator: settings, and the way of a text through the checks.

use std::fmt;

use serde_json::Value;

use super::check::{Check, Room};
use super::document::{self, Document, Limits, NotJson};
use super::group::Severity;
use super::location::{Locator, line_and_column, lines_and_columns};
use super::profile::{Level, Levels, Profile, UnknownRule};
use super::report::{Problem, Report};
use super::rule::Rule;
use super::structure;
use super::tree::{Json, Members};
use super::whole;
use crate::Registry;

/// A check that another crate adds, such as that of patterns.
pub trait ObjectRule: Send + Sync {
    /// Looks at one object.
    fn check<'c>(&self, object: &'c Members<'c>, check: &mut Check<'c>);
}

/// Checks documents; made once, used for any number of them.
#[derive(Default)]
pub struct Validator {
    levels: Levels,
    limits: Limits,
    registry: Registry,
    rules: Vec<Box<dyn ObjectRule>>,
}

impl Validator {
    /// The default profile: MUST is an error, SHOULD a warning.
    pub fn new() -> Self {
        Self::default()
    }

    /// Another profile.
    pub fn with_profile(profile: Profile) -> Self {
        Self { levels: Levels::new(profile), ..Self::default() }
    }

    /// Sets the level of a rule, or switches a group on or off.
    ///
    /// # Errors
    /// There is no rule and no group of this name.
    ///
    /// ```
    /// use stix_core::validate::{Level, Validator};
    ///
    /// let validator = Validator::new().with_level("open-vocabulary", Level::Off)?.with_level("oasis", Level::Warning)?;
    /// assert!(Validator::new().with_level("no-such-rule", Level::Off).is_err());
    /// # Ok::<(), stix_core::validate::UnknownRule>(())
    /// ```
    pub fn with_level(mut self, name: &str, level: Level) -> Result<Self, UnknownRule> {
        self.levels.set(name, level)?;
        Ok(self)
    }

    /// Other limits.
    #[must_use]
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Checks objects of the types in a registry, and extensions, by their tables.
    #[must_use]
    pub fn with_registry(mut self, registry: &Registry) -> Self {
        self.registry = registry.clone();
        self
    }

    /// One more check of every object.
    #[must_use]
    pub fn with_rule(mut self, rule: impl ObjectRule + 'static) -> Self {
        self.rules.push(Box::new(rule));
        self
    }

    /// Checks a text: a bundle, an object, an array of objects, or one of these a line.
    pub fn text(&self, text: &str) -> Report {
        if text.len() > self.limits.text {
            let message = format!("the text is longer than {} bytes", self.limits.text);
            let help = "split it into several texts";
            return self.refused(Rule::Limit, message, Some(help), (1, 1));
        }
        let (documents, broken) = document::read(text);
        let (mut problems, mut objects) = (Vec::new(), 0);
        let trees = documents.iter().map(|document| &document.tree);
        let room = Room::new(self.limits.report);
        let (between, mut room) = whole::problems(trees, &self.levels, &self.registry, room);
        let mut between = between.into_iter().peekable();
        for (number, Document { start, tree }) in documents.iter().enumerate() {
            let (mut found, count) = self.tree(tree, &mut room);
            objects += count;
            while let Some((_, problem)) = between.next_if(|(document, _)| *document == number) {
                found.push(problem);
            }
            let mut locator = Locator::new(text, *start, tree);
            problems.extend(found.into_iter().map(|problem| (locator.offset(problem.path()), problem)));
        }
        let mut problems = in_order(problems);
        let offsets: Vec<_> = problems.iter().map(|(offset, _)| *offset).collect();
        for ((_, problem), position) in problems.iter_mut().zip(lines_and_columns(text, &offsets)) {
            problem.place(position);
        }
        let mut problems: Vec<_> = problems.into_iter().map(|(_, problem)| problem).collect();
        problems.extend(self.left_out(room));
        for NotJson { offset, message, help } in broken {
            let position = line_and_column(text, offset);
            problems.extend(self.refused(Rule::Json, message, help, position).problems().iter().cloned());
        }
        Report::new(problems, objects)
    }

    /// Checks bytes, which must be UTF-8.
    pub fn bytes(&self, bytes: &[u8]) -> Report {
        match std::str::from_utf8(bytes) {
            Ok(text) => self.text(text),
            Err(error) => {
                let good = bytes.get(..error.valid_up_to()).unwrap_or_default();
                let place =
                    line_and_column(std::str::from_utf8(good).unwrap_or_default(), error.valid_up_to());
                self.refused(
                    Rule::Json,
                    "the text is not UTF-8".to_owned(),
                    Some("convert it to UTF-8, the only encoding of STIX"),
                    place,
                )
            }
        }
    }

    /// Checks a value that has already been read; its problems have no lines.
    pub fn value(&self, value: &Value) -> Report {
        let text = value.to_string();
        match serde_json::from_str::<Json<'_>>(&text) {
            Ok(tree) => {
                let (problems, objects, room) = self.single(&tree);
                let mut locator = Locator::new(&text, 0, &tree);
                let problems = problems.into_iter().map(|problem| (locator.offset(problem.path()), problem));
                let problems = in_order(problems.collect()).into_iter().map(|(_, problem)| problem);
                Report::new(problems.chain(self.left_out(room)).collect(), objects)
            }
            Err(error) => self.refused(Rule::Limit, error.to_string(), None, (1, 1)),
        }
    }

    /// Checks a tree that has already been read, for a program that also looks into it itself. The problems have no
    /// lines and stand in the order in which they were found.
    ///
    /// ```
    /// use stix_core::validate::{Json, Validator};
    ///
    /// let tree: Json = serde_json::from_str(r#"{"type": "tool", "name": "x", "name": "y"}"#)?;
    /// let report = Validator::new().json(&tree);
    /// assert!(report.errors().any(|problem| problem.rule().code() == "duplicate-member"));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn json(&self, tree: &Json<'_>) -> Report {
        let (mut problems, objects, room) = self.single(tree);
        problems.extend(self.left_out(room));
        Report::new(problems, objects)
    }

    /// The problems of the only document there is.
    fn single<'c>(&'c self, tree: &'c Json<'c>) -> (Vec<Problem>, usize, Room) {
        let room = Room::new(self.limits.report);
        let trees = std::iter::once(tree);
        let (between, mut room) = whole::problems(trees, &self.levels, &self.registry, room);
        let (mut problems, objects) = self.tree(tree, &mut room);
        problems.extend(between.into_iter().map(|(_, problem)| problem));
        (problems, objects, room)
    }

    fn tree<'c>(&'c self, tree: &'c Json<'c>, room: &mut Room) -> (Vec<Problem>, usize) {
        let mut check = Check::new(&self.levels, &self.registry, *room);
        let objects = structure::document(tree, &mut check, &self.rules, &self.limits);
        let (problems, left) = check.into_problems();
        *room = left;
        (problems, objects)
    }

    /// Says that there were more problems than a report holds, as bad as the worst of them.
    fn left_out(&self, room: Room) -> Option<Problem> {
        let message = format!("{} more problems are not listed", room.dropped);
        let mut problem = Problem::new(Rule::Limit, room.worst?, String::new(), message);
        problem.place((1, 1));
        Some(problem)
    }

    fn refused(&self, rule: Rule, message: String, help: Option<&str>, position: (usize, usize)) -> Report {
        let severity = self.levels.severity(rule).unwrap_or(Severity::Error);
        let mut problem = Problem::new(rule, severity, String::new(), message);
        problem.place(position);
        Report::new(vec![problem.with_help(help.map(str::to_owned))], 0)
    }
}

impl fmt::Debug for Validator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Validator").field("levels", &self.levels).field("rules", &self.rules.len()).finish()
    }
}

/// Sorts problems by where they stand; those at one place stay as they were found.
fn in_order(mut problems: Vec<(usize, Problem)>) -> Vec<(usize, Problem)> {
    problems.sort_by_key(|(offset, _)| *offset);
    problems
}

/// Checks an object, or a bundle with its objects, that was read as JSON, under the default profile.
///
/// ```
/// use stix_core::validate::check_object;
///
/// let report = check_object(&serde_json::json!({
///     "type": "identity",
///     "spec_version": "2.1",
///     "id": "identity--socdefenders",
///     "created": "2024-01-15T10:00:00Z",
///     "modified": "2024-01-15T10:00:00.000Z",
/// }));
/// let found: Vec<_> = report.problems().iter().map(|problem| problem.path()).collect();
/// assert_eq!(found, ["/name", "/id", "/created"]);
/// ```
pub fn check_object(value: &Value) -> Report {
    Validator::new().value(value)
}
