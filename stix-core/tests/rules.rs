//! Every rule has a folder under `fixtures/rules` with a bad example, the report on it, and a good example.
//!
//! - `bad.json` (or `bad.jsonl`): a document that breaks the rule.
//! - `expected.txt`: the report on it, a line a problem.
//! - `good.json`: a document that keeps it, and breaks nothing else.
//! - `settings.json`, where needed: `{"profile": "strict", "enable": ["oasis"], "off": ["custom-object"], "limits":
//!   {"string": 9}}`; `schemas` has JSON Schemas by the type or the extension that they are for.
//!
//! The folder `contradictions` has documents on which the specification and the validator of OASIS disagree: `why`
//! we are right, what `oasis` says, the `document`, and the `problems` that are found.
//!
//! The folder `lenient` has documents as feeds serve them: what is wrong with them is a warning under the lenient
//! profile, and its help names the repair.
//!
//! `UPDATE_FIXTURES=1 cargo test -p stix-core --test rules` writes the expected reports; read the difference.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may fail")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use stix_core::schema_set::SchemaSet;
use stix_core::validate::{Level, Limits, Profile, Report, Rule, Validator};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/rules")
}

fn settings(folder: &Path) -> Value {
    let settings = fs::read_to_string(folder.join("settings.json")).unwrap_or_else(|_| "{}".to_owned());
    serde_json::from_str(&settings).unwrap()
}

fn validator(folder: &Path) -> Validator {
    let profile = match settings(folder)["profile"].as_str() {
        None => Profile::Default,
        Some("strict") => Profile::Strict,
        Some("lenient") => Profile::Lenient,
        Some(other) => panic!("{other} is no profile"),
    };
    with_settings(profile, folder)
}

/// The validator of this profile, with what the settings of a folder switch on and off.
fn with_settings(profile: Profile, folder: &Path) -> Validator {
    let settings = settings(folder);
    let mut validator = Validator::with_profile(profile);
    for group in settings["enable"].as_array().into_iter().flatten() {
        validator = validator.with_level(group.as_str().unwrap(), Level::Warning).unwrap();
    }
    for name in settings["off"].as_array().into_iter().flatten() {
        validator = validator.with_level(name.as_str().unwrap(), Level::Off).unwrap();
    }
    let mut limits = Limits::default();
    if let Some(most) = settings["limits"]["string"].as_u64() {
        limits.string = usize::try_from(most).unwrap();
    }
    let mut schemas = SchemaSet::new();
    for (key, schema) in settings["schemas"].as_object().into_iter().flatten() {
        schemas.add(key, schema).unwrap();
    }
    validator.with_limits(limits).with_rule(schemas)
}

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

/// How many ways of getting something wrong the folder `lenient` has.
const LENIENT: usize = 23;

/// The rules that another crate looks for, and tests with the same folders.
const ELSEWHERE: [Rule; 2] = [Rule::Pattern, Rule::PatternAdvice];

