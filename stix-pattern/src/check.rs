//! Checks beyond the grammar (STIX 2.1, section 9 and the object model of section 6).
//!
//! A pattern can parse and still match nothing: its path leads nowhere, its constant is of another type than the
//! property, or the address in it is none. Each [`Rule`] looks for one such thing. What is certainly meant comes with
//! the whole corrected pattern.
//!
//! ```
//! use stix_pattern::check::{Checker, Rule};
//!
//! let report = Checker::default().check("[ipv4-addr:value = '192.0.2.1:8080']");
//! let problem = &report.problems()[0];
//! assert_eq!(problem.rule(), Rule::IpAddress);
//! assert_eq!(problem.message(), "`192.0.2.1:8080` is an address with a port");
//! assert_eq!(problem.fix(), Some("[ipv4-addr:value = '192.0.2.1']"));
//! assert!(report.is_valid(), "values are no matter of section 9, so they only bring warnings");
//! ```

pub(crate) mod calendar;
mod comparison;
mod constant;
mod contradiction;
pub(crate) mod correction;
mod findings;
mod nearest;
mod observation;
mod path;
pub(crate) mod place;
mod regular_expression;
mod renamed;
mod report;
mod rule;
mod values;

use std::collections::BTreeSet;

use stix_core::Registry;
pub use stix_core::validate::{Level, Profile, Severity};

pub(crate) use self::constant::as_number;
use self::findings::Findings;
pub(crate) use self::path::{kind_at, place_of};
pub(crate) use self::renamed::stix_2_0_path;
pub use self::report::{PatternProblem, PatternReport};
pub use self::rule::Rule;
pub(crate) use self::values::{escapes as entities, plain_value};
use crate::edit::Edit;
use crate::{LanguageVersion, Pattern, Span, SyntaxError, parser};

/// What is found in a text.
struct Found {
    pattern: Option<Pattern>,
    problems: Vec<PatternProblem>,
    /// The change that mends each of the problems.
    edits: Vec<Option<Edit>>,
    /// The text with its mistakes of syntax corrected.
    fix: Option<String>,
}

/// Checks patterns; made once, used for any number of them.
///
/// A pattern without problems is checked without allocating more than parsing does.
#[derive(Clone, Debug, Default)]
pub struct Checker {
    profile: Profile,
    levels: Vec<(Rule, Level)>,
    custom_names: CustomNames,
    registry: Registry,
    types: BTreeSet<String>,
    version: LanguageVersion,
}

/// What is thought of types, properties and extensions that the specification does not define and that are named as
/// custom ones are: with `x-`, `x_` or `extension-definition--` in front.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CustomNames {
    /// Nothing is said about them.
    #[default]
    Allowed,
    /// Each is reported as [`Rule::CustomName`].
    Flagged,
}

/// From when on and until when an indicator is valid, as it says so itself (section 4.7).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Validity<'a> {
    /// The timestamp `valid_from`.
    pub from: Option<&'a str>,
    /// The timestamp `valid_until`.
    pub until: Option<&'a str>,
}

impl Checker {
    /// A checker of this profile: strict takes every warning for an error, lenient every error but those of syntax for
    /// a warning.
    #[must_use]
    pub fn new(profile: Profile) -> Self {
        Self { profile, ..Self::default() }
    }

    /// Sets the level of one rule, whatever the profile says.
    #[must_use]
    pub fn with_level(mut self, rule: Rule, level: Level) -> Self {
        self.levels.retain(|(known, _)| *known != rule);
        self.levels.push((rule, level));
        self
    }

    /// Says what is thought of custom names.
    #[must_use]
    pub fn with_custom_names(self, custom_names: CustomNames) -> Self {
        Self { custom_names, ..self }
    }

    /// Holds paths against the cyber-observable types of a registry too, which are then no custom names.
    ///
    /// ```
    /// use stix_core::{Registry, ScoCommon, StixObject};
    /// use stix_pattern::check::Checker;
    ///
    /// /// A chip that was seen.
    /// #[derive(Clone, Debug, PartialEq, StixObject)]
    /// #[stix(type = "x-acme-chip", class = Sco, custom)]
    /// struct Chip {
    ///     #[stix(common)]
    ///     common: ScoCommon,
    ///     /// How many pins it has.
    ///     pins: Option<i64>,
    /// }
    ///
    /// let checker = Checker::default().with_registry(&Registry::standard().with::<Chip>());
    /// assert!(checker.check("[x-acme-chip:pins > 7]").problems().is_empty());
    /// assert!(!checker.check("[x-acme-chip:pin > 7]").problems().is_empty());
    /// assert!(!checker.check("[x-acme-chip:pins = 'seven']").problems().is_empty());
    /// assert!(Checker::default().check("[x-acme-chip:pin > 7]").problems().is_empty());
    /// ```
    #[must_use]
    pub fn with_registry(self, registry: &Registry) -> Self {
        Self { registry: registry.clone(), ..self }
    }

