//! Hostile patterns of 64 KiB are answered or refused, in every way that a pattern is used, within 64 MiB of memory and
//! a fixed number of steps.
//!
//! This is a program of its own with one test, so that the memory it takes is the memory that the patterns take.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::iter::repeat_n;

use serde_json::{Value, json};
use stix_pattern::Pattern;
use stix_pattern::check::Checker;
use stix_pattern::matcher::{CompiledPattern, MatchLimits, Observations};
use stix_pattern::normalize::Equivalence;
use stix_pattern::pattern_set::PatternSet;

const LENGTH: usize = 65_000;
const STEPS: u64 = 200_000;
const MOST_MEMORY: u64 = 64 << 20;

/// As many as there is room for, numbered.
fn numbered(part: impl Fn(usize) -> String, separator: &str) -> String {
    let mut room = LENGTH;
    let parts = (0..).map(part).take_while(|part| {
        let fits = part.len() + separator.len() <= room;
        room = room.saturating_sub(part.len() + separator.len());
        fits
    });
    parts.collect::<Vec<_>>().join(separator)
}

fn joined(part: &str, separator: &str) -> String {
    numbered(|_| part.to_owned(), separator)
}

fn nested(inner: &str, qualifier: &str) -> String {
    format!("{}{inner}{}", "(".repeat(60), format!(" {qualifier})").repeat(60))
}

/// Patterns: what they strain most is said first.
fn patterns() -> Vec<(&'static str, String)> {
    let pair = "([x-a:v = 1] OR [x-b:v = 1])";
    let tests = "(x-a:v = 1 OR x-a:v = 2)";
    vec![
        ("nesting", format!("{}[x-a:v = 1]{}", "(".repeat(64), ")".repeat(64))),
        ("nesting in a bracket", format!("[{}x-a:v = 1{}]", "(".repeat(64), ")".repeat(64))),
        ("alternatives", numbered(|n| format!("[x-a:v = {n}]"), " OR ")),
        ("alternatives in a bracket", format!("[{}]", numbered(|n| format!("x-a:v = {n}"), " OR "))),
        ("tests of one object", format!("[{}]", numbered(|n| format!("x-a:v != {}", n + 2), " AND "))),
        ("a normal form of brackets", joined(pair, " AND ")),
        ("a normal form of tests", format!("[{}]", joined(tests, " AND "))),
        ("a long order", joined("[x-a:v = 1]", " FOLLOWEDBY ")),
        ("a long order of choices", joined(pair, " FOLLOWEDBY ")),
        ("orders without an order", joined("([x-a:v = 1] FOLLOWEDBY [x-b:v = 1])", " AND ")),
        ("a count", "[x-a:v = 1] REPEATS 1000000000 TIMES".to_owned()),
        ("counts of counts", nested("[x-a:v = 1]", "REPEATS 1000000000 TIMES")),
        ("counts of orders", nested("[x-a:v = 1] FOLLOWEDBY [x-b:v = 1]", "REPEATS 1000000000 TIMES")),
        ("windows of windows", nested("[x-a:v = 1] AND [x-b:v = 1]", "WITHIN 5 SECONDS")),
        ("wildcards", format!("[x-a:s LIKE '{}']", "%".repeat(LENGTH))),
        ("wildcards with something between", format!("[x-a:s LIKE '{}b']", "%a".repeat(LENGTH / 2))),
        ("wildcards of one character", format!("[x-a:s LIKE '%{}b%']", "_".repeat(LENGTH))),
        ("a set", format!("[x-a:v IN ({})]", numbered(|n| n.to_string(), ","))),
        ("a set of strings", format!("[x-a:s IN ({})]", numbered(|n| format!("'{n}'"), ","))),
        ("a set of all sorts", format!("[x-a:v IN ({})]", joined("1, 'a', true, h'00'", ","))),
        (
            "an expression that others try twice",
            format!("[x-a:s MATCHES '{}$']", "(a|aa)+".repeat(LENGTH / 7)),
        ),
        ("stars of stars", format!("[x-a:s MATCHES '{}a{}$']", "(".repeat(100), "*)".repeat(100))),
        ("an expression of counts", "[x-a:s MATCHES '((a{1000}){1000}){1000}']".to_owned()),
        ("expressions", format!("[{}]", numbered(|n| format!("x-a:s MATCHES '\\\\w+{n}'"), " OR "))),
        (
            "alternatives of an expression",
            format!("[x-a:s MATCHES '{}']", numbered(|n| format!("a{n}"), "|")),
        ),
        ("a path", format!("[x-a:r_refs{} = 1]", "[*].r_refs".repeat(LENGTH / 10))),
        ("a long name", format!("[x-a:{} = 1]", "a".repeat(LENGTH))),
        ("a long string", format!("[url:value = '{}']", "\\'".repeat(LENGTH / 2))),
        ("a defanged string", format!("[url:value = 'hxxp://{}']", "[.]".repeat(LENGTH / 3))),
        ("a long number", format!("[x-a:v = {}.5]", "9".repeat(LENGTH))),
        (
            "networks",
            format!(
                "[{}]",
                numbered(|n| format!("ipv4-addr:value ISSUBSET '10.{}.{}.0/24'", n / 256, n % 256), " OR ")
            ),
        ),
        ("types", format!("[{}]", numbered(|n| format!("x-t{n}:v = 1"), " AND "))),
    ]
}

