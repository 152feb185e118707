//! The walk through a document: where it is, and what it has found.

use std::fmt;

use super::group::Severity;
use super::profile::Levels;
use super::report::Problem;
use super::rule::Rule;
use crate::{
    Registry,
    schema::{ExtensionDef, ObjectDef},
};

/// How much more can be reported, and what could not be.
#[derive(Clone, Copy, Debug)]
pub(super) struct Room {
    bytes: usize,
    pub(super) dropped: u64,
    /// The severity of the worst problem that could not be reported.
    pub(super) worst: Option<Severity>,
}

impl Room {
    pub(super) fn new(bytes: usize) -> Self {
        Self { bytes, dropped: 0, worst: None }
    }

    /// Whether a problem of this many bytes still fits in. After the first that does not, none does.
    fn takes(&mut self, bytes: usize, severity: Severity) -> bool {
        match self.bytes.checked_sub(bytes) {
            Some(left) if self.dropped == 0 => self.bytes = left,
            _ => {
                self.dropped += 1;
                self.worst = self.worst.max(Some(severity));
            }
        }
        self.dropped == 0
    }
}

/// The state of checking one document. Checks are given one, look at values, and push problems.
///
/// ```
/// use stix_core::validate::{Check, Json, Members, ObjectRule, Rule, Validator};
///
/// /// Labels are in lower case.
/// struct LowerLabels;
///
/// impl ObjectRule for LowerLabels {
///     fn check<'c>(&self, object: &'c Members<'c>, check: &mut Check<'c>) {
///         let labels = object.get("labels").and_then(Json::as_array).unwrap_or_default();
///         for (index, label) in labels.iter().enumerate() {
///             if label.as_str().is_some_and(|label| label.contains(char::is_uppercase)) {
///                 check.member("labels", |check| {
///                     check.item(index, |check| {
///                         check.problem_with_repair(Rule::ValueKind, "a label is in lower case", "write it so");
///                     });
///                 });
///             }
///         }
///     }
/// }
///
/// let text = r#"{"type": "x-a", "id": "x-a--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f", "labels": ["A"]}"#;
/// let report = Validator::new().with_rule(LowerLabels).text(text);
/// assert!(report.problems().iter().any(|problem| problem.path() == "/labels/0"));
/// ```
#[derive(Debug)]
pub struct Check<'c> {
    levels: &'c Levels,
    registry: &'c Registry,
    path: Vec<Segment<'c>>,
    object_id: Option<&'c str>,
    problems: Vec<Problem>,
    room: Room,
}

/// A step of a JSON Pointer.
#[derive(Clone, Copy, Debug)]
enum Segment<'c> {
    Name(&'c str),
    Index(usize),
}

impl<'c> Check<'c> {
    pub(super) fn new(levels: &'c Levels, registry: &'c Registry, room: Room) -> Self {
        Self { levels, registry, path: Vec::new(), object_id: None, problems: Vec::new(), room }
    }

    /// The problems, and the room that is left.
    pub(super) fn into_problems(self) -> (Vec<Problem>, Room) {
        (self.problems, self.room)
    }

    /// How many problems there are.
    pub(super) fn count(&self) -> usize {
        self.problems.len()
    }

    /// Pushes a problem with the value that is being looked at.
    pub fn problem(&mut self, rule: Rule, message: impl fmt::Display) {
        self.push(rule, self.levels.severity(rule), &message, None);
    }

    /// Pushes a problem, and what to write instead.
    pub fn problem_with_help(&mut self, rule: Rule, message: impl fmt::Display, help: impl fmt::Display) {
        self.push(rule, self.levels.severity(rule), &message, Some(&help));
    }

    /// Pushes a problem that a reader can repair, and how: the lenient profile takes it for a warning.
    pub fn problem_with_repair(&mut self, rule: Rule, message: impl fmt::Display, repair: impl fmt::Display) {
        self.push(rule, self.levels.severity_of_repairable(rule), &message, Some(&repair));
    }

    fn push(
        &mut self,
        rule: Rule,
        severity: Option<Severity>,
        message: &dyn fmt::Display,
        help: Option<&dyn fmt::Display>,
    ) {
        // A rule that is off, and a problem that is not kept, costs no formatting.
        if let Some(severity) = severity
            && self.room.takes(0, severity)
        {
            let problem = Problem::new(rule, severity, self.pointer(), message.to_string())
                .with_help(help.map(|help| help.to_string()))
                .of_object(self.object_id.map(str::to_owned));
            if self.room.takes(problem.size(), severity) {
                self.problems.push(problem);
            }
        }
    }

    /// Whether the rule is reported at all: for checks that cost something.
    pub fn is_on(&self, rule: Rule) -> bool {
        self.levels.is_on(rule)
    }

    /// The table of the type of this name, of the specification or of the validator's registry.
    pub fn def(&self, object_type: &str) -> Option<&'static ObjectDef> {
        self.registry.def(object_type)
    }

    /// The table of the extension with a definition of this identifier.
    pub fn extension(&self, id: &str) -> Option<&'static ExtensionDef> {
        self.registry.extension(id)
    }

    /// Looks at a member, and comes back.
    pub fn member(&mut self, name: &'c str, check: impl FnOnce(&mut Self)) {
        self.path.push(Segment::Name(name));
        check(self);
        self.path.pop();
    }

    /// Looks at what is some members further down, and comes back.
    ///
    /// ```
    /// use stix_core::validate::{Check, Members, ObjectRule, Rule, Validator};
    ///
    /// /// Extensions of ACME are gone.
    /// struct NoAcme;
    ///
    /// impl ObjectRule for NoAcme {
    ///     fn check<'c>(&self, object: &'c Members<'c>, check: &mut Check<'c>) {
    ///         let extensions = object.get("extensions").and_then(|value| value.as_object());
    ///         if check.is_on(Rule::Deprecated) && extensions.is_some_and(|names| names.has("acme-ext")) {
    ///             check.below(&["extensions", "acme-ext"], |check| {
    ///                 check.problem_with_help(Rule::Deprecated, "ACME is no more", "leave it out");
    ///             });
    ///         }
    ///     }
    /// }
    ///
    /// let text = r#"{"type": "x-a", "id": "x-a--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f",
    ///     "extensions": {"acme-ext": {"a": 1}}}"#;
    /// let report = Validator::new().with_rule(NoAcme).text(text);
    /// assert!(report.problems().iter().any(|problem| problem.path() == "/extensions/acme-ext"));
    /// ```
    pub fn below(&mut self, path: &[&'c str], check: impl FnOnce(&mut Self)) {
        let depth = self.path.len();
        self.path.extend(path.iter().map(|name| Segment::Name(name)));
        check(self);
        self.path.truncate(depth);
    }

    /// Looks at an item of a list, and comes back.
    pub fn item(&mut self, index: usize, check: impl FnOnce(&mut Self)) {
        self.path.push(Segment::Index(index));
        check(self);
        self.path.pop();
    }

    /// Looks at an object with its own identifier, and comes back.
    pub(super) fn object(&mut self, id: Option<&'c str>, check: impl FnOnce(&mut Self)) {
        let outer = std::mem::replace(&mut self.object_id, id);
        check(self);
        self.object_id = outer;
    }

    /// The JSON Pointer to the value that is being looked at (RFC 6901).
    pub fn pointer(&self) -> String {
        let mut pointer = String::new();
        for segment in &self.path {
            pointer.push('/');
            match segment {
                Segment::Name(name) => pointer.push_str(&name.replace('~', "~0").replace('/', "~1")),
                Segment::Index(index) => pointer.push_str(&index.to_string()),
            }
        }
        pointer
    }
}
