//! The pattern of an indicator (STIX 2.1, section 4.7), as a rule of stix-core's validator.

use stix_core::validate::{Check, Members, ObjectRule, Rule, Severity};

use crate::LanguageVersion;
use crate::check::{self, Checker, PatternProblem, Validity};

/// Checks the patterns of indicators: the rule that stix-core's validator takes, since it knows no patterns itself.
///
/// Errors are reported as [`Rule::Pattern`], warnings as [`Rule::PatternAdvice`]; the profile of the validator decides
/// what becomes of them.
///
/// ```
/// use stix_core::validate::Validator;
/// use stix_pattern::IndicatorRule;
///
/// let report = Validator::new().with_rule(IndicatorRule::default()).text(r#"{
///   "type": "indicator",
///   "spec_version": "2.1",
///   "id": "indicator--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f",
///   "created": "2024-01-15T10:00:00.000Z",
///   "modified": "2024-01-15T10:00:00.000Z",
///   "indicator_types": ["malicious-activity"],
///   "pattern": "[ipv4-addr:value = '192.0.2.1:80']",
///   "pattern_type": "stix",
///   "valid_from": "2024-01-15T10:00:00Z"
/// }"#);
/// let problem = report.problems().iter().find(|problem| problem.path() == "/pattern").unwrap();
/// assert_eq!((problem.rule().code(), problem.line()), ("pattern-advice", Some(8)));
/// assert_eq!(problem.message(), "ip-address: `192.0.2.1:80` is an address with a port, at character 20 of the pattern");
/// ```
#[derive(Clone, Debug, Default)]
pub struct IndicatorRule {
    checker: Checker,
}

impl IndicatorRule {
    /// The rule with a checker whose levels and custom names are chosen. Its profile should be the default one: that
    /// of the validator counts.
    #[must_use]
    pub fn new(checker: Checker) -> Self {
        Self { checker }
    }
}

impl ObjectRule for IndicatorRule {
    fn check<'c>(&self, object: &'c Members<'c>, check: &mut Check<'c>) {
        if object.text("type") != Some("indicator") {
            return;
        }
        let (Some(pattern), Some(pattern_type)) = (object.text("pattern"), object.text("pattern_type"))
        else {
            return;
        };
        let validity = Validity { from: object.text("valid_from"), until: object.text("valid_until") };
        let version =
            LanguageVersion::of_indicator(object.text("pattern_version"), object.text("pattern_type"));
        let problems = match version {
            LanguageVersion::V2_1 => indicator_problems(pattern, pattern_type, validity, &self.checker),
            version => {
                let checker = self.checker.clone().with_version(version);
                indicator_problems(pattern, pattern_type, validity, &checker)
            }
        };
        check.member("pattern", |check| problems.iter().for_each(|problem| report(problem, check)));
    }
}

/// A problem of a pattern as a problem of its indicator.
fn report(problem: &PatternProblem, check: &mut Check<'_>) {
    let rule = match problem.severity() {
        Severity::Error => Rule::Pattern,
        Severity::Warning => Rule::PatternAdvice,
    };
    let message = match problem.rule() {
        // These say themselves where they are.
        check::Rule::Syntax => problem.message().to_owned(),
        code => {
            let character = problem.characters().start + 1;
            format!("{code}: {}, at character {character} of the pattern", problem.message())
        }
    };
    match (problem.help(), problem.fix()) {
        (None, None) => check.problem(rule, message),
        (Some(help), None) => check.problem_with_help(rule, message, help),
        (None, Some(fix)) => check.problem_with_repair(rule, message, format_args!("write `{fix}`")),
        (Some(help), Some(fix)) => {
            check.problem_with_repair(rule, message, format_args!("{help}; corrected: `{fix}`"));
        }
    }
}

/// The problems of the pattern of an indicator: none if `pattern_type` is not `stix`, since the pattern is then in
/// another language.
///
/// ```
/// use stix_pattern::check::{Checker, Validity};
/// use stix_pattern::indicator_problems;
///
/// let pattern = "[url:value = 'http://example.com/'] START t'2020-01-01T00:00:00Z' STOP t'2021-01-01T00:00:00Z'";
/// let validity = Validity { from: Some("2020-06-01T00:00:00Z"), until: None };
/// let problems = indicator_problems(pattern, "stix", validity, &Checker::default());
/// assert_eq!(problems[0].rule().code(), "window-outside-validity");
/// assert!(indicator_problems(pattern, "yara", validity, &Checker::default()).is_empty());
/// ```
#[must_use]
pub fn indicator_problems(
    pattern: &str,
    pattern_type: &str,
    validity: Validity<'_>,
    checker: &Checker,
) -> Vec<PatternProblem> {
    match pattern_type {
        "stix" => checker.check_indicator(pattern, validity).into_problems(),
        _ => Vec::new(),
    }
}
