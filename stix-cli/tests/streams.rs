//! Pipes whose reader leaves, files that cannot be written, and texts that are too large for a case.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may fail")]

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;
use stix_core::schema::json_schemas;
use stix_core::validate::Rule;
use tempfile::TempDir;

fn stix() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_stix"));
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// A file with many times the same object.
fn file(folder: &TempDir, name: &str, object: &str) -> PathBuf {
    let path = folder.path().join(name);
    fs::write(&path, format!("{object}\n").repeat(3000)).unwrap();
    path
}

const BROKEN: &str = r#"{"type": "identity"}"#;
const WARNED: &str = r#"{"type": "identity", "spec_version": "2.1", "identity_class": "firm", "name": "ACME",
    "id": "identity--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f", "created": "2024-01-15T10:00:00.000Z",
    "modified": "2024-01-15T10:00:00.000Z"}"#;

#[test]
fn a_reader_that_leaves_ends_the_command_without_a_word() {
    let folder = TempDir::new().unwrap();
    let broken = file(&folder, "broken.jsonl", BROKEN);
    let warned = file(&folder, "warned.jsonl", WARNED);
    for (paths, format, status) in [
        (vec![&broken], "--format=text", 1),
        (vec![&broken], "--format=json", 1),
        (vec![&warned], "--format=text", 0),
        (vec![&warned, &warned], "--format=json", 0),
        // A file is left that was not checked: nobody can say that all are valid.
        (vec![&warned, &warned], "--format=text", 2),
    ] {
        let mut command = stix();
        command.args(["validate", "--max-problems=1000000", format]).args(&paths);
        let mut child = command.spawn().unwrap();
        let mut reader = BufReader::new(child.stdout.take().unwrap());
        let mut start = [0; 10];
        reader.read_exact(&mut start).unwrap();
        drop(reader);
        let output = child.wait_with_output().unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{command:?}");
        assert_eq!(output.status.code(), Some(status), "{command:?}");
    }
}

/// Observed-data of a URL each.
fn observed(folder: &TempDir, count: usize) -> PathBuf {
    let path = folder.path().join("observed.jsonl");
    let url = r#"{"type": "url", "id": "url--1", "value": "https://example.com/"}"#;
    let data = (0..count).map(|number| {
        format!(
            r#"{{"type": "observed-data", "id": "observed-data--{number}", "number_observed": 1,
            "first_observed": "2024-01-01T00:00:00Z", "last_observed": "2024-01-01T00:00:00Z",
            "object_refs": ["url--1"]}}"#
        )
    });
    fs::write(&path, format!("{url}\n{}", data.collect::<Vec<_>>().join("\n"))).unwrap();
    path
}

#[test]
fn a_reader_that_leaves_ends_a_match_without_a_word() {
    let folder = TempDir::new().unwrap();
    let path = observed(&folder, 3000);
    for format in ["--format=text", "--format=json"] {
        let mut command = stix();
        command.args(["pattern", "match", format, "--max-bindings=3000", "--pattern=[url:value LIKE '%']"]);
        let mut child = command.arg(&path).spawn().unwrap();
        let mut reader = BufReader::new(child.stdout.take().unwrap());
        let mut start = [0; 10];
        reader.read_exact(&mut start).unwrap();
        drop(reader);
        let output = child.wait_with_output().unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{format}");
        assert_eq!(output.status.code(), Some(0), "{format}");
    }
}

