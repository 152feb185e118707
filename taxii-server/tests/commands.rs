//! The commands of the program: what they print, and their exit codes.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)] // all of this is tests

#[cfg(unix)]
#[path = "commands/check.rs"]
mod checking;
#[cfg(unix)]
#[path = "commands/secrets.rs"]
mod secrets;
#[cfg(unix)]
#[path = "commands/terminal.rs"]
mod terminal;

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use serde_json::Value;
use socdefenders_standin::{Fault, Settings, StandIn};
use taxii_server::clock::Clock;
use taxii_server::clock::trust::{Evidence, KnownTime};
use taxii_server::storage::feed::FeedWrite;
use taxii_server::storage::quarantine::{Form, Quarantined};
use taxii_server::storage::{self, Dating, Storage};

const COLLECTION: &str = "943b1240-00c1-4707-802e-594f4d1104a6";

/// A command in the folder, where there are no settings but those of the test.
fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_taxii-server"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("TAXII_SERVER_") {
            command.env_remove(name);
        }
    }
    command.env_remove("SOCDEFENDERS_API_KEY").current_dir(folder).args(arguments);
    command
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    command(folder, arguments).output().unwrap()
}

/// What a command that must succeed prints.
fn good(folder: &Path, arguments: &[&str]) -> String {
    let output = run(folder, arguments);
    let error = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {error}");
    String::from_utf8(output.stdout).unwrap()
}

/// What a command that must fail with this code says on the standard error.
fn bad(folder: &Path, arguments: &[&str], code: i32) -> String {
    let output = run(folder, arguments);
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {error}");
    error
}

/// A command that does not create a database names the one that it has looked for.
fn assert_missing(folder: &Path, arguments: &[&str]) {
    let error = bad(folder, arguments, 1);
    let database = folder.canonicalize().unwrap().join("taxii.db");
    assert!(error.contains(&database.display().to_string()) && error.contains("--database"), "{error}");
    assert!(!database.exists(), "{arguments:?}");
}

#[test]
fn commands_that_change_or_show_something_create_no_database() {
    let folder = tempfile::tempdir().unwrap();
    for arguments in [
        &["account", "list"][..],
        &["account", "show", "eve"],
        &["account", "grant", "eve", "--read", "all"],
        &["account", "revoke", "eve", "--read", "all"],
        &["account", "password", "eve"],
        &["account", "token", "eve"],
        &["account", "certificate", "add", "eve", "dns:eve.example.com"],
        &["account", "remove", "eve"],
        &["backup", "copy.db"],
        &["clock"],
        &["clock", "confirm"],
        &["collection", "list"],
        &["collection", "show", "socdefenders"],
        &["quarantine", "list"],
        &["status"],
    ] {
        assert_missing(folder.path(), arguments);
    }
    let output = run(folder.path(), &["account", "create", "eve"]);
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(error.contains("created the database `/") && error.contains("taxii.db"), "{error}");
    assert_eq!(String::from_utf8(output.stdout).unwrap().trim_end().len(), 24, "the password alone");
}

#[test]
fn second_server_on_a_file_names_the_first() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    good(folder, &["account", "create", "eve"]);
    let mut first =
        command(folder, &["serve", "--listen", "127.0.0.1:0"]).stderr(Stdio::piped()).spawn().unwrap();
    let log = BufReader::new(first.stderr.take().unwrap());
    let serves = log.lines().map_while(Result::ok).any(|line| line.contains("serving"));
    let refused = [&["serve", "--listen", "127.0.0.1:0"][..], &["poll", "--once"], &["restore", "copy.db"]]
        .map(|arguments| bad(folder, arguments, 1));
    // Accounts are changed beside it.
    good(folder, &["account", "token", "eve"]);
    let process = first.id();
    first.kill().unwrap();
    first.wait().unwrap();
    assert!(serves);
    for error in refused {
        assert!(error.contains("in use by another server"), "{error}");
        assert!(error.contains(&format!("(process {process})")), "{error}");
    }
    // The lock ends with the process, however that dies.
    good(folder, &["poll", "--once"]);
}

