//! Observed-data that is made for patterns, in the eyes of the matcher.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use stix_pattern::Pattern;
use stix_pattern::matcher::{CompiledPattern, MatchLimits, Observations};
use stix_pattern::strategies::{observed, satisfying};

/// Patterns of every operator, qualifier and sort of path, for each of which there is data.
const PATTERNS: [&str; 30] = [
    "[ipv4-addr:value = '192.0.2.1']",
    "[file:name != 'a.exe' AND file:size > 100 AND file:size <= 101]",
    "[file:name NOT = 'a.exe' OR file:name = 'b.exe']",
    "[file:name LIKE 'a_c%.exe' AND file:mime_type NOT LIKE 'x']",
    "[file:name MATCHES '^abc$']",
    r"[file:name MATCHES '^[a-f0-9]{8}\\-(x|y)+\\.(exe|dll)$']",
    r"[file:name MATCHES '(?i)\\w+@\\d{2,}']",
    "[file:name NOT MATCHES 'a+' OR file:size = 1]",
    "[file:name NOT LIKE 'a%']",
    "[ipv4-addr:value NOT ISSUBSET '192.0.2.0/24']",
    "[ipv6-addr:value NOT ISSUPERSET '2001:db8::/32']",
    "[file:hashes.'SHA-256' = 'f00' AND file:hashes.MD5 IN ('a', 'b')]",
    "[ipv4-addr:value ISSUBSET '192.0.2.0/24']",
    "[ipv6-addr:value ISSUPERSET '2001:db8::1']",
    "[EXISTS file:parent_directory_ref AND NOT EXISTS file:size]",
    "[network-traffic:dst_ref.value = '192.0.2.1' AND network-traffic:dst_port = 443]",
    "[email-message:to_refs[*].value = 'a@example.com' AND email-message:to_refs[1].value = 'b@example.com']",
    "[file:extensions.'windows-pebinary-ext'.sections[*].entropy > 7.5]",
    "[process:image_ref.parent_directory_ref.path LIKE 'C:\\\\%']",
    "[file:magic_number_hex = h'ffd8' OR artifact:payload_bin = b'AAAA']",
    "[artifact:payload_bin = b'AAAA']",
    "[process:created_time > t'2020-01-01T00:00:00Z' AND process:is_hidden = true]",
    "[file:name = 'a'] AND [file:name = 'a']",
    "[file:name = 'a'] OR [file:name IN ()]",
    "[file:name = 'a'] FOLLOWEDBY [url:value = 'b'] FOLLOWEDBY [file:name = 'c']",
    "[file:name = 'a'] REPEATS 5 TIMES WITHIN 10 SECONDS",
    "([file:name = 'a'] FOLLOWEDBY [url:value = 'b']) REPEATS 3 TIMES",
    "[file:name = 'a'] START t'2021-01-01T00:00:00.5Z' STOP t'2021-01-01T00:00:01Z'",
    "[file:name = 'a'] START t'2019-01-01T00:00:00Z' STOP t'2020-01-01T00:00:00Z' FOLLOWEDBY [url:value = 'b']",
    "[x-acme:list[2].inner[*].'odd key' = 5]",
];

fn is_matched(pattern: &Pattern, bundle: &serde_json::Value) -> bool {
    let compiled = CompiledPattern::compile(pattern).unwrap();
    let observations = Observations::from_bundle(bundle).unwrap();
    compiled.find(&observations, &MatchLimits::default()).unwrap().is_some()
}

#[test]
fn what_is_made_for_a_pattern_satisfies_it() {
    for source in PATTERNS {
        let pattern = Pattern::parse(source).unwrap();
        let bundle = satisfying(&pattern).unwrap_or_else(|| panic!("nothing for {source}"));
        assert!(is_matched(&pattern, &bundle), "{source}: {bundle:#}");
    }
}

#[test]
fn what_is_made_not_to_satisfy_a_pattern_does_not() {
    let mut runner = TestRunner::deterministic();
    for source in PATTERNS {
        let pattern = Pattern::parse(source).unwrap();
        let strategy = observed(&pattern).unwrap();
        let mut answers = [0, 0];
        for _ in 0..20 {
            let observed = strategy.new_tree(&mut runner).unwrap().current();
            assert_eq!(
                is_matched(&pattern, &observed.bundle),
                observed.satisfies,
                "{source}: {:#}",
                observed.bundle
            );
            answers[usize::from(observed.satisfies)] += 1;
        }
        assert!(answers.iter().all(|count| *count > 0), "{source}: {answers:?}");
    }
}

#[test]
fn nothing_is_made_for_what_nothing_satisfies() {
    for source in [
        "[file:name = 'a' AND url:value = 'b']",
        "[file:name = 'a' AND file:name = 'b']",
        "[EXISTS file:name AND NOT EXISTS file:name]",
        "[file:name IN ()]",
        "[file:name = 'a'] REPEATS 0 TIMES",
        "[file:name = 'a'] WITHIN 0 SECONDS",
        "[file:name = 'a'] START t'2021-01-01T00:00:00Z' STOP t'2020-01-01T00:00:00Z'",
        "[network-traffic:src_ref = '192.0.2.1']",
    ] {
        assert_eq!(satisfying(&Pattern::parse(source).unwrap()), None, "{source}");
    }
}
