//! The list of items is whole, and each has a test or a reason why it has none.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::library::{fixture, fixtures};

/// `fixtures/taxii21/requirements.json`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    items: Vec<Item>,
    consequences: Vec<Consequence>,
}

/// What the specification says in one place.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Item {
    item: u32,
    /// Of the specification; none where it says nothing.
    section: Option<String>,
    force: Force,
    binds: Bound,
    says: String,
    /// Why there is no test.
    reason: Option<String>,
    /// Why its tests run on one backend only.
    one_backend: Option<String>,
}

/// How much it binds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Force {
    Must,
    Should,
    May,
    /// It explains, or is open.
    Note,
    /// The specification leaves it open, and this is what we chose.
    Choice,
}

/// Whom it binds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Bound {
    Server,
    Client,
    Operator,
}

/// What follows for servers from what clients do.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Consequence {
    consequence: String,
    says: String,
    /// The items whose tests show it, beside tests of its own.
    items: Vec<u32>,
}

/// The names of tests that begin with this, and whether each runs on both backends.
fn tests(prefix: &str) -> BTreeMap<String, bool> {
    let mut tests = BTreeMap::new();
    for path in sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/server")) {
        let text = std::fs::read_to_string(path).unwrap();
        let functions = text.lines().filter_map(|line| line.split_once("fn ")?.1.split_once('('));
        tests.extend(
            functions.filter(|(name, _)| name.starts_with(prefix)).map(|(name, _)| (name.to_owned(), false)),
        );
        let lists = ["on_both!(", "exchanges!("].into_iter().flat_map(|open| text.split(open).skip(1));
        let names = lists.filter_map(|list| list.split_once(");")).flat_map(|(names, _)| names.split(','));
        let names = names.map(str::trim).filter(|name| name.starts_with(prefix));
        tests.extend(names.map(|name| (name.to_owned(), true)));
    }
    tests
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { sources(&path) } else { vec![path] }).collect()
}

fn list() -> List {
    serde_json::from_value(fixture("requirements.json")).unwrap()
}

#[test]
fn each_item_is_listed_once() {
    let list = list();
    let numbers: Vec<_> = list.items.iter().map(|item| item.item).collect();
    assert_eq!(numbers, (1..=80).collect::<Vec<_>>());
    let letters: String = list.consequences.iter().map(|found| found.consequence.as_str()).collect();
    assert_eq!(letters, "abcdefghi");
    assert!(list.items.iter().all(|item| !item.says.is_empty()));
    let unplaced = |item: &&Item| item.section.is_none() && item.force != Force::Choice;
    assert_eq!(list.items.iter().find(unplaced).map(|item| item.item), None);
}

#[test]
fn each_item_has_a_test_or_a_reason() {
    for Item { item, force, binds, reason, one_backend, .. } in list().items {
        let tests = tests(&format!("item_{item:02}_"));
        assert_eq!(tests.is_empty(), reason.is_some(), "item {item}: either tests or a reason");
        let binding = binds == Bound::Server && matches!(force, Force::Must | Force::Should);
        assert!(!binding || !tests.is_empty(), "item {item} binds us and has no test");
        let one = !tests.is_empty() && !tests.values().any(|both| *both);
        assert_eq!(one, one_backend.is_some(), "item {item}: on one backend, with a reason for that");
    }
    for Consequence { consequence, says, items } in list().consequences {
        let shown = items.iter().all(|item| !tests(&format!("item_{item:02}_")).is_empty());
        let own = !tests(&format!("consequence_{consequence}_")).is_empty();
        assert!(shown && (own || !items.is_empty()), "consequence {consequence}: {says}");
    }
}

#[test]
fn no_test_is_of_something_else() {
    let list = list();
    let items: BTreeSet<_> = list.items.iter().map(|item| format!("item_{:02}_", item.item)).collect();
    let letters = list.consequences.iter().map(|found| format!("consequence_{}_", found.consequence));
    let known: BTreeSet<_> = letters.chain(items).collect();
    let tests: BTreeMap<_, _> = ["item_", "consequence_"].into_iter().flat_map(tests).collect();
    for name in tests.keys() {
        assert!(known.iter().any(|prefix| name.starts_with(prefix)), "{name} is of no item");
    }
    for entry in std::fs::read_dir(fixtures().join("exchanges")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap();
        assert!(tests.contains_key(name), "nobody reads {}", path.display());
    }
}
