//! Runs the commands of the `README.md` that begin with `$ stix` on the files in `tests/readme`, and compares what
//! they print with what the `README.md` shows.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may fail")]

use std::path::Path;
use std::process::{Command, Stdio};

/// A command and what follows it.
fn transcripts(text: &str) -> Vec<(String, String)> {
    let blocks = text.split("```console\n").skip(1).filter_map(|rest| rest.split("\n```").next());
    let mut found: Vec<(String, String)> = Vec::new();
    for line in blocks.flat_map(str::lines) {
        match (line.strip_prefix("$ "), found.last_mut()) {
            (Some(command), _) => found.push((command.to_owned(), String::new())),
            (None, Some((_, output))) => *output += &format!("{line}\n"),
            (None, None) => {}
        }
    }
    // Not every machine has what the output is piped to.
    found.retain(|(command, _)| command.starts_with("stix ") && !command.contains('|'));
    found
}

#[test]
fn the_readme_shows_what_is_printed() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(here.join("../README.md")).unwrap();
    let transcripts = transcripts(&text);
    assert!(transcripts.len() >= 8, "{transcripts:?}");
    let program = Path::new(env!("CARGO_BIN_EXE_stix")).parent().unwrap().to_owned();
    let path = std::env::join_paths(
        std::iter::once(program).chain(std::env::split_paths(&std::env::var_os("PATH").unwrap())),
    );
    for (command, expected) in transcripts {
        // A shell, since the commands use quotes; both streams in the order in which a terminal has them.
        let mut shell = Command::new("sh");
        shell.arg("-c").arg(format!("exec 2>&1; {command}")).current_dir(here.join("tests/readme"));
        let shell = shell.env("PATH", path.as_ref().unwrap()).env("NO_COLOR", "1").stdin(Stdio::null());
        let output = String::from_utf8(shell.output().unwrap().stdout).unwrap();
        assert_eq!(output.trim_end(), expected.trim_end(), "{command}");
    }
}