/// Several processes that find no database create one, and all of them use it.
#[test]
fn first_commands_at_once_share_a_new_database() {
    for _ in 0..5 {
        let folder = tempfile::tempdir().unwrap();
        let names = ["a", "b", "c", "d"];
        let begun = names.map(|name| {
            let mut command = command(folder.path(), &["account", "create", name, "--no-password"]);
            command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
        });
        for child in begun {
            let output = child.wait_with_output().unwrap();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        }
        let list = good(folder.path(), &["account", "list"]);
        assert_eq!(list.lines().count(), names.len(), "{list}");
    }
}

#[test]
fn accounts() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let password = good(folder, &["account", "create", "eve", "--read", "socdefenders"]);
    assert_eq!(password.trim_end().len(), 24, "the password alone: {password}");
    assert!(bad(folder, &["account", "add", "eve"], 1).contains("`eve` already"));
    assert!(
        bad(folder, &["account", "create", "bob", "--read", "nothing"], 1)
            .contains("no collection `nothing`")
    );
    assert!(bad(folder, &["account", "show", "bob"], 1).contains("no account `bob`"));
    good(folder, &["account", "grant", "eve", "--write", "all"]);
    assert!(bad(folder, &["account", "grant", "eve"], 1).contains("--read"));

    let token = good(folder, &["account", "token", "add", "eve", "--label", "a TIP", "--expires", "90d"]);
    assert!(token.starts_with("taxii_"), "{token}");
    assert!(good(folder, &["account", "token", "eve"]).starts_with("taxii_"), "as it was called before");
    let fingerprint = "ab".repeat(32);
    good(folder, &["account", "certificate", "add", "eve", &fingerprint]);
    assert!(
        bad(folder, &["account", "certificate", "add", "eve", &fingerprint], 1).contains("`eve` already")
    );
    assert!(bad(folder, &["account", "certificate", "add", "eve", "ab"], 1).contains("SHA-256"));

    let shown = good(folder, &["account", "show", "eve"]);
    for part in [
        "may          write all collections\n",
        "may          read 943b1240",
        "a TIP\n",
        ", until 20",
        "certificate  4",
        &format!("  {fingerprint}\n"),
    ] {
        assert!(shown.contains(part), "{part}\n{shown}");
    }
    assert!(!shown.contains(token.trim_end()) && !shown.contains("$argon2"), "{shown}");
    good(folder, &["account", "token", "revoke", "eve", "2"]);
    bad(folder, &["account", "token", "revoke", "eve", "2"], 1);
    assert!(!good(folder, &["account", "show", "eve"]).contains("a TIP"));

    let output = run(folder, &["account", "revoke", "eve", "--write", COLLECTION]);
    assert!(String::from_utf8(output.stderr).unwrap().contains("may still"), "by the right to all");
    good(folder, &["account", "revoke", "eve", "--write", "all", "--read", COLLECTION]);
    assert!(!good(folder, &["account", "show", "eve"]).contains("may "));
    assert_ne!(good(folder, &["account", "password", "eve", "--keep-old", "1h"]), password);
    assert_eq!(good(folder, &["account", "show", "eve"]).matches("password ").count(), 2);
    assert!(good(folder, &["account", "list"]).starts_with("eve\t"));
    good(folder, &["account", "remove", "eve"]);
    assert_eq!(good(folder, &["account", "list"]), "");
}

#[test]
fn backup() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    assert!(bad(folder, &["backup", "copy.db"], 1).contains("taxii.db"), "there is no database");
    good(folder, &["account", "create", "eve"]);
    good(folder, &["backup", "copy.db"]);
    assert!(good(folder, &["account", "list", "--database", "copy.db"]).starts_with("eve\t"));
    assert!(bad(folder, &["backup", "copy.db"], 1).contains("copy.db"), "it exists");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(folder.join("copy.db")).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "for its owner only");
    }
    let postgres = ["backup", "copy2.db", "--database", "postgres://eve:secret@localhost/taxii"];
    let error = bad(folder, &postgres, 2);
    assert!(error.contains("pg_dump") && !error.contains("secret"), "{error}");
}

