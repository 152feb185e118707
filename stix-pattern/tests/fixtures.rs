//! Walks the patterns of `fixtures/patterns`: what parses prints as it should, and what does not is explained as it
//! should be.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::fs;
use std::path::Path;

use serde::Deserialize;
use stix_pattern::{Pattern, SyntaxError, SyntaxErrorKind};

/// A pattern with its canonical form, or with the errors, the help and the corrected pattern.
#[derive(Deserialize)]
struct Case {
    pattern: String,
    why: String,
    canonical: Option<String>,
    #[serde(flatten)]
    first: Explanation,
    #[serde(default)]
    errors: Vec<Explanation>,
    fix: Option<String>,
}

#[derive(Debug, Deserialize, PartialEq)]
struct Explanation {
    error: Option<String>,
    help: Option<String>,
}

impl Explanation {
    fn of(error: &SyntaxError) -> Self {
        Self { error: Some(error.to_string()), help: error.help().map(str::to_owned) }
    }
}

fn cases(file: &str, count: usize) -> Vec<Case> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/patterns").join(file);
    let text = fs::read_to_string(path).unwrap();
    let cases: Vec<Case> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(cases.len(), count, "{file} has gained or lost cases");
    assert!(cases.iter().all(|case| !case.why.is_empty()), "{file} has a case without a reason");
    cases
}

fn each_prints_canonically(file: &str, count: usize) {
    for case in cases(file, count) {
        let Case { pattern: source, why, canonical, .. } = &case;
        let pattern = Pattern::parse(source).unwrap_or_else(|error| panic!("{source} ({why}): {error}"));
        let printed = pattern.to_string();
        assert_eq!(Some(&printed), canonical.as_ref(), "{source} ({why})");
        let again = Pattern::parse(&printed).unwrap_or_else(|error| panic!("{printed} ({why}): {error}"));
        assert_eq!(again, pattern, "{source} ({why})");
        assert!(pattern.root().span().text(source).is_some_and(|text| !text.is_empty()), "{source} ({why})");
    }
}

fn each_is_explained(file: &str, count: usize) {
    for case in cases(file, count) {
        let Case { pattern: source, why, first, .. } = &case;
        let Err(found) = Pattern::parse(source) else { panic!("{source} ({why}) parses") };
        assert_eq!(Explanation::of(&found), *first, "{source} ({why})");
        assert!(found.span().text(source).is_some(), "{source} ({why})");
        is_fixed(&found, &case);
    }
}

/// What an error carries as the corrected pattern is what the case says, and it is one.
fn is_fixed(error: &SyntaxError, case: &Case) {
    let Case { pattern: source, why, fix, .. } = case;
    assert_eq!(error.fix(), fix.as_deref(), "{source} ({why})");
    if let Some(fix) = error.fix() {
        assert!(Pattern::parse(fix).is_ok(), "{fix} ({why})");
    }
}

#[test]
fn valid_patterns_print_canonically() {
    each_prints_canonically("valid.jsonl", 60);
}

#[test]
fn patterns_left_to_checks_parse() {
    each_prints_canonically("left_to_checks.jsonl", 5);
}

#[test]
fn spellings_print_canonically() {
    each_prints_canonically("canonical.jsonl", 35);
}

#[test]
fn invalid_patterns_are_explained() {
    each_is_explained("invalid.jsonl", 71);
}

#[test]
fn common_mistakes_are_explained() {
    each_is_explained("mistakes.jsonl", 50);
}

#[test]
fn several_mistakes_are_found_in_one_run() {
    for case in cases("several.jsonl", 24) {
        let Case { pattern: source, why, errors, .. } = &case;
        let Err(found) = Pattern::parse_all(source) else { panic!("{source} ({why}) parses") };
        let explained: Vec<Explanation> = found.iter().map(Explanation::of).collect();
        assert_eq!(explained, *errors, "{source} ({why})");
        for error in &found {
            assert!(error.span().text(source).is_some(), "{source} ({why})");
            is_fixed(error, &case);
        }
        assert_eq!(Pattern::parse(source).as_ref(), Err(&found[0]), "{source} ({why})");
    }
}

#[test]
fn positions_are_in_bytes_and_in_characters() {
    let error = Pattern::parse("[a:b = 'é🦀'\n AND a:c = 'ü' ?").unwrap_err();
    assert_eq!(error.kind(), SyntaxErrorKind::UnexpectedToken);
    assert_eq!((error.span().start(), error.span().end()), (32, 33));
    assert_eq!((error.line(), error.column(), error.character()), (2, 16, 28));
    assert_eq!((error.expected(), error.found()), ("`AND`, `OR` or `]`", "`?`"));
}
