//! The arrows of the architecture point one way: a module uses only what lies below it, and so does a crate.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use conformance::workspace;

/// The modules of `taxii-server` from the bottom up. A module uses those of lower rows only: those of its own
/// row stand side by side and do not know each other.
const LAYERS: &[&[&str]] = &[
    &["audit", "clock", "duration", "host", "wire", "media_type", "metrics", "off_worker"],
    &["supervisor"],
    &["storage"],
    &["error", "ingest"],
    &["auth", "feed", "outlet", "search"],
    &["config"],
    &["telemetry", "feed_status"],
    &["clock_status"],
    &["api"],
    &["site"],
    &["server"],
    &["bridge"],
    &["command"],
];

/// Modules that must not know each other although they are in different rows: who uses whom, and why not.
const APART: &[(&str, &str, &str)] =
    &[("api", "feed", "what a client asks never depends on where the objects come from")];

/// Types of `storage` with which objects are written; besides `storage` only `ingest` may name them.
const WRITING: &[&str] = &["NewObject", "FeedWrite", "WaitingObjects"];

/// The crates, and which of the others each may use. In tests a crate may use whatever it likes, except that
/// the stand-in is the other party and shares nothing.
const CRATES: &[(&str, &str, &[&str])] = &[
    ("stix-derive", "stix-derive", &[]),
    ("stix-core", "stix-core", &["stix-derive"]),
    ("stix-pattern", "stix-pattern", &["stix-core"]),
    ("stand-in", "socdefenders-standin", &[]),
    ("taxii-server", "taxii-server", &["stix-core", "stix-pattern", "socdefenders-standin"]),
    ("stix-cli", "stix-cli", &["stix-core", "stix-pattern"]),
];

/// The crate of the stand-in, as code names it.
const STAND_IN: &str = "socdefenders_standin";

#[test]
fn modules_use_only_what_lies_below_them() {
    let mut wrong = BTreeSet::new();
    let mut files = 0;
    for (module, path, text) in sources(&workspace().join("taxii-server/src")) {
        files += 1;
        for used in uses(&text, path.depth) {
            if let Err(why) = judge(&module, &used) {
                wrong.insert(format!("{}: `{used}`: {why}", path.shown));
            }
        }
    }
    assert!(files > 50, "only {files} files were found");
    assert!(wrong.is_empty(), "{}", wrong.into_iter().collect::<Vec<_>>().join("\n"));
}

#[test]
fn only_ingest_writes_objects() {
    let mut writers = BTreeMap::new();
    for (module, path, text) in sources(&workspace().join("taxii-server/src")) {
        for name in WRITING {
            if words(&text).any(|word| word == *name) && module != "storage" {
                writers.entry(module.clone()).or_insert_with(BTreeSet::new).insert(path.shown.clone());
            }
        }
    }
    assert!(writers.contains_key("ingest"), "the names in `WRITING` are not those of the code");
    writers.remove("ingest");
    assert!(writers.is_empty(), "these write objects by themselves: {writers:?}");
}

/// Where tasks are started that outlive what starts them, and why nothing needs to start them again.
const SPAWNING: &[(&str, &str)] = &[
    ("supervisor.rs", "it starts them again"),
    ("server.rs", "the server itself: its end ends the program"),
    ("bridge/polling.rs", "each task does nothing but supervise another one"),
    ("auth/slow_lane.rs", "it sleeps, and then gives a turn back"),
    ("storage/lease.rs", "its end, in any way, is the loss of the lease, after which polling begins anew"),
];

#[test]
fn background_tasks_are_supervised() {
    let mut spawning = BTreeSet::new();
    for (_, path, text) in sources(&workspace().join("taxii-server/src")) {
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        if code.contains("tokio::spawn(") || code.contains("spawn_local(") || code.contains("JoinSet::new(") {
            spawning.insert(path.shown.rsplit("taxii-server/src/").next().unwrap().to_owned());
        }
    }
    let known = SPAWNING.iter().map(|(file, _)| (*file).to_owned()).collect();
    assert_eq!(spawning, known, "start background tasks with the supervisor, or say here why not");
}

#[test]
fn only_the_demo_knows_the_stand_in() {
    let users: BTreeSet<String> = sources(&workspace().join("taxii-server/src"))
        .into_iter()
        .filter(|(_, _, text)| words(text).any(|word| word == STAND_IN))
        .map(|(_, path, _)| path.shown)
        .collect();
    assert_eq!(users, BTreeSet::from(["command/demo.rs".to_owned()]));
}

#[test]
fn every_module_has_its_place() {
    let placed: BTreeSet<String> =
        LAYERS.iter().flat_map(|row| row.iter().map(|name| (*name).to_owned())).collect();
    let found: BTreeSet<String> =
        sources(&workspace().join("taxii-server/src")).into_iter().map(|(module, ..)| module).collect();
    assert_eq!(placed, found);
}