#[test]
fn a_pattern_that_takes_too_much_hides_no_other() {
    let folder = TempDir::new().unwrap();
    let path = observed(&folder, 400);
    let brackets: Vec<_> = (0..900).map(|number| format!("[url:value != '{number}']")).collect();
    let large = brackets.join(" AND ");
    let patterns = ["--pattern", &large, "--pattern", "[url:value LIKE '%example%']"];
    let output =
        stix().args(["pattern", "match", "--format=json"]).args(patterns).arg(&path).output().unwrap();
    let message = String::from_utf8(output.stderr).unwrap();
    assert!(message.starts_with("error: pattern 1 is undecided: it takes too many steps"), "{message}");
    assert_eq!(String::from_utf8(output.stdout).unwrap().lines().count(), 1);
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn patterns_match_at_once_as_they_do_alone() {
    let case = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/pattern-match");
    let patterns = [
        "[url:value LIKE '%beacon%']",
        "[url:value LIKE '%b%'] OR [url:value MATCHES '^https'] OR [user-account:user_id = 'root']",
        "[url:value = 'https://beacon.example/'] FOLLOWEDBY [url:value LIKE '%']",
        "[url:value = 'nothing']",
        "([user-account:user_id = 'root'] OR [url:value LIKE '%b%']) REPEATS 2 TIMES WITHIN 86400 SECONDS",
        "[user-account:user_id = 'root'] AND [url:value LIKE '%b%']",
        "[url:value LIKE '%b%'] START t'2024-03-02T00:00:00Z' STOP t'2024-03-03T00:00:00Z'",
    ];
    let run = |patterns: &[&str], most: &str| {
        let mut command = stix();
        command.args(["pattern", "match", "--format=json", "--max-bindings", most]).current_dir(&case);
        command.args(patterns.iter().flat_map(|pattern| ["--pattern", pattern]));
        String::from_utf8(command.args(["data.json", "more.jsonl"]).output().unwrap().stdout).unwrap()
    };
    for most in ["1", "2", "100"] {
        let alone: String = patterns.iter().map(|pattern| run(&[pattern], most)).collect();
        assert_eq!(run(&patterns, most), alone, "{most}");
        assert_eq!(alone.lines().count(), 6, "{most}");
    }
}

#[test]
fn repetitions_without_end_are_counted() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("many.json");
    let data = r#"{"type": "observed-data", "id": "observed-data--1", "number_observed": 9007199254740991,
        "first_observed": "2024-01-01T00:00:00Z", "last_observed": "2024-01-01T00:00:00Z",
        "objects": {"0": {"type": "url", "value": "https://example.com/"}}}"#;
    fs::write(&path, data).unwrap();
    let pattern = "--pattern=[url:value LIKE '%'] REPEATS 9000000000000000 TIMES";
    for (format, status, expected) in [
        ("--format=text", 0, "observed-data--1, first observed 2024-01-01T00:00:00Z, 9000000000000000 times"),
        (
            "--format=json",
            0,
            r#"[{"bracket":0,"observed_data":"observed-data--1","count":9000000000000000}]"#,
        ),
    ] {
        let output = stix().args(["pattern", "match", format, pattern]).arg(&path).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(text.contains(expected), "{text}");
        assert_eq!(output.status.code(), Some(status), "{format}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_is_trouble() {
    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let output = stix().arg("explain").stdout(full).spawn().unwrap().wait_with_output().unwrap();
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(message.starts_with("error: standard output cannot be written: "), "{message}");
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn a_line_as_long_as_the_file_is_never_shown_whole() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("line.json");
    fs::write(&path, format!("[{}]", [BROKEN; 3000].join(", "))).unwrap();
    let mut child = stix().arg("validate").arg(&path).spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let longest = lines.map(|line| line.chars().count()).max().unwrap();
    assert!((40..=200).contains(&longest), "{longest}");
    assert_eq!(child.wait().unwrap().code(), Some(1));
}

#[test]
#[cfg(unix)]
fn links_that_go_in_circles_are_not_followed() {
    let folder = TempDir::new().unwrap();
    let inner = folder.path().join("inner");
    fs::create_dir(&inner).unwrap();
    std::os::unix::fs::symlink("../..", inner.join("outer")).unwrap();
    std::os::unix::fs::symlink("self.json", inner.join("self.json")).unwrap();
    fs::write(inner.join("good.json"), WARNED).unwrap();
    let output = stix().arg("validate").arg(folder.path()).output().unwrap();
    let (text, message) =
        (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert!(text.contains("2 files: 1 valid, 0 not valid, 1 could not be read"), "{text}");
    assert!(message.contains("self.json` cannot be read: "), "{message}");
    assert_eq!(output.status.code(), Some(2));
}

#[test]
#[cfg(target_os = "linux")]
fn what_cannot_be_read_is_named() {
    for (path, expected) in [
        ("/proc/self/mem", "error: `/proc/self/mem` cannot be read: "),
        ("/dev/zero", "error: `/dev/zero` is no text"),
        ("/nowhere/at all", "error: `/nowhere/at all` cannot be read: "),
    ] {
        for command in [&["validate"][..], &["id"], &["pattern", "match", "--pattern=[a:b=1]"]] {
            let output = stix().args(command).arg(path).output().unwrap();
            let message = String::from_utf8(output.stderr).unwrap();
            assert!(message.starts_with(expected), "{command:?}: {message}");
            assert_eq!(output.status.code(), Some(2), "{command:?}");
        }
    }
}

#[test]
fn lines_that_are_too_long_are_refused() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("long.json");
    fs::write(&path, format!(r#"{{"type": "x-a", "x_b": "{}"}}"#, "a".repeat(20 << 20))).unwrap();
    for (arguments, expected) in [
        (&["validate"][..], "error[limit]: the text is longer than 16777216 bytes"),
        (&["id"], "has more bytes than the limit"),
        (&["pattern", "match", "--pattern=[a:b=1]"], "has more bytes than the limit"),
        (&["pattern", "check", "--lines"], "error: line 1 of standard input has more than 16777216 bytes"),
    ] {
        let stdin = fs::File::open(&path).unwrap();
        let output = stix().args(arguments).stdin(stdin).output().unwrap();
        let text = [output.stdout, output.stderr].map(|text| String::from_utf8(text).unwrap()).concat();
        assert!(text.contains(expected), "{arguments:?}: {text}");
        assert!(text.len() < 10_000, "{arguments:?}");
        assert_ne!(output.status.code(), Some(0), "{arguments:?}");
    }
}

#[test]
fn all_types_are_listed_and_have_their_schema() {
    let list = String::from_utf8(stix().arg("schema").output().unwrap().stdout).unwrap();
    let expected: Vec<_> = json_schemas().collect();
    assert_eq!(list.lines().count(), expected.len());
    for (name, (file, schema)) in list.lines().zip(&expected) {
        assert_eq!(format!("{name}.json"), *file);
        let output = stix().args(["schema", name]).output().unwrap();
        assert_eq!(serde_json::from_slice::<Value>(&output.stdout).unwrap(), *schema, "{name}");
    }
}

#[test]
fn all_rules_are_listed_and_explained() {
    let list = String::from_utf8(stix().arg("explain").output().unwrap().stdout).unwrap();
    for rule in Rule::ALL {
        assert!(list.contains(&format!("  {rule} ")), "{rule} is not listed");
        let output = stix().args(["explain", rule.code()]).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        for part in ["\nBad:\n", "\nGood:\n", rule.section()] {
            assert!(text.contains(part), "{rule}: no {part}");
        }
        assert_eq!(output.status.code(), Some(0));
    }
}
