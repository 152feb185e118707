//! What checking a pattern found.

use std::fmt;
use std::ops::Range;

use stix_core::validate::Severity;

use super::Rule;
use crate::{Pattern, Span};

/// The problems of a pattern, and the pattern itself if the text is one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PatternReport {
    pub(super) pattern: Option<Pattern>,
    pub(super) problems: Vec<PatternProblem>,
    pub(super) corrected: Option<String>,
}

impl PatternReport {
    /// The problems: of a text that does not parse, its mistakes.
    #[must_use]
    pub fn problems(&self) -> &[PatternProblem] {
        &self.problems
    }

    /// The problems that make the pattern invalid.
    pub fn errors(&self) -> impl Iterator<Item = &PatternProblem> {
        self.problems.iter().filter(|problem| problem.severity() == Severity::Error)
    }

    /// Whether there is no error; warnings may be there.
    #[must_use]
    pub fn is_valid(&self) -> bool {
        self.errors().next().is_none()
    }

    /// The pattern, if the text parses.
    #[must_use]
    pub fn pattern(&self) -> Option<&Pattern> {
        self.pattern.as_ref()
    }

    /// The pattern in canonical form, if the text parses.
    #[must_use]
    pub fn canonical(&self) -> Option<String> {
        self.pattern.as_ref().map(Pattern::to_string)
    }

    /// Returns the pattern with all certain corrections, those of syntax and those beyond. It parses, and checking it
    /// finds no problem that the pattern does not have.
    ///
    /// ```
    /// use stix_pattern::check::Checker;
    ///
    /// let report = Checker::default().check("[file:hashes.sha-256 LIKE 'ab%' and url:value = 'hxxp://a[.]example/']");
    /// let corrected = "[file:hashes.'SHA-256' LIKE 'ab%' AND url:value = 'http://a.example/']";
    /// assert_eq!(report.corrected(), Some(corrected));
    /// ```
    #[must_use]
    pub fn corrected(&self) -> Option<&str> {
        self.corrected.as_deref()
    }

    /// Gives the problems away.
    #[must_use]
    pub fn into_problems(self) -> Vec<PatternProblem> {
        self.problems
    }
}

/// One place where a pattern breaks a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PatternProblem {
    pub(super) rule: Rule,
    pub(super) severity: Severity,
    pub(super) span: Span,
    pub(super) characters: Range<usize>,
    pub(super) message: String,
    pub(super) help: Option<String>,
    pub(super) fix: Option<String>,
}

impl PatternProblem {
    /// Says where the problem stands in `source`.
    pub(super) fn locate(&mut self, span: Span, source: &str) {
        let start = source.get(..span.start()).map_or(0, |before| before.chars().count());
        let length = span.text(source).map_or(0, |text| text.chars().count());
        (self.span, self.characters) = (span, start..start + length);
    }

    /// The rule that is broken.
    #[must_use]
    pub fn rule(&self) -> Rule {
        self.rule
    }

    /// How bad it is, under the profile of the checker.
    #[must_use]
    pub fn severity(&self) -> Severity {
        self.severity
    }

    /// Where it stands, in bytes.
    #[must_use]
    pub fn span(&self) -> Span {
        self.span
    }

    /// Where it stands, in characters (code points) counted from 0.
    #[must_use]
    pub fn characters(&self) -> Range<usize> {
        self.characters.clone()
    }

    /// What is wrong, in one sentence.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// What to write instead.
    #[must_use]
    pub fn help(&self) -> Option<&str> {
        self.help.as_deref()
    }

    /// Returns the whole pattern with this problem mended, and what mending it brings to light, if it is certain what
    /// was meant. For a mistake of syntax, all mistakes of syntax are mended. [`PatternReport::corrected`] mends all.
    #[must_use]
    pub fn fix(&self) -> Option<&str> {
        self.fix.as_deref()
    }
}

impl fmt::Display for PatternProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        match &self.help {
            Some(help) => write!(f, " ({help})"),
            None => Ok(()),
        }
    }
}
