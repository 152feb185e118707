//! Hostile patterns of 64 KiB and large amounts of data: answered or refused in bounded time, without using up the
//! stack.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::fmt::Write;
use std::time::{Duration, Instant as Clock};

use serde_json::{Value, json};
use stix_pattern::Pattern;
use stix_pattern::matcher::{CompileErrorKind, CompiledPattern, MatchLimits, Observations, Trouble};

const LENGTH: usize = 65_000;

/// Generous for a debug build on a busy machine; what is exponential would take years.
const PATIENCE: Duration = Duration::from_secs(60);

const A: &str = "[x-a:v = 1]";
const B: &str = "[x-b:v = 1]";
const C: &str = "[x-c:v = 1]";

fn repeated(part: impl Fn(usize) -> String, separator: &str) -> String {
    let parts = (0..).map(part);
    let mut text = String::new();
    for part in parts {
        if text.len() + part.len() + separator.len() > LENGTH {
            break;
        }
        write!(text, "{}{part}", if text.is_empty() { "" } else { separator }).unwrap();
    }
    text
}

fn nested(inner: &str, qualifier: &str) -> String {
    format!("{}{inner}{}", "(".repeat(60), format!(" {qualifier})").repeat(60))
}

fn hostile() -> Vec<String> {
    let unit = |text: String| move |_: usize| text.clone();
    let spans = "(([x-a:v = 1] FOLLOWEDBY [x-b:v = 1]) WITHIN 5 SECONDS)";
    vec![
        format!("[{}]", repeated(|number| format!("x-a:v = {}", number + 2), " OR ")),
        format!("[{}]", repeated(unit("x-a:v = 1".into()), " AND ")),
        format!("[x-a:v IN ({})]", repeated(|number| format!("{}", number + 2), ",")),
        format!("[x-a:s LIKE '{}']", "%".repeat(LENGTH)),
        format!("[x-a:s LIKE '{}b']", "%a".repeat(LENGTH / 2)),
        format!("[x-a:s LIKE '%{}b%']", "a_".repeat(LENGTH / 2)),
        format!("[{}]", repeated(|number| format!(r"x-a:s MATCHES '\\w{number}'"), " OR ")),
        format!("[x-a:s MATCHES '{}b']", "(a|aa)*".repeat(LENGTH / 7)),
        format!("[x-a:s MATCHES '{}']", repeated(|number| format!("a{number}"), "|")),
        format!("[x-a:r_refs{} = 1]", "[*].r_refs".repeat(LENGTH / 10)),
        format!("[x-a:r_ref{} = 1]", ".r_ref".repeat(LENGTH / 6)),
        repeated(|number| format!("[x-a:v = {}]", number + 2), " OR "),
        repeated(unit(A.into()), " AND "),
        repeated(|number| format!("[x-a:v != {}]", number + 2), " AND "),
        repeated(unit(A.into()), " FOLLOWEDBY "),
        repeated(unit(format!("({A} FOLLOWEDBY {B})")), " AND "),
        repeated(unit(format!("({A} OR {B} AND {C})")), " AND "),
        repeated(unit(spans.into()), " FOLLOWEDBY "),
        nested(A, "REPEATS 1000000000 TIMES"),
        nested(&format!("{A} FOLLOWEDBY {B}"), "REPEATS 1000000000 TIMES"),
        nested(&format!("{A} AND {B}"), "WITHIN 5 SECONDS"),
        format!("{spans} REPEATS 1000000000 TIMES FOLLOWEDBY {C}"),
        format!("{spans} REPEATS 501 TIMES FOLLOWEDBY {C} FOLLOWEDBY {A}"),
    ]
}

/// Observed-data of one to three objects, from second to second, for `length` seconds each.
fn observed(
    count: usize,
    length: usize,
    number: impl Fn(usize) -> u64,
    refs: impl Fn(usize) -> Value,
) -> Value {
    let instant = |second: usize| {
        format!(
            "2024-01-{:02}T{:02}:{:02}:{:02}Z",
            1 + second / 86_400,
            second / 3600 % 24,
            second / 60 % 60,
            second % 60
        )
    };
    let mut objects = vec![
        json!({"type": "x-a", "id": "x-a", "v": 1, "s": "a".repeat(4000), "r_ref": "x-a", "r_refs": ["x-a", "x-b", "x-a"]}),
        json!({"type": "x-b", "id": "x-b", "v": 1}),
        json!({"type": "x-c", "id": "x-c", "v": 1}),
    ];
    objects.extend((0..count).map(|index| {
        json!({
            "type": "observed-data", "id": format!("observed-data--{index}"), "object_refs": refs(index),
            "first_observed": instant(index), "last_observed": instant(index + length),
            "number_observed": number(index),
        })
    }));
    Value::Array(objects)
}

fn one_of(index: usize) -> &'static str {
    ["x-a", "x-b", "x-c"].get(index % 3).unwrap()
}

