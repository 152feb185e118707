//! Every public item is named in an example of the documentation, all of which run as tests.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail")]

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

/// What no example shows, and why.
const NOT_SHOWN: &[(&str, &str)] = &[
    ("NewCommon", FOR_COMMON),
    ("build", DERIVED),
    ("common_mut", DERIVED),
    ("custom_mut", DERIVED),
    ("defined_extensions_mut", FOR_COMMON),
    ("fill", DERIVED),
    ("fill_slot", DERIVED),
    ("id_follows_content", FOR_COMMON),
    ("new_common", FOR_COMMON),
    ("parse_object", DERIVED),
    ("parse_struct", DERIVED),
    ("print", DERIVED),
    ("print_object", DERIVED),
    ("print_struct", DERIVED),
    ("set_id", FOR_COMMON),
    ("settle_id", DERIVED),
    ("undeclared_mut", FOR_COMMON),
    ("stix_object", "a function behind a macro, which is shown"),
    ("stix_struct", "a function behind a macro, which is shown"),
];

const DERIVED: &str = "code that the derive macros write calls it";
const FOR_COMMON: &str = "only common properties, of which this crate has all, implement it";

/// All source files of a crate beside this one.
fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else {
            found.push(path);
        }
    }
}

/// The text of the examples in a source.
fn examples(source: &str) -> String {
    let (mut shown, mut inside) = (String::new(), false);
    for line in source.lines().map(str::trim_start) {
        let doc = line.strip_prefix("///").or_else(|| line.strip_prefix("//!"));
        match doc.map(str::trim_start) {
            Some(fence) if fence.starts_with("```") => inside = !inside && !fence.contains("text"),
            Some(code) if inside => {
                shown += code;
                shown.push('\n');
            }
            Some(_) => {}
            None => inside = false,
        }
    }
    shown
}

/// The names of the public items and methods of a source, without its tests.
fn public(source: &str) -> Vec<String> {
    let source = source.split("#[cfg(test)]").next().unwrap_or_default();
    let (mut names, mut hidden) = (Vec::new(), false);
    let mut in_trait = false;
    for line in source.lines() {
        let line_start = line.trim_start();
        if line_start.starts_with("#[doc(hidden)]") {
            hidden = true;
            continue;
        }
        let mut rest = line_start.strip_prefix("pub ");
        if in_trait && line.starts_with("    fn ") {
            rest = Some(line_start);
        }
        if line.starts_with("pub trait ") {
            in_trait = true;
        } else if line == "}" {
            in_trait = false;
        }
        let Some(rest) = rest else { continue };
        let rest = rest.strip_prefix("const ").filter(|rest| rest.starts_with("fn ")).unwrap_or(rest);
        let kinds = ["fn ", "struct ", "enum ", "trait ", "static ", "const "];
        if let Some(rest) = kinds.iter().find_map(|kind| rest.strip_prefix(kind))
            && !std::mem::take(&mut hidden)
        {
            let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
            names.push(rest[..end].to_owned());
        }
    }
    names
}

fn has_word(text: &str, word: &str) -> bool {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(word)
        .any(|(at, _)| !text[..at].ends_with(part) && !text[at + word.len()..].starts_with(part))
}

#[test]
fn every_public_item_is_shown() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    sources(&root.join("src"), &mut files);
    sources(&root.join("../stix-derive/src"), &mut files);
    let texts: Vec<_> = files.iter().map(|path| fs::read_to_string(path).unwrap()).collect();
    let shown: String = texts.iter().map(|text| examples(text)).collect();
    let mut missing: BTreeMap<String, String> = BTreeMap::new();
    let mut count = 0;
    for (path, text) in files.iter().zip(&texts) {
        // The vocabularies are all alike; two are shown, and how to find the others.
        if path.parent().is_some_and(|folder| folder.ends_with("vocab")) {
            continue;
        }
        for name in public(text) {
            count += 1;
            if !has_word(&shown, &name) {
                missing.insert(name, path.strip_prefix(root).unwrap_or(path).display().to_string());
            }
        }
    }
    assert!(count > 300, "only {count} public items were found");
    let excused: BTreeMap<_, _> = NOT_SHOWN.iter().copied().collect();
    let unexcused: Vec<_> = missing.iter().filter(|(name, _)| !excused.contains_key(name.as_str())).collect();
    assert!(unexcused.is_empty(), "{} of {count} items are in no example: {unexcused:#?}", unexcused.len());
    let stale: Vec<_> = excused.keys().filter(|name| !missing.contains_key(**name)).collect();
    assert!(stale.is_empty(), "these are shown after all: {stale:?}");
}
