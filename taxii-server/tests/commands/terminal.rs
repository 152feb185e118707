//! What feeds and clients bring never steers the terminal of the operator, whichever command shows it.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::process::Stdio;

use clap::Subcommand;
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use socdefenders_standin::{Settings, StandIn};

use super::{COLLECTION, command, good, quarantine};

/// A title for the window, a cleared screen, a C1 sequence, an override of the direction, and a forged line.
const HOSTILE: &str = "\u{1b}]0;owned\u{7}\u{1b}[2J\u{9b}31m\u{202e}\u{2066}x\rforged";

/// Commands that show nothing which comes from outside, and why.
const NOT_SHOWN: [(&str, &str); 8] = [
    ("serve", "it prints the first password, and logs"),
    ("demo", "it prints what it has made itself"),
    ("config defaults", "it prints a constant text"),
    ("account grant", "it prints nothing"),
    ("account revoke", "it prints nothing but the name in the arguments"),
    ("account remove", "it prints nothing"),
    ("backup", "it prints paths of the arguments"),
    ("restore", "it prints paths of the arguments"),
];

/// What the command writes to a terminal.
fn on_terminal(folder: &Path, arguments: &[&str]) -> String {
    let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&ours).unwrap();
    unlockpt(&ours).unwrap();
    let name = ptsname(&ours, Vec::new()).unwrap();
    let open = || File::options().read(true).write(true).open(name.to_str().unwrap()).unwrap();
    let mut child =
        command(folder, arguments).stdin(Stdio::null()).stdout(open()).stderr(open()).spawn().unwrap();
    let (mut text, mut ours) = (Vec::new(), File::from(ours));
    // Once nobody has the other end open, reading fails.
    let mut buffer = [0; 4096];
    while let Ok(count) = ours.read(&mut buffer) {
        text.extend_from_slice(&buffer[..count]);
    }
    child.wait().unwrap();
    String::from_utf8_lossy(&text).into_owned()
}

