//! What checking found.

use std::fmt;

/// All problems of a document, in the order in which they were found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    problems: Vec<Problem>,
}

impl Report {
    /// The problems.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// The problems that make the document invalid.
    pub fn errors(&self) -> impl Iterator<Item = &Problem> {
        self.problems.iter().filter(|problem| problem.severity() == Severity::Error)
    }

    /// Whether there is no error; warnings may be there.
    pub fn is_valid(&self) -> bool {
        self.errors().next().is_none()
    }

    pub(crate) fn push(&mut self, problem: Problem) {
        self.problems.push(problem);
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

/// One place where a document breaks a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    rule: Rule,
    path: String,
    message: String,
    help: Option<String>,
}

impl Problem {
    pub(crate) fn new(rule: Rule, path: impl Into<String>, message: impl Into<String>) -> Self {
        Self { rule, path: path.into(), message: message.into(), help: None }
    }

    pub(crate) fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The rule that is broken.
    pub fn rule(&self) -> Rule {
        self.rule
    }

    /// How bad it is.
    pub fn severity(&self) -> Severity {
        self.rule.severity()
    }

    /// Where: an RFC 6901 JSON Pointer into the document.
    pub fn path(&self) -> &str {
        &self.path
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

/// Whether the specification says MUST or SHOULD.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// A SHOULD is not followed.
    Warning,
    /// A MUST is broken.
    Error,
}

/// The rules that are checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Rule {
    /// A value is of the wrong kind (chapter 2).
    ValueKind,
    /// A number is out of its range.
    Range,
    /// There is a null, which JSON has and STIX has not (section 2).
    NoNull,
    /// A list or a dictionary is empty (sections 2.3 and 2.10).
    NotEmpty,
    /// A required property is missing (section 3.2).
    RequiredProperty,
    /// The identifier is not that of the object's type (section 2.9).
    IdPrefix,
    /// An identifier points to an object of a type that it must not point to.
    ReferenceTarget,
    /// `created` or `modified` is coarser than a millisecond (section 3.2).
    TimestampPrecision,
    /// A relation between properties does not hold.
    PropertyRelation,
    /// A value is not in its enumeration.
    Enumeration,
    /// A value is not in its open vocabulary.
    OpenVocabulary,
    /// A bundle has a `spec_version`, which STIX 2.1 took away (chapter 8).
    BundleSpecVersion,
}

impl Rule {
    /// The stable name of the rule.
    pub fn code(self) -> &'static str {
        match self {
            Self::ValueKind => "value-kind",
            Self::Range => "range",
            Self::NoNull => "no-null",
            Self::NotEmpty => "not-empty",
            Self::RequiredProperty => "required-property",
            Self::IdPrefix => "id-prefix",
            Self::ReferenceTarget => "reference-target",
            Self::TimestampPrecision => "timestamp-precision",
            Self::PropertyRelation => "property-relation",
            Self::Enumeration => "enumeration",
            Self::OpenVocabulary => "open-vocabulary",
            Self::BundleSpecVersion => "bundle-spec-version",
        }
    }

    /// Whether breaking it makes a document invalid.
    pub fn severity(self) -> Severity {
        match self {
            Self::OpenVocabulary => Severity::Warning,
            _ => Severity::Error,
        }
    }
}
