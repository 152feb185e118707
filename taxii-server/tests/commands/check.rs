//! `taxii-server check`: what it looks at, and that it changes nothing.

use std::fs::{self, Permissions};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use chrono::{Datelike, Days};
use rcgen::{CertificateParams, KeyPair, date_time_ymd};

use taxii_server::clock::Clock;

use super::{bad, good, run};

/// A user without rights, as whom a test runs that root would pass. On Debian it is `nobody`.
const NOBODY: u32 = 65_534;

/// What `check` prints in the folder, with its exit code.
fn checked(folder: &Path, settings: &str, code: i32) -> String {
    fs::write(folder.join("taxii-server.toml"), settings).unwrap();
    let output = run(folder, &["check"]);
    let printed = String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(code), "{settings}\n{printed}");
    printed
}

#[test]
fn reserved_alias_is_refused_and_gives_no_rights() {
    let folder = tempfile::tempdir().unwrap();
    let collection =
        "[[collection]]\nid = '943b1240-00c1-4707-802e-594f4d1104a6'\ntitle = 'x'\nalias = 'all'\n";
    fs::write(folder.path().join("taxii-server.toml"), collection).unwrap();
    for command in [&["check"] as &[_], &["serve"], &["account", "create", "partner", "--read", "all"]] {
        let error = bad(folder.path(), command, 1);
        assert!(error.contains("alias `all` is reserved"), "{error}");
    }
}

#[test]
fn account_names_are_no_words_of_the_command_line() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["add", "revoke", "help", "--read"] {
        let error = bad(folder.path(), &["account", "create", "--", name], 1);
        assert!(error.contains("is a word of the command line"), "{error}");
    }
    good(folder.path(), &["account", "create", "all"]);
}

#[test]
fn every_listener_is_checked() {
    let folder = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = taken.local_addr().unwrap();
    let one = format!("listen = '{taken}'\nadmin_listen = '{taken}'\n");
    assert!(checked(folder.path(), &one, 1).contains("give each a port of its own"));
    let admin = format!("listen = '127.0.0.1:0'\nadmin_listen = '{taken}'\n");
    let printed = checked(folder.path(), &admin, 0);
    assert!(printed.contains(&format!("warn   admin     `{taken}` is in use")), "{printed}");
    let foreign = "listen = '127.0.0.1:0'\nadmin_listen = '192.0.2.1:80'\n";
    let printed = checked(folder.path(), foreign, 1);
    assert!(printed.contains("wrong  admin     cannot listen on `192.0.2.1:80`"), "{printed}");
}

#[test]
fn closed_folder_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let (database, program) = (folder.path().join("taxii.db"), folder.path().join("program"));
    let built = env!("CARGO_BIN_EXE_taxii-server");
    fs::hard_link(built, &program).or_else(|_| fs::copy(built, &program).map(drop)).unwrap();
    let root = rustix::process::geteuid().is_root();
    let as_nobody = |command: &str| {
        let mut process = Command::new(&program);
        process.current_dir("/").arg("--database").arg(&database).args(["--listen", "127.0.0.1:0", command]);
        if root {
            process.uid(NOBODY).gid(NOBODY);
        }
        let output = process.output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{command}");
        String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap()
    };
    fs::set_permissions(folder.path(), Permissions::from_mode(0o555)).unwrap();
    let expected = format!("cannot make files in the folder `{}`", folder.path().display());
    for command in ["check", "serve"] {
        let printed = as_nobody(command);
        assert!(printed.contains(&expected), "{command}, new file: {printed}");
    }
    fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
    good(folder.path(), &["account", "create", "eve"]);
    fs::set_permissions(folder.path(), Permissions::from_mode(0o555)).unwrap();
    if root {
        let printed = as_nobody("check");
        assert!(printed.contains("wrong  database  cannot write to `"), "closed file: {printed}");
        std::os::unix::fs::chown(&database, Some(NOBODY), Some(NOBODY)).unwrap();
    }
    for command in ["check", "serve"] {
        let printed = as_nobody(command);
        assert!(printed.contains(&expected), "{command}, open file: {printed}");
    }
    fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn certificates_are_checked_for_their_dates() {
    let folder = tempfile::tempdir().unwrap();
    let settings = "listen = '127.0.0.1:0'\ntls_certificate = 'tls.crt'\ntls_key = 'tls.key'\n";
    let now = Clock::system().now();
    for (begins, ends, verdict, code) in [
        (-10, 60, "and its key are usable until", 0),
        (-10, 5, "tls.crt` expires on", 0),
        (-10, -1, "tls.crt` expired on", 1),
        (5, 60, "tls.crt` is not valid before", 1),
    ] {
        let date = |days: i64| {
            let date = now.date_naive();
            let shift = Days::new(days.unsigned_abs());
            let date = if days < 0 { date - shift } else { date + shift };
            date_time_ymd(date.year(), date.month().try_into().unwrap(), date.day().try_into().unwrap())
        };
        let mut params = CertificateParams::new(["localhost".to_owned()]).unwrap();
        (params.not_before, params.not_after) = (date(begins), date(ends));
        let key = KeyPair::generate().unwrap();
        fs::write(folder.path().join("tls.crt"), params.self_signed(&key).unwrap().pem()).unwrap();
        fs::write(folder.path().join("tls.key"), key.serialize_pem()).unwrap();
        let printed = checked(folder.path(), settings, code);
        assert!(printed.contains(verdict), "{verdict}: {printed}");
    }
}

#[test]
fn secrets_that_others_can_read_are_warned_of_and_nothing_is_changed() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let path = |name: &str| folder.join(name);
    let mode = |name: &str, mode| fs::set_permissions(path(name), Permissions::from_mode(mode)).unwrap();
    let settings =
        "listen = '127.0.0.1:0'\nwebhook = 'https://chat.example.com/hook'\n[[feed]]\napi_key_file = 'key'\n";
    fs::write(path("taxii-server.toml"), settings).unwrap();
    mode("taxii-server.toml", 0o640);
    fs::write(path("key"), "sk_live_any").unwrap();
    mode("key", 0o600);
    good(folder, &["account", "create", "eve"]);
    let state = || {
        let mut files: Vec<_> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| {
                let entry = entry.unwrap();
                let data = entry.metadata().unwrap();
                (entry.file_name(), data.len(), data.modified().unwrap(), data.permissions().mode())
            })
            .collect();
        files.sort();
        files
    };
    let before = state();
    assert!(good(folder, &["check"]).contains("ok     files     no other user can read"));
    assert_eq!(state(), before, "nothing is made or changed");
    for (name, open, problem) in [
        ("key", 0o644, "can read `"),
        ("taxii-server.toml", 0o644, "can read `"),
        ("taxii.db", 0o604, "can read `"),
        ("key", 0o602, "can change `"),
    ] {
        let shut = fs::metadata(path(name)).unwrap().permissions().mode();
        mode(name, open);
        let printed = good(folder, &["check"]);
        let begin = format!("warn   files     every user of this machine {problem}");
        let end = format!("{name}`");
        let warned = |line: &str| line.starts_with(&begin) && line.contains(&end) && line.ends_with(&end);
        assert!(printed.lines().any(warned), "{begin}...{name}\n{printed}");
        mode(name, shut);
    }
    fs::write(path("taxii-server.toml"), "listen = '127.0.0.1:0'\n").unwrap();
    mode("taxii-server.toml", 0o644);
    assert!(good(folder, &["check"]).contains("ok     files"), "settings without a secret may be read");
}
