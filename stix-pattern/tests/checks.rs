//! Walks the checks of `fixtures/patterns`: a group for each rule, and the verdict on every case of the language.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde::de::DeserializeOwned;
use stix_pattern::Pattern;
use stix_pattern::check::{Checker, CustomNames, Level, PatternProblem, Profile, Rule, Severity, Validity};

/// A pattern with all its problems, under settings of its own if need be.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    pattern: String,
    why: String,
    problems: Vec<Expected>,
    valid_from: Option<String>,
    valid_until: Option<String>,
    custom_names: Option<String>,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
struct Expected {
    rule: String,
    severity: String,
    at: String,
    message: String,
    help: Option<String>,
    fix: Option<String>,
}

/// A case of the language with what the reference tools say of it, and why it is said otherwise here.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Verdict {
    pattern: String,
    why: String,
    listed: String,
    parses: bool,
    valid: bool,
    rules: Vec<String>,
    section: Option<String>,
    because: Option<String>,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/patterns")
}

fn read<T: DeserializeOwned>(path: &Path) -> Vec<T> {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{line}: {error}")))
        .collect()
}

impl Case {
    fn problems_of(&self, pattern: &str) -> Vec<PatternProblem> {
        let custom_names = match self.custom_names.as_deref() {
            Some("flagged") => CustomNames::Flagged,
            _ => CustomNames::Allowed,
        };
        let validity = Validity { from: self.valid_from.as_deref(), until: self.valid_until.as_deref() };
        let checker = Checker::default().with_custom_names(custom_names);
        checker.check_indicator(pattern, validity).into_problems()
    }

    /// What is found is what is expected, and what is corrected is better.
    fn assert(&self) {
        let Self { pattern, why, .. } = self;
        let problems = self.problems_of(pattern);
        let found: Vec<Expected> = problems.iter().map(|problem| Expected::of(problem, pattern)).collect();
        assert_eq!(found, self.problems, "{pattern} ({why})");
        for fix in problems.iter().filter_map(PatternProblem::fix) {
            assert!(Pattern::parse(fix).is_ok(), "{fix} ({why})");
            let left = self.problems_of(fix);
            assert!(left.len() < problems.len(), "{fix} ({why}): {left:?}");
        }
    }
}

impl Expected {
    fn of(problem: &PatternProblem, pattern: &str) -> Self {
        let characters: String =
            pattern.chars().skip(problem.characters().start).take(problem.characters().len()).collect();
        let at = problem.span().text(pattern).expect("the span lies in the pattern");
        assert_eq!(at, characters);
        Self {
            rule: problem.rule().code().to_owned(),
            severity: problem.severity().to_string(),
            at: at.to_owned(),
            message: problem.message().to_owned(),
            help: problem.help().map(str::to_owned),
            fix: problem.fix().map(str::to_owned),
        }
    }
}

#[test]
fn every_rule_has_patterns_that_break_it_and_patterns_that_do_not() {
    for rule in Rule::ALL {
        let cases: Vec<Case> = read(&folder().join("checks").join(format!("{rule}.jsonl")));
        cases.iter().for_each(Case::assert);
        let breaks = |case: &&Case| case.problems.iter().any(|problem| problem.rule == rule.code());
        assert!(cases.iter().any(|case| breaks(&case)), "no pattern breaks {rule}");
        assert!(
            cases.iter().any(|case| case.problems.is_empty()),
            "no pattern is good in the eyes of {rule}"
        );
    }
    let files = fs::read_dir(folder().join("checks")).unwrap().count();
    assert_eq!(files, Rule::ALL.len(), "a group has no rule");
}

#[test]
fn every_case_of_the_language_has_a_verdict() {
    let verdicts: Vec<Verdict> = read(&folder().join("verdicts.jsonl"));
    for verdict in &verdicts {
        let Verdict { pattern, why, .. } = verdict;
        let report = Checker::default().check(pattern);
        let rules: Vec<&str> = report.problems().iter().map(|problem| problem.rule().code()).collect();
        assert_eq!(report.pattern().is_some(), verdict.parses, "{pattern} ({why})");
        assert_eq!(report.is_valid(), verdict.valid, "{pattern} ({why})");
        assert_eq!(rules, verdict.rules, "{pattern} ({why})");
        let differs = (verdict.listed == "valid") != verdict.valid;
        let is_explained = verdict.section.is_some() && verdict.because.is_some();
        assert_eq!(
            differs, is_explained,
            "{pattern} ({why}): a reason for each difference, and for nothing else"
        );
    }
    let listed = |as_what: &str| verdicts.iter().filter(|verdict| verdict.listed == as_what).count();
    assert_eq!((listed("valid"), listed("invalid"), verdicts.len()), (58, 77, 135));
}

#[test]
fn profiles_and_levels_decide_what_is_an_error() {
    let (warning, error) = ("[file:nmae = 'x']", "[file:name = 'x'] REPEATS 0 TIMES");
    let severity =
        |checker: &Checker, pattern| checker.check(pattern).problems().first().map(PatternProblem::severity);
    let default = Checker::default();
    assert_eq!(severity(&default, warning), Some(Severity::Warning));
    assert_eq!(severity(&default, error), Some(Severity::Error));
    let strict = Checker::new(Profile::Strict);
    assert_eq!(severity(&strict, warning), Some(Severity::Error));
    assert!(!strict.check(warning).is_valid());
    let lenient = Checker::new(Profile::Lenient);
    assert_eq!(severity(&lenient, error), Some(Severity::Warning));
    assert_eq!(severity(&lenient, "["), Some(Severity::Error));
    let off = strict.clone().with_level(Rule::UnknownProperty, Level::Off);
    assert_eq!(severity(&off, warning), None);
    assert_eq!(
        severity(&off.with_level(Rule::UnknownProperty, Level::Warning), warning),
        Some(Severity::Warning)
    );
}

#[test]
fn names_of_rules_are_unique_and_lead_back() {
    for rule in Rule::ALL {
        assert_eq!(Rule::named(rule.code()), Some(*rule));
        assert!(!rule.doc().is_empty() && !rule.section().is_empty());
    }
    assert_eq!(Rule::named("no-such-rule"), None);
}

#[test]
fn a_pattern_full_of_problems_is_reported_within_limits() {
    let tests = vec!["ipv4-addr:value = '999.1.1.1' AND file:nmae = 'x'"; 20_000].join(" OR ");
    let report = Checker::default().check(&format!("[{tests}]"));
    assert_eq!(report.problems().len(), 100);
    assert!(report.problems().iter().all(|problem| problem.fix().is_none()), "copies of a long pattern");
    let types: Vec<String> = (0..20_000).map(|at| format!("x-a{at}:b = 1")).collect();
    let alternatives = types.join(" OR ");
    let report =
        Checker::default().check(&format!("[({alternatives}) AND ({})]", alternatives.replace("x-a", "x-b")));
    assert!(report.is_valid());
}
