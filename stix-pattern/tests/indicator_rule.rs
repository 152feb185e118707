//! The rules of indicators in the validator, over the same sort of folders as its own rules: `fixtures/rules`.
//!
//! `UPDATE_FIXTURES=1 cargo test -p stix-pattern --test indicator_rule` writes the expected reports.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::fs;
use std::path::Path;

use stix_core::validate::{Profile, Report, Rule, Validator};
use stix_pattern::IndicatorRule;

fn printed(report: &Report) -> String {
    let mut text = String::new();
    for problem in report.problems() {
        let (line, column) = (problem.line().unwrap(), problem.column().unwrap());
        let (severity, rule) = (problem.severity(), problem.rule());
        text += &format!("{line}:{column} {severity} {rule} {}: {}\n", problem.path(), problem.message());
        if let Some(help) = problem.help() {
            text += &format!("  help: {help}\n");
        }
    }
    text
}

#[test]
fn the_rules_find_their_bad_examples_and_pass_their_good_ones() {
    for rule in [Rule::Pattern, Rule::PatternAdvice] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/rules").join(rule.code());
        let read = |name: &str| fs::read_to_string(folder.join(name)).unwrap_or_default();
        let validator = Validator::new().with_rule(IndicatorRule::default());
        let report = validator.text(&read("bad.json"));
        assert!(report.problems().iter().any(|problem| problem.rule() == rule), "{rule}: {report}");
        let found = printed(&report);
        if std::env::var_os("UPDATE_FIXTURES").is_some() {
            fs::write(folder.join("expected.txt"), &found).unwrap();
        }
        assert_eq!(found, read("expected.txt"), "{rule}");
        let good = validator.text(&read("good.json"));
        assert!(good.problems().is_empty(), "{rule}: {}", printed(&good));
        let strict = Validator::with_profile(Profile::Strict).with_rule(IndicatorRule::default());
        assert!(!strict.text(&read("bad.json")).is_valid(), "{rule}");
    }
}