/// Characters that a terminal obeys. The terminal itself ends lines with CR LF.
fn obeyed(text: &str) -> Vec<char> {
    let lines = text.replace("\r\n", "\n");
    let obeys = |char: &char| {
        (char.is_control() && !matches!(char, '\n' | '\t'))
            || matches!(char, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    lines.chars().filter(obeys).collect()
}

/// The names of all commands, as they are typed.
fn names(command: &clap::Command, before: &str, names: &mut BTreeSet<String>) {
    for command in command.get_subcommands() {
        let name = format!("{before}{}", command.get_name());
        match command.get_subcommands().next() {
            Some(_) => self::names(command, &format!("{name} "), names),
            None => _ = names.insert(name),
        }
    }
}

/// Settings, accounts, records and a feed whose texts are hostile; returns the name of a record in quarantine.
fn prepare(folder: &Path, feed: &str) -> String {
    let escaped: String = HOSTILE
        .chars()
        .map(|c| if c.is_ascii_graphic() { c.to_string() } else { format!("\\u{:04x}", c as u32) })
        .collect();
    let settings = format!(
        "listen = '127.0.0.1:0'\n[[collection]]\nid = '{COLLECTION}'\ntitle = \"{escaped}\"\nalias = 'socdefenders'\n\
         [[feed]]\nname = \"socdefenders\"\nurl = '{feed}'\napi_key_file = 'key'\nattempts = 1\n\
         [[feed]]\nname = \"{escaped}\"\nurl = '{feed}'\napi_key_file = 'no{escaped_path}'\nattempts = 1\n",
        escaped_path = "key",
    );
    std::fs::write(folder.join("taxii-server.toml"), settings).unwrap();
    good(folder, &["account", "create", "eve", "--read", "socdefenders"]);
    good(folder, &["account", "token", "add", "eve", "--label", HOSTILE]);
    quarantine(folder, &[&format!("{{\"type\": \"{HOSTILE}\"}}"), HOSTILE]);
    let json: serde_json::Value =
        serde_json::from_str(&good(folder, &["quarantine", "list", "--format", "json"])).unwrap();
    json["records"][0]["id"].as_str().unwrap().to_owned()
}

#[test]
fn no_command_lets_text_from_outside_steer_the_terminal() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let standin = runtime.block_on(StandIn::start(Settings::new().with_iocs(2))).unwrap();
    let mut row = standin.add(1).remove(0);
    (row.ioc_type, row.value) = ("ipv4".parse().unwrap(), format!("999.1.1.1{HOSTILE}"));
    row.id = uuid::Uuid::from_u128(0x0123_4567_89ab_4def_8123_4567_89ab_cdef);
    standin.insert(row.clone());
    (row.ioc_type, row.value) = ("malware".parse().unwrap_or(row.ioc_type), format!("evil{HOSTILE}"));
    row.id = uuid::Uuid::from_u128(0x1123_4567_89ab_4def_8123_4567_89ab_cdef);
    standin.insert(row);
    std::fs::write(folder.join("key"), standin.pro_key()).unwrap();
    let record = prepare(folder, &standin.base_url());
    let absent = "indicator--11111111-1111-4111-8111-111111111111";

    let shown: [&[&str]; 27] = [
        &["poll", "--once", "--dry-run"],
        &["poll", "--once"],
        &["quarantine", "list"],
        &["quarantine", "list", "--format", "json"],
        &["quarantine", "list", "--repaired"],
        &["quarantine", "show", &record],
        &["quarantine", "show", &record, "--format", "json"],
        &["quarantine", "retry", "--feed", "socdefenders"],
        &["quarantine", "drop", &record],
        &["status"],
        &["status", "--format", "json"],
        &["account", "list"],
        &["account", "show", "eve"],
        &["account", "create", HOSTILE],
        &["account", "password", HOSTILE],
        &["account", "token", "add", HOSTILE],
        &["account", "token", "revoke", HOSTILE, "1"],
        &["account", "certificate", "add", "eve", HOSTILE],
        &["account", "certificate", "revoke", HOSTILE, "1"],
        &["collection", "list"],
        &["collection", "show", "socdefenders"],
        &["collection", "rewind"],
        &["collection", "advance"],
        &["clock", "show"],
        &["collection", "restore", "socdefenders", absent],
        &["config", "check"],
        &["check"],
    ];
    let mut seen = String::new();
    for arguments in shown {
        let text = on_terminal(folder, arguments);
        assert!(obeyed(&text).is_empty(), "{arguments:?}: {text:?}");
        seen += &text;
    }
    assert!(seen.matches("]0;owned").count() >= 8, "the hostile texts are shown, cleaned: {seen}");

    let mut commands = BTreeSet::new();
    names(&taxii_server::command::Command::augment_subcommands(clap::Command::new("")), "", &mut commands);
    let begins = |name: &str| shown.iter().any(|arguments| arguments.join(" ").starts_with(name));
    let exempt = |name: &str| NOT_SHOWN.iter().any(|(command, _)| *command == name);
    let numbers = ["clock confirm"];
    let missing: Vec<_> = commands
        .iter()
        .filter(|name| {
            !begins(name) && !exempt(name) && !numbers.iter().any(|command| name.starts_with(command))
        })
        .collect();
    assert!(missing.is_empty(), "add these commands to the matrix: {missing:?}");
}

#[test]
fn record_is_shown_unchanged_where_no_terminal_reads_it() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    quarantine(folder, &[HOSTILE]);
    let json: serde_json::Value =
        serde_json::from_str(&good(folder, &["quarantine", "list", "--format", "json"])).unwrap();
    let record = json["records"][0]["id"].as_str().unwrap();
    let shown = good(folder, &["quarantine", "show", record]);
    assert!(shown.ends_with(&format!("\n{HOSTILE}\n")), "{shown:?}");
}