#[test]
fn every_rule_finds_its_bad_example_and_passes_its_good_one() {
    let mut wrong = String::new();
    for rule in Rule::ALL.iter().filter(|rule| !ELSEWHERE.contains(rule)) {
        let folder = folder().join(rule.code());
        let read = |name: &str| {
            fs::read_to_string(folder.join(name))
                .unwrap_or_else(|error| panic!("fixtures/rules/{rule}/{name}: {error}"))
        };
        let validator = validator(&folder);
        let bad = if folder.join("bad.jsonl").exists() { read("bad.jsonl") } else { read("bad.json") };
        let report = validator.text(&bad);
        if !report.problems().iter().any(|problem| problem.rule() == *rule) {
            wrong += &format!("{rule}: not found in the bad example: {report}\n");
        }
        let printed = printed(&report);
        if std::env::var_os("UPDATE_FIXTURES").is_some() {
            fs::write(folder.join("expected.txt"), &printed).unwrap();
        }
        if printed != read("expected.txt") {
            wrong += &format!("{rule}: the report on the bad example is\n{printed}");
        }
        let good = validator.text(&read("good.json"));
        if !good.problems().is_empty() {
            wrong += &format!("{rule}: the good example breaks rules:\n{}", self::printed(&good));
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn every_folder_is_that_of_a_rule() {
    let rules: BTreeSet<_> = Rule::ALL.iter().map(|rule| rule.code().to_owned()).collect();
    let folders = fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap());
    let folders: BTreeSet<_> = folders
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().into_string().unwrap())
        .filter(|name| name != "contradictions" && name != "lenient")
        .collect();
    assert_eq!(folders.difference(&rules).collect::<Vec<_>>(), Vec::<&String>::new());
}

#[test]
fn the_specification_wins_over_the_validator_of_oasis() {
    let cases: Vec<_> = fs::read_dir(folder().join("contradictions")).unwrap().collect();
    assert!(cases.len() >= 28);
    let mut wrong = String::new();
    for case in cases {
        let path = case.unwrap().path();
        let case: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        assert!(case["why"].is_string() && case["oasis"].is_string(), "{}", path.display());
        let report = Validator::new().value(&case["document"]);
        let found: Vec<_> = report
            .problems()
            .iter()
            .map(|problem| format!("{} {} {}", problem.severity(), problem.rule(), problem.path()))
            .collect();
        let expected: Vec<_> =
            case["problems"].as_array().unwrap().iter().map(|line| line.as_str().unwrap()).collect();
        if found != expected {
            wrong += &format!("{}: found {found:?}: {report}\n", path.display());
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn every_check_of_the_specification_and_its_tools_is_accounted_for() {
    let text = fs::read_to_string(folder().join("checks.json")).unwrap();
    let checks: Value = serde_json::from_str(&text).unwrap();
    let mut reasons = Vec::new();
    for number in 1..=227 {
        let entry = &checks[number.to_string()];
        match (entry["rule"].as_str(), entry["reason"].as_str()) {
            (Some(rule), None) => assert!(Rule::named(rule).is_some(), "{number}: {rule} is no rule"),
            (None, Some(reason)) if reason.len() > 40 => reasons.push(number),
            _ => panic!("{number} has neither a rule nor a reason"),
        }
    }
    // Advice to readers, what no document can break, and what no text alone can show.
    assert_eq!(reasons, [11, 60, 66, 69, 70, 75, 216]);
}

/// Each folder of `lenient` has what feeds get wrong in one way, and the report on it under the lenient profile.
#[test]
fn what_feeds_get_wrong_is_a_warning_that_names_the_repair() {
    let folders: Vec<_> = fs::read_dir(folder().join("lenient")).unwrap().collect();
    assert_eq!(folders.len(), LENIENT);
    let mut wrong = String::new();
    for folder in folders {
        let folder = folder.unwrap().path();
        let name = folder.file_name().unwrap().to_string_lossy().into_owned();
        let file = ["document.json", "document.jsonl"].map(|name| folder.join(name));
        let text = fs::read_to_string(file.iter().find(|file| file.exists()).unwrap()).unwrap();
        let report = with_settings(Profile::Lenient, &folder).text(&text);
        let printed = printed(&report);
        if std::env::var_os("UPDATE_FIXTURES").is_some() {
            fs::write(folder.join("expected.txt"), &printed).unwrap();
        }
        if printed != fs::read_to_string(folder.join("expected.txt")).unwrap() {
            wrong += &format!("{name}: the report is\n{printed}");
        }
        if !report.is_valid() || report.problems().iter().any(|problem| problem.help().is_none()) {
            wrong += &format!("{name}: not all are warnings that name a repair:\n{printed}");
        }
        let default = with_settings(Profile::Default, &folder).text(&text);
        if default.problems().len() != report.problems().len() {
            wrong += &format!("{name}: the default profile finds something else:\n{default}");
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}