/// Texts that are none.
fn texts() -> Vec<String> {
    let parts = [
        "(",
        "[",
        "[(",
        "'",
        "\\",
        "/*",
        "/",
        "0",
        ".",
        "-",
        "t'",
        "b'A",
        "é",
        "[a:b = 1] ",
        "[a:b = 1 ",
        "and ",
    ];
    let whole = parts.iter().map(|part| repeat_n(*part, LENGTH / part.len()).collect());
    let inside = parts.iter().map(|part| format!("[a:b = {}", part.repeat(LENGTH / part.len())));
    whole.chain(inside).collect()
}

fn data() -> Value {
    let mut objects = vec![
        json!({"type": "x-a", "id": "x-a", "v": 1, "s": "a".repeat(2000), "r_refs": ["x-a", "x-b", "x-a"]}),
        json!({"type": "x-b", "id": "x-b", "v": 1}),
    ];
    objects.extend((0..40).map(|at| {
        let time = format!("2024-01-01T00:00:{at:02}Z");
        json!({
            "type": "observed-data", "id": format!("observed-data--{at}"), "object_refs": ["x-a", "x-b"],
            "first_observed": time, "last_observed": time, "number_observed": 1 + at % 3,
        })
    }));
    Value::Array(objects)
}

/// The most memory that this program has taken so far, in bytes, where the system tells.
fn memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse::<u64>().ok().map(|kilobytes| kilobytes << 10)
}

#[test]
fn hostile_patterns_take_little() {
    let before = memory();
    let data = data();
    let observations = Observations::from_bundle(&data).unwrap();
    let limits = MatchLimits::default().with_steps(STEPS);
    for (what, source) in patterns() {
        let report = Checker::default().check(&source);
        let Some(pattern) = report.pattern() else {
            assert!(matches!(what, "a long number"), "{what} is refused: {:?}", report.problems().first());
            continue;
        };
        let printed = pattern.to_string();
        assert_eq!(Pattern::parse(&printed).as_ref(), Ok(pattern), "{what}");
        let to_itself = pattern.equivalence(pattern);
        assert_ne!(to_itself, Equivalence::Different, "{what}");
        if let Ok(compiled) = CompiledPattern::compile(pattern) {
            // An answer, or that it takes too many steps.
            let _ = compiled.find(&observations, &limits);
        }
        let mut builder = PatternSet::builder();
        if builder.add(pattern).is_ok() {
            let set = builder.build();
            assert!(set.find(&observations, &limits).len() <= 1, "{what}");
            let mut stream = set.stream(limits);
            observations.as_slice().iter().take(10).for_each(|observation| drop(stream.push(observation)));
        }
        is_within_limits(before, what);
    }
    for text in texts() {
        let report = Checker::default().check(&text);
        assert!(!report.is_valid() && report.problems().len() <= 100);
        is_within_limits(before, &text.chars().take(20).collect::<String>());
    }
}

fn is_within_limits(before: Option<u64>, what: &str) {
    if let Some((before, now)) = before.zip(memory()) {
        assert!(now - before < MOST_MEMORY, "{what} takes {} MiB", (now - before) >> 20);
    }
}