#[test]
fn hostile_patterns_are_answered_or_refused() {
    let data = [
        observed(1, 0, |_| 1, |_| json!(["x-a", "x-b", "x-c"])),
        observed(60, 0, |_| 1, |index| json!([one_of(index * 7)])),
        observed(60, 30, |index| [999_999_999, 2][index % 2], |_| json!(["x-a", "x-b"])),
    ];
    for source in hostile() {
        let started = Clock::now();
        let Ok(compiled) = CompiledPattern::compile(&Pattern::parse(&source).unwrap()) else { continue };
        for data in &data {
            let observations = Observations::from_bundle(data).unwrap();
            let _ = compiled.find(&observations, &MatchLimits::default().with_steps(2_000_000));
        }
        let start: String = source.chars().take(60).collect();
        assert!(started.elapsed() < PATIENCE, "{start} took {:?}", started.elapsed());
    }
}

#[test]
fn many_observations_are_no_trouble() {
    let count = 20_000;
    let in_turn = observed(count, 0, |_| 1, |index| json!([one_of(index)]));
    let in_turn = Observations::from_bundle(&in_turn).unwrap();
    let third = count / 3;
    for (source, expected) in [
        (format!("{A} FOLLOWEDBY {B} FOLLOWEDBY {C}"), true),
        (format!("{A} REPEATS {third} TIMES"), true),
        (format!("{A} REPEATS {} TIMES", third + 2), false),
        (format!("({A} AND {B} AND {C}) WITHIN 3 SECONDS"), true),
        (format!("({A} AND {B} AND {C}) WITHIN 2 SECONDS"), false),
        (format!("{A} REPEATS 101 TIMES WITHIN 301 SECONDS"), true),
        (format!("{A} REPEATS 101 TIMES WITHIN 300 SECONDS"), false),
        (format!("({A} FOLLOWEDBY {B}) WITHIN 1 SECONDS FOLLOWEDBY {C}"), false),
        (format!("({A} FOLLOWEDBY {B} FOLLOWEDBY {A}) WITHIN 3.5 SECONDS"), true),
        (format!("({B} FOLLOWEDBY {A} FOLLOWEDBY {C}) WITHIN 4 SECONDS"), false),
        (format!("({A} OR {B}) REPEATS {} TIMES", third * 2), true),
    ] {
        let compiled = CompiledPattern::compile(&Pattern::parse(&source).unwrap()).unwrap();
        assert_eq!(compiled.is_match(&in_turn, &MatchLimits::default()), Ok(expected), "{source}");
    }
}

#[test]
fn too_few_steps_are_trouble_and_no_answer() {
    let data = observed(60, 0, |_| 1, |_| json!(["x-a", "x-b"]));
    let observations = Observations::from_bundle(&data).unwrap();
    let source = format!("({A} FOLLOWEDBY {B}) REPEATS 30 TIMES");
    let compiled = CompiledPattern::compile(&Pattern::parse(&source).unwrap()).unwrap();
    let with = |steps| compiled.is_match(&observations, &MatchLimits::default().with_steps(steps));
    assert_eq!(with(10), Err(Trouble::TooCostly));
    assert_eq!(with(20_000_000), Ok(true));
}

#[test]
fn what_cannot_be_compiled_is_said_where() {
    use CompileErrorKind::{InvalidNetwork, InvalidRegex, InvalidTimestamp, LikeTooLarge, UnsupportedRegex};
    for (source, kind, blamed) in [
        ("[a:b MATCHES '(']", InvalidRegex, "'('"),
        ("[a:b = 1 OR a:b NOT MATCHES 'x(?R)']", UnsupportedRegex, "'x(?R)'"),
        ("[a:b = 1] AND [a:b ISSUBSET '10.0.0.0/33']", InvalidNetwork, "'10.0.0.0/33'"),
        ("[a:b ISSUPERSET 'example.com']", InvalidNetwork, "'example.com'"),
        ("[a:b IN (t'2023-02-29T00:00:00Z')]", InvalidTimestamp, "t'2023-02-29T00:00:00Z'"),
        (
            "[a:b = 1] START t'2023-02-29T00:00:00Z' STOP t'2023-03-29T00:00:00Z'",
            InvalidTimestamp,
            "START t'2023-02-29T00:00:00Z' STOP t'2023-03-29T00:00:00Z'",
        ),
    ] {
        let error = CompiledPattern::compile(&Pattern::parse(source).unwrap()).unwrap_err();
        assert_eq!((error.kind(), error.span().text(source)), (kind, Some(blamed)), "{error}");
    }
    let like = format!("[a:b LIKE '%{}x%']", "_".repeat(3000));
    assert_eq!(CompiledPattern::compile(&Pattern::parse(&like).unwrap()).unwrap_err().kind(), LikeTooLarge);
}
