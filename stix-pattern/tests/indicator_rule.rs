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

#[test]
fn a_pattern_that_can_be_mended_is_a_warning_to_the_lenient() {
    let indicator = |pattern: &str| {
        serde_json::json!({
            "type": "indicator", "spec_version": "2.1",
            "id": "indicator--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f",
            "created": "2024-01-15T10:00:00.000Z", "modified": "2024-01-15T10:00:00.000Z",
            "name": "A name", "description": "A name of a file.", "indicator_types": ["malicious-activity"],
            "pattern": pattern, "pattern_type": "stix", "valid_from": "2024-01-15T10:00:00.000Z",
        })
    };
    let lenient = Validator::with_profile(Profile::Lenient).with_rule(IndicatorRule::default());
    let default = Validator::new().with_rule(IndicatorRule::default());
    for (pattern, mended) in
        [("[file:name = 'it's.exe']", r"'it\'s.exe'"), (r"[file:name = 'C:\new.exe']", r"'C:\\new.exe'")]
    {
        let report = lenient.value(&indicator(pattern));
        assert!(report.is_valid(), "{pattern}: {report}");
        assert!(report.to_string().contains(mended), "{pattern}: {report}");
        assert!(!default.value(&indicator(pattern)).is_valid(), "{pattern}");
    }
    assert!(!lenient.value(&indicator("[file:name = ")).is_valid());
}
