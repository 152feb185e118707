//! Runs the scripts in `tests/clients`, each of which drives a TAXII server with a real client.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::program::Program;
use crate::{program, workspace};

/// How long a script may take; more than the patience of any script itself.
const PATIENCE: Duration = Duration::from_secs(400);

/// Runs a script of `tests/clients` against a server; panics with all that it printed when it fails.
pub fn run(script: &str, server: &Program, arguments: &[&str]) {
    let access = server.access();
    let mut command = command(script);
    command
        .args(arguments)
        .env("TAXII_DISCOVERY", &access.discovery)
        .env("TAXII_USER", &access.user)
        .env("TAXII_PASSWORD", &access.password)
        .env("FEED_URL", &access.feed)
        .env("FEED_KEY", &access.feed_key);
    finish(script, command);
}

/// Runs a script of `tests/clients` that needs no server; panics with all that it printed when it fails.
pub fn run_alone(script: &str, arguments: &[&Path]) {
    let mut command = command(script);
    command.args(arguments);
    finish(script, command);
}

fn command(script: &str) -> Command {
    let mut command = Command::new(python());
    command
        .arg(workspace().join("tests/clients").join(script))
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("PYTHONUNBUFFERED", "1");
    command
}

fn finish(script: &str, mut command: Command) {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let output = folder.path().join("output");
    let file = File::create(&output).expect("the output can be kept");
    let begin = Instant::now();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(file.try_clone().expect("the output can be kept"))
        .stderr(file)
        .spawn()
        .expect("Python can be started");
    let status = program::wait(&mut child, PATIENCE);
    if status.is_none() {
        // It cannot be asked to hurry; whether it can still be killed makes no difference to the failure.
        let _ = child.kill();
        let _ = child.wait();
    }
    let output = std::fs::read_to_string(output).expect("the output is text");
    println!("{script} took {:.1} s and printed:\n{output}", begin.elapsed().as_secs_f32());
    match status {
        Some(status) => assert!(status.success(), "{script} failed ({status})"),
        None => panic!("{script} has not ended after {} s", PATIENCE.as_secs()),
    }
}

/// The Python that has the clients: `tests/run` installs them and names it.
fn python() -> PathBuf {
    let python =
        std::env::var_os("TESTS_PYTHON").map_or_else(|| workspace().join(".venv/bin/python"), PathBuf::from);
    assert!(python.exists(), "there is no Python with the clients yet: `tests/run` sets it up");
    python
}
