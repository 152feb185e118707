//! The fuzz targets over their kept corpora, and over pieces of each text in them.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use std::fs;
use std::path::Path;

#[path = "../../fuzz/src/pattern.rs"]
#[allow(unreachable_pub, reason = "a library elsewhere")]
mod pattern;

/// Runs a target over each file of its corpus, over the file cut off at every byte, and with each byte left out.
fn run(target: &str, function: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus").join(target);
    let mut count = 0;
    for file in fs::read_dir(folder).unwrap() {
        let bytes = fs::read(file.unwrap().path()).unwrap();
        function(&bytes);
        for at in 0..bytes.len().min(120) {
            function(&bytes[..at]);
            function(&[&bytes[..at], &bytes[at + 1..]].concat());
        }
        count += 1;
    }
    assert!(count >= 20, "{target} has a corpus of {count}");
}

#[test]
fn parsing_holds_over_the_corpus() {
    run("pattern_parse", pattern::parse);
}

#[test]
fn printing_holds_over_the_corpus() {
    run("pattern_print", pattern::print);
}

#[test]
fn checking_holds_over_the_corpus() {
    run("pattern_check", pattern::check);
}

#[test]
fn matching_holds_over_the_corpus() {
    run("pattern_match", pattern::matching);
}