/// Opens the database in the folder, and does something to it beside the program.
fn change(folder: &Path, change: impl AsyncFnOnce(&dyn Storage)) {
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let storage = storage::open(&folder.join("taxii.db").into()).await.unwrap();
        change(&*storage).await;
        storage.close().await;
    });
}

#[test]
fn clock_and_dates() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    good(folder, &["account", "create", "eve"]);
    assert!(good(folder, &["clock"]).contains("known   nothing yet\nstate   good"));
    let known = KnownTime::new("2001-01-01T00:00:00Z".parse().unwrap(), Evidence::Confirmed);
    change(folder, async |storage| storage.judge_time(known).await.unwrap());
    for arguments in [&["clock"][..], &["status"], &["check", "--listen", "127.0.0.1:0"]] {
        let shown = good(folder, arguments);
        assert!(
            shown.contains("ahead of 2001-01-01T00:00:00Z") && shown.contains("clock confirm"),
            "{shown}"
        );
    }
    let status: Value = serde_json::from_str(&good(folder, &["status", "--format", "json"])).unwrap();
    assert_eq!((&status["clock"]["deletes"], &status["clock"]["stores"]), (&false.into(), &false.into()));
    assert!(bad(folder, &["collection", "advance"], 1).contains("clock"), "the clock is in doubt");
    assert!(good(folder, &["clock", "confirm"]).contains("(confirmed)\nstate   good"));

    let advanced = good(folder, &["collection", "advance", "--by", "3h"]);
    assert!(advanced.contains(COLLECTION) && advanced.contains("goes on with dates after"), "{advanced}");
    assert!(good(folder, &["clock"]).contains("run 2 h 59 min ahead of the clock"));
    assert!(bad(folder, &["collection", "advance", "--by", "31d"], 1).contains("30 days"));
    assert!(bad(folder, &["collection", "rewind"], 1).contains("--yes"));
    assert!(good(folder, &["collection", "rewind", "--yes"]).contains("dated 0 versions anew"));
    assert!(good(folder, &["clock"]).contains("state   good"));
    assert!(good(folder, &["collection", "rewind"]).contains("nothing is to be done"));
}

#[test]
fn backup_is_restored() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    good(folder, &["account", "create", "eve"]);
    let told = good(folder, &["backup", "copy.db"]);
    assert!(told.contains("`taxii-server restore copy.db`") && told.contains("`-wal`"), "{told}");
    good(folder, &["account", "create", "bob"]);
    let told = good(folder, &["restore", "copy.db"]);
    assert!(told.contains("taxii.db-replaced-"), "{told}");
    let accounts = good(folder, &["account", "list"]);
    assert!(accounts.contains("eve") && !accounts.contains("bob"), "{accounts}");
    assert!(good(folder, &["backup", "again.db"]).contains("again.db"));
    assert!(bad(folder, &["restore", "taxii.db"], 1).contains("the database itself"));
    assert!(bad(folder, &["restore", "missing.db"], 1).contains("missing.db"));
    let postgres = ["restore", "copy.db", "--database", "postgres://eve:secret@localhost/taxii"];
    assert!(bad(folder, &postgres, 2).contains("pg_restore"));
}

