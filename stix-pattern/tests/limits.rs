//! Long patterns, deep ones and hostile ones take linear time and no stack.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::iter::repeat_n;
use std::time::{Duration, Instant};

use stix_pattern::ast::ObservationExpression;
use stix_pattern::build::{self, BuildErrorKind};
use stix_pattern::{MAX_DEPTH, Pattern, SyntaxErrorKind};

const LENGTH: usize = 100_000;

/// Generous for a debug build on a busy machine; a quadratic parser would take minutes.
const PATIENCE: Duration = Duration::from_secs(60);

fn joined(part: &str, separator: &str) -> String {
    repeated(part, separator, LENGTH)
}

fn repeated(part: &str, separator: &str, count: usize) -> String {
    repeat_n(part, count).collect::<Vec<_>>().join(separator)
}

#[test]
fn long_chains_parse_print_and_drop() {
    let started = Instant::now();
    let long = [
        joined("[a:b = 1]", " OR "),
        joined("[a:b = 1]", " AND "),
        joined("[a:b = 1]", " FOLLOWEDBY "),
        format!("[{}]", joined("a:b = 1", " OR ")),
        format!("[{}]", joined("a:b = 1 AND a:c = 2", " OR ")),
        format!("[a:b IN ({})]", joined("1", ", ")),
        format!("[a:b{} = 1]", joined("[*].c", "")),
        format!("[a:b = '{}']", joined("\\'", "\\\\")),
        format!("([a:b = 1]) {}", joined("WITHIN 5 SECONDS", " ")),
        format!("(([a:b = 1] WITHIN 5 SECONDS) {})", joined("WITHIN 5 SECONDS", " ")),
    ];
    for source in long {
        let pattern = Pattern::parse(&source).unwrap();
        assert_eq!(Pattern::parse(&pattern.to_string()).unwrap(), pattern);
    }
    assert!(started.elapsed() < PATIENCE, "took {:?}", started.elapsed());
}

#[test]
fn hostile_texts_are_refused_in_linear_time() {
    let started = Instant::now();
    let hostile = [
        "(", "[", "[(", "0", "'", "\\", "/*", "/", "[a:b = '", ".", "-", "a-", "t'", "b'A", "+", "é", "\u{0}",
    ];
    for part in hostile {
        assert!(Pattern::parse(&repeated(part, "", LENGTH / 4)).is_err(), "{part}");
        assert!(Pattern::parse(&format!("[a:b = {}", repeated(part, " ", LENGTH / 4))).is_err(), "{part}");
    }
    for token in ["'x'", "h'00'", "1.5", "==", "a", ":", "[*]", "//\n"] {
        assert!(Pattern::parse(&repeated(token, "", LENGTH / 4)).is_err(), "{token}");
    }
    assert!(started.elapsed() < PATIENCE, "took {:?}", started.elapsed());
}

fn nested(outside: usize, inside: usize) -> String {
    let (open, close) = ("(".repeat(outside), ")".repeat(outside));
    format!("{open}[{}a:b = 1{}]{close}", "(".repeat(inside), ")".repeat(inside))
}

#[test]
fn parentheses_nest_up_to_the_limit() {
    let limit = MAX_DEPTH as usize;
    for (outside, inside) in [(limit, 0), (0, limit), (limit / 2, limit / 2)] {
        assert_eq!(Pattern::parse(&nested(outside, inside)).unwrap().to_string(), "[a:b = 1]");
        let error = Pattern::parse(&nested(outside, inside + 1)).unwrap_err();
        assert_eq!(error.kind(), SyntaxErrorKind::NestedTooDeeply);
        assert!(error.to_string().contains(&MAX_DEPTH.to_string()), "{error}");
    }
}

#[test]
fn a_pattern_as_deep_as_the_limit_prints_and_drops() {
    let depth = MAX_DEPTH as usize;
    let source = format!(
        "{}[a:b = 1] FOLLOWEDBY [a:b = 1]{}",
        "[c:d = 2] FOLLOWEDBY (".repeat(depth),
        ")".repeat(depth)
    );
    assert_eq!(Pattern::parse(&source).unwrap().to_string(), source);
}

#[test]
fn an_expression_that_would_not_parse_again_is_no_pattern() {
    let bracket = build::equals("a", ["b"], 1).unwrap().into_root();
    let deepen = |inner: ObservationExpression| bracket.clone().followed_by(inner);
    let deepest = (0..=MAX_DEPTH).fold(bracket.clone(), |inner, _| deepen(inner));
    let pattern = Pattern::new(deepest.clone()).unwrap();
    assert_eq!(Pattern::parse(&pattern.to_string()).unwrap(), pattern);
    assert_eq!(Pattern::new(deepen(deepest)).unwrap_err().kind(), BuildErrorKind::NestedTooDeeply);
}
