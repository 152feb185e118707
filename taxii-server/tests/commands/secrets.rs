//! Secrets of the operator stay out of logs, messages and the list of processes.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use super::{bad, command, good, run};

/// Starts `serve` in the folder, waits until it serves, ends it, and returns what it wrote to the standard output and to the
/// log.
fn served(folder: &Path) -> (String, String) {
    let mut child = command(folder, &["serve", "--listen", "127.0.0.1:0"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let (mut log, mut stderr) = (String::new(), BufReader::new(child.stderr.take().unwrap()));
    while !log.contains(" serving ") {
        assert_ne!(stderr.read_line(&mut log).unwrap(), 0, "it ended: {log}");
    }
    // It listens for the signal as soon as it has said that it serves.
    std::thread::sleep(Duration::from_millis(500));
    kill_process(Pid::from_child(&child), Signal::TERM).unwrap();
    let mut printed = String::new();
    child.stdout.take().unwrap().read_to_string(&mut printed).unwrap();
    stderr.read_to_string(&mut log).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0), "{log}");
    (printed, log)
}

#[test]
fn first_password_goes_to_a_file_for_its_owner() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let file = folder.join("first-password");
    // A link that lies there leads the password nowhere.
    let elsewhere = folder.join("elsewhere");
    std::os::unix::fs::symlink(&elsewhere, &file).unwrap();
    let (printed, log) = served(folder);
    let password = fs::read_to_string(&file).unwrap();
    assert_eq!(password.trim_end().len(), 24, "the password alone: {password}");
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(!elsewhere.exists());
    assert!(!printed.contains(password.trim()) && !log.contains(password.trim()), "{printed}{log}");
    assert!(log.contains("first-password"), "the log tells where: {log}");
    assert!(good(folder, &["account", "list"]).starts_with("reader\t"));
    fs::remove_file(&file).unwrap();
    let (_, log) = served(folder);
    assert!(!file.exists() && !log.contains("first-password"), "there is an account: {log}");
}

#[test]
fn server_whose_first_password_cannot_be_written_makes_no_account() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    fs::create_dir_all(folder.join("first-password/full")).unwrap();
    let (_, log) = served(folder);
    assert!(log.contains("made no account"), "{log}");
    assert_eq!(good(folder, &["account", "list"]), "");
}

#[test]
fn password_in_the_arguments_is_warned_of() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let warned = |arguments: &[&str], environment: Option<&str>| {
        let mut command = command(folder, arguments);
        command.envs(environment.map(|url| ("TAXII_SERVER_DATABASE", url)));
        let error = String::from_utf8(command.output().unwrap().stderr).unwrap();
        assert!(!error.contains("geheim"), "{error}");
        error.contains("every user of this machine can see the password in `--database`")
    };
    let url = "postgres://eve:geheim@localhost/taxii";
    assert!(warned(&["config", "check", "--database", url], None));
    assert!(warned(&["--database", url, "config", "check"], None), "wherever it stands");
    assert!(!warned(&["config", "check", "--database", "postgres://eve@localhost/taxii"], None));
    assert!(!warned(&["config", "check"], Some(url)), "the environment is not shown");
}

#[test]
fn help_proposes_no_secret_in_an_argument() {
    let folder = tempfile::tempdir().unwrap();
    for command in [&["--help"] as &[_], &["serve", "--help"], &["account", "create", "--help"]] {
        let help = String::from_utf8(run(folder.path(), command).stdout).unwrap();
        assert!(!help.contains(":password@"), "{help}");
    }
    assert!(good(folder.path(), &["serve", "--help"]).contains("PGPASSFILE"));
}

#[test]
fn misspelt_setting_keeps_its_secret() {
    let folder = tempfile::tempdir().unwrap();
    for line in [
        "databse = \"postgres://taxii:geheim@db.example.com/taxii\"",
        "webhok = \"https://chat.example.com/geheim\"",
        "database = \"postgres://taxii:geheim@db.example.com/taxii",
        "[[feed]]\nurl = \"https://name:geheim@feed.example.com\"",
        "[[feed]]\nproxy = [\"http://name:geheim@proxy.example.com\"]",
        "[[feed]]\napi_key_env = \"sk_live_geheim\"",
    ] {
        fs::write(folder.path().join("taxii-server.toml"), line).unwrap();
        let output = run(folder.path(), &["check"]);
        let text = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        assert_eq!(output.status.code(), Some(1), "{line}");
        assert!(!text.contains("geheim"), "{line}: {text}");
    }
    fs::write(folder.path().join("taxii-server.toml"), "databse = 'x'\n").unwrap();
    let error = bad(folder.path(), &["check"], 1);
    assert!(error.contains(", line 1, column 1: unknown field `databse`"), "{error}");
    assert!(error.contains("did you mean `database`?"), "{error}");
}