    /// Checks patterns of this version of the language. Those of STIX 2.0 may have its names of properties, and
    /// strings behind `START` and `STOP`.
    #[must_use]
    pub fn with_version(self, version: LanguageVersion) -> Self {
        Self { version, ..self }
    }

    /// Takes an object type for one that exists, such as one that an extension definition adds (section 7.3). Its
    /// properties are not checked.
    ///
    /// ```
    /// use stix_pattern::check::Checker;
    ///
    /// let pattern = "[cryptocurrency-wallet:value = 'x']";
    /// assert!(!Checker::default().check(pattern).problems().is_empty());
    /// assert!(Checker::default().with_type("cryptocurrency-wallet").check(pattern).problems().is_empty());
    /// ```
    #[must_use]
    pub fn with_type(mut self, object_type: impl Into<String>) -> Self {
        self.types.insert(object_type.into());
        self
    }

    /// Checks a pattern: its syntax, and if that is right, everything else. Reports up to 100 problems, and makes
    /// corrected copies of patterns of up to 64 KiB.
    #[must_use]
    pub fn check(&self, source: &str) -> PatternReport {
        self.check_indicator(source, Validity::default())
    }

    /// Checks the pattern of an indicator, whose windows of time should lie within its validity.
    #[must_use]
    pub fn check_indicator(&self, source: &str, validity: Validity<'_>) -> PatternReport {
        let Some(translation) = self.version.translation(source) else {
            return self.check_text(source, validity);
        };
        let translated = translation.apply(source);
        if parser::parse(&translated).is_err() {
            return self.check_text(source, validity);
        }
        let mut report = self.check_text(&translated, validity);
        for problem in &mut report.problems {
            let span = problem.span;
            problem.locate(
                Span::from_range(translation.before(span.start())..translation.before(span.end())),
                source,
            );
        }
        report
    }

    fn check_text(&self, source: &str, validity: Validity<'_>) -> PatternReport {
        let mut found = self.find(source, validity);
        let syntax_fix = found.fix.take();
        for problem in found.problems.iter_mut().filter(|problem| problem.rule == Rule::Syntax) {
            problem.fix.clone_from(&syntax_fix);
        }
        let corrected = match &syntax_fix {
            Some(fix) => Some(correction::corrected(self, fix, validity).unwrap_or_else(|| fix.clone())),
            None => correction::correct(self, source, validity, &mut found),
        };
        PatternReport { pattern: found.pattern, problems: found.problems, corrected }
    }

    /// Returns the problems of a pattern, of which those beyond its syntax have no corrected pattern yet.
    fn find(&self, source: &str, validity: Validity<'_>) -> Found {
        let mut findings = Findings::new(source, self);
        let parsed = Pattern::parse_all(source);
        let mut fix = None;
        match &parsed {
            Ok(pattern) => observation::check(pattern.root(), validity, &mut findings),
            Err(errors) => {
                errors.iter().for_each(|error| findings.push_syntax(error));
                fix = errors.first().and_then(SyntaxError::fix).map(str::to_owned);
            }
        }
        let (problems, edits) = findings.into_parts();
        Found { pattern: parsed.ok(), problems, edits, fix }
    }

    /// The severity of a problem with this rule, if it is reported.
    fn severity(&self, rule: Rule) -> Option<Severity> {
        match self.levels.iter().find(|(known, _)| *known == rule) {
            Some((_, Level::Off)) => return None,
            Some((_, Level::Warning)) => return Some(Severity::Warning),
            Some((_, Level::Error)) => return Some(Severity::Error),
            None => {}
        }
        Some(match self.profile {
            Profile::Strict => Severity::Error,
            Profile::Default => rule.severity(),
            Profile::Lenient if rule == Rule::Syntax => Severity::Error,
            Profile::Lenient => Severity::Warning,
        })
    }
}
