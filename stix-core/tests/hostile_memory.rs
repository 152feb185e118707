//! Texts that are made to cost much: reading and checking them takes memory, and time, in proportion to their length.
//!
//! Alone in its file, since what it measures is the peak of the whole process.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test may fail")]

use std::{fs, time::Instant};

use stix_core::{
    Bundle, Object,
    bundle::{BundleReader, Limits},
    validate::{self, Level, Profile, Validator},
};

/// About how long each text is.
const LENGTH: usize = 1 << 20;

/// What may be held at a time for each byte of a text: of a list of small values each takes 32 bytes, and the list
/// doubles while it grows.
const FACTOR: usize = 80;

/// What problems may take beside that.
const REPORT: usize = 32 << 20;

const ID: &str = "8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f";

/// Items until the text is long enough.
fn list(item: impl Fn(usize) -> String) -> String {
    let mut text = String::new();
    for number in 0.. {
        if text.len() >= LENGTH {
            break;
        }
        text += if number == 0 { "" } else { "," };
        text += &item(number);
    }
    text
}

fn object(members: &str) -> String {
    format!(r#"{{"type":"x-acme","id":"x-acme--{ID}",{members}}}"#)
}

fn indicator(members: &str) -> String {
    format!(
        r#"{{"type":"indicator","spec_version":"2.1","id":"indicator--{ID}","created":"2024-01-15T10:00:00.000Z",
        "modified":"2024-01-15T10:00:00.000Z","pattern":"p","pattern_type":"x","valid_from":"2024-01-15T10:00:00Z",
        {members}}}"#
    )
}

fn texts() -> Vec<(&'static str, String)> {
    let bundle =
        |objects: String| format!(r#"{{"type":"bundle","id":"bundle--{ID}","objects":[{objects}]}}"#);
    vec![
        ("lists in lists", "[".repeat(LENGTH)),
        ("objects in objects", r#"{"a":"#.repeat(LENGTH / 5)),
        ("nulls", format!("[{}]", list(|_| "null".into()))),
        (
            "nulls under a long name",
            object(&format!(r#""{}":[{}]"#, "n".repeat(LENGTH), list(|_| "null".into()))),
        ),
        ("bad names", object(&list(|n| format!(r#""{n}":1"#)))),
        ("names of encodings", object(&list(|n| format!(r#""a{n}_enc":1"#)))),
        ("one name", object(&list(|_| r#""aaa":1"#.into()))),
        ("escaped names", object(&list(|n| format!(r#""\u0061{n} ":null"#)))),
        ("extensions", object(&format!(r#""extensions":{{{}}}"#, list(|n| format!(r#""{n}":null"#))))),
        ("labels", indicator(&format!(r#""labels":[{}]"#, list(|_| "\"\"".into())))),
        (
            "selectors",
            indicator(&format!(
                r#""granular_markings":[{{"lang":"x","selectors":[{}]}}]"#,
                list(|n| format!(r#""labels.[{n}]""#))
            )),
        ),
        (
            "markings",
            indicator(&format!(
                r#""granular_markings":[{}]"#,
                list(|n| format!(r#"{{"selectors":["a{n}"]}}"#))
            )),
        ),
        ("references", indicator(&format!(r#""object_marking_refs":[{}]"#, list(|n| format!("\"a{n}\""))))),
        ("a long text", object(&format!(r#""aaa":"{}""#, "a".repeat(LENGTH)))),
        ("an identifier", format!(r#"{{"type":"{0}","id":"{0}--{ID}"}}"#, "a".repeat(LENGTH))),
        ("a long number", object(&format!(r#""aaa":{}"#, "1".repeat(LENGTH)))),
        ("escapes", object(&format!(r#""aaa":"{}""#, r"\ud83d\ude00".repeat(LENGTH / 12)))),
        ("one object again and again", bundle(list(|n| object(&format!(r#""aaa":{n}"#))))),
        ("versions", bundle(list(|n| indicator(&format!(r#""name":"{n}""#))))),
        ("lines", list(|_| "{}\n".into()).replace(',', "")),
        ("blanks", " \n".repeat(LENGTH / 2)),
        (
            "a container",
            format!(
                r#"{{"type":"observed-data","objects":{{{}}}}}"#,
                list(|n| format!(r#""{n}":{{"type":"file","parent_directory_ref":"x"}}"#))
            ),
        ),
    ]
}

/// The most memory that the process ever had, in bytes.
fn peak() -> usize {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<usize>().unwrap() << 10
}

#[test]
fn cost_is_in_proportion_to_the_text() {
    let texts = texts();
    let before = peak();
    let limits = validate::Limits { report: REPORT, ..validate::Limits::default() };
    for (name, text) in &texts {
        let started = Instant::now();
        let validator = Validator::with_profile(Profile::Strict).with_limits(limits);
        let report = validator.with_level("thorough", Level::Error).unwrap().text(text);
        assert!(report.problems().iter().all(|problem| problem.path().len() < REPORT));
        let checked = started.elapsed();
        let objects = BundleReader::new(text.as_bytes(), Limits::default()).filter(Result::is_ok).count();
        let values =
            BundleReader::new(text.as_bytes(), Limits::default()).values().filter(Result::is_ok).count();
        assert!(objects <= values);
        let _ = Bundle::from_slice(text.as_bytes());
        let _ = serde_json::from_str::<Object>(text);
        let grown = peak().saturating_sub(before);
        eprintln!("{name}: checked in {checked:?}, in all {:?}, {} MiB", started.elapsed(), grown >> 20);
        // A minute is far more than this takes on a slow machine, and far less than what grows with the square does.
        assert!(started.elapsed().as_secs() < 60, "{name} took {:?}", started.elapsed());
        assert!(grown < FACTOR * text.len().max(LENGTH) + 4 * REPORT, "{name}: {grown} bytes");
    }
}
