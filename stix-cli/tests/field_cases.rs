//! Runs what people have reported of STIX tools through the built program: every folder under `fixtures/cases/pattern`.
//!
//! A case is a folder with
//! - `cmd`: lines of a shell, run in the folder with the program as `$STIX`;
//! - the files that they read;
//! - `expected`: what they write, standard output and standard error together.
//!
//! `UPDATE_CASES=1 cargo test -p stix-cli --test field_cases` writes what is expected; read the difference.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// How many cases there are at least, so that none gets lost.
const LEAST: usize = 34;

fn cases() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/cases/pattern");
    let mut cases: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.retain(|path| path.is_dir());
    cases.sort();
    cases
}

fn run(case: &Path) -> String {
    let commands = fs::read_to_string(case.join("cmd")).unwrap();
    let mut shell = Command::new("sh");
    shell.args(["-c", &format!("exec 2>&1\n{commands}")]).current_dir(case).stdin(Stdio::null());
    shell.env("STIX", env!("CARGO_BIN_EXE_stix"));
    for name in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "COLUMNS"] {
        shell.env_remove(name);
    }
    String::from_utf8(shell.output().unwrap().stdout).unwrap()
}

#[test]
fn every_case_comes_out_as_expected() {
    let cases = cases();
    assert!(cases.len() >= LEAST, "{} cases", cases.len());
    let mut wrong = Vec::new();
    for case in &cases {
        let found = run(case);
        let path = case.join("expected");
        if std::env::var_os("UPDATE_CASES").is_some() {
            fs::write(&path, &found).unwrap();
        }
        let expected = fs::read_to_string(&path).unwrap_or_default();
        assert!(!found.is_empty(), "{}", case.display());
        if expected != found {
            wrong.push(format!("{}: expected\n{expected}\nfound\n{found}", case.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