#[test]
fn check() {
    let folder = tempfile::tempdir().unwrap();
    // The folder of a command is told without links.
    let folder = &folder.path().canonicalize().unwrap();
    let path = |name: &str| folder.join(name).display().to_string();
    let checked = |arguments: &[&str], code| {
        let output = run(folder, &[&["check", "--listen", "127.0.0.1:0"], arguments].concat());
        let printed = String::from_utf8(output.stdout).unwrap();
        assert_eq!(output.status.code(), Some(code), "{printed}{}", String::from_utf8_lossy(&output.stderr));
        printed
    };
    assert!(
        checked(&[], 0).contains(&format!("ok     database  `{}` is not there yet", path("taxii.db"))),
        "`serve` would make it"
    );
    assert!(!folder.join("taxii.db").exists(), "this does not");
    assert!(
        checked(&["--database", "no/taxii.db"], 1)
            .contains(&format!("wrong  database  cannot make `{}`", path("no/taxii.db")))
    );
    good(folder, &["account", "create", "eve"]);
    let printed = checked(&[], 0);
    let good = format!("ok     database  `{}` is up to date", path("taxii.db"));
    assert!(printed.contains(&good), "{printed}");

    std::fs::write(folder.join("junk.db"), "x".repeat(1000)).unwrap();
    assert!(checked(&["--database", "junk.db"], 1).contains("file is not a database"));
    std::fs::write(folder.join("no.pem"), "no certificate").unwrap();
    assert!(checked(&["--tls-certificate", "no.pem", "--tls-key", "no.pem"], 1).contains("wrong  tls"));
    std::fs::write(folder.join("feeds.toml"), "[[feed]]\napi_key_file = 'no.key'\n").unwrap();
    assert!(checked(&["--config", "feeds.toml"], 1).contains("wrong  feed      `socdefenders`: no API key"));
    std::fs::write(folder.join("key"), "sk_live_any").unwrap();
    let attack = "[[feed]]\napi_key_file = 'key'\nattack_bundle = 'no.json'\n";
    std::fs::write(folder.join("attack.toml"), attack).unwrap();
    assert!(checked(&["--config", "attack.toml"], 1).contains("wrong  feed      `socdefenders`: "));
    assert!(bad(folder, &["check", "--listen", "192.0.2.1:80"], 1).contains("could not serve"));
    std::fs::write(folder.join("bad.toml"), "lisen = 1").unwrap();
    assert!(bad(folder, &["check", "--config", "bad.toml"], 1).contains("lisen"));
}

/// As `taxii-server account list | head -0` does.
#[test]
fn a_reader_who_leaves_stops_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let closed = || std::io::pipe().unwrap().1;
    good(folder, &["account", "create", "eve"]);
    let create = ["account", "create", "bob"];
    for arguments in [&["account", "list"] as &[_], &["config", "defaults"], &["--help"], &create] {
        let output = command(folder, arguments).stdout(closed()).output().unwrap();
        let error = String::from_utf8_lossy(&output.stderr);
        assert_eq!((output.status.code(), &*error), (Some(0), ""), "{arguments:?}");
    }
    good(folder, &["account", "show", "bob"]);
    let output = command(folder, &["account", "show", "carol"]).stderr(closed()).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "what fails says so by its exit code");
}

#[test]
#[cfg(target_os = "linux")]
fn a_disk_that_is_full_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    let output = command(folder.path(), &["config", "defaults"]).stdout(full).output().unwrap();
    let error = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{error}");
    assert!(error.contains("cannot write to the standard output"), "{error}");
}

/// Puts records of the feed `socdefenders` into quarantine.
fn quarantine(folder: &Path, records: &[&str]) {
    let quarantined = |record: &&str| Quarantined {
        cause: "value".to_owned(),
        reason: "for this test".to_owned(),
        form: Form::Row,
        record: record.as_bytes().to_owned(),
    };
    let write = FeedWrite {
        quarantined: records.iter().map(quarantined).collect(),
        ..FeedWrite::new("socdefenders")
    };
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let storage = storage::open(&folder.join("taxii.db").into()).await.unwrap();
        let collection = taxii_server::config::DEFAULT_COLLECTION.into();
        storage.register_collections(&[collection]).await.unwrap();
        let dating = Dating { clock: Clock::system(), allowance: Duration::ZERO };
        storage.write_feed(&collection, write, &dating).await.unwrap();
        storage.close().await;
    });
}

