//! Runs the built program on every case under `tests/cases`.
//!
//! A case is a folder with
//! - `command`: the command line, run in the folder, with words separated by blanks or put in double quotes; words
//!   like `A=b` before `stix` set environment variables;
//! - `stdin`, where there is one, and the files that the command reads;
//! - `stdout`, `stderr` and `exit`: what is expected. Without `stderr` nothing may be there.
//!
//! `UPDATE_CASES=1 cargo test -p stix-cli --test cases` writes what is expected; read the difference.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may fail")]

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// How many cases there are at least, so that none gets lost.
const LEAST: usize = 100;

fn cases() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut cases: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.retain(|path| path.is_dir());
    cases.sort();
    cases
}

/// What stands in double quotes is one word.
fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (index, part) in text.split('"').enumerate() {
        match index % 2 {
            0 => words.extend(part.split_whitespace().map(str::to_owned)),
            _ => words.push(part.to_owned()),
        }
    }
    words
}

fn run(case: &Path) -> Output {
    let text = fs::read_to_string(case.join("command")).unwrap();
    let words = words(&text);
    let mut words = words.iter().peekable();
    let mut command = Command::new(env!("CARGO_BIN_EXE_stix"));
    for name in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "COLUMNS"] {
        command.env_remove(name);
    }
    while let Some((name, value)) = words.peek().and_then(|word| word.split_once('=')) {
        command.env(name, value);
        words.next();
    }
    assert_eq!(words.next().map(String::as_str), Some("stix"), "{}", case.display());
    let stdin = File::open(case.join("stdin")).map_or_else(|_| Stdio::null(), Stdio::from);
    command.args(words).current_dir(case).stdin(stdin).output().unwrap()
}

/// Compares a part of what the program did, or writes it down; gives what is wrong.
fn compare(case: &Path, part: &str, found: &[u8]) -> Option<String> {
    let path = case.join(part);
    if std::env::var_os("UPDATE_CASES").is_some() {
        if found.is_empty() {
            let _ = fs::remove_file(&path);
        } else {
            fs::write(&path, found).unwrap();
        }
    }
    let expected = fs::read(&path).unwrap_or_default();
    let [expected, found] = [&expected[..], found].map(String::from_utf8_lossy);
    (expected != found).then(|| format!("{}: expected\n{expected}\nfound\n{found}", path.display()))
}

#[test]
fn every_case_comes_out_as_expected() {
    let cases = cases();
    assert!(cases.len() >= LEAST, "{} cases", cases.len());
    let mut wrong = Vec::new();
    for case in &cases {
        let output = run(case);
        let exit = format!("{}\n", output.status.code().unwrap());
        wrong.extend(compare(case, "stdout", &output.stdout));
        wrong.extend(compare(case, "stderr", &output.stderr));
        wrong.extend(compare(case, "exit", exit.as_bytes()));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