#[test]
fn crates_use_only_what_lies_below_them() {
    let ours: BTreeSet<&str> = CRATES.iter().map(|(_, name, _)| *name).collect();
    for (folder, name, allowed) in CRATES {
        let manifest = manifest(folder);
        assert_eq!(manifest["package"]["name"].as_str(), Some(*name));
        let mut tables = vec!["dependencies", "build-dependencies"];
        if *name == "socdefenders-standin" {
            tables.push("dev-dependencies");
        }
        for table in tables {
            let used = manifest.get(table).and_then(toml::Value::as_table);
            for used in used.into_iter().flat_map(toml::Table::keys) {
                let fine = !ours.contains(used.as_str()) || allowed.contains(&used.as_str());
                assert!(fine, "`{name}` must not depend on `{used}`");
            }
        }
    }
    let mut members: Vec<_> = CRATES.iter().map(|(folder, ..)| *folder).chain(["tests"]).collect();
    let root = manifest(".");
    let mut listed: Vec<_> = root["workspace"]["members"]
        .as_array()
        .unwrap()
        .iter()
        .map(|member| member.as_str().unwrap())
        .collect();
    members.sort_unstable();
    listed.sort_unstable();
    assert_eq!(members, listed, "every crate has its place");
}

#[test]
fn an_upward_use_is_seen() {
    let text = "use crate::api::State; // crate::wire\nuse crate::{clock::Clock, bridge::{self, Bridge}};\n\
                /// crate::server\nfn f() { crate::command::run(\"crate::auth\") }\nuse super::feed;";
    assert_eq!(uses(text, 1), ["api::State", "clock::Clock", "bridge", "command::run", "auth", "feed"]);
    assert_eq!(uses("    use super::*;\nuse super::a;\nuse super::super::feed::b;", 2), ["feed::b"]);
    assert!(judge("storage", "ingest::Ingest").is_err());
    assert!(judge("ingest", "error::ApiError").is_err());
    assert!(judge("api", "feed::Poller").is_err());
    assert_eq!(judge("feed", "duration::parse"), Ok(()));
    assert!(judge("feed", "config::Config").is_err());
    assert_eq!(judge("api", "storage::Query"), Ok(()));
    assert!(judge("api", "unheard::Of").is_err());
}

/// Whether a module may use a path of the crate, and if not, why.
fn judge(module: &str, used: &str) -> Result<(), String> {
    let target = used.split("::").next().unwrap_or_default();
    if target == module {
        return Ok(());
    }
    if let Some((.., why)) = APART.iter().find(|(user, other, _)| *user == module && *other == target) {
        return Err((*why).to_owned());
    }
    let row = |name: &str| LAYERS.iter().position(|row| row.contains(&name));
    match (row(module), row(target)) {
        (Some(user), Some(below)) if below < user => Ok(()),
        (Some(_), Some(_)) => Err(format!("`{target}` is not below `{module}`")),
        _ => Err(format!("`{module}` or `{target}` has no place in the layers")),
    }
}

struct Place {
    /// The path inside `src`, for messages.
    shown: String,
    /// How many modules deep the file lies in the crate.
    depth: usize,
}

/// Every source file except `lib.rs` and `main.rs`, with the name of its outermost module.
fn sources(root: &Path) -> Vec<(String, Place, String)> {
    let mut found = Vec::new();
    for path in rust_files(root) {
        let inside = path.strip_prefix(root).unwrap().with_extension("");
        let parts: Vec<_> = inside.iter().map(|part| part.to_str().unwrap()).collect();
        if !matches!(parts[..], ["lib" | "main"]) {
            let shown = format!("{}.rs", parts.join("/"));
            let place = Place { shown, depth: parts.len() };
            found.push((parts[0].to_owned(), place, std::fs::read_to_string(&path).unwrap()));
        }
    }
    found
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let (folders, files): (Vec<_>, Vec<_>) = entries.partition(|path| path.is_dir());
    let files = files.into_iter().filter(|path| path.extension().is_some_and(|extension| extension == "rs"));
    files.chain(folders.iter().flat_map(|folder| rust_files(folder))).collect()
}

/// The paths from the root of the crate that a file names, in `use` and elsewhere, outside of comments.
fn uses(text: &str, depth: usize) -> Vec<String> {
    // What `super` means inside an inner module is inside the same file, hence only lines without indent.
    let to_the_root = format!("use {}", "super::".repeat(depth));
    let mut code = String::new();
    for line in text.lines() {
        let line =
            line.split_once("//").filter(|(before, _)| !before.ends_with(':')).map_or(line, |cut| cut.0);
        match line.strip_prefix(&to_the_root) {
            Some(rest) => code.extend(["use crate::", rest]),
            None => code.push_str(line),
        }
        code.push('\n');
    }
    let starts = code.match_indices("crate::").filter(|(at, _)| !code[..*at].ends_with(in_word));
    starts.flat_map(|(at, start)| branches(&code[at + start.len()..])).collect()
}

/// The paths that begin here: one, or those of a group in braces.
fn branches(text: &str) -> Vec<String> {
    let Some(group) = text.strip_prefix('{') else { return vec![path(text)] };
    let (mut depth, mut paths, mut begins) = (0, Vec::new(), true);
    for (at, character) in group.char_indices() {
        match character {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => begins = true,
            _ if begins && in_word(character) => {
                paths.push(path(&group[at..]));
                begins = false;
            }
            _ => {}
        }
    }
    paths
}

/// The path at the start of a text.
fn path(text: &str) -> String {
    let end = text.find(|character| !in_word(character) && character != ':').unwrap_or(text.len());
    text[..end].trim_end_matches(':').to_owned()
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|character| !in_word(character))
}

fn in_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

fn manifest(folder: &str) -> toml::Value {
    let text = std::fs::read_to_string(workspace().join(folder).join("Cargo.toml")).unwrap();
    toml::Value::Table(text.parse().unwrap())
}