#[test]
fn records_in_quarantine_are_listed_shown_read_again_and_dropped() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    std::fs::write(folder.join("taxii-server.toml"), "[[feed]]\nname = 'socdefenders'\n").unwrap();
    assert_missing(folder, &["quarantine", "list"]);
    assert!(!folder.join("taxii.db").exists(), "who looks makes none");
    quarantine(folder, &[]);
    assert!(good(folder, &["quarantine", "list"]).contains("nothing in quarantine"));
    let (usable, useless) =
        (r#"{"type":"ipv4","value":"192.0.2.1"}"#, r#"{"type":"ipv4","value":"999.1.1.1"}"#);
    quarantine(folder, &[usable, useless]);

    let list = good(folder, &["quarantine", "list"]);
    assert!(list.contains("for this test") && list.contains("value"), "{list}");
    let json: Value =
        serde_json::from_str(&good(folder, &["quarantine", "list", "--format", "json"])).unwrap();
    let name = |record: &str| {
        let records = json["records"].as_array().unwrap();
        let found = records.iter().find(|found| found["record"] == record).unwrap();
        found["id"].as_str().unwrap().to_owned()
    };
    assert_eq!(json["counts"][0]["times"], 2);
    let shown = good(folder, &["quarantine", "show", &name(useless)[..8]]);
    assert!(shown.ends_with(&format!("{useless}\n")), "{shown}");
    assert!(bad(folder, &["quarantine", "show", "zz"], 2).contains("hexadecimal"));
    assert!(bad(folder, &["quarantine", "show", "0000000000"], 1).contains("no record"));
    assert!(bad(folder, &["quarantine", "retry"], 2).contains("<ID"));

    let retried = good(folder, &["quarantine", "retry", "--all"]);
    assert!(retried.contains("1 taken in (1 new objects, 0 changed), 1 stay"), "{retried}");
    assert!(retried.contains("999.1.1.1"), "{retried}");
    let left: Value =
        serde_json::from_str(&good(folder, &["quarantine", "list", "--format", "json"])).unwrap();
    assert_eq!(left["records"].as_array().unwrap().len(), 1);
    assert!(bad(folder, &["quarantine", "retry", &name(usable)], 1).contains("no record"));

    assert_eq!(good(folder, &["quarantine", "drop", &name(useless)]), "1 forgotten\n");
    quarantine(folder, &[useless]);
    assert!(good(folder, &["quarantine", "list"]).contains("nothing in quarantine"), "it stays away");
    assert!(good(folder, &["quarantine", "list", "--repaired"]).contains("no record had to be put right"));
}

#[test]
fn the_status_of_feeds() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    assert_missing(folder, &["status"]);
    assert!(!folder.join("taxii.db").exists(), "who looks makes none");
    good(folder, &["account", "create", "eve"]);
    assert_eq!(good(folder, &["status"]), "no feed is polled\n");
    std::fs::write(folder.join("taxii-server.toml"), "[[feed]]\nname = \"one\"\nbackfill = \"30d\"\n")
        .unwrap();
    let table = good(folder, &["status"]);
    let lines: Vec<_> = table.lines().collect();
    assert!(lines[0].starts_with("FEED  STATE    PLACE  LAG  LAST SUCCESS"), "{table}");
    assert_eq!(
        lines[1].split_whitespace().collect::<Vec<_>>(),
        ["one", "waiting", "-", "-", "-", "-", "-", "-"]
    );
    let json: serde_json::Value =
        serde_json::from_str(&good(folder, &["status", "--format", "json"])).unwrap();
    assert_eq!(json["feeds"][0]["name"], "one");
    assert_eq!(json["feeds"][0]["state"], "waiting");
    assert!(json["feeds"][0]["lag_seconds"].is_null());
    std::fs::write(folder.join("taxii-server.toml"), "webhook = \"chat\"\n").unwrap();
    assert!(bad(folder, &["status"], 1).contains("`webhook`"));
}

#[test]
fn a_poll_by_hand_does_what_a_dry_run_says() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let settings = Settings::new().with_iocs(20).with_second_source_share(0.0);
    let standin = runtime.block_on(StandIn::start(settings)).unwrap();
    std::fs::write(folder.join("key"), standin.pro_key()).unwrap();
    let feed = format!("[[feed]]\nurl = \"{}\"\napi_key_file = \"key\"\nattempts = 1\n", standin.base_url());
    std::fs::write(folder.join("taxii-server.toml"), feed).unwrap();
    let dry = ["poll", "--once", "--dry-run"];
    assert!(
        good(folder, &dry).contains(" 20 additions, 0 changes and 0 new entries"),
        "before the first start"
    );
    assert!(!folder.join("taxii.db").exists());
    assert!(bad(folder, &["poll"], 2).contains("--once"));
    let first = good(folder, &["poll", "--once"]);
    assert!(first.contains(" 20 added, 0 changed, 0 in quarantine"), "{first}");

    let place = || {
        let json: Value = serde_json::from_str(&good(folder, &["status", "--format", "json"])).unwrap();
        json["feeds"][0].clone()
    };
    let before = place();
    let mut bad_row = standin.add(1).remove(0);
    bad_row.ioc_type = "ipv4".parse().unwrap();
    bad_row.value = "999.1.1.1".to_owned();
    bad_row.id = uuid::Uuid::from_u128(0x0123_4567_89ab_4def_8123_4567_89ab_cdef);
    standin.insert(bad_row);
    for _ in 0..2 {
        let said = good(folder, &dry);
        assert!(said.contains(" 1 additions, 0 changes and "), "{said}");
        assert_eq!(said.lines().filter(|line| line.starts_with("+ ")).count(), 1, "{said}");
        assert!(said.lines().any(|line| line.starts_with("! ") && line.contains("999.1.1.1")), "{said}");
    }
    assert_eq!(place()["place"], before["place"]);
    assert_eq!(place()["last_attempt"], before["last_attempt"]);
    assert!(good(folder, &["quarantine", "list"]).contains("nothing in quarantine"));
    let second = good(folder, &["poll", "--once"]);
    assert!(second.contains(" 1 added, 0 changed, "), "{second}");
    assert!(good(folder, &["quarantine", "list"]).contains("999.1.1.1"));
    let said = good(folder, &dry);
    assert!(said.contains(" 0 additions, 0 changes and 0 new entries in quarantine"), "{said}");
    standin.inject(Fault::Status(500));
    assert!(bad(folder, &["poll", "--once"], 1).contains("could not be polled"));
}

#[test]
fn the_proxy_of_the_environment_is_used_and_its_refusal_told() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    std::fs::write(folder.join("key"), "sk_live_any").unwrap();
    let settings = "[[feed]]\nurl = 'http://feed.invalid'\ninsecure = true\napi_key_file = 'key'\n";
    std::fs::write(folder.join("taxii-server.toml"), settings).unwrap();
    let proxy = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = proxy.local_addr().unwrap();
    let asked = std::thread::spawn(move || {
        let (mut client, _) = proxy.accept().unwrap();
        let mut lines = BufReader::new(client.try_clone().unwrap()).lines().map(Result::unwrap);
        let head: Vec<_> = lines.by_ref().take_while(|line| !line.is_empty()).collect();
        client.write_all(b"HTTP/1.1 407 Who?\r\nContent-Length: 0\r\n\r\n").unwrap();
        head
    });
    let mut poll = command(folder, &["poll", "--once"]);
    let output = poll.env("HTTP_PROXY", format!("http://eve:secret@{address}")).output().unwrap();
    let (told, head) = (String::from_utf8(output.stdout).unwrap(), asked.join().unwrap());
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(told.contains("the proxy refuses") && !told.contains("secret"), "{told}");
    assert!(head[0].starts_with("GET http://feed.invalid/api/v1/iocs"), "{head:?}");
    assert!(
        head.iter().any(|line| line.eq_ignore_ascii_case("proxy-authorization: Basic ZXZlOnNlY3JldA==")),
        "{head:?}"
    );
}
